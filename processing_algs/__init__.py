# SPDX-License-Identifier: GPL-2.0-or-later
"""Processing algorithms: thin adapters between QGIS and the core."""
