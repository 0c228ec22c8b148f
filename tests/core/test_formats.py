# SPDX-License-Identifier: GPL-3.0-or-later
"""Files: the columns that other programs expect, and phone lists in every form."""

import csv
import io
import json

import numpy as np
import pytest

from lipwright.core.errors import SettingsError
from lipwright.core.formats import (
    DEFAULT_RATE_HZ,
    FORMATS,
    livelink_csv,
    phones_json,
    phones_labels,
    plain_csv,
    read_phones,
    resampled,
    timecode,
    track_json,
    write_track,
)
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
    known = {"livelink-csv", "arkit-csv", "metahuman-csv", "json", "npz"}
    assert set(FORMATS) == set(DEFAULT_RATE_HZ) == known


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


@pytest.fixture
def phone_file(tmp_path):
    def save(text, name="line.txt", encoding="utf8"):
        (tmp_path / name).write_text(text, encoding)
        return tmp_path / name

    return save


def test_our_phone_file_reads_back(phone_file):
    assert read_phones(phone_file(phones_json(PHONE_LIST), "line.json")) == PHONE_LIST
    assert read_phones(phone_file(phones_json(()), "line.json")) == ()


def test_a_label_track_reads_back(phone_file):
    read = read_phones(phone_file(phones_labels(PHONE_LIST), "line.txt"))
    assert [(p.symbol, p.start_seconds, p.end_seconds) for p in read] == [
        (p.symbol, p.start_seconds, p.end_seconds) for p in PHONE_LIST
    ]


def test_a_face_file_is_a_phone_file_too(phone_file, track):
    assert read_phones(phone_file(track_json(track, PHONE_LIST), "line.json")) == PHONE_LIST


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("0.0 0.1 _\n0.1 0.2 m\n0.2 0.3 a\n", "_ m a"),
        ("0\t0.1\tsil\n0.1\t0.2\tM\n0.2\t0.3\tAA1\n", "_ m ɑ"),
        ("0 .1 pau\n.1 .2 hh\n.2 .3 ax\n.3 .4 r\n", "_ h ə ɹ"),
        ("# start end label\n\n0 0.1 tː\n  0.1 0.2 r  \n0.2 0.3 ˈaɪ\n", "t r a ɪ"),
        ("0 1 OW0\n", "o ʊ"),
        ("0 1 tʃ\n1 2 y\n", "tʃ y"),
        ("0 1 SH\n1 2 UW\n2 3 #\n", "ʃ u _"),
    ],
)
def test_phone_lines_in_every_form(phone_file, text, symbols):
    for encoding in ("utf8", "utf-8-sig"):
        phones = read_phones(phone_file(text, encoding=encoding))
        assert [p.symbol for p in phones] == symbols.split()
        assert {p.confidence for p in phones} == {1.0}
        assert phones[0].start_seconds == 0
    assert all(p.symbol in PHONES for p in phones)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 0.1\n", "Phone 1 .* cannot be understood"),
        ("0 0.1 m\n0.1 zwei m\n", "Phone 2 .* start seconds, end seconds, phone"),
        ("0.2 0.1 m\n", "cannot be understood"),
        ("-1 0.1 m\n", "cannot be understood"),
        ("0 inf m\n", "cannot be understood"),
        ("nan 1 m\n", "cannot be understood"),
        ("0 1 m 0.5 6\n", "cannot be understood"),
        ("0 0.1 m\n0.1 0.2 Ж\n", "Phone 2 .*“Ж”, which is not a known sound. Use one of: _ p b m"),
        ("0.5 0.6 m\n0 0.1 a\n", "not in order of time. Sort them"),
        ("{", "is not a phone list. Save one with Lipwright"),
        ('{"voice": []}', "is not a phone list"),
        ('{"phones": 3}', "holds no list of phones"),
        ('{"phones": [3]}', "Phone 1 .* cannot be understood"),
        ('{"phones": [["m", null, 1]]}', "Phone 1 .* cannot be understood"),
        ('{"phones": [["m", 0, 1, "sure"]]}', "Phone 1 .* cannot be understood"),
        ('{"phones": [["m", 0, 1], {}]}', "Phone 2 .* cannot be understood"),
        ('{"phones": [[]]}', "Phone 1 .* cannot be understood"),
        ('{"phones": [[5, 0, 1]]}', "“5”, which is not a known sound"),
    ],
)
def test_phone_files_that_make_no_sense(phone_file, text, words):
    with pytest.raises(SettingsError, match=words):
        read_phones(phone_file(text))


def test_phone_files_that_cannot_be_read(tmp_path):
    with pytest.raises(SettingsError, match=r"“no\.txt” could not be read as text\. Check"):
        read_phones(tmp_path / "no.txt")
    (tmp_path / "sound.wav").write_bytes(bytes(range(128, 256)))
    with pytest.raises(SettingsError, match="could not be read as text"):
        read_phones(tmp_path / "sound.wav")
