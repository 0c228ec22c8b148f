# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line on sounds, names and texts as they come."""

import csv
import os
import shutil

import numpy as np
import pytest
import soundfile

from lipwright import cli
from lipwright.cli import main
from lipwright.core.motion.track import ARKIT_NAMES

RATE_HZ = 16_000
LINE_TEXT = "Many pumpkins bloom above the village pool. Please move the big blue boat"


def _run(*args):
    return main([str(a) for a in args])


def _names(place):
    return sorted(p.name for p in place.iterdir())


def test_what_nobody_foresaw_ends_one_line_only(folder, tmp_path, capsys, monkeypatch):
    real = cli.load_sound

    def fails(path, **options):
        if path.name == "b.FLAC":
            raise IndexError("index 7 is out of bounds")
        return real(path, **options)

    monkeypatch.setattr(cli, "load_sound", fails)
    assert _run(folder, "-o", tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert "b.FLAC: something went wrong that Lipwright does not know (IndexError" in said
    assert _names(tmp_path / "out") == ["a.csv", "c.csv", "d.csv"]


def test_a_link_that_leads_nowhere_is_a_failed_line(folder, tmp_path, capsys):
    (folder / "e.wav").symlink_to(tmp_path / "gone.wav")
    assert _run(folder, "-o", tmp_path / "out") == 1
    assert "e.wav: The sound file “e.wav” was not found" in capsys.readouterr().err
    assert _names(tmp_path / "out") == ["a.csv", "b.csv", "c.csv", "d.csv"]


def test_odd_names_in_a_folder(tmp_path, voice, capsys):
    samples, rate_hz = voice
    place = tmp_path / "lines"
    place.mkdir()
    soundfile.write(place / "a.wav", samples[:rate_hz], rate_hz)
    data = (place / "a.wav").read_bytes()
    (place / "._a.wav").write_bytes(b"\0\5\x16\7 what macOS leaves behind")
    long_name = "n" * 251 + ".wav"
    (place / long_name).write_bytes(data)
    odd = os.fsdecode(os.fsencode(place) + b"/caf\xe9.wav")
    with open(odd, "wb") as file:
        file.write(data)
    soundfile.write(place / "old.aiff", samples[:rate_hz], rate_hz)
    assert _run(place, "-o", tmp_path / "out") == 0
    names = sorted(os.listdir(os.fsencode(tmp_path / "out")))
    assert names == [b"a.csv", b"caf\xe9.csv", b"n" * 251 + b".csv", b"old.csv"]
    assert capsys.readouterr().err == ""


def test_a_transcript_of_any_length_in_a_folder(line, tmp_path, capsys):
    """It once ended in an IndexError from some 90 words on."""
    line.with_suffix(".txt").write_text(f"{LINE_TEXT} " + "and then some more words " * 60)
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    shutil.copy(line, sounds)
    shutil.copy(line.with_suffix(".txt"), sounds)
    assert _run(sounds, "-o", tmp_path / "out", "--transcript", sounds) == 0
    assert _names(tmp_path / "out") == ["line.csv"]


@pytest.mark.parametrize("fps", [8, 12, 24])
def test_no_closure_is_lost_at_low_rates(tmp_path, repository, fps):
    line = repository / "demo" / "line.wav"
    for name, rate in (("dense", 100), ("few", fps)):
        out = tmp_path / f"{name}.csv"
        assert _run(line, "-o", out, "--format", "arkit-csv", "--fps", rate) == 0
    dense, few = (_columns(tmp_path / f"{name}.csv") for name in ("dense", "few"))
    shut = {
        name: (t["mouthClose"] > 0.9 * t["jawOpen"]) & (t["jawOpen"] > 0.01)
        for name, t in (("dense", dense), ("few", few))
    }
    starts = np.flatnonzero(np.diff(shut["dense"].astype(int), prepend=0) == 1)
    assert len(starts) >= 6
    for place in starts:
        near = np.abs(few["time"] - dense["time"][place]) <= 0.5 / fps + 0.05
        assert shut["few"][near].any() or few["jawOpen"][near].min() < 0.02


def _columns(path):
    rows = list(csv.reader(path.open(encoding="utf8")))
    values = np.array(rows[1:], float)
    return {name: values[:, i] for i, name in enumerate(rows[0])}


def test_a_tight_sound_gets_a_closing(tmp_path, voice):
    samples, rate_hz = voice
    path = tmp_path / "tight.wav"
    soundfile.write(path, samples[: round(0.62 * rate_hz)], rate_hz)
    assert _run(path, "-o", tmp_path / "a.csv", "--format", "arkit-csv") == 0
    columns = _columns(tmp_path / "a.csv")
    mouth = max(columns[name][-1] for name in ARKIT_NAMES if name.startswith(("jaw", "mouth")))
    assert mouth < 0.02


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda tone: np.zeros_like(tone), "The sound is silent"),
        (lambda tone: 1e-3 * tone, ""),
        (lambda tone: np.stack([tone, -tone], 1), "cancel each other out"),
    ],
    ids=["silence", "quiet", "opposite"],
)
def test_silent_results_are_said(tmp_path, voice, capsys, make, said):
    samples, rate_hz = voice
    path = tmp_path / "line.wav"
    soundfile.write(path, make(samples[: 2 * rate_hz]), rate_hz, subtype="FLOAT")
    assert _run(path, "-o", tmp_path / "a.csv") == 0
    err = capsys.readouterr().err
    assert (said in err) if said else not err


def test_no_speech_is_said(tmp_path, capsys):
    path = tmp_path / "hum.wav"
    time = np.arange(32_000) / RATE_HZ
    soundfile.write(path, 0.01 * np.sin(2 * np.pi * 50 * time), RATE_HZ)
    assert _run(path, "-o", tmp_path / "a.csv") == 0
    assert "No speech was heard" in capsys.readouterr().err


def test_one_channel_on_request(tmp_path, voice):
    samples, rate_hz = voice
    both = np.stack([np.zeros(2 * rate_hz, np.float32), samples[: 2 * rate_hz]], 1)
    soundfile.write(tmp_path / "both.wav", both, rate_hz, subtype="FLOAT")
    soundfile.write(tmp_path / "one.wav", both[:, 1], rate_hz, subtype="FLOAT")
    assert _run(tmp_path / "both.wav", "-o", tmp_path / "a.csv", "--channel", 2) == 0
    assert _run(tmp_path / "one.wav", "-o", tmp_path / "b.csv") == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
