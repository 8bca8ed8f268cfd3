# SPDX-License-Identifier: GPL-2.0-or-later
"""A file is written whole or not at all, and what stood there stays."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from wijkmix.wijkmix_plugin.errors import OutputError
from wijkmix.wijkmix_plugin.report import files


def test_a_file_is_written_and_nothing_beside_it(tmp_path):
    path = tmp_path / "rapport é.pdf"
    files.write_whole(path, b"one")
    files.write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_table_has_the_mark_that_excel_reads_and_no_cell_that_falls_apart(tmp_path):
    path = tmp_path / "lijst.csv"
    files.write_csv(path, ("naam", "noot"), [{"naam": "Coöperatie", "noot": 'a;b,"c"\nd'}])
    assert path.read_bytes() == (
        b'\xef\xbb\xbf"naam","noot"\r\n"Co\xc3\xb6peratie","a;b,""c""\nd"\r\n'
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "you may not write there"),
        (errno.EIO, "Input/output error"),
    ],
)
@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_no_half_one(tmp_path, monkeypatch, code, words, step):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def fail(*_args, **_more):
        raise OSError(code, os.strerror(code))

    if step == "open":
        monkeypatch.setattr(Path, "open", fail)
    elif step == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    elif step == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        real = Path.open

        class Full:
            def __init__(self, file):
                self.file = file

            def __enter__(self):
                return self

            def __exit__(self, *_details):
                self.file.close()

            def write(self, content):
                self.file.write(content[:1])
                fail()

        monkeypatch.setattr(Path, "open", lambda self, mode: Full(real(self, mode)))
    with pytest.raises(OutputError) as caught:
        files.write_whole(path, b"new and longer")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert words in caught.value.text.en
    assert str(path) in caught.value.text.nl


def test_a_folder_and_a_missing_folder_are_named(tmp_path):
    with pytest.raises(OutputError, match="that is a folder"):
        files.write_whole(tmp_path, b"x")
    with pytest.raises(OutputError, match="the folder does not exist"):
        files.write_whole(tmp_path / "nowhere" / "x.html", b"x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_is_really_full(tmp_path, monkeypatch):
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode: real(Path("/dev/full"), mode))
    with pytest.raises(OutputError, match="the disk is full"):
        files.write_whole(tmp_path / "x.html", b"x" * 100_000)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []
