# SPDX-License-Identifier: GPL-2.0-or-later
"""Big text files in chunks: the same cells and the same broken lines as an exact reader."""

from __future__ import annotations

import csv
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wijkmix.wijkmix_plugin.errors import Cancelled, TableError
from wijkmix.wijkmix_plugin.tables import text_chunks
from wijkmix.wijkmix_plugin.tables.lines import check_lines
from wijkmix.wijkmix_plugin.tables.text_chunks import Format

PLAIN = Format(";")


def rows_of(path, form=PLAIN, texts=(0, 1)):
    found = list(text_chunks.chunks(path, form, texts))
    return [list(row) for part in found for row in zip(*(part[t] for t in texts), strict=True)]


def exactly(path):
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=";", strict=True)
        next(reader)
        return [row[:2] for row in reader if row]


def refusal(read, path):
    try:
        read(path, ";" if read is check_lines else PLAIN)
    except TableError as error:
        return error.text
    return None


@given(st.text(alphabet='ab;;"\n\n\r ', max_size=60), st.integers(1, 30))
@settings(max_examples=400)
@example('a;"b\n";"\n', 3)
@example('"a";"b""c"\r\n"";"\r\nx"\n', 7)
@example("a;b;;\na;b\n", 5)
@example("a;b", 2)
@example('a";"\n"', 1)
@example('a;b\na";"\n"\n"b\n";a\n', 4)
@example('a;"b"\r\na;b', 1)
@example('a";"\n"', 1)
def test_as_an_exact_reader(tmp_path_factory, body, block):
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_text(f"code;naam\n{body}", encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_chunks, "BLOCK", block)
        wanted, found = refusal(check_lines, path), refusal(rows_of, path)
        assert found == wanted
        assert wanted is not None or rows_of(path) == exactly(path)


def test_numbers_and_marks_and_lines_before(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("stand 2024\nnaam|x|y\n'a|b'|1,5|\n\nc|x|-3\n", encoding="cp1252")
    form = Format("|", "windows-1252", "'", 1, ",")
    (found,) = text_chunks.chunks(path, form, [0], [1, 2])
    assert found[0].tolist() == ["a|b", "c"]
    np.testing.assert_array_equal(found[1], [1.5, np.nan])
    np.testing.assert_array_equal(found[2], [np.nan, -3.0])
    assert text_chunks.header(path, form) == ["naam", "x", "y"]
    path.write_bytes("\ufeffé;naam\nNA;null\n;ë\n".encode())
    assert text_chunks.header(path, PLAIN) == ["é", "naam"]
    assert rows_of(path) == [["NA", "null"], ["", "ë"]]
    path.write_text('code;naam\n5" buis;x\n', encoding="utf-8")
    assert rows_of(path, Format(";", quote="")) == [['5" buis', "x"]]


def test_which_encodings_can_be_read():
    assert all(text_chunks.is_readable(Format(";", e)) for e in ("UTF-8", "latin1", "cp1252"))
    assert not any(text_chunks.is_readable(Format(";", e)) for e in ("utf-16", "System", "cp932"))


@pytest.mark.parametrize("bad", ["B1", "B1;x;y", 'B1"x', '"B1;x', 'B1;"open'])
def test_a_broken_line_far_down_is_named(tmp_path, bad):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("code;naam\n" + "B0;x\n" * 399_997 + bad + "\n" + "B0;x\n" * 100_000)
    with pytest.raises(TableError, match=r"Line 399999 of a\.csv is broken"):
        rows_of(path)


@pytest.mark.slow
def test_line_3_999_999_in_little_memory(tmp_path):
    path = tmp_path / "a.csv"
    line = "0363010000000000;SH;Dorpsstraat 12 bis;1234AB;BU03630000\n"
    with path.open("w", encoding="utf-8") as file:
        file.write("vbo;eigendom;straat;postcode;buurt\n")
        for _ in range(40):
            file.write(line * 100_000)
    with path.open("r+b") as file:
        # Line 3,999,999: a separator less, the length kept.
        file.seek(len("vbo;eigendom;straat;postcode;buurt\n") + 3_999_997 * len(line))
        file.write(line.replace(";SH;", ",SH;").encode())
    tracemalloc.start()
    with pytest.raises(TableError, match=r"Line 3999999 of a\.csv is broken"):
        sum(len(part[1]) for part in text_chunks.chunks(path, PLAIN, [1, 4]))
    assert tracemalloc.get_traced_memory()[1] < 250 * 2**20
    tracemalloc.stop()


def test_one_item_ahead_and_errors_come_through():
    def items():
        yield 1
        yield 2
        raise Cancelled

    seen = text_chunks.ahead(items())
    assert [next(seen), next(seen)] == [1, 2]
    with pytest.raises(Cancelled):
        next(seen)


def test_stops_when_asked(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("code;naam\nB;x\n", encoding="utf-8")

    def stop(done):
        raise Cancelled

    with pytest.raises(Cancelled):
        list(text_chunks.chunks(path, PLAIN, [0], check=stop))
