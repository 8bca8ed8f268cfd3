# SPDX-License-Identifier: GPL-2.0-or-later
"""Build build/wijkmix-VERSION.zip: the same bytes from the same files, on any machine."""

from __future__ import annotations

import configparser
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "wijkmix"  # the folder in the zip is the package that QGIS imports

# What ships is listed, so that a new folder or a stray file never ships by accident.
FILES = (
    "__init__.py",
    "metadata.txt",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "requirements.txt",
)
FOLDERS = ("wijkmix_plugin", "processing_algs", "resources", "i18n")
SUFFIXES = {".py", ".json", ".svg", ".png", ".qml", ".gpkg", ".html", ".css", ".qm", ".ts", ".md"}
# Left behind by Python, and by SQLite while a layer is open.
PASSING = (".pyc", "-wal", "-shm", "-journal")


def files(root: Path) -> Iterator[Path]:
    """Yield what ships, relative to the root, or raise ValueError where a file is not expected."""
    yield from (Path(name) for name in FILES)
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root)
            if not path.is_file() or path.name.endswith(PASSING):
                continue
            if path.suffix not in SUFFIXES or any(part.startswith(".") for part in name.parts):
                raise ValueError(f"{name} does not ship: remove it, or list its kind in {__file__}")
            yield name


def version(root: Path) -> str:
    """Return the version in metadata.txt, the only place where it stands."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(root / "metadata.txt", encoding="utf-8")
    return metadata["general"]["version"]


def build(root: Path, target: Path | None = None) -> Path:
    """Write the zip and return where it is; on failure none is left."""
    target = target or root / "build" / f"{NAME}-{version(root)}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".part")
    try:
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name in files(root):
                # The oldest date a zip can hold, and plain permissions: only content decides.
                entry = zipfile.ZipInfo(f"{NAME}/{name.as_posix()}", (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o100644 << 16
                entry.create_system = 3
                archive.writestr(entry, (root / name).read_bytes())
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    return target


if __name__ == "__main__":
    try:
        print(build(ROOT))
    except (OSError, ValueError) as problem:
        sys.exit(f"package: {problem}")
