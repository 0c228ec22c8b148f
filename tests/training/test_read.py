# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech with a text is labelled by it where the listener agrees, and left alone elsewhere."""

import re

import numpy as np
import pytest

from lipwright.core.phones import INDEX, PHONES
from lipwright.training.data import read
from lipwright.training.data.prepare import UNLABELLED
from lipwright.training.data.read import segments


def heard(text: str, *, frames_each: int = 8, sure: float = 0.9) -> np.ndarray:
    """Posteriors of a listener that hears these phones one after another."""
    posteriors = []
    for symbol in text.split():
        row = np.full(len(PHONES), (1 - sure) / (len(PHONES) - 1), np.float32)
        row[INDEX[symbol]] = sure
        posteriors += [row] * frames_each
    return np.array(posteriors)


def test_a_sound_heard_wrongly_is_labelled_by_the_text():
    found = read.fit(heard("_ _ n a p o s i _ _"), [("m", "a", "p", "o", "s", "i")])
    symbols = [PHONES[label] for label in found.labels[4::8]]
    assert symbols == "_ _ m a p o s i _ _".split()
    assert found.agreed > read.AGREED
    assert found.strange < read.STRANGE


def test_another_text_is_not_kept():
    found = read.fit(heard("_ f a k u ʃ e l _"), [("b", "o", "n", "ɪ", "t", "o", "m", "b", "u")])
    assert found.agreed < read.AGREED or found.strange > read.STRANGE


def test_speech_that_the_text_lacks_stays_unlabelled():
    found = read.fit(heard("_ m a p o _ f e k ʃ u l i z _"), [("m", "a", "p", "o")])
    assert found.strange > read.STRANGE
    assert (found.labels[-40:-8] == UNLABELLED).all()


def test_runs_of_labels_become_segments_without_the_unlabelled():
    labels = np.array([0] * 5 + [INDEX["m"]] * 10 + [UNLABELLED] * 5 + [INDEX["a"]] * 3, np.uint8)
    assert segments(labels) == [(0.0, 0.05, "SIL"), (0.05, 0.15, "m"), (0.2, 0.23, "a")]


def test_espeak_spells_words_of_many_languages():
    try:
        reader = read.Reader()
    except OSError:
        pytest.skip("libespeak-ng is not installed")
    assert reader.words("Panama", "cs") == [tuple("panama")]
    assert reader.words("ba1", "zh")[0][0] == "p"  # b of pinyin is P without breath
    assert reader.words("Ghana", "so") == []


def test_every_file_that_the_training_readme_names_is_there(repository):
    folder = repository / "training"
    table = re.findall(r"^\| (`[^|]+) \|", (folder / "README.md").read_text("utf8"), re.MULTILINE)
    named = {name for cell in table for name in re.findall(r"`(\w+\.py)`", cell)}
    there = {path.name for path in folder.rglob("*.py")}
    assert named
    assert named <= there, f"not there: {sorted(named - there)}"
    unnamed = there - named - {"__init__.py"}
    assert not unnamed, f"not in the table: {sorted(unnamed)}"


def test_every_option_that_the_training_readme_shows_exists(repository):
    folder = repository / "training"
    shown = re.findall(
        r"lipwright\.training\.(\S+)([^#\n]*)", (folder / "README.md").read_text("utf8")
    )
    assert shown
    for module, rest in shown:
        source = (folder / f"{module.replace('.', '/')}.py").read_text("utf8")
        for option in re.findall(r"--[a-z]+", rest):
            assert f'"{option}"' in source, f"{module} has no {option}"
