# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin: its core rooms, its bridge to QGIS and its windows."""
