# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run says."""

from __future__ import annotations

from qgis.core import QgsProcessingFeedback


class Warnings(QgsProcessingFeedback):
    """Keeps the warnings of a run."""

    def __init__(self):
        super().__init__(False)
        self.found = []

    def pushWarning(self, text):
        self.found.append(text)
