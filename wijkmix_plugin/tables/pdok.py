# SPDX-License-Identifier: GPL-2.0-or-later
"""Buurten, wijken and gemeenten from PDOK: requests, pages and their checks.

The network is passed in (`Get`), so that QGIS' own network manager carries the requests, with the
proxy and the certificates of the municipality, and so that faults can be replayed in tests.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import html
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np
import pandas as pd

from ..errors import TableError, Text, listed
from .columns import Note, match, whole_names
from .values import numbers

if TYPE_CHECKING:
    import geopandas as gpd

PDOK = "https://api.pdok.nl"
PDOK_WFS = "https://service.pdok.nl"
OGC_PATH = "/cbs/wijken-en-buurten-{year}/ogc/v1"
WFS_PATH = "/cbs/wijkenbuurten/{year}/wfs/v1_0"
LEVELS = {"buurten": "buurtcode", "wijken": "wijkcode", "gemeenten": "gemeentecode"}
RD_URI = "http://www.opengis.net/def/crs/EPSG/0/28992"
PAGE = 1000  # the most that PDOK gives at once
RETRY_AFTER = (1.0, 4.0, 10.0)  # seconds before the second, third and fourth try
PASSING = frozenset({0, 408, 425, 429, 500, 502, 503, 504})  # 0 is no answer at all
FRESH = timedelta(hours=24)
KEPT = timedelta(days=90)
CODE = re.compile(r"^GM\d{4}$", re.IGNORECASE)
EVERYDAY = {"den haag": "'s-gravenhage", "den bosch": "'s-hertogenbosch"}
ATTRIBUTION = (
    "Bron: CBS, Kerncijfers wijken en buurten {year}, Wijk- en Buurtkaart {year}; Kadaster; "
    "CC BY 4.0"
)


class Answer(NamedTuple):
    """What a server said; status 0 and `reason` where it said nothing."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}
    reason: str = ""

    def header(self, name: str) -> str:
        """Return a header by its name in any case, "" where absent."""
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), "")


Get = Callable[[str], Answer]
Pause = Callable[[float], None]


@dataclass
class Download:
    """What was fetched.

    Attributes
    ----------
    frame : the fields as published, `jaar` where the server has none, `bron`, and the geometry.
    degrees : the geometry is in longitude and latitude (WGS 84), else in RD New.
    fetched : when the oldest page came from the server.
    gemeenten : code -> name.
    notes : what was left out or is missing.
    """

    frame: gpd.GeoDataFrame
    degrees: bool
    fetched: datetime
    gemeenten: dict[str, str]
    notes: list[Note] = field(default_factory=list)


class Cache:
    """Pages as they came, one file each, with the moment they came.

    A folder that cannot be made or written keeps nothing: the download works without.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self.now = now

    def _path(self, url: str) -> Path:
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json"

    def read(self, url: str) -> tuple[dict[str, Any], datetime] | None:
        """Return a page and when it came; None where there is no whole one."""
        try:
            kept = json.loads(self._path(url).read_text(encoding="utf-8"))
            if kept["url"] != url:
                return None
            return kept["page"], datetime.fromisoformat(kept["fetched"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, url: str, page: dict[str, Any]) -> datetime:
        """Keep a page, whole or not at all; return the moment."""
        now = self.now()
        text = json.dumps({"url": url, "fetched": now.isoformat(), "page": page})
        half = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, half = tempfile.mkstemp(dir=self.folder, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(half).replace(self._path(url))
        except OSError:
            if half is not None:
                Path(half).unlink(missing_ok=True)
        return now

    def forget(self, url: str) -> None:
        """Ask a page anew the next time."""
        with contextlib.suppress(OSError):
            self._path(url).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what is older than ninety days."""
        limit = (self.now() - KEPT).timestamp()
        try:
            for path in self.folder.iterdir():
                if path.suffix in (".json", ".part") and path.stat().st_mtime < limit:
                    path.unlink(missing_ok=True)
        except OSError:
            return


def download(
    get: Get,
    cache: Cache,
    *,
    gemeente: str,
    year: int,
    level: str,
    server: str = PDOK,
    pause: Pause,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> Download:
    """Fetch the areas of one or more gemeenten, page by page.

    Asks the OGC API Features, and where PDOK (or the host given) does not have the year there, the
    WFS. A request that fails in passing is tried four times; pages that came are kept, so a
    download that broke off goes on where it was. What came within 24 hours is not asked again,
    and where the server gives no answer an older copy is used, with a warning that tells its date.

    Parameters
    ----------
    get : carries one request; raises Cancelled when the user stops.
    gemeente : names or codes (GM0599), separated by commas; any case.
    level : "buurten", "wijken" or "gemeenten".
    server : a host; the address of an OGC API (…/ogc/v1) or of a WFS (…/wfs/…, or with
        service=WFS). `{year}` stands for the year.
    pause : waits so many seconds; raises Cancelled when the user stops.
    progress : told how many areas came, and of how many where the server says so.

    Raises
    ------
    TableError
        An address that is none; a year or gemeente that the server does not have; an answer that
        is no feature collection, incomplete, or contradicts itself; no answer after four tries.
    """
    wanted = [" ".join(item.split()) for item in gemeente.split(",") if item.strip()]
    if not wanted:
        raise TableError(
            "No gemeente was given. Type its name or code, for example Rotterdam or GM0599.",
            "Er is geen gemeente opgegeven. Typ de naam of de code, bijvoorbeeld Rotterdam of "
            "GM0599.",
        )
    notes: list[Note] = []
    cache.tidy()
    fetcher = _Fetcher(get, cache, pause, notes)
    service = _service(fetcher, server, year)
    try:
        return _download(fetcher, service, wanted, year, level, notes, progress)
    except _ContradictionError:
        # Kept for a day, these pages would contradict each other for a day.
        fetcher.forget()
        raise


class _ContradictionError(TableError):
    """The pages of a server do not make one whole; asked again they may."""


def _download(
    fetcher: _Fetcher,
    service: _OgcApi | _Wfs | _Either,
    wanted: list[str],
    year: int,
    level: str,
    notes: list[Note],
    progress: Callable[[int, int | None], None],
) -> Download:
    codes = _codes(service, wanted, year)
    rows: list[dict[str, Any]] = []
    for code in codes:
        found = []
        foreign = 0
        try:
            for features, total in service.pages(level, code):
                own = [f for f in features if _value(f, "gemeentecode") in (code, None)]
                foreign += len(features) - len(own)
                found += own
                progress(len(rows) + len(found), total if len(codes) == 1 else None)
        except _NotThere as missing:
            _raise_absent(service, level, year, str(missing))
        if foreign:
            notes.append(
                Note(
                    "warning",
                    Text(
                        "The server sent {n} areas of other gemeenten than {code}; they were left "
                        "out.",
                        "De server stuurde {n} gebieden van andere gemeenten dan {code}; die zijn "
                        "weggelaten.",
                    ).format(n=foreign, code=code),
                )
            )
        if level == "gemeenten":
            found = [f for f in found if _value(f, "water") in (None, "NEE")] or found
        if not found:
            raise _ContradictionError(
                "{server} has no {level} of {code} in {year}. The code is perhaps of another year "
                "(gemeenten merge): try its name, or another year.",
                "{server} heeft geen {level} van {code} in {year}. De code is misschien van een "
                "ander jaar (gemeenten worden samengevoegd): probeer de naam, of een ander jaar.",
                server=service.root,
                level=level,
                code=code,
                year=year,
            )
        rows += found
    frame, degrees = _frame(rows, level, year, service.root)
    names = dict(zip(codes, codes, strict=True))
    if "gemeentecode" in frame and "gemeentenaam" in frame:
        names |= dict(zip(frame["gemeentecode"], frame["gemeentenaam"], strict=True))
    elif level != "gemeenten" and "gemeentecode" not in frame:
        notes.append(
            Note(
                "warning",
                Text(
                    "The areas carry no code of their gemeente; that the server limited them to "
                    "{codes} cannot be checked.",
                    "De gebieden hebben geen gemeentecode; dat de server ze tot {codes} heeft "
                    "beperkt, is niet na te gaan.",
                ).format(codes=listed(codes)),
            )
        )
    _note_tenure(frame, year, notes)
    frame.insert(
        len(frame.columns) - 1,
        "bron",
        f"{ATTRIBUTION.format(year=year)} ({service.root}, {fetcher.oldest:%Y-%m-%d})",
    )
    return Download(frame, degrees, fetcher.oldest, names, notes)


# -- one request


class _Fetcher:
    """Requests with retries and the cache; remembers how old the oldest page is."""

    def __init__(self, get: Get, cache: Cache, pause: Pause, notes: list[Note]) -> None:
        self.get = get
        self.cache = cache
        self.pause = pause
        self.notes = notes
        self.oldest = cache.now()
        self.asked: list[str] = []
        self.silent = False  # it gave no answer, and an older copy stood in

    def forget(self) -> None:
        """Drop the pages of this download from the cache."""
        for url in self.asked:
            self.cache.forget(url)

    def page(self, url: str, read: Callable[[Answer], dict[str, Any]]) -> dict[str, Any]:
        """Return what `read` makes of the answer, from the cache where that is fresh.

        Raises
        ------
        _NotThere
            The server does not know the address.
        TableError
            No usable answer after four tries, and no older copy.
        """
        self.asked.append(url)
        kept = self.cache.read(url)
        if kept is not None and (self.silent or timedelta() <= self.cache.now() - kept[1] < FRESH):
            return self._dated(*kept)
        for wait in (*RETRY_AFTER, None):
            answer = self.get(url)
            try:
                _check_status(url, answer)
                page = read(answer)
            except _Broken as broken:
                problem = broken.text
            else:
                return self._dated(page, self.cache.write(url, page))
            if wait is not None:
                told = answer.header("Retry-After")
                self.pause(min(max(wait, float(told)), 60.0) if told.isdigit() else wait)
        if kept is not None:
            self.silent = True
            self.notes.append(
                Note(
                    "warning",
                    Text(
                        "{problem} Used instead: what came on {date}.",
                        "{problem_nl} In plaats daarvan gebruikt: wat op {date} is opgehaald.",
                    ).format(problem=problem.en, problem_nl=problem.nl, date=f"{kept[1]:%Y-%m-%d}"),
                )
            )
            return self._dated(*kept)
        raise TableError(
            problem.en
            + " Tried {n} times. Run again to go on with the pages that did come; behind a proxy, "
            "check the network settings of QGIS.",
            problem.nl
            + " {n} keer geprobeerd. Voer opnieuw uit om verder te gaan met de pagina's die er al "
            "zijn; achter een proxy: controleer de netwerkinstellingen van QGIS.",
            n=len(RETRY_AFTER) + 1,
        )

    def _dated(self, page: dict[str, Any], fetched: datetime) -> dict[str, Any]:
        self.oldest = min(self.oldest, fetched)
        return page


class _NotThere(Exception):  # noqa: N818 - an answer, and no mistake
    """The server does not have what was asked."""


class _Broken(Exception):  # noqa: N818 - carries a text of two languages
    """An answer that is cut off; another try may bring it whole."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def _check_status(url: str, answer: Answer) -> None:
    """Raise _Broken where another try may help, _NotThere or TableError for the rest."""
    if answer.status in PASSING:
        raise _Broken(
            Text(
                "{url} did not answer ({reason}).",
                "{url} gaf geen antwoord ({reason}).",
            ).format(url=_braces(url), reason=_braces(_reason(answer)))
        )
    if answer.status in (400, 404, 410):
        raise _NotThere(_reason(answer))
    if answer.status != 200:
        raise TableError(
            "{url} refuses the request: {reason}. A proxy or firewall may stand between: check "
            "the network settings of QGIS, or ask who keeps the network to allow this address.",
            "{url} weigert het verzoek: {reason}. Misschien staat er een proxy of firewall tussen: "
            "controleer de netwerkinstellingen van QGIS, of vraag de netwerkbeheerder dit adres "
            "toe te staan.",
            url=url,
            reason=_reason(answer),
        )


def _reason(answer: Answer) -> str:
    return f"{answer.status or ''} {answer.reason}".strip() or "?"


def _braces(text: str) -> str:
    """Make a text safe to stand in a format string."""
    return text.replace("{", "{{").replace("}", "}}")


def _features(url: str, answer: Answer) -> dict[str, Any]:
    """Read a page of features.

    Raises
    ------
    _Broken
        The text breaks off.
    TableError
        It is whole and something else.
    """
    text = answer.body.decode("utf-8", errors="replace").lstrip("\ufeff \r\n\t")
    if text.startswith("<"):
        if "ExceptionReport" in text[:2000]:
            raise _NotThere(" ".join(re.sub(r"<[^>]*>", " ", text).split())[:200])
        raise TableError(
            "{url} answered with a web page where data was asked. A proxy or a login page may "
            "stand between: check the network settings of QGIS.",
            "{url} gaf een webpagina in plaats van gegevens. Misschien staat er een proxy of "
            "inlogpagina tussen: controleer de netwerkinstellingen van QGIS.",
            url=url,
        )
    try:
        page = json.loads(text)
    except ValueError:
        raise _Broken(
            Text(
                "The answer of {url} breaks off or is no JSON ({n} bytes).",
                "Het antwoord van {url} breekt af of is geen JSON ({n} bytes).",
            ).format(url=_braces(url), n=len(answer.body))
        ) from None
    features = page.get("features") if isinstance(page, dict) else None
    if not isinstance(features, list) or not all(
        isinstance(f, dict) and isinstance(f.get("properties"), dict) for f in features
    ):
        raise TableError(
            "{url} answered with JSON that is no collection of areas. Is this the address of an "
            "OGC API Features or WFS?",
            "{url} gaf JSON die geen verzameling gebieden is. Is dit het adres van een OGC API "
            "Features of WFS?",
            url=url,
        )
    returned = page.get("numberReturned")
    if isinstance(returned, int) and returned != len(features):
        raise _Broken(
            Text(
                "{url} says that it sends {n} areas and sends {m}.",
                "{url} zegt {n} gebieden te sturen en stuurt er {m}.",
            ).format(url=_braces(url), n=returned, m=len(features))
        )
    crs = answer.header("Content-Crs") or str(
        ((page.get("crs") or {}).get("properties") or {}).get("name", "")
    )
    for feature in features:
        feature["_crs"] = crs
    links = page.get("links")
    following = [
        str(link.get("href"))
        for link in (links if isinstance(links, list) else ())
        if isinstance(link, dict) and link.get("rel") == "next" and link.get("href")
    ]
    # MapServer and GeoServer write numberMatched, older ones totalFeatures; "unknown" occurs.
    total = next(
        (page[k] for k in ("numberMatched", "totalFeatures") if isinstance(page.get(k), int)), None
    )
    return {"features": features, "next": following[0] if following else None, "total": total}


def _value(feature: dict[str, Any], name: str) -> Any:
    """Return a property by its name in any spelling of case and underscores, stripped."""
    properties = feature["properties"]
    value = properties.get(name)
    if value is None:
        wanted = name.replace("_", "").lower()
        value = next(
            (v for k, v in properties.items() if k.replace("_", "").lower() == wanted), None
        )
    return value.strip() if isinstance(value, str) else value


# -- the two kinds of server


class _OgcApi:
    """An OGC API Features: a page names the next one."""

    def __init__(self, fetcher: _Fetcher, root: str) -> None:
        self.fetcher = fetcher
        self.root = root.rstrip("/")

    def pages(
        self, level: str, code: str | None, **where: str
    ) -> Iterator[tuple[list[dict[str, Any]], int | None]]:
        query = {"f": "json", "limit": str(PAGE), "crs": RD_URI, **where}
        if code is not None:
            query["gemeentecode"] = code
        url: str | None = f"{self.root}/collections/{level}/items?{_query(query)}"
        seen: set[str] = set()
        came = 0
        while url is not None:
            seen.add(url)
            here = url
            page = self.fetcher.page(here, partial(_features, here))
            came += len(page["features"])
            yield page["features"], page["total"]
            url = None if page["next"] is None else _follow(here, page["next"])
            if url in seen:
                _raise_circle(here)
        _check_total(self.root, came, page["total"])


class _Wfs:
    """A WFS 2.0 or 1.1: pages by number. PDOK's ignores cql_filter and reads an XML filter."""

    def __init__(self, fetcher: _Fetcher, root: str) -> None:
        self.fetcher = fetcher
        self.root = root
        self._names: dict[str, str] = {}
        self._version = "2.0.0"

    def _url(self, **query: str) -> str:
        joint = "&" if "?" in self.root else "?"
        if self.root.endswith(("?", "&")):
            joint = ""
        return self.root + joint + _query({"service": "WFS", "version": self._version, **query})

    def type_name(self, level: str) -> str:
        """Return what the server calls a level, from its capabilities."""
        if not self._names:
            url = self._url(request="GetCapabilities")
            page = self.fetcher.page(url, partial(_capabilities, url))
            self._version = page["version"]
            self._names = {name.rsplit(":", 1)[-1].lower(): name for name in page["names"]}
        if level not in self._names:
            raise _NotThere(listed(self._names.values()))
        return self._names[level]

    def pages(
        self, level: str, code: str | None, **where: str
    ) -> Iterator[tuple[list[dict[str, Any]], int | None]]:
        conditions = dict(where)
        if code is not None:
            conditions["gemeentecode"] = code
        name = self.type_name(level)
        new = self._version.startswith("2")
        query = {
            "request": "GetFeature",
            ("typeNames" if new else "typeName"): name,
            "outputFormat": "application/json",
            "srsName": "EPSG:28992",
            ("count" if new else "maxFeatures"): str(PAGE),
        }
        if conditions:
            query["filter"] = _filter(conditions)
        came = 0
        seen: set[str] = set()
        last: list[dict[str, Any]] = []
        while True:
            url = self._url(**query, startIndex=str(came))
            page = self.fetcher.page(url, partial(_features, url))
            features, total = page["features"], page["total"]
            if total is None and 0 < len(last) < PAGE and features == last:
                break  # a server without pages gives the same again
            last = features
            ids = {str(f["id"]) for f in features if f.get("id") is not None}
            if ids & seen:
                _raise_circle(url)
            seen |= ids
            came += len(features)
            yield features, total
            # A page may be short because the server gives no more at once.
            if not features or (total is not None and came >= total and len(features) < PAGE):
                break
        _check_total(self.root, came, total)


def _filter(conditions: Mapping[str, str]) -> str:
    each = [
        f"<PropertyIsEqualTo><PropertyName>{name}</PropertyName>"
        f"<Literal>{html.escape(value)}</Literal></PropertyIsEqualTo>"
        for name, value in conditions.items()
    ]
    inner = each[0] if len(each) == 1 else f"<And>{''.join(each)}</And>"
    return f'<Filter xmlns="http://www.opengis.net/ogc">{inner}</Filter>'


def _capabilities(url: str, answer: Answer) -> dict[str, Any]:
    """Read the version that a WFS speaks and the names of its layers.

    By pattern: an XML parser would follow the entities of a stranger.
    """
    text = answer.body.decode("utf-8", errors="replace")
    root = re.search(r"<(?:\w+:)?WFS_Capabilities\b[^>]*>", text)
    if root is None or "WFS_Capabilities>" not in text[root.end() :]:
        raise _Broken(
            Text(
                "{url} did not describe itself as a WFS does.",
                "{url} beschrijft zich niet zoals een WFS dat doet.",
            ).format(url=_braces(url))
        )
    version = re.search(r"""\bversion\s*=\s*["']([\d.]+)["']""", root[0])
    names = re.findall(
        r"<(?:\w+:)?FeatureType\b[^>]*>\s*<(?:\w+:)?Name>\s*([^<]*?)\s*<", text, re.DOTALL
    )
    return {"names": names, "version": version[1] if version else "2.0.0"}


def _query(parts: Mapping[str, str]) -> str:
    from urllib.parse import quote, urlencode

    return urlencode(parts, quote_via=quote)


ADDRESS = re.compile(r"^(https?)://([^/?#\s]+)([^\s#]*)$", re.IGNORECASE)


def _follow(here: str, target: str) -> str:
    """Return the address of the next page, on the host that was asked."""
    from urllib.parse import urljoin

    scheme, host, _ = _address(here)
    there = urljoin(here, target)
    _, other, rest = _address(there)
    if _name(other) != _name(host):
        raise TableError(
            "{here} points to another server for its next page: {there}. Only the server that was "
            "chosen is asked.",
            "{here} verwijst voor de volgende pagina naar een andere server: {there}. Alleen de "
            "gekozen server wordt bevraagd.",
            here=here,
            there=there,
        )
    # A server behind a gateway may name itself by another scheme or port.
    return f"{scheme}://{host}{rest}"


def _name(host: str) -> str:
    return host.rsplit("@", 1)[-1].rsplit(":", 1)[0].lower()


def _address(url: str) -> tuple[str, str, str]:
    found = ADDRESS.match(url.strip())
    if found is None:
        raise TableError(
            "This is no address of a server: {url}. It begins with https:// or http://, for "
            "example {example}.",
            "Dit is geen adres van een server: {url}. Het begint met https:// of http://, "
            "bijvoorbeeld {example}.",
            url=url,
            example=PDOK,
        )
    return found[1].lower(), found[2], found[3]


def _raise_circle(url: str) -> NoReturn:
    raise _ContradictionError(
        "{url} sends areas that it has sent already: its pages go round in a circle. Try again "
        "later, or another server.",
        "{url} stuurt gebieden die al zijn gestuurd: de pagina's lopen in een kring. Probeer het "
        "later opnieuw, of een andere server.",
        url=url,
    )


def _check_total(root: str, came: int, total: int | None) -> None:
    if total is not None and came < total:
        raise _ContradictionError(
            "{root} has {total} areas and sent {came}: the download is not whole. Run again.",
            "{root} heeft {total} gebieden en stuurde er {came}: de download is niet compleet. "
            "Voer opnieuw uit.",
            root=root,
            total=total,
            came=came,
        )


def _service(fetcher: _Fetcher, server: str, year: int) -> _OgcApi | _Wfs | _Either:
    """Choose what to ask, by the address."""
    # Not str.format: an address may hold other braces.
    server = (server.strip() or PDOK).replace("{year}", str(year))
    scheme, host, rest = _address(server)
    path = rest.split("?")[0].strip("/").lower()
    if re.search(r"service=wfs", rest, re.IGNORECASE):
        kept = re.sub(r"([?&])service=wfs&?", r"\1", rest, flags=re.IGNORECASE)
        return _Wfs(fetcher, f"{scheme}://{host}{kept}")
    if "wfs" in path.split("/"):
        return _Wfs(fetcher, f"{scheme}://{host}{rest}")
    if path:
        root = rest.split("?")[0].rstrip("/")
        root = re.sub(r"/collections(/.*)?$", "", root)
        return _OgcApi(fetcher, f"{scheme}://{host}{root}")
    base = f"{scheme}://{host}"
    wfs = PDOK_WFS if base == PDOK else base
    return _Either(
        _OgcApi(fetcher, base + OGC_PATH.format(year=year)),
        _Wfs(fetcher, wfs + WFS_PATH.format(year=year)),
    )


class _Either:
    """The OGC API of a host, or its WFS where it does not have the year there."""

    def __init__(self, first: _OgcApi, second: _Wfs) -> None:
        self._first = first
        self._second = second
        self._chosen: _OgcApi | _Wfs = first

    @property
    def root(self) -> str:
        return self._chosen.root

    def pages(
        self, level: str, code: str | None, **where: str
    ) -> Iterator[tuple[list[dict[str, Any]], int | None]]:
        pages = self._chosen.pages(level, code, **where)
        try:
            first = next(pages)
        except _NotThere:
            if self._chosen is self._second:
                raise
            self._chosen = self._second
            pages = self._chosen.pages(level, code, **where)
            first = next(pages)
        yield first
        yield from pages


# -- gemeenten by name


def _codes(service: _OgcApi | _Wfs | _Either, wanted: list[str], year: int) -> list[str]:
    """Return the codes of gemeenten given by name or code."""
    codes: list[str] = []
    everything: dict[str, str] = {}
    if not all(map(CODE.match, wanted)):
        everything = _gemeenten(service, year)
        wanted = whole_names(wanted, {known.casefold() for known in everything.values()})
    for item in wanted:
        if CODE.match(item):
            codes.append(item.upper())
            continue
        name = EVERYDAY.get(item.casefold(), item.casefold())
        found = [code for code, known in everything.items() if known.casefold() == name]
        if not found:
            labels = {known.casefold(): f"{known} ({code})" for code, known in everything.items()}
            near = [
                label
                for known, label in labels.items()
                if known.split(" (")[0] == name or name in known
            ]
            near += [
                labels[key] for key in difflib.get_close_matches(name, list(labels), 3, cutoff=0.6)
            ]
            raise TableError(
                "There is no gemeente {item} in {year} on {server}.{near} Gemeenten merge: an "
                "older name needs an older year.",
                "Er is geen gemeente {item} in {year} op {server}.{near_nl} Gemeenten worden "
                "samengevoegd: bij een oude naam hoort een ouder jaar.",
                item=repr(item),
                year=year,
                server=service.root,
                near=f" Did you mean {listed(dict.fromkeys(near), 8)}?" if near else "",
                near_nl=f" Bedoelt u {listed(dict.fromkeys(near), 8)}?" if near else "",
            )
        codes += found
    return list(dict.fromkeys(codes))


def _gemeenten(service: _OgcApi | _Wfs | _Either, year: int) -> dict[str, str]:
    """Return code -> name of every gemeente; CBS has a row of land and often one of water."""
    names: dict[str, str] = {}
    try:
        for features, _ in service.pages("gemeenten", None):
            for feature in features:
                code, name = _value(feature, "gemeentecode"), _value(feature, "gemeentenaam")
                if isinstance(code, str) and isinstance(name, str):
                    names[code] = name
    except _NotThere as missing:
        _raise_absent(service, "gemeenten", year, str(missing))
    return names


def _raise_absent(service: Any, what: str, year: int, reason: str) -> NoReturn:
    raise TableError(
        "{server} does not have {what} of {year} ({reason}). PDOK serves the Wijk- en Buurtkaart "
        "from 2022; older years are a file to download from cbs.nl (Wijk- en Buurtkaart), which "
        "QGIS opens and WijkMix reads.",
        "{server} heeft geen {what} van {year} ({reason}). PDOK biedt de Wijk- en Buurtkaart aan "
        "vanaf 2022; oudere jaren zijn als bestand te downloaden op cbs.nl (Wijk- en Buurtkaart); "
        "QGIS opent dat en WijkMix leest het.",
        server=service.root,
        what=what,
        year=year,
        reason=reason or "?",
    )


# -- the table


def _frame(
    features: list[dict[str, Any]], level: str, year: int, root: str
) -> tuple[gpd.GeoDataFrame, bool]:
    """Return the areas as a frame, sorted by code, and whether they are in degrees."""
    import geopandas as gpd
    import shapely

    codes = [_value(f, LEVELS[level]) for f in features]
    twice = pd.Series([c for c in codes if c is not None], dtype=object)
    twice = twice[twice.duplicated()]
    if len(twice):
        raise _ContradictionError(
            "{root} sent some areas more than once: {codes}. The data may have changed between "
            "two pages: run again.",
            "{root} stuurde gebieden meer dan eens: {codes}. De gegevens zijn misschien tussen "
            "twee pagina's veranderd: voer opnieuw uit.",
            root=root,
            codes=listed(twice.unique(), 10),
        )
    order = sorted(range(len(features)), key=lambda i: (str(codes[i] or ""), i))
    features = [features[i] for i in order]
    frame = pd.DataFrame([f["properties"] for f in features])
    # `bron` of a layer that was downloaded before, and what the file makes itself.
    ours = ("geometry", "geom", "fid", "bron")
    frame = frame.drop(columns=[c for c in frame if str(c).lower() in ours])
    frame = frame.astype({c: object for c in frame if frame[c].isna().all()})
    if not any(str(c).lower() == "jaar" for c in frame):
        frame["jaar"] = year
    elif (wrong := numbers(frame[_named(frame, "jaar")]).values) is not None and np.any(
        np.isfinite(wrong) & (wrong != year)
    ):
        years = sorted({int(v) for v in wrong[np.isfinite(wrong)]})
        raise _ContradictionError(
            "{root} was asked for {year} and sent figures of {years}. Choose that year, or "
            "another server.",
            "{root} kreeg de vraag naar {year} en stuurde cijfers van {years}. Kies dat jaar, of "
            "een andere server.",
            root=root,
            year=year,
            years=listed(map(str, years)),
        )
    try:
        shapes = [
            None if f.get("geometry") is None else shapely.geometry.shape(f["geometry"])
            for f in features
        ]
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
        raise _ContradictionError(
            "{root} sent a shape that cannot be read: {reason}. Try again, or another server.",
            "{root} stuurde een vorm die niet te lezen is: {reason}. Probeer het opnieuw, of een "
            "andere server.",
            root=root,
            reason=str(error)[:200],
        ) from error
    degrees = _in_degrees(shapes, {f["_crs"] for f in features}, root)
    many = [
        shapely.MultiPolygon([s]) if s is not None and s.geom_type == "Polygon" else s
        for s in shapes
    ]
    return gpd.GeoDataFrame(frame, geometry=many), degrees


def _named(frame: pd.DataFrame, name: str) -> Any:
    return next(c for c in frame if str(c).lower() == name)


def _in_degrees(shapes: list[Any], told: set[str], root: str) -> bool:
    """Return whether shapes are in WGS 84, by what the server says and by where they are."""
    import shapely

    x0, y0, x1, y1 = shapely.total_bounds([s for s in shapes if s is not None])
    rd = x0 > -50_000 and x1 < 350_000 and y0 > 250_000 and y1 < 700_000
    lonlat = x0 > 2 and x1 < 8.5 and y0 > 50 and y1 < 54.5
    says_rd = any("28992" in crs for crs in told)
    if np.isnan(x0) or rd or (lonlat and not says_rd):
        return bool(lonlat)
    raise _ContradictionError(
        "{root} sent coordinates that are neither RD New nor longitude and latitude in the "
        "Netherlands (from {x0:.1f}, {y0:.1f} to {x1:.1f}, {y1:.1f}; it says {crs}).",
        "{root} stuurde coördinaten die niet in RD New staan en ook geen lengte en breedte in "
        "Nederland zijn (van {x0:.1f}, {y0:.1f} tot {x1:.1f}, {y1:.1f}; de server zegt {crs}).",
        root=root,
        x0=x0,
        y0=y0,
        x1=x1,
        y1=y1,
        crs=listed(sorted(told)) or "?",
    )


def _note_tenure(frame: pd.DataFrame, year: int, notes: list[Note]) -> None:
    """Say so where this release has no tenure yet."""
    names = [str(c) for c in frame.columns if c != "geometry"]
    roles = match(names, None)
    share = roles.get("share_koop")
    if share is None:
        text = Text(
            "These data have no column with owner-occupied dwellings.",
            "Deze gegevens hebben geen kolom met koopwoningen.",
        )
    elif np.isnan(numbers(frame[share]).values).all():
        text = Text(
            "No area has figures on tenure: CBS adds these to {year} in a later release, or keeps "
            "them secret for areas this small. Take an earlier year, or download again later.",
            "Geen enkel gebied heeft cijfers over eigendom: CBS voegt die voor {year} later "
            "toe, of houdt ze geheim voor zulke kleine gebieden. Neem een eerder jaar, of "
            "download later opnieuw.",
        ).format(year=year)
    else:
        return
    notes.append(Note("warning", text))
