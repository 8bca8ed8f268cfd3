# SPDX-License-Identifier: GPL-2.0-or-later
"""What every algorithm does with its outputs: no noise, and aliases on what is loaded."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
)


class Warnings(QgsProcessingFeedback):
    def __init__(self):
        super().__init__(False)
        self.found = []

    def pushWarning(self, text):
        self.found.append(text)


@pytest.mark.parametrize("ending", ["", ".gpkg", ".shp"])
def test_no_warning_that_a_format_keeps_no_aliases(run, buurten, tmp_path, ending):
    layer = buurten()
    layer.setFieldAlias(0, "our code")
    for name, more in (
        ("local_segregation", {"GROUPS": ["percentage_koopwoningen", "percentage_huurwoningen"]}),
        ("prepare_buurten", {}),
    ):
        feedback = Warnings()
        output = str(tmp_path / f"{name}{ending}") if ending else "TEMPORARY_OUTPUT"
        run(name, {"INPUT": layer, "OUTPUT": output, **more}, feedback=feedback)
        assert feedback.found == []
    assert layer.attributeAlias(0) == "our code"


@pytest.mark.parametrize("ending", ["", ".gpkg"])
def test_aliases_stand_on_the_layer_that_is_loaded(
    run, buurten, tmp_path, qgis_new_project, monkeypatch, ending
):
    from processing.gui import Postprocessing
    from qgis.core import QgsApplication

    monkeypatch.setattr(Postprocessing, "iface", None)
    project = QgsProject.instance()
    context = QgsProcessingContext()
    context.setProject(project)
    output = str(tmp_path / f"found{ending}") if ending else "TEMPORARY_OUTPUT"
    parameters = {
        "INPUT": buurten(),
        "FIELD": "percentage_koopwoningen",
        "PERMUTATIONS": 99,
        "OUTPUT": QgsProcessingOutputLayerDefinition(output, project),
    }
    run("local_morans_i", parameters, context=context)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("wijkmix:local_morans_i")
    assert Postprocessing.handleAlgorithmResults(algorithm, context, None, parameters)
    (layer,) = project.mapLayers().values()
    for name in ("moran_i", "moran_lag", "moran_p", "moran_q", "moran_cluster"):
        assert layer.attributeAlias(layer.fields().lookupField(name))
