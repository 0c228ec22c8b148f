# SPDX-License-Identifier: GPL-3.0-or-later
"""How good the networks are, on a few recordings: lips shut when they must, at rest in silence.

Recordings that no network was trained on; children, adults, an older woman and one recorded man.
The lip gap is measured on the rigs of the shared folder, as `make evaluate` does for all clips.
"""

import json

import numpy as np
import pytest

from lipwright.core.audio.load import load_sound
from lipwright.core.motion.track import ARKIT_NAMES
from lipwright.core.performance.prototypes import FELT
from lipwright.pipeline import Settings, analyse, perform

CLIPS = 24  # of each group, of as many speakers as there are
GROUPS = {
    "children": ("speech/speechocean762", "test", lambda row: row["age"] < 12),
    "adults": ("speech/speechocean762", "test", lambda row: row["age"] >= 18),
    "kathleen": ("speech/kathleen", "test", lambda row: True),
    "grid": ("face/grid_s1", "dev", lambda row: True),
}
BILABIAL = {"M", "B", "P"}
TOLERANCE_SECONDS = 0.04
SHUT = 0.10  # of the clip's 95th percentile of the gap
OPEN_IN_SILENCE = 0.15
GUARD_SECONDS = 0.12  # at both ends of a silence, to close and to get ready
SMALLEST_OPENING = 0.02  # mouth widths


def _rows(shared, group):
    """Labelled clips of a group: of every speaker those in which the lips meet most often."""
    source, split, wanted = GROUPS[group]
    folder = shared / "data" / source
    by_speaker = {}
    for line in (folder / "manifest.jsonl").read_text("utf8").splitlines():
        row = json.loads(line)
        if row["split"] == split and row.get("phones") and wanted(row):
            by_speaker.setdefault(row["speaker"], []).append(row)
    each = -(-CLIPS // len(by_speaker))
    rows = [
        row
        for spoken in by_speaker.values()
        for row in sorted(spoken, key=lambda row: (-_meetings(row), row["id"]))[:each]
    ]
    return [(folder / row["file"], row) for row in rows[:CLIPS]]


def _meetings(row):
    return sum(label.rstrip("012") in BILABIAL for _, _, label in row["phones"])


def _gap(shared, rig, take):
    with np.load(shared / "eval" / f"rig_{rig}.npz") as data:
        names, points = [str(n) for n in data["names"]], [str(p) for p in data["points"]]
        upper, lower = points.index("upper_centre"), points.index("lower_centre")
        moves = data["delta"][:, upper, 1] - data["delta"][:, lower, 1]
    weights = np.stack([take[name] for name in names], axis=1)
    assert set(names) == set(ARKIT_NAMES)
    return np.maximum(weights @ moves, 0.0)


def _inside(times, start, end, reach=0.0):
    return (times >= start - reach - 1e-9) & (times <= end + reach + 1e-9)


def _measure(gap, times, phones):
    """Whether each M B P away from silence is shut; how open the mouth is in each silent frame."""
    silent = np.zeros(len(times), bool)
    for start, end, label in phones:
        if label == "SIL":
            silent |= _inside(times, start, end)
    spoken = _inside(times, phones[0][0], phones[-1][1]) & ~silent
    p95 = max(float(np.percentile(gap[spoken], 95)), SMALLEST_OPENING)
    shut, rest = [], []
    for start, end, label in phones:
        near = _inside(times, start, end, TOLERANCE_SECONDS)
        if label.rstrip("012") in BILABIAL and near.any() and not (near & silent).any():
            shut.append(gap[near].min() <= SHUT * p95 + 1e-6)
        elif label == "SIL":
            rest += (gap[_inside(times, start, end, -GUARD_SECONDS)] / p95).tolist()
    return shut, rest


@pytest.fixture(scope="module")
def heard(shared):
    """Every group's analyses, made once: {group: [(analysis, row)]}."""
    return {
        group: [(analyse(load_sound(path)), row) for path, row in _rows(shared, group)]
        for group in GROUPS
    }


@pytest.fixture(scope="module")
def takes(heard):
    """Every group's takes: {group: [(take, row)]}."""
    return _acted(heard, Settings())


def _acted(heard, settings):
    return {
        group: [(perform(analysis, settings), row) for analysis, row in pairs]
        for group, pairs in heard.items()
    }


def _pooled(shared, takes, rig, group):
    shut, rest = [], []
    for take, row in takes[group]:
        one = _measure(_gap(shared, rig, take), take.times_seconds, row["phones"])
        shut += one[0]
        rest += one[1]
    return np.array(shut), np.array(rest)


@pytest.mark.parametrize("rig", ["ict", "makehuman", "facecap"])
@pytest.mark.parametrize("group", GROUPS)
def test_lips_are_shut_on_m_b_p(shared, takes, rig, group):
    shut, _ = _pooled(shared, takes, rig, group)
    assert len(shut) >= 20
    assert shut.mean() >= 0.7, f"{shut.mean():.0%} of {len(shut)}"


@pytest.mark.parametrize("rig", ["ict", "makehuman", "facecap"])
@pytest.mark.parametrize("group", GROUPS)
def test_the_mouth_rests_in_silence(shared, takes, rig, group):
    _, rest = _pooled(shared, takes, rig, group)
    if not len(rest):
        pytest.skip("no silence is labelled in these recordings")
    assert (rest > OPEN_IN_SILENCE).mean() <= 0.25, f"open in {(rest > OPEN_IN_SILENCE).mean():.0%}"
    assert rest.mean() <= 0.15, f"mean gap {rest.mean():.0%} of the speech's"


@pytest.mark.parametrize("rig", ["ict", "makehuman", "facecap"])
def test_the_mouth_opens_in_speech(shared, takes, rig):
    """A mouth that never opens would pass everything above."""
    for group, pairs in takes.items():
        opening = [np.percentile(_gap(shared, rig, take), 95) for take, _ in pairs]
        assert np.median(opening) > 0.08, group


@pytest.mark.parametrize("emotion", FELT)
def test_lips_are_shut_under_every_emotion_at_full_strength(shared, heard, takes, emotion):
    """All M B P of all groups together; `make emotions` measures it in full."""
    felt = _acted(heard, Settings(emotions={emotion: 1.0}))
    for rig in ("ict", "makehuman", "facecap"):
        calm, moved = (
            np.concatenate([_pooled(shared, acted, rig, group)[0] for group in GROUPS])
            for acted in (takes, felt)
        )
        assert len(calm) > 100
        assert moved.mean() >= calm.mean() - 0.02, (rig, calm.mean(), moved.mean())
