# SPDX-License-Identifier: GPL-2.0-or-later
"""What numbers may mean: catalogue, conditions and flags."""
