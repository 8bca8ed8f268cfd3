# SPDX-License-Identifier: GPL-2.0-or-later
"""Registers the provider, the dock and the actions, and mirrors itself in unload()."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTranslator
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from . import qgis_io

ROOT = Path(__file__).resolve().parent.parent


class WijkMixPlugin:
    """What QGIS loads: cheap to start, everything else waits for its first use."""

    def __init__(self, iface) -> None:
        self.iface = iface
        self.provider = None
        self.action = None
        self.dock = None
        self.translator = None

    def initProcessing(self) -> None:
        """Register the provider; also what qgis_process calls, without a window."""
        from ..processing_algs.provider import WijkMixProvider

        self._translate()
        self.provider = WijkMixProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        self.initProcessing()
        icon = QIcon(str(ROOT / "resources" / "icons" / "wijkmix.svg"))
        self.action = QAction(
            icon, QCoreApplication.translate("WijkMix", "WijkMix panel"), self.iface.mainWindow()
        )
        self.action.setObjectName("WijkMixShowDock")
        self.action.setCheckable(True)
        self.action.toggled.connect(self._show_dock)
        self.iface.addPluginToMenu("WijkMix", self.action)
        self.iface.addToolBarIcon(self.action)

    def unload(self) -> None:
        if self.dock is not None:
            self.dock.close_down()
            self.iface.removeDockWidget(self.dock)
            self.dock.deleteLater()
            self.dock = None
        if self.action is not None:
            self.iface.removePluginMenu("WijkMix", self.action)
            self.iface.removeToolBarIcon(self.action)
            self.action.deleteLater()
            self.action = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None

    def _translate(self) -> None:
        path = ROOT / "i18n" / f"wijkmix_{qgis_io.language()}.qm"
        if self.translator is None and path.exists():
            translator = QTranslator()
            if translator.load(str(path)):
                QCoreApplication.installTranslator(translator)
                self.translator = translator

    def _show_dock(self, shown: bool) -> None:
        if self.dock is None and shown:
            from .gui.dock import WijkMixDock

            self.dock = WijkMixDock(self.iface)
            self.dock.visibilityChanged.connect(self._follow_dock)
            self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        if self.dock is not None:
            self.dock.setUserVisible(shown)

    def _follow_dock(self) -> None:
        """Keep the button pressed while the dock is open, also behind another tab."""
        if self.action is not None and self.dock is not None:
            self.action.blockSignals(True)
            self.action.setChecked(not self.dock.isHidden())
            self.action.blockSignals(False)
