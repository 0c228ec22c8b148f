# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make emotions` measures: rows of weights, prototypes set by hand, its tables."""

import numpy as np
import pytest

from lipwright.core.audio.load import load_sound
from lipwright.core.motion.track import ARKIT_NAMES
from lipwright.core.performance.prototypes import EMOTIONS, FELT
from lipwright.pipeline import Settings, analyse, perform
from lipwright.training.measuring import named


@pytest.fixture(scope="module")
def line(repository):
    return analyse(load_sound(repository / "demo" / "line.wav"))


def test_moments_are_rows_of_arkit_weights(line):
    take = perform(line, Settings(emotions={"happy": 1.0}))
    rows = named.rows_of(take)
    assert rows.shape == (named.MOMENTS, len(ARKIT_NAMES))
    smile = rows[:, ARKIT_NAMES.index("mouthSmileLeft")]
    assert smile.max() == pytest.approx(take["mouthSmileLeft"].max(), abs=0.1)


def test_prototypes_by_hand_are_symmetric_and_known():
    assert set(named.BY_HAND) <= set(EMOTIONS)
    for name in named.BY_HAND:
        (row,) = named.by_hand(name)
        weights = dict(zip(ARKIT_NAMES, row, strict=True))
        assert sum(weights.values()) > 0 or name == named.NEUTRAL
        for shape, weight in weights.items():
            if shape.endswith("Left"):
                assert weight == weights[shape.removesuffix("Left") + "Right"]


def test_the_table_of_shapes_has_a_row_for_each_emotion_and_people_beside(line):
    table = named.shapes_table(line).splitlines()
    for name in FELT:
        assert any(row.startswith(f"| {name} ") for row in table)
    for emotion, shape, said in named.PEOPLE:
        row = next(
            row for row in table if row.startswith(f"| {emotion} {shape.removesuffix('Left')} |")
        )
        assert said in row
    assert all(row.count("|") == 7 for row in table)


def test_the_table_of_names_counts_the_classifiers_answers(line, monkeypatch, tmp_path):
    def answers(groups, _head, _fer):
        return {
            group: ["happy"] * (len(rows) // 2) + ["sad"] * (len(rows) - len(rows) // 2)
            for group, rows in groups.items()
        }

    monkeypatch.setattr(named, "named", answers)
    table = named.classifier_table(line, tmp_path, tmp_path)
    assert "| happy | sad | 50% | 50% | 50% |" in table
    assert "| angry | sad | 0% | 0% | 0% |" in table
    assert np.array(named.STRENGTHS).max() == 1
