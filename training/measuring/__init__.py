# SPDX-License-Identifier: GPL-3.0-or-later
"""Every number that the model card quotes, and how it is measured."""
