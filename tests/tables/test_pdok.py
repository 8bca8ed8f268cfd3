# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages from PDOK, with the network played back: whole, and every way it can go wrong."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from wijkmix.wijkmix_plugin.errors import Cancelled, TableError
from wijkmix.wijkmix_plugin.tables import cbs, pdok
from wijkmix.wijkmix_plugin.tables.pdok import Answer, Cache, download

OGC = "https://proef.nl/ogc/v1"
WFS = "https://proef.nl/wfs/v1_0"
NAMES = {"GM0599": "Rotterdam", "GM0606": "Schiedam", "GM0518": "'s-Gravenhage"}


def buurt(number, gemeente="GM0599", **more):
    x, y = 90_000 + 100 * number, 437_000
    ring = [[x, y], [x + 100, y], [x + 100, y + 100], [x, y + 100], [x, y]]
    properties = {
        "buurtcode": f"BU{gemeente[2:]}{number:04d}",
        "gemeentecode": gemeente,
        "gemeentenaam": NAMES[gemeente],
        "woningvoorraad": 100 + number,
        "percentage_koopwoningen": 40,
        "jaar": 2024,
        **more,
    }
    return {
        "type": "Feature",
        "id": f"{gemeente}.{number}",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


class Server:
    """An OGC API and a WFS on `rows`; `faults` maps the number of a request to its answer."""

    def __init__(self, rows, page=4, faults=None, total=True, ignore_filter=False):
        self.rows, self.page, self.faults = rows, page, faults or {}
        self.total, self.ignore_filter = total, ignore_filter
        self.asked: list[str] = []

    def __call__(self, url):
        self.asked.append(url)
        fault = self.faults.get(len(self.asked))
        if fault is not None:
            answer = fault(self._answer(url)) if callable(fault) else fault
            return answer
        return self._answer(url)

    def _answer(self, url):
        parts = urlsplit(url)
        query = {k.lower(): v[0] for k, v in parse_qs(parts.query).items()}
        if query.get("service") == "WFS":
            return self._wfs(query)
        if "/ogc/v1" not in parts.path:
            return Answer(404)
        level = parts.path.split("/collections/")[1].split("/")[0]
        rows = self._level(level, query.get("gemeentecode"))
        start = int(query.get("offset", 0))
        page = rows[start : start + self.page]
        body = {"type": "FeatureCollection", "numberReturned": len(page), "features": page}
        if self.total:
            body["numberMatched"] = len(rows)
        if start + self.page < len(rows):
            base = url.split("&offset=")[0]
            href = f"{base}&offset={start + self.page}"
            body["links"] = [{"rel": "self", "href": url}, {"rel": "next", "href": href}]
        return Answer(200, json.dumps(body).encode(), {"content-crs": f"<{pdok.RD_URI}>"})

    def _level(self, level, code):
        if level == "gemeenten":
            rows = [
                {
                    "type": "Feature",
                    "properties": {"gemeentecode": c, "gemeentenaam": n, "water": w, "jaar": 2024},
                    "geometry": buurt(1)["geometry"],
                }
                for c, n in NAMES.items()
                for w in ("NEE", "JA")
            ]
        else:
            rows = self.rows
        if self.ignore_filter or code is None:
            return rows
        return [r for r in rows if r["properties"].get("gemeentecode") in (code, None)]

    def _wfs(self, query):
        if query["request"] == "GetCapabilities":
            names = "".join(
                f"<FeatureType><Name>wijkenbuurten:{n}</Name></FeatureType>" for n in pdok.LEVELS
            )
            return Answer(
                200,
                f'<WFS_Capabilities version="2.0.0">{names}</WFS_Capabilities>'.encode(),
            )
        level = query["typenames"].split(":")[1]
        code = re.search("gemeentecode</PropertyName><Literal>(.*?)<", query.get("filter", ""))
        rows = self._level(level, code and code[1])
        start = int(query["startindex"])
        page = rows[start : start + min(self.page, int(query["count"]))]
        body = {"type": "FeatureCollection", "features": page}
        if self.total:
            body["numberMatched"] = len(rows)
        return Answer(200, json.dumps(body).encode())


NOON = datetime(2026, 1, 2, 12)


@pytest.fixture
def cache(tmp_path):
    cache = Cache(tmp_path / "pages", lambda: cache.moment)
    cache.moment = NOON
    return cache


def ask(server, cache, gemeente="Rotterdam", year=2024, level="buurten", at=OGC, **more):
    more.setdefault("pause", lambda seconds: None)
    return download(server, cache, gemeente=gemeente, year=year, level=level, server=at, **more)


@pytest.fixture
def eleven():
    """Eleven buurten of Rotterdam in an order of their own, and two of Schiedam."""
    return [buurt(n) for n in (3, 1, 2, 11, 10, 9, 8, 7, 6, 5, 4)] + [
        buurt(n, "GM0606") for n in (1, 2)
    ]


@pytest.mark.parametrize("at", [OGC, WFS, f"{WFS}?service=WFS&map=a"])
def test_every_page_comes_in_order_of_code(eleven, cache, at):
    progress = []
    found = ask(
        Server(eleven), cache, at=at, progress=lambda done, total: progress.append((done, total))
    )
    assert list(found.frame["buurtcode"]) == [f"BU0599{n:04d}" for n in range(1, 12)]
    assert list(found.frame["woningvoorraad"]) == list(range(101, 112))
    assert found.frame.geometry.area.tolist() == [10_000.0] * 11
    assert set(found.frame.geometry.geom_type) == {"MultiPolygon"}
    assert found.gemeenten == {"GM0599": "Rotterdam"}
    assert progress == [(4, 11), (8, 11), (11, 11)]
    assert (found.degrees, found.notes) == (False, [])
    assert found.frame["bron"].iloc[0].startswith("Bron: CBS, Kerncijfers wijken en buurten 2024")
    assert "2026-01-02" in found.frame["bron"].iloc[0]
    assert cbs.to_canonical(found.frame).year == 2024


def test_a_page_of_a_thousand_goes_on_without_a_total(cache):
    rows = [buurt(n) for n in range(1, 1002)]
    found = ask(Server(rows, page=1000, total=False), cache, at=WFS)
    assert len(found.frame) == 1001


def test_a_wfs_that_gives_less_than_a_page_at_once_is_asked_until_nothing_comes(eleven, cache):
    found = ask(Server(eleven, page=4, total=False), cache, "GM0599", at=WFS)
    assert len(found.frame) == 11


def test_a_wfs_without_pages_is_not_asked_for_ever(eleven, cache):
    server = Server(eleven, page=1000, total=False)
    found = ask(
        lambda url: server(re.sub("startIndex=[0-9]+", "startIndex=0", url)),
        cache,
        "GM0599",
        at=WFS,
    )
    assert len(found.frame) == 11


def test_gemeente_by_code_any_case_several_and_everyday_names(eleven, cache):
    server = Server(eleven)
    found = ask(server, cache, "gm0606,  ROTTERDAM ")
    assert found.gemeenten == {"GM0606": "Schiedam", "GM0599": "Rotterdam"}
    assert len(found.frame) == 13
    by_code = Server(eleven)
    ask(by_code, Cache(cache.folder / "b", cache.now), "GM0606")
    assert all("gemeenten" not in url for url in by_code.asked)
    found = ask(Server([buurt(1, "GM0518")]), Cache(cache.folder / "c", cache.now), "Den Haag")
    assert found.gemeenten == {"GM0518": "'s-Gravenhage"}


def test_a_name_with_a_comma_is_one_gemeente(cache, monkeypatch):
    monkeypatch.setitem(NAMES, "GM0820", "Nuenen, Gerwen en Nederwetten")
    server = Server([buurt(1), buurt(1, "GM0820")])
    found = ask(server, cache, "nuenen,  Gerwen en Nederwetten, Rotterdam")
    assert sorted(found.gemeenten) == ["GM0599", "GM0820"]


def test_an_unknown_name_suggests_and_an_unknown_code_says_so(eleven, cache):
    with pytest.raises(TableError, match=r"no gemeente 'Roterdam'.*Rotterdam \(GM0599\)"):
        ask(Server(eleven), cache, "Roterdam")
    with pytest.raises(TableError, match="no buurten of GM0001 in 2024"):
        ask(Server(eleven), cache, "GM0001")
    with pytest.raises(TableError, match="No gemeente was given"):
        ask(Server(eleven), cache, " , ")


def test_the_level_gemeenten_leaves_water_out(eleven, cache):
    found = ask(Server(eleven), cache, level="gemeenten")
    assert list(found.frame["gemeentecode"]) == ["GM0599"]
    assert list(found.frame["water"]) == ["NEE"]


def test_the_request_asks_for_rd_and_escapes_the_filter(eleven, cache):
    server = Server(eleven)
    ask(server, cache)
    assert all(
        f"crs={'http%3A%2F%2Fwww.opengis.net%2Fdef%2Fcrs%2FEPSG%2F0%2F28992'}" in u
        for u in server.asked
    )
    wfs = Server(eleven)
    ask(wfs, Cache(cache.folder / "w", cache.now), at=WFS)
    assert "cql_filter" not in "".join(wfs.asked).lower()
    assert "<PropertyIsEqualTo><PropertyName>gemeentecode" in unquote(wfs.asked[-1])


def test_a_host_without_the_ogc_api_of_that_year_is_asked_by_wfs(eleven, cache):
    class OnlyWfs(Server):
        def _answer(self, url):
            return Answer(404) if "/ogc/" in url else super()._answer(url)

    server = OnlyWfs(eleven)
    found = ask(server, cache, at="https://proef.nl")
    assert len(found.frame) == 11
    assert server.asked[0].startswith("https://proef.nl/cbs/wijken-en-buurten-2024/ogc/v1/")
    assert server.asked[-1].startswith("https://proef.nl/cbs/wijkenbuurten/2024/wfs/v1_0?")
    assert sum("/ogc/" in url for url in server.asked) == 1


def test_pdok_itself_has_its_wfs_on_another_host(cache):
    asked = []

    def nothing(url):
        asked.append(url)
        return Answer(404, reason="Not Found")

    with pytest.raises(TableError, match=r"does not have gemeenten of 2019 .*from 2022.*cbs\.nl"):
        ask(nothing, cache, year=2019, at=pdok.PDOK)
    assert [urlsplit(url).hostname for url in asked] == ["api.pdok.nl", "service.pdok.nl"]


CUT = Answer(200, b'{"type": "FeatureCollection", "features": [{"type": "Fea')


@pytest.mark.parametrize(
    "fault",
    [
        Answer(500, reason="Internal Server Error"),
        Answer(503, headers={"Retry-After": "2"}),
        Answer(429),
        Answer(0, reason="Connection closed"),
        CUT,
        Answer(200, b""),
        lambda real: Answer(200, real.body[: len(real.body) // 2]),
        lambda real: Answer(200, real.body.replace(b'"numberReturned": 4', b'"numberReturned": 9')),
    ],
)
def test_a_passing_fault_is_tried_again(eleven, cache, fault):
    waits = []
    server = Server(eleven, faults={1: fault, 3: fault, 4: fault})
    found = ask(server, cache, "GM0599", pause=waits.append)
    assert len(found.frame) == 11
    assert len(server.asked) == 6
    first = 2.0 if isinstance(fault, Answer) and fault.headers else 1.0
    assert waits == [first, first, 4.0]


def test_a_fault_that_stays_is_told_and_the_next_run_goes_on(eleven, cache):
    down = Answer(502, reason="Bad Gateway {upstream}")
    server = Server(eleven, faults=dict.fromkeys(range(3, 99), down))
    with pytest.raises(
        TableError, match=r"did not answer \(502 Bad Gateway \{upstream\}\).*4 times"
    ):
        ask(server, cache, "GM0599")
    assert len(server.asked) == 2 + 4
    again = Server(eleven)
    assert len(ask(again, cache, "GM0599").frame) == 11
    assert len(again.asked) == 1  # two pages were kept


def test_what_came_today_is_not_asked_again_and_tomorrow_it_is(eleven, cache):
    ask(Server(eleven), cache, "GM0599")
    server = Server(eleven)
    cache.moment = NOON + timedelta(hours=23)
    found = ask(server, cache, "GM0599")
    assert (server.asked, found.fetched) == ([], NOON)
    cache.moment = NOON + timedelta(hours=25)
    found = ask(server, cache, "GM0599")
    assert (len(server.asked), found.fetched) == (3, cache.moment)


def test_without_an_answer_an_older_copy_is_used_and_its_date_told(eleven, cache):
    ask(Server(eleven), cache, "GM0599")
    cache.moment = NOON + timedelta(days=3)
    found = ask(lambda url: Answer(0, reason="Host not found"), cache, "GM0599")
    assert len(found.frame) == 11
    assert {note.severity for note in found.notes} == {"warning"}
    assert re.search("Host not found.*2026-01-02", found.notes[0].text.nl)
    assert "2026-01-02" in found.frame["bron"].iloc[0]


def test_a_damaged_or_foreign_page_in_the_cache_is_asked_again(eleven, cache):
    ask(Server(eleven), cache, "GM0599")
    for path in cache.folder.glob("*.json"):
        path.write_text(path.read_text()[:50])
    server = Server(eleven)
    assert len(ask(server, cache, "GM0599").frame) == 11
    assert len(server.asked) == 3


def test_a_cache_that_cannot_be_written_is_no_obstacle(eleven, tmp_path):
    (tmp_path / "file").write_text("")
    broken = Cache(tmp_path / "file" / "pages", lambda: NOON)
    assert len(ask(Server(eleven), broken, "GM0599").frame) == 11


def test_nothing_older_than_ninety_days_is_kept(eleven, cache):
    import os

    ask(Server(eleven), cache, "GM0599")
    old = NOON.timestamp() - 91 * 86400
    paths = sorted(cache.folder.glob("*.json"))
    os.utime(paths[0], (old, old))
    for path in paths[1:]:
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    cache.tidy()
    assert sorted(cache.folder.iterdir()) == paths[1:]


def test_stopping_keeps_what_came(eleven, cache):
    def stop(url):
        if "offset=4" in url:
            raise Cancelled
        return Server(eleven)(url)

    with pytest.raises(Cancelled):
        ask(stop, cache, "GM0599")
    assert len(list(cache.folder.glob("*.json"))) == 1
    assert not list(cache.folder.glob("*.part"))


def other_host(real):
    return Answer(200, real.body.replace(b"https://proef.nl/ogc", b"https://elders.nl/ogc"))


def renumber(real):
    body = json.loads(real.body)
    body["features"][0]["properties"]["buurtcode"] = "BU05990003"
    return Answer(200, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("number", "fault", "words"),
    [
        (1, Answer(200, b"<!DOCTYPE html><title>Log in</title>"), "web page.*proxy"),
        (1, Answer(200, b'{"type": "Feature"}'), "no collection of areas"),
        (1, Answer(200, b'{"features": ["a"]}'), "no collection of areas"),
        (1, Answer(200, b"[1, 2]"), "no collection of areas"),
        (1, Answer(403, reason="Forbidden"), "refuses the request: 403 Forbidden"),
        (1, Answer(407, reason="Proxy"), "407 Proxy.*proxy"),
        (1, Answer(404, reason="Not Found"), "does not have buurten of 2024"),
        (1, Answer(200, b"<x:ExceptionReport>no such thing</x:ExceptionReport>"), "no such thing"),
        (1, other_host, "points to another server.*elders"),
        (3, renumber, "more than once: BU05990003"),
        (3, lambda real: Answer(200, b'{"features": [], "numberMatched": 11}'), "sent 8"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(eleven, cache, number, fault, words):
    server = Server(eleven, faults={number: fault})
    with pytest.raises(TableError, match=words):
        ask(server, cache, "GM0599")
    assert len(server.asked) == number  # none of these is worth a second try


def test_pages_in_a_circle_end(eleven, cache):
    def circle(url):
        page = json.loads(Server(eleven)(url).body)
        page["links"] = [{"rel": "next", "href": url}]
        return Answer(200, json.dumps(page).encode())

    with pytest.raises(TableError, match="in a circle"):
        ask(circle, cache, "GM0599")

    def same(url):
        return Server(eleven)(re.sub("startIndex=[0-9]+", "startIndex=0", url))

    with pytest.raises(TableError, match="in a circle"):
        ask(same, Cache(cache.folder / "w", cache.now), "GM0599", at=WFS)


def test_a_server_that_ignores_the_filter_gives_no_foreign_rows(eleven, cache):
    for at in (OGC, WFS):
        found = ask(
            Server(eleven, ignore_filter=True), Cache(cache.folder / at[-4:], cache.now), at=at
        )
        assert len(found.frame) == 11
        assert "2 areas of other gemeenten than GM0599" in found.notes[0].text.en


def test_figures_of_another_year_are_refused(cache):
    with pytest.raises(TableError, match="asked for 2023 and sent figures of 2024"):
        ask(Server([buurt(1)]), cache, "GM0599", year=2023)


def test_a_year_is_written_where_the_server_has_none(cache):
    row = buurt(1)
    del row["properties"]["jaar"]
    assert list(ask(Server([row]), cache, "GM0599", year=2023).frame["jaar"]) == [2023]


def test_a_release_without_tenure_is_told(cache):
    rows = [buurt(n, percentage_koopwoningen=-99995) for n in (1, 2)]
    found = ask(Server(rows), cache)
    assert "No area has figures on tenure" in found.notes[0].text.en


def shifted(row, change):
    ring = [change(*xy) for xy in row["geometry"]["coordinates"][0]]
    row["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    return row


def test_degrees_are_seen_and_nonsense_is_refused(cache):
    lonlat = shifted(buurt(1), lambda x, y: [4.4 + x / 1e6, 51.9 + y / 1e7])

    def crs84(url):
        return Answer(200, Server([lonlat])(url).body, {"Content-Crs": "<…/OGC/1.3/CRS84>"})

    assert ask(crs84, cache, "GM0599").degrees
    swapped = shifted(buurt(1), lambda x, y: [51.9 + y / 1e7, 4.4 + x / 1e6])
    with pytest.raises(TableError, match="neither RD New nor"):
        ask(Server([swapped]), Cache(cache.folder / "s", cache.now), "GM0599")
    with pytest.raises(TableError, match="neither RD New nor"):
        ask(Server([lonlat]), Cache(cache.folder / "t", cache.now), "GM0599")  # says 28992


def test_shapes_may_be_absent_and_broken_ones_are_told(cache):
    row = buurt(1)
    row["geometry"] = None
    found = ask(Server([row, buurt(2)]), cache)
    assert found.frame.geometry.isna().tolist() == [True, False]
    bad = buurt(1)
    bad["geometry"] = {"type": "Polygon", "coordinates": [[[1, 2]]]}
    with pytest.raises(TableError, match="shape that cannot be read"):
        ask(Server([bad]), Cache(cache.folder / "b", cache.now), "GM0599")


@pytest.mark.parametrize("at", ["file:///etc/passwd", "ftp://x.nl", "proef.nl", "https://", "a b"])
def test_only_addresses_of_the_web_are_asked(eleven, cache, at):
    server = Server(eleven)
    with pytest.raises(TableError, match="no address of a server"):
        ask(server, cache, at=at)
    assert server.asked == []


def test_camel_case_fields_are_recognised(cache):
    row = buurt(1)
    row["properties"] = {
        "buurtcode": "BU05990001",
        "gemeenteCode": "GM0606",
        "percentageKoopwoningen": 40,
        "woningvoorraad": 100,
    }
    with pytest.raises(TableError, match="no buurten of GM0599"):
        ask(Server([row], ignore_filter=True), cache, "GM0599")
    row["properties"].pop("gemeenteCode")
    again = Cache(cache.folder / "again", cache.now)
    found = ask(Server([row], ignore_filter=True), again, "GM0599")
    assert "cannot be checked" in " ".join(note.text.en for note in found.notes)


def test_capabilities_that_break_off_are_asked_again(eleven, cache):
    half = Answer(200, b'<wfs:WFS_Capabilities version="2.0.0"><FeatureType><Name>a</Name>')
    server = Server(eleven, faults={1: half})
    assert len(ask(server, cache, "GM0599", at=WFS).frame) == 11
    assert len(server.asked) == 5


def test_an_older_wfs_is_asked_in_its_own_words(eleven, cache):
    asked = []

    def old(url):
        asked.append(url)
        answer = Server(eleven)(
            url.replace("typeName=", "typeNames=").replace("maxFeatures=", "count=")
        )
        return answer._replace(body=answer.body.replace(b'version="2.0.0"', b'version="1.1.0"'))

    assert len(ask(old, cache, "GM0599", at=WFS).frame) == 11
    assert all("version=1.1.0&" in url and "&typeName=" in url for url in asked[1:])


@pytest.mark.parametrize(
    "fault", [renumber, lambda real: Answer(200, b'{"features": [], "numberMatched": 11}')]
)
def test_pages_that_contradict_each_other_are_not_kept(eleven, cache, fault):
    with pytest.raises(TableError):
        ask(Server(eleven, faults={3: fault}), cache, "GM0599")
    assert not list(cache.folder.glob("*.json"))
    assert len(ask(Server(eleven), cache, "GM0599").frame) == 11


def test_a_server_that_is_silent_is_not_waited_for_at_every_page(eleven, cache):
    ask(Server(eleven), cache, "GM0599")
    cache.moment = NOON + timedelta(days=3)
    waits = []
    found = ask(lambda url: Answer(0), cache, "GM0599", pause=waits.append)
    assert len(found.frame) == 11
    assert (len(waits), len(found.notes)) == (3, 1)


def test_a_layer_that_was_downloaded_before_gets_its_own_source(cache):
    found = ask(Server([buurt(1, bron="een ander", fid=7)]), cache, "GM0599")
    assert found.frame["bron"].iloc[0].startswith("Bron: CBS")
    assert "fid" not in found.frame


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("?offset=4", "https://a.nl:8443/x/items?offset=4"),
        ("/y?o=1", "https://a.nl:8443/y?o=1"),
        ("more", "https://a.nl:8443/x/more"),
        ("http://a.nl/y?o=1", "https://a.nl:8443/y?o=1"),
    ],
)
def test_the_next_page_is_asked_of_the_host_that_was_chosen(target, expected):
    assert pdok._follow("https://a.nl:8443/x/items?f=json", target) == expected
