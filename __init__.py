# SPDX-License-Identifier: GPL-2.0-or-later
"""WijkMix: where the tenure mix is uneven, at which scale, and what may follow from it."""


def classFactory(iface):
    """Return the plugin; QGIS calls this once when the plugin is enabled."""
    from .wijkmix_plugin.plugin import WijkMixPlugin

    return WijkMixPlugin(iface)
