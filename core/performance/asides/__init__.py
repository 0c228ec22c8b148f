# SPDX-License-Identifier: GPL-3.0-or-later
"""Laughs, sobs, sighs, gasps and screams: written in a text or heard in the sound, and shown."""
