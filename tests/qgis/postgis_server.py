# SPDX-License-Identifier: GPL-2.0-or-later
"""A real PostgreSQL with PostGIS for one session, in a folder of its own, on a socket in it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSIONS = Path("/usr/lib/postgresql")
USER = "postgres"


def missing() -> str | None:
    """Say what is not installed; None where all is there."""
    if not any(VERSIONS.glob("*/bin/initdb")):
        return "PostgreSQL is not installed (scripts/setup dev does that)"
    if not any(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        return "PostGIS is not installed (scripts/setup dev does that)"
    return None


class Server:
    """One server; `start` and `stop` may be called again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        version = max(VERSIONS.glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
        self._bin = version.parent
        # It refuses to run as root.
        self._as: dict[str, object] = {}
        if os.getuid() == 0:
            user = pwd.getpwnam(USER)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)
        self._call("initdb", "-A", "trust", "-U", USER, "-N", "-E", "UTF8", "--locale=C.UTF-8")

    def psql(self, statement: str) -> None:
        """Run a statement without QGIS."""
        self._run("psql", "-q", "-h", str(self.folder), "-U", USER, "-c", statement)

    def _call(self, program: str, *arguments: str) -> None:
        self._run(program, "-D", str(self.folder / "data"), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        done = subprocess.run(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            text=True,
            timeout=600,
            check=False,
            **self._as,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")

    def start(self) -> None:
        settings = f"-c listen_addresses='' -k {self.folder} -c fsync=off -c shared_buffers=64MB"
        log = str(self.folder / "log")
        self._call("pg_ctl", "-w", "-l", log, "-o", settings, "start")

    def stop(self) -> None:
        """Stop as a machine that loses power does: without a word to those who ask."""
        self._call("pg_ctl", "-m", "immediate", "stop")

    def uri(self, database: str = USER, user: str = USER) -> str:
        return f"dbname='{database}' host={self.folder} port=5432 user='{user}' sslmode=disable"

    def sql(self, *statements: str) -> list[list[object]]:
        """Run statements over a connection of their own; return the rows of the last."""
        from qgis.core import QgsProviderRegistry

        provider = QgsProviderRegistry.instance().providerMetadata("postgres")
        connection = provider.createConnection(self.uri(), {})
        rows: list[list[object]] = []
        for statement in statements:
            rows = connection.executeSql(statement)
        return rows

    def layer(self, table: str, shape: str = "geom", key: str = "id", **more: str):
        """Return a table as a QGIS layer; `sql` filters it, `schema` and `user` may be given."""
        from qgis.core import QgsVectorLayer

        place = f'"{more.get("schema", "public")}"."{table}"' if table[0] != "(" else f'"{table}"'
        column = f" ({shape})" if shape else ""
        kind = f" type={more['type']}" if "type" in more else ""
        srid = f" srid={more['srid']}" if "srid" in more else ""
        uri = f"{self.uri(user=more.get('user', USER))} key='{key}'{srid}{kind} table={place}"
        uri = f"{uri}{column} sql={more.get('sql', '')}"
        # QGIS keeps connections, and finds one by one that they were cut.
        for _ in range(5):
            found = QgsVectorLayer(uri, table[:20], "postgres")
            if found.isValid():
                return found
        raise RuntimeError(f"{uri}: {found.error().message()}")


@contextmanager
def running() -> Iterator[Server]:
    """Give a running server; it and its folder go afterwards."""
    # Not pytest's folder: only its owner may enter that, and the path of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="wijkmix-pg-"))
    server = None
    try:
        server = Server(folder)
        server.start()
        # Not by QGIS: its connections remember for good that there was no PostGIS.
        server.psql("CREATE EXTENSION postgis")
        yield server
    finally:
        if server is not None and (folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder)
