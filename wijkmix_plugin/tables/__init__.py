# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes in: raw columns to the canonical buurten table."""
