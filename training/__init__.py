# SPDX-License-Identifier: GPL-3.0-or-later
"""How the networks are made: data, synthesis, training, export, evaluation. Never shipped."""
