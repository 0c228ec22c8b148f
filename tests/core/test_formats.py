# SPDX-License-Identifier: GPL-3.0-or-later
"""Files: the columns that other programs expect, and phone lists in every form."""

import csv
import io
import json

import numpy as np
import pytest

from lipwright.core.errors import SettingsError
from lipwright.core.formats import (
    BY_SUFFIX,
    FORMATS,
    Format,
    read_phones,
    resampled,
    write_track,
)
from lipwright.core.formats.cues import RHUBARB_OF, oculus_json, rhubarb_tsv
from lipwright.core.formats.tracks import livelink_csv, plain_csv, timecode, track_json
from lipwright.core.motion.mix import OUTPUT_NAMES
from lipwright.core.motion.track import ARKIT_NAMES, CONTACT_NAMES, HEAD_NAMES, FaceTrack
from lipwright.core.phones import PHONES, Phone

PHONE_LIST = (Phone("_", 0.0, 0.1), Phone("m", 0.1, 0.2, 0.75), Phone("tʃ", 0.2, 0.35, 0.5))


@pytest.fixture
def track(rng):
    return FaceTrack(rng.random((51, len(OUTPUT_NAMES)), np.float32), OUTPUT_NAMES, 100.0)


def _rows(text):
    return list(csv.reader(io.StringIO(text)))


def test_every_format_has_a_suffix_and_a_rate():
    assert set(FORMATS) == {
        *("livelink-csv", "arkit-csv", "metahuman-csv", "json", "npz", "unity-json"),
        *("metahuman-json", "rhubarb-tsv", "rhubarb-json", "oculus-json"),
    }
    for name, form in FORMATS.items():
        assert form.name == name
        assert form.suffix.startswith(".")
        assert 1 <= form.rate_hz <= 1000
    assert set(BY_SUFFIX) == {form.suffix for form in FORMATS.values()}


def test_another_format_is_one_entry(track, tmp_path, monkeypatch):
    form = Format("frames", ".frames", 10.0, lambda track, _: (f"{len(track.values)}\n",))
    monkeypatch.setitem(FORMATS, "frames", form)
    write_track(tmp_path / "take.frames", "frames", track, ())
    assert (tmp_path / "take.frames").read_text() == "51\n"


def test_a_name_as_long_as_the_disk_allows(track, tmp_path):
    path = tmp_path / ("ä" * 125 + ".json")
    write_track(path, "json", track, ())
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    with pytest.raises(SettingsError, match="a shorter name"):
        write_track(tmp_path / ("ä" * 200), "json", track, ())


def test_livelink_has_the_columns_of_the_app_in_its_order(track):
    header, *rows = _rows("".join(livelink_csv(track)))
    assert header[:4] == ["Timecode", "BlendShapeCount", "EyeBlinkLeft", "EyeLookDownLeft"]
    assert [h[0].lower() + h[1:] for h in header[2:54]] == list(ARKIT_NAMES)
    assert (
        header[54:]
        == (
            "HeadYaw HeadPitch HeadRoll LeftEyeYaw LeftEyePitch LeftEyeRoll "
            "RightEyeYaw RightEyePitch RightEyeRoll"
        ).split()
    )
    assert len(rows) == 51
    assert {(row[1], len(row)) for row in rows} == {("61", 63)}
    values = np.array([row[2:] for row in rows], float)
    for i, name in enumerate(ARKIT_NAMES):
        assert np.allclose(values[:, i], track[name], atol=1e-6)


def test_livelink_angles_are_radians():
    names = (
        "headPitch",
        "headYaw",
        "headRoll",
        "eyeLookOutLeft",
        "eyeLookInRight",
        "eyeLookUpLeft",
    )
    track = FaceTrack(np.array([[10, -20, 5, 1, 1, 1]], np.float32), names, 60.0)
    header, row = _rows("".join(livelink_csv(track)))
    angle = dict(zip(header[54:], np.degrees(np.array(row[54:], float)), strict=True))
    assert angle["HeadPitch"] == pytest.approx(10, abs=1e-3)
    assert angle["HeadYaw"] == pytest.approx(-20, abs=1e-3)
    assert angle["HeadRoll"] == pytest.approx(5, abs=1e-3)
    assert angle["LeftEyeYaw"] == angle["RightEyeYaw"] == pytest.approx(30, abs=1e-3)
    assert angle["LeftEyePitch"] == pytest.approx(-25, abs=1e-3)
    assert angle["RightEyePitch"] == 0


@pytest.mark.parametrize(
    ("frame", "rate_hz", "text"),
    [
        (0, 60, "00:00:00:00.000"),
        (59, 60, "00:00:00:59.000"),
        (60, 60, "00:00:01:00.000"),
        (60 * 3725 + 7, 60, "01:02:05:07.000"),
        (30, 29.97, "00:00:01:00.000"),
    ],
)
def test_timecodes(frame, rate_hz, text):
    assert timecode(frame, rate_hz) == text


def test_arkit_csv_is_time_and_the_52_names_and_reads_back(track):
    header, *rows = _rows("".join(plain_csv(track, ARKIT_NAMES)))
    assert header == ["time", *ARKIT_NAMES]
    values = np.array(rows, float)
    assert np.allclose(values[:, 0], track.times_seconds, atol=1e-6)
    assert rows[0][0] == "0"
    assert rows[50][0] == "0.5"
    for i, name in enumerate(ARKIT_NAMES, 1):
        assert np.allclose(values[:, i], track[name], atol=1e-5)


def test_json_reads_back(track):
    content = json.loads(track_json(track, PHONE_LIST))
    assert content["format"] == "lipwright-face"
    assert content["rate_hz"] == 100
    assert tuple(content["names"]) == OUTPUT_NAMES
    assert np.allclose(content["values"], track.values, atol=1e-5)
    assert content["phones"][2] == ["tʃ", 0.2, 0.35, 0.5]


def test_npz_reads_back(track, tmp_path):
    write_track(tmp_path / "take.npz", "npz", track, PHONE_LIST)
    with np.load(tmp_path / "take.npz", allow_pickle=False) as data:
        assert tuple(data["names"]) == OUTPUT_NAMES
        assert np.array_equal(data["values"], track.values)
        assert data["rate_hz"] == 100


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_take_is_the_same_file(form, track, tmp_path):
    for name in ("a", "b"):
        write_track(tmp_path / name, form, track, PHONE_LIST)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_a_track_without_a_channel_writes_zeros():
    track = FaceTrack.of({"jawOpen": np.array([0.25])}, 100.0)
    _, row = _rows("".join(plain_csv(track, ARKIT_NAMES)))
    assert sorted(set(row)) == ["0", "0.00000", "0.25000"]


def test_a_place_that_cannot_be_written_leaves_nothing_behind(track, tmp_path):
    (tmp_path / "taken.json").mkdir()
    for path in (tmp_path / "taken.json", tmp_path / "none" / "a.json"):
        with pytest.raises(SettingsError, match=r"could not be written\. Choose another folder"):
            write_track(path, "json", track, ())
    assert [p.name for p in tmp_path.iterdir()] == ["taken.json"]


@pytest.mark.parametrize("rate_hz", [1, 24, 30 / 1.001, 60, 99.9, 120, 1000])
def test_another_rate_is_the_same_curve(rate_hz):
    times = np.arange(301) / 100
    ramp = FaceTrack.of({"jawOpen": times / 3, "headYaw": -times}, 100.0)
    out = resampled(ramp, rate_hz)
    assert out.rate_hz == rate_hz
    assert 3 - 1 / rate_hz < out.seconds <= 3 + 1e-9
    assert np.allclose(out["jawOpen"], out.times_seconds / 3, atol=1e-5)
    assert np.allclose(out["headYaw"], -out.times_seconds, atol=1e-5)


@pytest.mark.parametrize("rate_hz", [0, -5, 0.5, 1001, float("nan"), float("inf")])
def test_rates_out_of_range(rate_hz):
    with pytest.raises(SettingsError, match="outside 1 to 1000"):
        resampled(FaceTrack.rest(3, 100.0), rate_hz)


def test_head_names_and_guides_come_last_and_survive_resampling(track):
    assert resampled(track, 60.0).names[-5:] == (*HEAD_NAMES, *CONTACT_NAMES)


# --- mouths one after another ---------------------------------------------------------------------

SAID = [
    Phone("_", 0.0, 0.2),
    Phone("m", 0.2, 0.23),
    Phone("ɑ", 0.23, 0.4),
    Phone("t", 0.4, 0.42),
    Phone("s", 0.42, 0.5),
    Phone("z", 0.5, 0.6),
    Phone("_", 0.6, 1.0),
]


def test_rhubarb_has_a_mouth_for_every_phone():
    assert set(RHUBARB_OF) == set(PHONES)


@pytest.mark.parametrize(("form", "suffix"), [("rhubarb-tsv", ".tsv"), ("rhubarb-json", ".json")])
def test_rhubarbs_files_are_read_again(tmp_path, form, suffix):
    path = tmp_path / f"a{suffix}"
    write_track(path, form, FaceTrack(np.zeros((2, 1), np.float32), ("jawOpen",), 100.0), SAID)
    read = [(p.start_seconds, p.end_seconds) for p in read_phones(path)]
    # M is kept though it is short; T is too short to be seen, S and Z are one mouth.
    assert read == [(0.0, 0.2), (0.2, 0.23), (0.23, 0.42), (0.42, 0.6), (0.6, 1.0)]


def test_rhubarbs_tsv_ends_as_rhubarbs_does():
    rows = [row.split("\t") for row in "".join(rhubarb_tsv(SAID)).splitlines()]
    assert [mouth for _, mouth in rows] == ["X", "A", "D", "B", "X", "X"]
    assert rows[-1][0] == "1.00"


def test_oculus_visemes():
    content = json.loads("".join(oculus_json(SAID)))
    assert [row["viseme"] for row in content["visemes"]] == ["sil", "PP", "aa", "DD", "SS", "sil"]
    ends = [row["end"] for row in content["visemes"]]
    assert ends[:-1] == [row["start"] for row in content["visemes"]][1:]


def test_curves_for_unity(tmp_path):
    values = np.array([[0.0, 1.0], [0.25, 0.5], [0.5, 0.0]], np.float32)
    track = FaceTrack(values, ("jawOpen", "mouthPucker"), 60.0)
    write_track(tmp_path / "a.json", "unity-json", track, SAID)
    content = json.loads((tmp_path / "a.json").read_text("utf8"))
    assert content["frameRate"] == 60
    assert content["curves"][0] == {"name": "jawOpen", "values": [0.0, 0.25, 0.5]}
    assert content["curves"][1]["name"] == "mouthPucker"
    assert content["phones"][1] == {"symbol": "m", "start": 0.2, "end": 0.23}
