# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts/qgis runs inside QGIS: open the panel beside the map."""

from qgis.utils import plugins

plugins["wijkmix"].action.setChecked(True)
