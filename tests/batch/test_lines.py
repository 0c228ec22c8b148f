# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of lines as people have them, and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.batch.lines import read_lines
from lipwright.core.errors import SettingsError
from lipwright.core.transcript.captions import cues_in


def table(folder, text, name="lines.csv", encoding="utf8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf8", "utf-8-sig", "utf-16", "cp1252"])
def test_tables_of_every_spreadsheet(tmp_path, between, encoding):
    rows = [["Sound", "NAME", "Transcript", "emotion"], ["a.wav", "één", "Ça va", "happy=0.5"]]
    text = "\r\n".join(between.join(row) for row in rows) + "\r\n" + between * 3 + "\r\n"
    (line,) = read_lines(table(tmp_path, text, encoding=encoding)).lines
    assert line.name == "één"
    assert line.sound == tmp_path / "a.wav"
    assert line.cells == {"transcript": "Ça va", "emotion": "happy=0.5"}


def test_a_cell_may_hold_commas_and_new_lines(tmp_path):
    path = table(tmp_path, 'sound,text\na.wav,"Well, yes.\nNo"\nb.wav,\n')
    first, second = read_lines(path).lines
    assert first.cells == {"transcript": "Well, yes.\nNo"}
    assert second.cells == {}


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"lines": rows}])
def test_json(tmp_path, wrap):
    rows = [
        {"sound": "a.wav", "seed": 3.0, "emotion": {"happy": 0.5, "sad": 1}, "fps": 29.97},
        {"sound": "b.wav", "emotion": ["angry", "sad=0.2"], "transcript": None},
    ]
    first, second = read_lines(table(tmp_path, json.dumps(wrap(rows)), "lines.json")).lines
    assert first.cells == {"seed": "3", "emotion": "happy=0.5;sad=1", "fps": "29.97"}
    assert second.cells == {"emotion": "angry;sad=0.2"}


def test_json_lines(tmp_path):
    path = table(tmp_path, '{"sound": "a.wav"}\n\n{"sound": "b.wav"}\n', "lines.jsonl")
    assert [line.name for line in read_lines(path).lines] == ["a", "b"]


def test_a_folder(sounds):
    assert [line.name for line in read_lines(sounds).lines] == [f"line{i}" for i in range(8)]


def test_columns_that_mean_nothing_are_told(tmp_path):
    assert read_lines(table(tmp_path, "sound,transcipt\na.wav,hello\n")).unused == ("transcipt",)


def test_a_columns_own_name_is_stronger(tmp_path):
    (line,) = read_lines(table(tmp_path, "file,sound\nx.txt,a.wav\n")).lines
    assert line.sound.name == "a.wav"


def test_captions_beside_their_sound(tmp_path):
    (tmp_path / "talk.wav").write_bytes(b"")
    text = (
        "1\n00:00:01,500 --> 00:00:02,000\nHello\nthere\n\n2\n00:01:00,000 --> 01:00:01,000\nYes\n"
    )
    first, second = read_lines(table(tmp_path, text, "talk.srt")).lines
    assert first.cells == {"transcript": "Hello there", "start": "1.5", "end": "2.0"}
    assert second.cells["end"] == "3601.0"
    assert first.sound.name == "talk.wav"
    assert first.name != second.name


def test_web_captions():
    text = "WEBVTT\n\nNOTE not said\n\nintro\n00:01.000 --> 00:02.500 align:start\n<v Ann>Hi\n"
    (cue,) = cues_in(text)
    assert (cue.text, cue.start_seconds, cue.end_seconds) == ("<v Ann>Hi", 1.0, 2.5)


@given(st.text(max_size=200))
def test_no_text_breaks_the_captions(text):
    assert all(cue.end_seconds > cue.start_seconds for cue in cues_in(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no line"),
        ("sound\n", "no line"),
        ("voice,emotion\na.wav,happy\n", "no column “sound” (its columns: “voice”, “emotion”)"),
        ("sound,name\n,a\n", "Row 1 of “lines.csv” names no sound"),
        ("sound\na.wav\nx/A.wav\n", "Two lines are called “A” (a.wav and A.wav)"),
        ("sound,name\na.wav,../a\n", "cannot be the name of a line"),
        ("sound,name\na.wav,/a\n", "cannot be the name of a line"),
        ("sound,name\na.wav,a?\n", "a sign that files cannot have"),
        ("sound,name\na.wav,Report\n", "the batch's own file"),
        ('sound\n"a.wav\n', "no table that can be read"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path, text, said):
    with pytest.raises(SettingsError) as error:
        read_lines(table(tmp_path, text))
    assert said in str(error.value)


@pytest.mark.parametrize("text", ["{", "[1]", '"a"', '{"lines": 3}', "[" * 100_000])
def test_what_is_no_json_is_refused(tmp_path, text):
    with pytest.raises(SettingsError):
        read_lines(table(tmp_path, text, "lines.json"))


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="was not found"):
        read_lines(tmp_path / "none.csv")
