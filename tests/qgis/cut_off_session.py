# SPDX-License-Identifier: GPL-2.0-or-later
"""A run in a QGIS of its own that stops half-way and waits to be killed.

Arguments: the layer, the output, and "moved" (before the output is made) or "half" (in the middle
of the writing).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback

sys.path.insert(0, str(Path(__file__).parent.parent))
import conftest  # noqa: F401 - gives the plugin its name

layer, output, moment = sys.argv[1:]
app = QgsApplication([], False)
app.initQgis()

from wijkmix.processing_algs.base import WijkMixAlgorithm  # noqa: E402
from wijkmix.processing_algs.provider import WijkMixProvider  # noqa: E402
from wijkmix.wijkmix_plugin import qgis_io  # noqa: E402


def wait(*_arguments):
    print("ready", flush=True)
    time.sleep(600)


write = qgis_io.write


def half(features, sink, where, tell):
    write(features[:20], sink, where, tell)
    wait()


if moment == "moved":
    WijkMixAlgorithm.parameterAsSink = wait
else:
    qgis_io.write = half
registry = QgsApplication.processingRegistry()
registry.addProvider(WijkMixProvider())
registry.createAlgorithmById("wijkmix:local_segregation").run(
    {
        "INPUT": layer,
        "GROUPS": ["percentage_koopwoningen", "percentage_huurwoningen"],
        "OUTPUT": output,
    },
    QgsProcessingContext(),
    QgsProcessingFeedback(False),
)
