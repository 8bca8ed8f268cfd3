# SPDX-License-Identifier: GPL-2.0-or-later
"""Field aliases in the user's language, from the tables, the catalogue and a few of our own."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QCoreApplication

from .base import language


def aliases() -> dict[str, str]:
    """Return field name -> alias for every field that an algorithm may write."""
    from ..wijkmix_plugin.measures import grain, mosaic
    from ..wijkmix_plugin.policy import catalogue
    from ..wijkmix_plugin.tables.roles import ALL_ROLES

    lang = language()
    names: dict[str, Any] = {key: role.label.get(lang) for key, role in ALL_ROLES.items()}
    shipped = catalogue.load()
    names.update({key: shipped.indicators[key]["label"][lang] for key in shipped.indicators})
    translate = QCoreApplication.translate
    names.update(
        {
            "share_huur": translate("WijkMix", "Share rental (%)"),
            "local_divergence": translate("WijkMix", "Local divergence from the reference area"),
            "lq_koop": translate("WijkMix", "Location quotient owner-occupied"),
            "lq_overig": translate("WijkMix", "Location quotient other rental"),
            "lq_huur": translate("WijkMix", "Location quotient rental"),
            "moran_corp_i": translate("WijkMix", "Local Moran's I, corporation rental"),
            "moran_corp_lag": translate(
                "WijkMix", "Mean of the neighbours (standard deviations), corporation rental"
            ),
            "moran_corp_p": translate("WijkMix", "p-value (two-sided), corporation rental"),
            "moran_corp_q": translate("WijkMix", "q-value (FDR), corporation rental"),
            "moran_huur": translate("WijkMix", "Local Moran cluster, rental"),
            "moran_huur_i": translate("WijkMix", "Local Moran's I, rental"),
            "moran_huur_lag": translate(
                "WijkMix", "Mean of the neighbours (standard deviations), rental"
            ),
            "moran_huur_p": translate("WijkMix", "p-value (two-sided), rental"),
            "moran_huur_q": translate("WijkMix", "q-value (FDR), rental"),
            "n_neighbours": translate("WijkMix", "Number of neighbours"),
            "flag_herstructurering": translate("WijkMix", "Candidate for study: restructuring"),
            "flag_verdichting": translate("WijkMix", "Candidate for study: densification"),
            "flag_grondverwerving": translate("WijkMix", "Candidate for study: land acquisition"),
            "flag_reasons": translate("WijkMix", "Conditions of the flags (JSON)"),
            "flag_scales": translate(
                "WijkMix", "The flags' tenure conditions by block and street (JSON)"
            ),
            "flag_companions": translate("WijkMix", "Flags never without these instruments"),
            "flag_robustness_herstructurering": translate(
                "WijkMix", "Restructuring stays in so many variants of the thresholds"
            ),
            "flag_robustness_verdichting": translate(
                "WijkMix", "Densification stays in so many variants of the thresholds"
            ),
            "flag_robustness_grondverwerving": translate(
                "WijkMix", "Land acquisition stays in so many variants of the thresholds"
            ),
            "n_units": translate("WijkMix", "Number of buurten"),
            "theil_h_buurt": translate("WijkMix", "Theil's H of buurten within the wijk"),
            "theil_h_block": translate("WijkMix", "Theil's H of blocks within the wijk"),
            "mosaic_buurt": translate("WijkMix", "Mosaic index, buurt variant"),
            "mosaic_block": translate("WijkMix", "Mosaic index, block variant"),
            "mosaic_expected": translate("WijkMix", "Mosaic index by chance"),
            "mosaic_corrected": translate("WijkMix", "Mosaic index beyond chance"),
            "mosaic_z": translate("WijkMix", "Mosaic index: z against chance"),
            "mosaic_expected_panden": translate(
                "WijkMix", "Mosaic index by chance, panden shuffled"
            ),
            "mosaic_corrected_panden": translate(
                "WijkMix", "Mosaic index beyond chance, panden shuffled"
            ),
            "mosaic_z_panden": translate(
                "WijkMix", "Mosaic index: z against chance, panden shuffled"
            ),
            "mosaic_class": translate("WijkMix", "Mosaic class"),
            "null_model": translate("WijkMix", "Shuffled"),
            "n_blocks": translate("WijkMix", "Number of blocks"),
            "block_diversity": translate("WijkMix", "Mean diversity inside blocks (0-1)"),
            "block_dwellings": translate("WijkMix", "Dwellings in the blocks that count"),
            "patch_size": translate("WijkMix", "Size of the uniform patch (dwellings)"),
            "mixed_dwellings": translate("WijkMix", "Dwellings in blocks without dominant tenure"),
            "edge_contrast": translate("WijkMix", "Contrast at borders between blocks (0-1)"),
            "edge_steepest": translate("WijkMix", "Steepest border of the block (0-1)"),
            "spectrum_buurt": translate("WijkMix", "Diversity between buurten inside the wijk"),
            "spectrum_block": translate("WijkMix", "Diversity between blocks inside buurten"),
            "spectrum_within": translate("WijkMix", "Diversity inside the finest units"),
            "area": translate("WijkMix", "Area"),
            "area_name": translate("WijkMix", "Name of the area"),
            "index": translate("WijkMix", "Index"),
            "group": translate("WijkMix", "Group"),
            "versus": translate("WijkMix", "Versus"),
            "value": translate("WijkMix", "Value"),
            "n_total": translate("WijkMix", "Total count"),
            "n_excluded": translate("WijkMix", "Units left out"),
            "note": translate("WijkMix", "Note"),
        }
    )
    patch = translate("WijkMix", "Size of the uniform patch, tenure dominant from {share}%")
    around = translate("WijkMix", "Diversity within {radius} m minus that inside the block")
    for theta in mosaic.THETAS:
        share = round(100 * theta)
        names[f"patch_size_{share}"] = patch.format(share=share)
    for name, radius in zip(grain.AROUND, grain.RADII, strict=True):
        names[name] = around.format(radius=radius)
    return names


def index_aliases() -> dict[str, str]:
    """Return those of a table of indices; other layers may have fields of so short a name."""
    translate = QCoreApplication.translate
    return {
        "bandwidth": translate("WijkMix", "Bandwidth (m)"),
        "low": translate("WijkMix", "Lower end"),
        "high": translate("WijkMix", "Upper end"),
        "expected": translate("WijkMix", "Expected by chance"),
        "z": translate("WijkMix", "z against chance"),
        "p": translate("WijkMix", "p-value (two-sided)"),
        "n_units": translate("WijkMix", "Number of units"),
    }
