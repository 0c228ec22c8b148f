# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: files and folders in, curves out, honest exit codes."""

import csv
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from lipwright.cli import main
from lipwright.core.motion.track import ARKIT_NAMES

LINE_TEXT = "Many pumpkins bloom above the village pool. Please move the big blue boat"


def _run(*args):
    return main([str(a) for a in args])


def _names(place):
    return sorted(p.name for p in place.iterdir())


# --- what comes out -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("out", "options", "rate_hz"),
    [("a.csv", [], 60), ("a.CSV", ["--fps", 25], 25), ("new/folder/a.csv", [], 60)],
)
def test_csv_is_livelink_by_default(line, tmp_path, capsys, out, options, rate_hz):
    assert _run(line, "-o", tmp_path / out, *options) == 0
    rows = list(csv.reader((tmp_path / out).open()))
    assert rows[0][:3] == ["Timecode", "BlendShapeCount", "EyeBlinkLeft"]
    # The line is cut within a word, so the mouth comes to rest after it.
    assert len(rows) - 1 == pytest.approx(2.25 * rate_hz, abs=1.5)
    assert capsys.readouterr() == ("", "")


def test_arkit_csv(line, tmp_path):
    assert _run(line, "-o", tmp_path / "a.csv", "--format", "arkit-csv") == 0
    rows = list(csv.reader((tmp_path / "a.csv").open()))
    assert rows[0] == ["time", *ARKIT_NAMES]
    assert float(rows[-1][0]) == pytest.approx(2.25, abs=0.021)


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("livelink-csv", "line.csv"),
        ("arkit-csv", "line.csv"),
        ("metahuman-csv", "line.csv"),
        ("json", "line.json"),
        ("npz", "line.npz"),
    ],
)
def test_a_file_into_a_folder(line, tmp_path, form, name):
    out = tmp_path / "out.d"
    assert _run(line, "-o", out, "--format", form, "--layers", "speech") == 0
    assert _names(out) == [name]


def test_the_suffix_tells_the_format(line, tmp_path):
    assert _run(line, "-o", tmp_path / "a.json", "--fps", "30") == 0
    content = json.loads((tmp_path / "a.json").read_text("utf8"))
    assert content["rate_hz"] == 30
    assert content["phones"]
    assert _run(line, "-o", tmp_path / "a.npz") == 0
    with np.load(tmp_path / "a.npz") as data:
        assert data["rate_hz"] == 100


def test_an_existing_folder_called_like_a_file(line, tmp_path):
    (tmp_path / "out.csv").mkdir()
    assert _run(line, "-o", tmp_path / "out.csv") == 0
    assert _names(tmp_path / "out.csv") == ["line.csv"]


# --- folders --------------------------------------------------------------------------------------


def test_a_folder_of_several_suffixes(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert _run(folder, "-o", out, "--format", "json") == 0
    assert _names(out) == ["a.json", "b.json", "c.json", "d.json"]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("form", ["arkit-csv", "npz"])
def test_a_folder_gives_the_same_as_its_files_one_by_one(folder, tmp_path, form):
    options = ["--format", form, "--seed", 5, "--emotion", "happy=0.5", "--layers", "all"]
    assert _run(folder, "-o", tmp_path / "all", *options) == 0
    for sound in folder.iterdir():
        if sound.is_file() and sound.suffix != ".txt":
            assert _run(sound, "-o", tmp_path / "single", *options) == 0
    assert _names(tmp_path / "all") == _names(tmp_path / "single")
    for name in _names(tmp_path / "all"):
        one, other = (tmp_path / place / name for place in ("all", "single"))
        assert one.read_bytes() == other.read_bytes()


def test_broken_files_among_good_ones(folder, tmp_path, capsys):
    (folder / "aa.wav").write_text("words")
    (folder / "zz.mp3").write_bytes(b"")
    assert _run(folder, "-o", tmp_path / "out", "--layers", "speech") == 1
    assert _names(tmp_path / "out") == ["a.csv", "b.csv", "c.csv", "d.csv"]
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[0].startswith("lipwright: aa.wav: The sound file “aa.wav” could not be read")
    assert "zz.mp3" in told[1]


def test_a_single_broken_file(tmp_path, capsys):
    (tmp_path / "x.wav").write_text("words")
    assert _run(tmp_path / "x.wav", "-o", tmp_path / "x.csv") == 1
    assert "could not be read as sound" in capsys.readouterr().err
    assert _names(tmp_path) == ["x.wav"]


# --- wrong usage ----------------------------------------------------------------------------------


def _refused(capsys, *args):
    """Run what must be refused before anything is done; give the sentence."""
    assert _run(*args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("lipwright: ")
    assert err.count("\n") == 1
    return err


def test_two_sounds_of_one_name(folder, tmp_path, capsys):
    shutil.copy(folder / "a.wav", folder / "c.wav")
    assert "Two sounds are called “c”" in _refused(capsys, folder, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_missing_and_empty_input(tmp_path, capsys):
    out = tmp_path / "o.csv"
    assert "“no.wav” was not found" in _refused(capsys, "no.wav", "-o", out)
    assert "There is no sound in" in _refused(capsys, tmp_path, "-o", out)


def test_a_place_that_is_none(folder, line, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert "could not be made" in _refused(capsys, folder, "-o", tmp_path / "file")
    assert "could not be made" in _refused(capsys, line, "-o", tmp_path / "file" / "a.csv")


def test_a_transcript_sharpens_what_is_heard(line, tmp_path):
    text = tmp_path / "words.txt"
    text.write_text(LINE_TEXT, "utf-8")
    assert _run(line, "-o", tmp_path / "a.json") == 0
    assert _run(line, "-o", tmp_path / "b.json", "--transcript", text) == 0
    heard, sharper = (json.loads((tmp_path / n).read_text("utf-8")) for n in ("a.json", "b.json"))
    sure = [np.mean([p[3] for p in one["phones"]]) for one in (heard, sharper)]
    assert sure[1] > sure[0]


def test_a_folder_of_transcripts_serves_a_folder_of_sounds(line, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("one", "two"):
        shutil.copy(line, folder / f"{name}.wav")
    (folder / "one.txt").write_text("Thick thistles, six sick sheiks, eight gray geese", "utf-8")
    assert _run(folder, "-o", tmp_path / "out", "--transcript", folder) == 0
    told = capsys.readouterr().err
    assert "one.wav: The transcript" in told
    assert "two.wav" not in told


def test_a_broken_transcript_is_wrong_usage(line, tmp_path, capsys):
    told = _refused(capsys, line, "-o", tmp_path / "a.csv", "--transcript", line)
    assert "does not look like a transcript" in told


def test_cuda_that_is_not_there(line, tmp_path, capsys):
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    assert main([str(line), "-o", str(tmp_path / "a.csv"), "--device", "cuda"]) == 0
    assert "CUDA was asked for, but is not there" in capsys.readouterr().err
    assert (tmp_path / "a.csv").is_file()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--emotion", "hungry=1"], "no emotion “hungry”"),
        (["--emotion", "happy=2"], "must be a number from 0 to 1"),
        (["--emotion", "happy=much"], "must be a number from 0 to 1"),
        (["--emotion", "happy=nan"], "must be a number from 0 to 1"),
        (["--layers", "ears"], "choose from speech"),
        (["--layers", ","], "choose from speech"),
        (["--fps", "0"], "not a frame rate"),
        (["--fps", "fast"], "not a frame rate"),
        (["--fps", "nan"], "not a frame rate"),
        (["--seed", "-1"], "--seed"),
        (["--seed", "1.5"], "not a whole number"),
        (["--seed", "²"], "--seed"),
        (["--threads", "0"], "not a whole number of 1 or more"),
        (["--jaw", "3"], "not a number from 0 to 2"),
        (["--format", "fbx"], "invalid choice"),
        (["--device", "tpu"], "invalid choice"),
        (["--sync-offset", "late"], "--sync-offset"),
        (["--colour"], "unrecognized arguments"),
    ],
)
def test_options_that_make_no_sense(line, tmp_path, capsys, options, words):
    with pytest.raises(SystemExit) as stop:
        _run(line, "-o", tmp_path / "a.csv", *options)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("offset", ["1500", "nan"])
def test_an_offset_of_more_than_a_second(line, tmp_path, capsys, offset):
    told = _refused(capsys, line, "-o", tmp_path / "a.csv", "--sync-offset", offset)
    assert "Move the strip instead" in told


def test_input_and_output_are_needed(capsys):
    for args in ([], ["a.wav"]):
        with pytest.raises(SystemExit) as stop:
            main(args)
        assert stop.value.code == 2
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    capsys.readouterr()


# --- phones ---------------------------------------------------------------------------------------


def test_phones_of_a_file(line, tmp_path):
    (tmp_path / "p.txt").write_text("0 0.5 sil\n0.5 1 AA1\n1 1.3 M\n1.3 2 AA1\n")
    for out, options in (("a.json", []), ("b.json", ["--phones", tmp_path / "p.txt"])):
        assert _run(line, "-o", tmp_path / out, *options) == 0
    given = json.loads((tmp_path / "b.json").read_text("utf8"))
    assert [row[0] for row in given["phones"]] == ["_", "ɑ", "m", "ɑ"]
    assert given["values"] != json.loads((tmp_path / "a.json").read_text("utf8"))["values"]
    # A face file is a phone file: correct it and give it back.
    assert _run(line, "-o", tmp_path / "c.json", "--phones", tmp_path / "b.json") == 0
    assert (tmp_path / "c.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_phones_that_cannot_be_used(line, folder, tmp_path, capsys):
    out = tmp_path / "a.csv"
    assert "could not be read as text" in _refused(capsys, line, "-o", out, "--phones", "no.txt")
    (tmp_path / "p.txt").write_text("0 1 Ж\n")
    phones = ["--phones", tmp_path / "p.txt"]
    assert "not a known sound" in _refused(capsys, line, "-o", out, *phones)
    assert "belongs to one sound" in _refused(capsys, folder, "-o", tmp_path / "out", *phones)


# --- the program itself ---------------------------------------------------------------------------


def test_as_a_program_in_a_pipe(line, tmp_path, repository):
    def program(*args):
        return subprocess.run(
            [sys.executable, "-m", "lipwright", *map(str, args)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )

    done = program("line.wav", "-o", "a.csv", "--layers", "speech")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "a.csv").is_file()
    wrong = program("none.wav", "-o", "b.csv")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("lipwright: “none.wav” was not found")
    assert "Traceback" not in wrong.stderr


class _Terminal:
    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_a_bar_on_a_terminal(folder, tmp_path, monkeypatch):
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    (folder / "bb.wav").write_text("words")
    assert _run(folder, "-o", tmp_path / "out", "--layers", "speech") == 1
    last = terminal.text.split("\r")[-1]
    assert last.startswith(f"[{'#' * 28}] 5/5 d.wav")
    assert last.endswith("\n")
    assert "\nlipwright: bb.wav: The sound file" in terminal.text
