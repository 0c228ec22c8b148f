# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the voice comes from, as samples and text."""
