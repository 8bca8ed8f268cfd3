# SPDX-License-Identifier: GPL-2.0-or-later
"""A server on loopback, as a process of its own: one that replays faults, or QGIS Server.

    python pdok_server.py replay
    python pdok_server.py qgis <GeoPackage with the layers buurten, wijken, gemeenten>

Prints its port, then answers until it is killed. The first part of a path names the fault.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = 5
ROWS = [
    {
        "type": "Feature",
        "id": str(n),
        "properties": {
            "buurtcode": f"BU0001{n:04d}",
            "buurtnaam": f"Buurt {n}",
            "gemeentecode": "GM0001",
            "gemeentenaam": "Proefstad",
            "woningvoorraad": 200,
            "percentage_koopwoningen": 10 + 5 * n,
            "jaar": 2024,
        },
        "geometry": {
            "type": "Polygon",
            "coordinates": [
                [
                    [120_000 + 100 * (n + dx), 480_000 + 100 * dy]
                    for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
                ]
            ],
        },
    }
    for n in range(12)
]
DEGREES = [[5.2, 52.3], [5.21, 52.3], [5.21, 52.31], [5.2, 52.31], [5.2, 52.3]]
asked: dict[str, int] = {}


class Replay(BaseHTTPRequestHandler):
    """Twelve buurten in pages of five, with the fault that the path asks for."""

    def log_message(self, *args):
        pass

    def do_GET(self):
        parts = urlsplit(self.path)
        fault = parts.path.split("/")[1]
        if fault == "asked":
            return self.reply(json.dumps(asked).encode())
        asked[fault] = number = asked.get(fault, 0) + 1
        query = parse_qs(parts.query)
        start = int(query.get("offset", ["0"])[0])
        rows = [] if fault == "empty" else ROWS[start : start + PAGE]
        body = {"type": "FeatureCollection", "features": rows, "links": []}
        if start + PAGE < len(ROWS) and rows:
            base = self.path.split("&offset=")[0]
            body["links"] = [{"rel": "next", "href": f"{base}&offset={start + PAGE}"}]
        if fault == "degrees":
            shape = {"type": "Polygon", "coordinates": [DEGREES]}
            body = {**body, "features": [{**ROWS[0], "geometry": shape}], "links": []}
        text = json.dumps(body).encode()
        if fault == "slow-too":
            time.sleep(60)
        if fault == "slow":
            time.sleep(0.5 if number < 2 else 60)
        elif (fault == "once-500" and number == 2) or fault == "always-500":
            return self.reply(b"oops", 500)
        elif fault == "half" and number == 2:
            return self.reply(text[: len(text) // 2])
        elif fault == "truncated" and number == 2:
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text[: len(text) // 2])
            self.close_connection = True
            return None
        elif fault == "wrong":
            return self.reply(b'{"message": "hello"}')
        elif fault == "login":
            return self.reply(b"<html><body>Log in</body></html>", kind="text/html")
        elif fault == "redirect" and "moved" not in parts.path:
            self.send_response(302)
            self.send_header("Location", self.path.replace("/redirect/", "/redirect/moved/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        return self.reply(text)

    def reply(self, body, status=200, kind="application/geo+json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve_qgis(path):
    """Publish the layers of a GeoPackage by QGIS Server: OGC API under /wfs3, WFS elsewhere."""
    from http.server import HTTPServer

    from qgis.core import QgsProject, QgsVectorLayer
    from qgis.server import QgsBufferServerRequest, QgsBufferServerResponse, QgsServer

    server = QgsServer()
    project = QgsProject()
    ids = []
    for name in ("buurten", "wijken", "gemeenten"):
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        if not layer.isValid():
            raise SystemExit(f"no layer {name}")
        if hasattr(layer, "serverProperties"):
            layer.serverProperties().setShortName(name)
        project.addMapLayer(layer)
        ids.append(layer.id())
    project.writeEntry("WFSLayers", "/", ids)
    for layer_id in ids:
        project.writeEntry("WFSLayersPrecision", f"/{layer_id}", 8)
    project.writeEntry("WMSCrsList", "/", ["EPSG:28992", "EPSG:4326"])

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_GET(self):
            url = f"http://{self.headers['Host']}{self.path}"
            request = QgsBufferServerRequest(url)
            response = QgsBufferServerResponse()
            server.handleRequest(request, response, project)
            body = bytes(response.body())
            self.send_response(response.statusCode() or 200)
            for key, value in response.headers().items():
                if key.lower() != "content-length":
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return HTTPServer(("127.0.0.1", 0), Handler)


if __name__ == "__main__":
    if sys.argv[1] == "replay":
        web = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    else:
        from qgis.core import QgsApplication

        app = QgsApplication([], False)
        web = serve_qgis(sys.argv[2])
    print(web.server_port, flush=True)
    web.serve_forever()
