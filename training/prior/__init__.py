# SPDX-License-Identifier: GPL-3.0-or-later
"""The articulation prior: phones to mouth curves, fitted to captured lips."""
