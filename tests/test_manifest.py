# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest, the changelog and the weights tell the same story."""

import hashlib
import importlib.metadata
import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))
WEIGHTS = ROOT / "models" / "weights"


def test_the_version_is_the_newest_in_the_changelog():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert headings
    assert headings[0] == MANIFEST["version"]


def test_the_installed_package_has_the_version():
    assert importlib.metadata.version("lipwright") == MANIFEST["version"]


def test_no_network_is_asked_for():
    assert set(MANIFEST["permissions"]) == {"files"}


@pytest.mark.parametrize("text", [MANIFEST["tagline"], MANIFEST["permissions"]["files"]])
def test_short_texts_follow_the_platform_rules(text: str):
    assert len(text) <= 64
    assert text[-1].isalnum() or text[-1] in ")]}"


def test_the_manifest_leaves_to_the_build_what_differs_between_zips():
    assert not {"wheels", "platforms", "build"} & set(MANIFEST)


def test_weights_are_what_their_facts_say():
    graphs = sorted(WEIGHTS.glob("*.onnx"))
    if not graphs:
        pytest.skip("the networks are not in this checkout: make train writes them")
    for graph in graphs:
        facts = json.loads(graph.with_suffix(".json").read_text("utf-8"))
        assert hashlib.sha256(graph.read_bytes()).hexdigest() == facts["sha256"], graph.name
    assert sum(graph.stat().st_size for graph in graphs) <= 20 * 2**20


def test_weights_have_a_card():
    if not any(WEIGHTS.glob("*.onnx")):
        pytest.skip("the networks are not in this checkout: make train writes them")
    assert (ROOT / "models" / "CARD.md").is_file()
