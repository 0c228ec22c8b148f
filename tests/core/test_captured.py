# SPDX-License-Identifier: GPL-3.0-or-later
"""Captured faces: read as others write them, and put in the place of parts of ours."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.errors import SettingsError
from lipwright.core.formats import read_track, write_track
from lipwright.core.motion.captured import CAPTURED_REGIONS, Captured, with_captured
from lipwright.core.motion.track import ARKIT_NAMES, FACE_NAMES, HEAD_NAMES, FaceTrack


def moving(seconds=2.0, rate_hz=60.0, names=ARKIT_NAMES + HEAD_NAMES):
    count = round(seconds * rate_hz) + 1
    at = np.arange(count)[:, None] / rate_hz + np.arange(len(names))[None, :] / 7
    values = 0.5 + 0.5 * np.sin(2 * np.pi * at)
    return FaceTrack(values.astype(np.float32), tuple(names), rate_hz)


@pytest.mark.parametrize("rate_hz", [24.0, 30.0, 60.0])
@pytest.mark.parametrize("form", ["livelink-csv", "arkit-csv", "json"])
def test_what_we_write_is_read_again(tmp_path, form, rate_hz):
    track = moving(rate_hz=rate_hz)
    path = tmp_path / f"face{'.json' if form == 'json' else '.csv'}"
    write_track(path, form, track, ())
    found = read_track(path)
    assert found.rate_hz == pytest.approx(rate_hz)
    assert len(found.values) == len(track.values)
    for name in ARKIT_NAMES + (() if form == "arkit-csv" else HEAD_NAMES):
        assert found[name] == pytest.approx(track[name], abs=1e-4), name


def test_audio2face_is_read(tmp_path):
    names = ["EyeBlinkLeft", "JawOpen", "MouthClose", "TongueOut", "somethingElse"]
    values = np.linspace(0, 1, 5 * 30).reshape(30, 5)
    told = {
        **{"exportFps": 30.0, "trackPath": "x.wav", "numPoses": 5, "numFrames": 30},
        **{"facsNames": names, "weightMat": values.tolist()},
    }
    (tmp_path / "face.json").write_text(json.dumps(told), "utf8")
    found = read_track(tmp_path / "face.json")
    assert set(found.names) == {"eyeBlinkLeft", "jawOpen", "mouthClose", "tongueOut"}
    assert found["jawOpen"] == pytest.approx(values[:, 1], abs=1e-6)
    rows = ["timeCode," + ",".join(f"blendShapes.{name}" for name in names)]
    rows += [",".join(f"{v:.6f}" for v in (i / 30, *row)) for i, row in enumerate(values)]
    (tmp_path / "face.csv").write_text("\n".join(rows), "utf8")
    assert read_track(tmp_path / "face.csv")["jawOpen"] == pytest.approx(values[:, 1], abs=1e-5)


def test_a_phone_drops_frames(tmp_path):
    track = moving()
    write_track(tmp_path / "face.csv", "livelink-csv", track, ())
    rows = (tmp_path / "face.csv").read_text("utf8").splitlines()
    kept = [row for i, row in enumerate(rows) if i % 7 != 3]
    (tmp_path / "face.csv").write_text("\n".join(kept), "utf8")
    found = read_track(tmp_path / "face.csv")
    assert found.seconds == pytest.approx(track.seconds, abs=0.04)
    at = np.linspace(0, 1.8, 90)
    strays = np.abs(
        found.at(at)[:, found.names.index("jawOpen")]
        - np.interp(at, track.times_seconds, track["jawOpen"])
    )
    assert strays.max() < 0.02


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "a,b\n1,2\n",
        "time,jawOpen\n0,0.5\n",
        '{"weightMat": 3, "facsNames": 4}',
        "time,jawOpen,mouthClose,mouthFunnel\n0,0,0,0\n1,nan,0,0\n",
        "time,jawOpen,mouthClose,mouthFunnel\n1,0,0,0\n0,1,0,0\n",
        '{"facsNames": ["jawOpen"], "weightMat": [[1]], "exportFps": 0}',
    ],
)
def test_what_is_no_capture_is_a_sentence(tmp_path, text):
    path = tmp_path / "face.csv"
    path.write_text(text, "utf8")
    with pytest.raises(SettingsError, match=r"face\.csv"):
        read_track(path)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("x") / "face.json"
    path.write_bytes(data)
    with pytest.raises(SettingsError):
        read_track(path)


@pytest.mark.parametrize("part", CAPTURED_REGIONS)
def test_a_part_is_theirs_and_the_rest_ours(part):
    ours = FaceTrack.rest(301, 100.0, FACE_NAMES + HEAD_NAMES)
    theirs = moving(2.0)
    face = with_captured(ours, Captured(theirs, frozenset([part])), lead_seconds=0.5)
    inside = (face.times_seconds > 0.7) & (face.times_seconds < 2.3)
    for name in FACE_NAMES + HEAD_NAMES:
        if name.startswith(CAPTURED_REGIONS[part]) and name in theirs.names:
            at = face.times_seconds[inside] - 0.5
            assert face[name][inside] == pytest.approx(
                np.interp(at, theirs.times_seconds, theirs[name]), abs=1e-5
            )
            assert not face[name][face.times_seconds <= 0.5].any()
            assert not face[name][face.times_seconds >= 2.5].any()
        else:
            assert not face[name].any(), name


def test_every_channel_has_one_part():
    for name in FACE_NAMES + HEAD_NAMES:
        assert sum(name.startswith(begins) for begins in CAPTURED_REGIONS.values()) == 1, name


def test_a_part_that_there_is_not():
    with pytest.raises(SettingsError, match="“nose”"):
        Captured(moving(), frozenset(["nose"]))
