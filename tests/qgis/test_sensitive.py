# SPDX-License-Identifier: GPL-2.0-or-later
"""Data on origin and the like: refused without a reason, and with one the reason stays."""

from __future__ import annotations

import pytest
from qgis.core import QgsApplication, QgsProcessingException

WHY = "Onderzoek naar toegankelijkheid, besluit 12 maart"


def with_origin(rows):
    for number, row in enumerate(rows):
        row["aantal_marokkaans"] = 20.0 + number % 5
        row["n_corp"] = float(100 - number % 7)


def asked(run, name, **parameters):
    """Call with every output that must be named."""
    sinks = {
        d.name(): "TEMPORARY_OUTPUT"
        for d in QgsApplication.processingRegistry()
        .algorithmById(f"wijkmix:{name}")
        .destinationParameterDefinitions()
        if not d.flags() & d.Flag.FlagOptional
    }
    return run(name, {**sinks, **parameters})


CALLS = {
    "segregation_indices": {"GROUPS": ["aantal_marokkaans"], "TOTAL": "woningvoorraad"},
    "local_segregation": {"GROUPS": ["aantal_marokkaans"], "TOTAL": "woningvoorraad"},
    "local_morans_i": {"FIELD": "aantal_marokkaans", "PERMUTATIONS": 99},
    "mosaic": {"GROUPS": "aantal_marokkaans,n_corp", "PARENT": "wijkcode", "REPLICATES": 9},
    "scale_spectrum": {"GROUPS": ["aantal_marokkaans", "n_corp"], "LEVELS": ["wijkcode"]},
    "surroundings_profile": {"GROUPS": ["aantal_marokkaans", "n_corp"], "RADII": "500"},
}


@pytest.mark.parametrize("name", CALLS)
def test_a_field_on_origin_needs_a_reason(run, buurten, name):
    layer = buurten(change=with_origin)
    call = {"INPUT": layer, **CALLS[name]}
    for reason in ({}, {"REASON": "  "}):
        with pytest.raises(QgsProcessingException, match=r"aantal_marokkaans looks like.*REASON"):
            asked(run, name, **call, **reason)
    asked(run, name, **call, REASON=WHY)


def test_the_reason_is_in_the_log_and_beside_every_index(run, buurten, table_of):
    result = asked(
        run,
        "segregation_indices",
        INPUT=buurten(change=with_origin),
        REASON=WHY,
        **CALLS["segregation_indices"],
    )
    notes = [row["note"] for row in table_of(result["OUTPUT"])]
    assert notes
    assert all("aantal_marokkaans" in note and WHY in note for note in notes)
    assert any(WHY in line for line in run.log)


def test_other_fields_ask_for_no_reason(run, buurten, table_of):
    result = asked(
        run,
        "segregation_indices",
        INPUT=buurten(change=with_origin),
        GROUPS=["n_corp"],
        TOTAL="woningvoorraad",
        REASON=WHY,
    )
    assert not any(WHY in (row["note"] or "") for row in table_of(result["OUTPUT"]))


def test_no_reason_opens_a_swap_or_a_rule(run, buurten):
    """What matches areas or homes never takes such data, so it does not ask for a reason."""
    layer = buurten(change=with_origin)
    call = {"INPUT": layer, "TOTAL": "woningvoorraad", "MAX_DWELLINGS": 10, "REASON": WHY}
    with pytest.raises(QgsProcessingException, match=r"aantal_marokkaans.*does not use these here"):
        asked(run, "swap_bound", GROUP="aantal_marokkaans", **call)
    with pytest.raises(QgsProcessingException, match=r"aantal_marokkaans.*does not use these here"):
        asked(run, "swap_bound", GROUP="n_corp", RECEIVERS="aantal_marokkaans < 22", **call)
    registry = QgsApplication.processingRegistry()
    for name in ("swap_bound", "scan", "candidate_flags"):
        assert registry.algorithmById(f"wijkmix:{name}").parameterDefinition("REASON") is None


def test_the_reason_is_printed_in_the_report_of_two_years(run, buurten, tmp_path):
    def change(rows):
        with_origin(rows)
        for row in rows:
            row["buurt_code"] = row["buurtcode"]

    layer = buurten(change=change)
    report = tmp_path / "years.html"
    call = {"FIRST": layer, "SECOND": layer, "GROUPS": ["aantal_marokkaans", "n_corp"]}
    with pytest.raises(QgsProcessingException, match=r"aantal_marokkaans"):
        asked(run, "compare_years", **call, REPORT=str(report))
    asked(run, "compare_years", **call, REPORT=str(report), REASON=WHY)
    assert WHY in report.read_text(encoding="utf-8")


def test_the_reason_is_printed_in_the_report_of_a_spectrum(run, buurten, tmp_path):
    report = tmp_path / "spectrum.html"
    call = {"INPUT": buurten(change=with_origin), "REPORT": str(report), "REASON": WHY}
    asked(run, "scale_spectrum", **call, **CALLS["scale_spectrum"])
    assert WHY in report.read_text(encoding="utf-8")
    call["INPUT"] = buurten(change=with_origin)
    asked(run, "scale_spectrum", **call, GROUPS=["n_corp", "woningvoorraad"], LEVELS=["wijkcode"])
    assert WHY not in report.read_text(encoding="utf-8")
