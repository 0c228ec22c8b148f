# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs for Python, and the example in the documents."""

import csv
import importlib
import re
import shutil

import numpy as np
import pytest

import lipwright
from lipwright.cli import main


def test_the_package_has_every_verb():
    assert set(lipwright.VERBS) == set(importlib.import_module("lipwright.api").__all__)


def test_the_example_runs(repository, line, tmp_path, monkeypatch):
    text = (repository / "docs" / "headless.md").read_text("utf8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    if not (tmp_path / "line.wav").is_file():
        shutil.copy(line, tmp_path / "line.wav")
    exec(compile(code, "headless.md", "exec"), {})
    assert {"line.csv", "take0.json", "take1.json", "take2.json"} <= {
        path.name for path in tmp_path.iterdir()
    }


def test_it_is_what_the_command_line_gives(line, tmp_path):
    options = ["--emotion", "happy=0.5", "--seed", "4"]
    assert main([str(line), "-o", str(tmp_path / "a.csv"), *options]) == 0
    lipwright.write(lipwright.animate(line, emotions={"happy": 0.5}, seed=4), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_controls_of_a_metahuman(line, tmp_path):
    lipwright.write(lipwright.animate(line), tmp_path / "a.csv", "metahuman-csv")
    (head, *rows) = csv.reader((tmp_path / "a.csv").open())
    assert head[1].startswith("CTRL_expressions_")
    assert np.array(rows, float).max() > 0.1


def test_errors_are_sentences(tmp_path, line):
    with pytest.raises(lipwright.LipwrightError, match="was not found"):
        lipwright.animate(tmp_path / "none.wav")
    with pytest.raises(lipwright.LipwrightError, match="no format"):
        lipwright.write(lipwright.animate(line), tmp_path / "a.xyz")
    with pytest.raises(AttributeError):
        _ = lipwright.nothing
