# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo head, made by code; its landmarks, and its shapes carried over to other heads."""
