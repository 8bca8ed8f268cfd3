# SPDX-License-Identifier: GPL-2.0-or-later
"""Would plugins.qgis.org take this zip? The rules of its upload check and of its security scan.

The site also asks whether the addresses in metadata.txt answer; that needs a network and is left
out. Its bandit and detect-secrets findings block a version; its flake8, permission and file
findings do not, but here all of them do.

    scripts/env python scripts/gate.py build/wijkmix-0.1.0.zip
"""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import urlparse

MAX_BYTES = 25_000_000
REQUIRED = (
    *("name", "description", "version", "qgisMinimumVersion", "author", "email", "about"),
    *("tracker", "repository"),
)
LINKS = {
    "tracker": "http://bugs",
    "repository": "http://repo",
    "homepage": "http://homepage",
}
FORBIDDEN_FOLDERS = {"__MACOSX", ".git", "__pycache__"}
SUSPICIOUS = (".exe", ".dll", ".so", ".dylib", ".bat", ".sh", ".ps1", ".cmd", ".pyc")
# Ours: these work on the plugin and are no part of it.
NOT_SHIPPED = {"tests", "scripts", "docs", "benchmarks", "build"}


def check_structure(archive: zipfile.ZipFile) -> list[str]:
    """Return what is wrong with the names, kinds and permissions of the files."""
    names = archive.namelist()
    problems = []
    if broken := archive.testzip():
        problems.append(f"{broken}: damaged")
    folders = {name.split("/")[0] for name in names}
    if len(folders) != 1 or any("/" not in name for name in names):
        problems.append(f"not one folder at the top: {', '.join(sorted(folders))}")
    for folder in folders:
        if not (folder.isidentifier() and re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]+", folder)):
            problems.append(f"{folder}: not the name of a Python package")
        for needed in ("__init__.py", "metadata.txt", "LICENSE"):
            if f"{folder}/{needed}" not in names:
                problems.append(f"{folder}/{needed}: missing")
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in entry.filename:
            problems.append(f"{path}: leads out of the folder")
        if FORBIDDEN_FOLDERS & set(path.parts):
            problems.append(f"{path}: forbidden folder")
        if any(part.startswith(".") for part in path.parts):
            problems.append(f"{path}: hidden")
        if path.name.lower().endswith(SUSPICIOUS):
            problems.append(f"{path}: kind of file that the site suspects")
        if (entry.external_attr >> 16) & 0o111 and not entry.is_dir():
            problems.append(f"{path}: executable")
        if len(path.parts) > 1 and path.parts[1] in NOT_SHIPPED:
            problems.append(f"{path}: does not ship")
    return problems


def check_metadata(archive: zipfile.ZipFile) -> list[str]:
    """Return what is wrong with metadata.txt, read as the site reads it."""
    folder = archive.namelist()[0].split("/")[0]
    # The site's parser interpolates: a bare % makes it fail.
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(archive.read(f"{folder}/metadata.txt").decode("utf-8"))
        general = dict(parser.items("general"))
    except (KeyError, UnicodeDecodeError, configparser.Error) as error:
        return [f"metadata.txt: {error}"]
    problems = [
        f"metadata.txt: {key} is missing or empty"
        for key in REQUIRED
        if not general.get(key, "").strip()
    ]
    for key, placeholder in LINKS.items():
        link = urlparse(general.get(key, ""))
        if not (link.scheme and link.netloc) or general[key] == placeholder:
            problems.append(f"metadata.txt: {key} is not an address")
    if "/" in general.get("author", ""):
        problems.append("metadata.txt: the author's name has a slash")
    if not re.fullmatch(r"\d+(\.\d+)+", general.get("version", "")):
        problems.append("metadata.txt: version is not like 1.2.3")
    icon = general.get("icon", "").removeprefix("./")
    if not icon or f"{folder}/{icon}" not in archive.namelist():
        problems.append(f"metadata.txt: the icon {icon!r} is not in the zip")
    return problems


def run_json(command: list[str], folder: Path) -> dict:
    """Run a scanner and return its findings; a scanner that fails is a failure, not a pass."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"{command[2]} did not work: {done.stderr[-2000:]}") from None


def check_security(folder: Path) -> list[str]:
    """Return what bandit (all rules, `nosec` not heeded) and detect-secrets find."""
    report = run_json(
        [sys.executable, "-m", "bandit", "-r", ".", "-f", "json", "--quiet", "--ignore-nosec"],
        folder,
    )
    problems = [f"{item['filename']}: {item['reason']}" for item in report["errors"]]
    problems += [
        f"{item['filename']}:{item['line_number']}: {item['test_id']} {item['issue_text']}"
        for item in report["results"]
    ]
    secrets = run_json(
        [
            *(sys.executable, "-m", "detect_secrets", "scan", "--all-files"),
            *("--exclude-files", r"metadata\.txt", "."),
        ],
        folder,
    )
    problems += [
        f"{name}:{item['line_number']}: {item['type']}"
        for name, items in secrets["results"].items()
        for item in items
    ]
    return problems


def problems(package: Path) -> list[str]:
    """Return all that stands between this zip and the site."""
    if package.stat().st_size > MAX_BYTES:
        return [f"{package.name}: larger than {MAX_BYTES / 1e6:.0f} MB"]
    try:
        archive = zipfile.ZipFile(package)
    except zipfile.BadZipFile as error:
        return [f"{package.name}: {error}"]
    with archive, tempfile.TemporaryDirectory() as folder:
        found = check_structure(archive)
        if any("leads out" in problem for problem in found):
            return found
        found += check_metadata(archive)
        archive.extractall(folder)
        return found + check_security(Path(folder))


if __name__ == "__main__":
    found = problems(Path(sys.argv[1]))
    print("\n".join(found) or "nothing found")
    sys.exit(bool(found))
