# SPDX-License-Identifier: GPL-2.0-or-later
"""Work in the background that belongs to one panel, and what of a layer it may read there."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsFeatureIterator,
    QgsFeatureRequest,
    QgsProject,
    QgsTask,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from qgis.PyQt.QtCore import QEventLoop, QTimer

from ..errors import Cancelled, WijkMixError
from . import texts
from .run_scan import why


class Rows:
    """The features of a layer as they are now, its edits too; another thread may read them."""

    def __init__(self, layer: QgsVectorLayer) -> None:
        self._source = QgsVectorLayerFeatureSource(layer)
        self._fields = layer.fields()
        self._crs = layer.crs()

    def fields(self) -> Any:
        return self._fields

    def sourceCrs(self) -> Any:
        return self._crs

    def getFeatures(self, request: QgsFeatureRequest, *_flags: Any) -> QgsFeatureIterator:
        # As with FlagSkipGeometryValidityChecks: a broken polygon is reported, not dropped.
        request.setInvalidGeometryCheck(Qgis.InvalidGeometryCheck.NoCheck)
        return self._source.getFeatures(request)


class Job(QgsTask):
    """Does one thing in the background; what it made, or why not, is there when it has ended.

    Parameters
    ----------
    title : for the list of tasks of QGIS.
    work : makes it; called in another thread with this task, to ask whether it was cancelled.
    ended : called in the main thread with this task.
    """

    def __init__(
        self, title: str, work: Callable[[Job], Any], ended: Callable[[Job], None]
    ) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._work = work
        self._ended: Callable[[Job], None] | None = ended
        self.made: Any = None
        self.problem = ""
        # A file that is there, also where a stop came while it was written.
        self.written = ""

    def start(self) -> None:
        # What is made of one project has no business in the next.
        QgsProject.instance().aboutToBeCleared.connect(self.cancel)
        QgsApplication.taskManager().addTask(self)

    def run(self) -> bool:
        try:
            self.made = self._work(self)
        except Cancelled:
            return False
        except WijkMixError as error:
            self.problem = texts.both(error.text)
        except Exception:
            self.problem = why([traceback.format_exc()])
        return not self.problem

    def finished(self, ok: bool) -> None:
        QgsProject.instance().aboutToBeCleared.disconnect(self.cancel)
        ended, self._ended = self._ended, None
        if ended is not None:
            ended(self)

    def finish(self, milliseconds: int = 10_000) -> None:
        """Stop and wait for the end: the work still calls code that is about to be unloaded."""
        loop = QEventLoop()
        self._ended = lambda _job: loop.quit()
        QTimer.singleShot(milliseconds, loop.quit)
        self.cancel()
        if self._ended is not None:  # a task that still waited for its turn ends at once
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
