# SPDX-License-Identifier: GPL-2.0-or-later
"""`wijkmix:download_buurten`: the areas of a gemeente from PDOK, through QGIS' own network."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsNetworkAccessManager,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QTimer, QUrl
from qgis.PyQt.QtNetwork import QNetworkReply, QNetworkRequest

from ..wijkmix_plugin import qgis_io
from ..wijkmix_plugin.errors import Cancelled, Text
from . import styling
from .base import WijkMixAlgorithm, described

if TYPE_CHECKING:
    from ..wijkmix_plugin.tables.pdok import Answer, Get, Pause

SERVER = "https://api.pdok.nl"
LEVELS = ("buurten", "wijken", "gemeenten")


class DownloadBuurten(WijkMixAlgorithm):
    """Asks the server, checks what it says, keeps the pages, and writes one layer."""

    NAME = "download_buurten"
    GEMEENTE = "GEMEENTE"
    YEAR = "YEAR"
    LEVEL = "LEVEL"
    SERVER = "SERVER"
    OUTPUT = "OUTPUT"

    def title(self) -> str:
        return QCoreApplication.translate("WijkMix", "Download CBS buurten (PDOK)")

    def description(self) -> str:
        return QCoreApplication.translate(
            "WijkMix",
            "Fetches buurten, wijken or gemeenten with the CBS key figures of one year from PDOK, "
            "for one or more gemeenten, through the network settings of QGIS (proxy, "
            "certificates). What came is kept for a day, so a download that broke off goes on "
            "where it was. The fields are as published; the field bron names the source and the "
            "date. PDOK has the years from 2022. The newest year often has no tenure yet: the log "
            "says so.",
        )

    def initAlgorithm(self, config: dict[str, Any] | None = None) -> None:
        translate = QCoreApplication.translate
        self.addParameter(
            described(
                QgsProcessingParameterString(self.GEMEENTE, translate("WijkMix", "Gemeente")),
                translate("WijkMix", "Name or code; several with commas: Rotterdam, GM0606."),
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterNumber(
                    self.YEAR,
                    translate("WijkMix", "Year"),
                    defaultValue=2024,
                    minValue=1995,
                    maxValue=2100,
                ),
                translate("WijkMix", "The year of the figures and of the boundaries."),
            )
        )
        self.addParameter(
            QgsProcessingParameterEnum(
                self.LEVEL, translate("WijkMix", "Level"), list(LEVELS), defaultValue=0
            )
        )
        self.addParameter(
            described(
                QgsProcessingParameterString(
                    self.SERVER,
                    translate("WijkMix", "Server"),
                    defaultValue=SERVER,
                    optional=True,
                ),
                translate(
                    "WijkMix",
                    "PDOK, or another host, OGC API Features or WFS with the same fields; {year} "
                    "in the address stands for the year.",
                ),
                advanced=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.OUTPUT, translate("WijkMix", "Downloaded areas"))
        )

    def checkParameterValues(self, parameters: dict[str, Any], context: Any) -> tuple[bool, str]:
        return super().checkParameterValues(_numbered(parameters), context)

    def compute(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        from ..wijkmix_plugin.tables import pdok

        parameters = _numbered(parameters)
        year = self.parameterAsInt(parameters, self.YEAR, context)
        level = LEVELS[self.parameterAsEnum(parameters, self.LEVEL, context)]

        def progress(done: int, total: int | None) -> None:
            feedback.setProgress(95 * done / total if total else 0)
            self.note(
                feedback,
                Text("{n} {level} came.", "{n} {level} binnen.").format(n=done, level=level),
            )

        folder = Path(QgsApplication.qgisSettingsDirPath()) / "wijkmix" / "pdok"
        found = pdok.download(
            _network(feedback),
            pdok.Cache(folder, datetime.now),
            gemeente=self.parameterAsString(parameters, self.GEMEENTE, context),
            year=year,
            level=level,
            server=self.parameterAsString(parameters, self.SERVER, context),
            pause=_waiting(feedback),
            progress=progress,
        )
        for item in found.notes:
            self.note(feedback, item.text, warning=item.severity == "warning")
        frame = found.frame
        crs = QgsCoordinateReferenceSystem(qgis_io.RD_NEW)
        if found.degrees:
            frame["geometry"] = qgis_io.from_degrees(frame["geometry"], context.transformContext())
            self.note(
                feedback,
                Text(
                    "The server gave longitude and latitude; turned into RD New, to within about a "
                    "metre.",
                    "De server gaf lengte en breedte; omgezet naar RD New, op ongeveer een meter "
                    "nauwkeurig.",
                ),
                warning=True,
            )
        names = ", ".join(found.gemeenten.values())
        self.note(
            feedback,
            Text(
                "{n} {level} of {names}, {year}. {bron}", "{n} {level} van {names}, {year}. {bron}"
            ).format(n=len(frame), level=level, names=names, year=year, bron=frame["bron"].iloc[0]),
        )
        label = f"{names[:40]} {level} {year}"
        bron = str(frame["bron"].iloc[0])
        origin = {
            "title": label,
            "attribution": bron,
            "date": f"{found.fetched:%Y-%m-%dT%H:%M:%S}",
        }
        self.record(origin, parameters, context)
        results = self.save(parameters, context, feedback, {self.OUTPUT: (frame, crs)})
        look = styling.PostProcessor(styling.plain, origin)
        styling.load(context, results[self.OUTPUT], "", [(label, 0, look)])
        return results


def _numbered(parameters: dict[str, Any]) -> dict[str, Any]:
    """Let the level be given by its word as well as by its number."""
    level = parameters.get(DownloadBuurten.LEVEL)
    if isinstance(level, str) and level.strip().lower() in LEVELS:
        return {**parameters, DownloadBuurten.LEVEL: LEVELS.index(level.strip().lower())}
    return parameters


def _network(feedback: Any) -> Get:
    """Return what carries a request, in QGIS' network manager; Cancelled when the user stops."""
    from ..wijkmix_plugin.tables.pdok import Answer

    def get(url: str) -> Answer:
        if feedback.isCanceled():
            raise Cancelled
        request = QNetworkRequest(QUrl.fromEncoded(url.encode("utf-8")))
        request.setRawHeader(b"Accept", b"application/geo+json, application/json, */*;q=0.5")
        request.setAttribute(
            QNetworkRequest.Attribute.RedirectPolicyAttribute,
            QNetworkRequest.RedirectPolicy.NoLessSafeRedirectPolicy,
        )
        # Not QgsBlockingNetworkRequest: it does not follow a redirect to a relative address, and
        # in the main thread nothing can stop it.
        loop = QEventLoop()
        reply = QgsNetworkAccessManager.instance().get(request)
        reply.finished.connect(loop.quit)
        watch = QTimer()
        watch.timeout.connect(lambda: reply.abort() if feedback.isCanceled() else None)
        watch.start(100)
        if not reply.isFinished():
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        watch.stop()
        whole = reply.error() == QNetworkReply.NetworkError.NoError
        status = int(reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute) or 0)
        if status == 200 and not whole:
            status = 0  # it broke off on the way
        headers = {
            bytes(name).decode("latin-1"): bytes(reply.rawHeader(name)).decode("latin-1")
            for name in reply.rawHeaderList()
        }
        body = bytes(reply.readAll())
        reason = "" if whole else reply.errorString()
        reply.deleteLater()
        if feedback.isCanceled():
            raise Cancelled
        return Answer(status, body, headers, reason)

    return get


def _waiting(feedback: Any) -> Pause:
    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if feedback.isCanceled():
                raise Cancelled
            time.sleep(0.05)

    return pause
