# SPDX-License-Identifier: GPL-2.0-or-later
"""Field aliases in the user's language, from the tables, the catalogue and a few of our own."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QCoreApplication

from .base import language


def aliases() -> dict[str, str]:
    """Return field name -> alias for every field that an algorithm may write."""
    from ..wijkmix_plugin.policy import catalogue
    from ..wijkmix_plugin.tables.roles import ROLES

    lang = language()
    names: dict[str, Any] = {key: role.label.get(lang) for key, role in ROLES.items()}
    shipped = catalogue.load()
    names.update({key: shipped.indicators[key]["label"][lang] for key in shipped.indicators})
    tr = QCoreApplication.translate
    names.update(
        {
            "share_huur": tr("WijkMix", "Share rental (%)"),
            "local_divergence": tr("WijkMix", "Local divergence from the reference area"),
            "lq_koop": tr("WijkMix", "Location quotient owner-occupied"),
            "lq_overig": tr("WijkMix", "Location quotient other rental"),
            "lq_huur": tr("WijkMix", "Location quotient rental"),
            "moran_corp_i": tr("WijkMix", "Local Moran's I, corporation rental"),
            "moran_corp_p": tr("WijkMix", "p-value (two-sided), corporation rental"),
            "moran_corp_q": tr("WijkMix", "q-value (FDR), corporation rental"),
            "moran_huur": tr("WijkMix", "Local Moran cluster, rental"),
            "moran_huur_i": tr("WijkMix", "Local Moran's I, rental"),
            "moran_huur_p": tr("WijkMix", "p-value (two-sided), rental"),
            "moran_huur_q": tr("WijkMix", "q-value (FDR), rental"),
            "n_neighbours": tr("WijkMix", "Number of neighbours"),
            "flag_herstructurering": tr("WijkMix", "Candidate for study: restructuring"),
            "flag_verdichting": tr("WijkMix", "Candidate for study: densification"),
            "flag_grondverwerving": tr("WijkMix", "Candidate for study: land acquisition"),
            "flag_reasons": tr("WijkMix", "Conditions of the flags (JSON)"),
            "n_units": tr("WijkMix", "Number of buurten"),
            "theil_h_buurt": tr("WijkMix", "Theil's H of buurten within the wijk"),
            "theil_h_block": tr("WijkMix", "Theil's H of blocks within the wijk"),
            "mosaic_buurt": tr("WijkMix", "Mosaic index, buurt variant"),
            "mosaic_block": tr("WijkMix", "Mosaic index, block variant"),
            "n_blocks": tr("WijkMix", "Number of blocks"),
            "block_diversity": tr("WijkMix", "Mean diversity inside blocks (0-1)"),
            "area": tr("WijkMix", "Area"),
            "area_name": tr("WijkMix", "Name of the area"),
            "index": tr("WijkMix", "Index"),
            "group": tr("WijkMix", "Group"),
            "versus": tr("WijkMix", "Versus"),
            "value": tr("WijkMix", "Value"),
            "n_total": tr("WijkMix", "Total count"),
            "n_excluded": tr("WijkMix", "Units left out"),
            "note": tr("WijkMix", "Note"),
        }
    )
    return names
