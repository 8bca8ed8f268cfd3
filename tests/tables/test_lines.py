# SPDX-License-Identifier: GPL-2.0-or-later
"""Broken lines of text files are named; whole ones pass."""

from __future__ import annotations

import pytest
from wijkmix.wijkmix_plugin.errors import Cancelled, TableError
from wijkmix.wijkmix_plugin.tables.lines import check_lines


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_whole_files_pass(tmp_path):
    check_lines(write(tmp_path / "a.csv", "code;naam", 'B1;"twee\nregels"', "", "B2;x"))
    check_lines(write(tmp_path / "b.csv", "code,naam", 'B1,"a;b"'))
    check_lines(write(tmp_path / "c.csv", "code|naam", "B1|x"), "|")
    check_lines(write(tmp_path / "d.csv", ""))
    # Empty cells beyond the header lose nothing; lines before it and other marks are as told.
    check_lines(write(tmp_path / "e.csv", "code;naam", "B1;x;;"), encoding="System")
    check_lines(write(tmp_path / "f.csv", "stand 2024", "code;naam", "B1;'x;y'"), skip=1, quote="'")
    check_lines(write(tmp_path / "g.csv", "code;naam", 'B1;5" buis'), quote="")


def test_lines_before_the_header_count(tmp_path):
    path = write(tmp_path / "a.csv", "stand 2024", "code;naam", "B1;x", "B2")
    with pytest.raises(TableError, match="Line 4 of"):
        check_lines(path, skip=1)


@pytest.mark.parametrize("bad", ["B1", "B1;x;y", 'B1"x', '"B1;x', '"B1"x;y', 'B1;"open'])
@pytest.mark.parametrize("after", [1, 40_000])
def test_a_broken_line_is_named(tmp_path, bad, after):
    lines = ["code;naam", *["B0;x"] * 500, bad, *["B0;x"] * after]
    with pytest.raises(TableError, match=r"Line 502 of a\.csv is broken"):
        check_lines(write(tmp_path / "a.csv", *lines))


def test_stops_when_asked(tmp_path):
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        check_lines(write(tmp_path / "a.csv", "code;naam"), check=stop)
