# SPDX-License-Identifier: GPL-3.0-or-later
"""These tests need a Blender; without the bpy module they are left out."""

import importlib.util

if importlib.util.find_spec("bpy") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    from lipwright.tests.blender_fixtures import *  # noqa: F403
    from lipwright.tests.blender_fixtures import pytest_sessionfinish, pytest_unconfigure

    __all__ = ["pytest_sessionfinish", "pytest_unconfigure"]
