# SPDX-License-Identifier: GPL-3.0-or-later
"""Phone lists: ours, and those that other tools write; what is none is refused with a sentence."""

import json

import numpy as np
import pytest

from lipwright.core.decode import corrected_posteriors, phones_of
from lipwright.core.errors import SettingsError
from lipwright.core.formats import phones_json, phones_labels, read_phones
from lipwright.core.formats.read_phones import HEARD
from lipwright.core.formats.tracks import track_json
from lipwright.core.motion.track import FaceTrack
from lipwright.core.phones import PHONES, Phone

PHONE_LIST = (Phone("_", 0.0, 0.1), Phone("m", 0.1, 0.2, 0.75), Phone("tʃ", 0.2, 0.35, 0.5))


@pytest.fixture
def phone_file(tmp_path):
    def save(text, name="line.txt", encoding="utf8"):
        (tmp_path / name).write_text(text, encoding)
        return tmp_path / name

    return save


def test_our_phone_file_reads_back(phone_file):
    assert read_phones(phone_file(phones_json(PHONE_LIST), "line.json")) == PHONE_LIST


def test_a_label_track_reads_back(phone_file):
    read = read_phones(phone_file(phones_labels(PHONE_LIST), "line.txt"))
    assert [(p.symbol, p.start_seconds, p.end_seconds) for p in read] == [
        (p.symbol, p.start_seconds, p.end_seconds) for p in PHONE_LIST
    ]


def test_a_face_file_is_a_phone_file_too(phone_file):
    track = FaceTrack.of({"jawOpen": [0.1, 0.2]}, 100.0)
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
        assert {p.confidence for p in phones} == {HEARD}
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
        ("", "holds no sounds that last"),
        ("# nothing but this\n\n", "holds no sounds that last"),
        ("0.5 0.5 m\n0.6 0.6 a\n", "holds no sounds that last"),
        ('{"phones": []}', "holds no sounds that last"),
        ('{"mouthCues": [{"start": 0, "end": 1, "value": "Q"}]}', "Phone 1 .* be understood"),
        ("0 0.4 please\n0.4 0.7 move\n0.7 1 it\n", "lists words .“please”.*as a transcript"),
        ("0 0.4 PLEASE\n0.4 0.7 MOVE\n", "lists words"),
        ('File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n<exists>\n2\n"Int', "whole"),
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


LONG_GRID = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 0.5
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 0.5
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = "ma ""am"""
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 0.5
        points: size = 1
        points [1]:
            number = 0.1
            mark = "x"
    item [3]:
        class = "IntervalTier"
        name = "anna - phones"
        xmin = 0
        xmax = 0.5
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.1
            text = ""
        intervals [2]:
            xmin = 0.1
            xmax = 0.3
            text = "M"
        intervals [3]:
            xmin = 0.3
            xmax = 0.5
            text = "AA1"
'''
SHORT_GRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
0.5
<exists>
1
"IntervalTier"
"phones"
0
0.5
3
0
0.1
""
0.1
0.3
"M"
0.3
0.5
"AA1"
"""
MFA = """Begin,End,Label,Type,Speaker
0.1,0.5,mom,words,anna
0.0,0.1,,phones,anna
0.1,0.3,M,phones,anna
0.3,0.5,AA1,phones,anna
"""
RHUBARB_TSV = "0.00\tX\n0.10\tA\n0.30\tD\n0.50\tX\n"
RHUBARB_JSON = json.dumps(
    {
        "metadata": {"soundFile": "line.wav", "duration": 0.5},
        "mouthCues": [
            {"start": 0.0, "end": 0.1, "value": "X"},
            {"start": 0.1, "end": 0.3, "value": "A"},
            {"start": 0.3, "end": 0.5, "value": "D"},
        ],
    }
)
AUDACITY = (
    "0,000000\t0,100000\t\n\\\t0,000000\t20000,000000\n"
    "0,100000\t0,300000\tm\n\\\t80,000000\t12000,000000\n0,300000\t0,500000\tɑ\n"
)


@pytest.mark.parametrize(
    "text",
    [LONG_GRID, SHORT_GRID, MFA, RHUBARB_TSV, RHUBARB_JSON, AUDACITY],
    ids=["long TextGrid", "short TextGrid", "MFA", "Rhubarb TSV", "Rhubarb JSON", "Audacity"],
)
@pytest.mark.parametrize("encoding", ["utf8", "utf-8-sig", "utf-16"])
def test_lists_that_other_tools_write(phone_file, text, encoding):
    phones = read_phones(phone_file(text, encoding=encoding))
    assert [(p.symbol, p.start_seconds, p.end_seconds) for p in phones] == [
        ("_", 0.0, 0.1),
        ("m", 0.1, 0.3),
        ("ɑ", 0.3, 0.5),
    ]
    assert {p.confidence for p in phones} == {HEARD}


@pytest.mark.parametrize(
    "words",
    ["the cat sat on the mat", "we can do it now", "go to me", "I am on it", "Ja wo du bist"],
)
@pytest.mark.parametrize("between", ["", " _"])
def test_lists_of_short_words_are_refused(phone_file, words, between):
    labels = words.replace(" ", f"{between} ").split()
    text = "".join(f"{at} {at + 1} {label}\n" for at, label in enumerate(labels))
    with pytest.raises(SettingsError, match="lists words"):
        read_phones(phone_file(text))


@pytest.mark.parametrize(
    "sounds",
    [
        "h aj ð ej ɡ ow aw ɔj",  # MFA's English
        "ju ən ɪɹ ʊɹ əl m̩ tʃ dʒ ɝ",
        "ow aj aw",
        "tɕ ʈʂʰ aj˥ ow˨ ʐ",  # MFA's Mandarin
        "mʲ ɨ̥ ɴ dʑ tsʰ k͈",
        "hh ae t ow aw er ay",
        "aɪ eː oː pf ts ʁ ɐ yː",
    ],
)
def test_sounds_of_several_letters_are_no_words(phone_file, sounds):
    labels = sounds.split()
    text = "".join(f"{at} {at + 1} {label}\n" for at, label in enumerate(labels))
    assert len(read_phones(phone_file(text))) >= len(labels)


def test_a_textgrid_of_words_alone_is_refused(phone_file):
    words = SHORT_GRID.replace('"M"', '"pumpkins"').replace('"AA1"', '"bloom"')
    with pytest.raises(SettingsError, match="lists words"):
        read_phones(phone_file(words))
    two = LONG_GRID.replace("anna - phones", "sentences")
    with pytest.raises(SettingsError, match="no tier of phones, only “words”, “sentences”"):
        read_phones(phone_file(two))


def test_an_unedited_round_trip_through_labels_changes_nothing(phone_file, rng):
    heard = rng.random((300, len(PHONES))).astype(np.float32) ** 8
    heard /= heard.sum(1, keepdims=True)
    phones = phones_of(heard, 100.0)
    back = read_phones(phone_file(phones_labels(phones)))
    assert np.array_equal(corrected_posteriors(heard, back, 100.0), heard)
    rewritten = phones_labels(phones).replace(".", ",")  # as Audacity does in half of Europe
    back = read_phones(phone_file(rewritten))
    assert np.array_equal(corrected_posteriors(heard, back, 100.0), heard)
