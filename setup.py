# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands setuptools the version number, which is written once, in blender_manifest.toml."""

import tomllib
from pathlib import Path

from setuptools import setup

MANIFEST = Path(__file__).with_name("blender_manifest.toml")

setup(version=tomllib.loads(MANIFEST.read_text("utf-8"))["version"])
