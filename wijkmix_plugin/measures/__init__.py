# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers about places: arrays and frames in, frames and dataclasses out."""
