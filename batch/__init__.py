# SPDX-License-Identifier: GPL-3.0-or-later
"""Many lines at once: read the list, share it out, go on where it stopped, report."""
