# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs inside a real QGIS (`qgis --code`): loads, opens and unloads the installed plugin.

WIJKMIX_FACTS names the JSON file to leave; WIJKMIX_BLOCK the libraries that QGIS must not find.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import qgis.utils
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QEvent
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QLabel
from qgis.utils import iface

HEAVY = ("pandas", "geopandas", "shapely", "scipy", "sklearn", "libpysal", "esda", "numba")
NETWORK = ("urllib.request", "requests", "http.client")


def block(names: set[str]) -> None:
    """Make these libraries look as if they were never installed."""
    real = PathFinder.find_spec

    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        return None if name.partition(".")[0] in names else real(name, path, target)

    PathFinder.find_spec = staticmethod(find_spec)
    for name in [name for name in sys.modules if name.partition(".")[0] in names]:
        del sys.modules[name]  # some QGIS plugins import shapely when they load


def settle() -> None:
    """Let QGIS work off what was asked of it, deletions too."""
    for _ in range(5):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        time.sleep(0.02)


def presence() -> dict[str, Any]:
    """Return every trace of the plugin in this QGIS."""
    window = iface.mainWindow()
    provider = QgsApplication.processingRegistry().providerById("wijkmix")
    return {
        "provider": [] if provider is None else sorted(a.id() for a in provider.algorithms()),
        "menu": sum(a.text().replace("&", "") == "WijkMix" for a in iface.pluginMenu().actions()),
        "toolbar": sum(
            a.objectName() == "WijkMixShowDock" for a in iface.pluginToolBar().actions()
        ),
        "actions": len(window.findChildren(QAction, "WijkMixShowDock")),
        "docks": len(window.findChildren(QDockWidget, "WijkMixDock")),
        "dutch": QCoreApplication.translate("WijkMix", "WijkMix panel") != "WijkMix panel",
        "map tool": type(iface.mapCanvas().mapTool()).__module__.startswith("wijkmix"),
        "canvas items": len(iface.mapCanvas().scene().items()),
        "modules": sorted(n for n in sys.modules if n.partition(".")[0] == "wijkmix"),
    }


def load() -> float:
    """Load and start the plugin as the plugin manager does; return the milliseconds it took."""
    start = time.perf_counter()
    loaded = qgis.utils.loadPlugin("wijkmix") and qgis.utils.startPlugin("wijkmix")
    took = 1000 * (time.perf_counter() - start)
    if not loaded:
        raise RuntimeError("the plugin did not load")
    return took


def unload() -> None:
    if not qgis.utils.unloadPlugin("wijkmix"):
        raise RuntimeError("the plugin did not unload")
    settle()


def opened() -> dict[str, Any]:
    """Open the dock with the toolbar button and return what it shows."""
    (action,) = iface.mainWindow().findChildren(QAction, "WijkMixShowDock")
    action.trigger()
    settle()
    (dock,) = iface.mainWindow().findChildren(QDockWidget, "WijkMixDock")
    return {
        "visible": dock.isVisible(),
        "checked": action.isChecked(),
        "button": action.text(),
        "instruments": len(dock.instruments.listed()),
        "texts": "\n".join(w.text() for w in dock.findChildren(QLabel) if w.isVisibleTo(dock)),
        **presence(),
    }


def cycle(facts: dict[str, Any]) -> None:
    facts["there already"] = [name for name in HEAVY if name in sys.modules]
    network = {name for name in NETWORK if name in sys.modules}
    qgis.utils.updateAvailablePlugins()
    facts["before"] = presence()
    facts["first load"] = load()
    settle()
    facts["loaded"] = presence()
    facts["heavy at load"] = [
        name for name in HEAVY if name in sys.modules and name not in facts["there already"]
    ]
    facts["network at load"] = sorted({n for n in NETWORK if n in sys.modules} - network)
    provider = QgsApplication.processingRegistry().providerById("wijkmix")
    facts["can execute"] = {a.id(): a.canExecute() for a in provider.algorithms()}
    facts["opened"] = opened()
    unload()
    facts["unloaded"] = presence()
    facts["later loads"] = []
    for _ in range(9):
        facts["later loads"].append(load())
        unload()
    load()
    settle()
    facts["loaded again"] = presence()
    facts["opened again"] = opened()
    unload()
    facts["unloaded again"] = presence()


def main() -> None:
    facts: dict[str, Any] = {"log": [], "qgis": qgis.utils.Qgis.version()}
    # Python errors go to the log and not to us: gather them.
    QgsApplication.messageLog().messageReceived.connect(
        lambda text, tag, level: facts["log"].append([str(tag), str(text)])
    )
    # Nor into a dialog that waits for a click.
    qgis.utils.showException = lambda kind, value, trace, *_, **__: facts["log"].append(
        ["Python error", "".join(traceback.format_exception(kind, value, trace))]
    )
    try:
        block(set(filter(None, os.environ.get("WIJKMIX_BLOCK", "").split(","))))
        cycle(facts)
    except Exception:
        facts["traceback"] = traceback.format_exc()
    Path(os.environ["WIJKMIX_FACTS"]).write_text(json.dumps(facts), encoding="utf-8")
    # The window would ask whether to save; nothing here is worth that.
    os._exit(0)


main()
