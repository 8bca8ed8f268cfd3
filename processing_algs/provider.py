# SPDX-License-Identifier: GPL-2.0-or-later
"""The Processing provider `wijkmix`."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .add_indicators import AddIndicators
from .aggregate_dwellings import AggregateDwellings
from .base import ICON
from .build_blocks import BuildBlocks
from .candidate_flags import CandidateFlags
from .compare_years import CompareYears
from .download_buurten import DownloadBuurten
from .local_morans_i import LocalMoransI
from .local_segregation import LocalSegregation
from .make_crosswalk import MakeCrosswalk
from .mosaic import Mosaic
from .prepare_buurten import PrepareBuurten
from .scale_spectrum import ScaleSpectrum
from .scan import Scan
from .scenario import Scenario
from .segregation_indices import SegregationIndices
from .surroundings_profile import SurroundingsProfile
from .swap_bound import SwapBound

ALGORITHMS = (
    Scan,
    DownloadBuurten,
    PrepareBuurten,
    AggregateDwellings,
    AddIndicators,
    BuildBlocks,
    CandidateFlags,
    SegregationIndices,
    LocalSegregation,
    LocalMoransI,
    ScaleSpectrum,
    Mosaic,
    SurroundingsProfile,
    SwapBound,
    CompareYears,
    MakeCrosswalk,
    Scenario,
)


class WijkMixProvider(QgsProcessingProvider):
    """Lists the algorithms, whether or not their libraries are installed."""

    def id(self) -> str:
        return "wijkmix"

    def name(self) -> str:
        return "WijkMix"

    def icon(self) -> QIcon:
        return QIcon(str(ICON))

    def loadAlgorithms(self) -> None:
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
