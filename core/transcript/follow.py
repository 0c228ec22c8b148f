# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a text sharpen what was heard, where the two fit together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingsError
from ..motion.ease import ramp
from ..phones import INDEX, PHONES, SILENCE
from .align import SIMILARITY, Alignment, Pronunciations, align
from .words import (
    LANGUAGES,
    SMALL_WORD_WEIGHT,
    candidates,
    pronunciations,
    small_word_share,
    words_of,
)

# A word whose phones were heard this well on the mean is followed not at all, or wholly; a text of
# which less was heard is left aside, or doubted. Chosen on the dev splits.
FIT_FROM, FIT_WHOLE = 0.25, 0.5
LEFT_ASIDE, DOUBTED = 0.36, 0.41
HEARD_WORDS = 0.5  # the power of the share of words heard that goes into the fit
# In a text much longer than what is said something alike is always found: between these times the
# speech's length so much more must fit. Chosen on kathleen and speechocean762 train, whose lines
# were looked for in scripts of 1 to 100 others.
LONGER, MUCH_LONGER, MORE = 3.0, 6.0, 0.18
READABLE = 0.3  # of the words: a text of which less can be spelt is in other letters
LONG_PHONE_FRAMES = 14  # of slow speech: a text is good for no more
# Aligning a text costs about a third of the listening, so of the languages that its letters allow
# only so many are aligned: those whose small words it has and whose phones were heard most; one
# alone where it leads so far. Chosen on kerstin, flemishguy, nathalie and gcompris: of 76 texts in
# languages that may be 15 others, the right one is left out once.
LANGUAGES_ALIGNED, LEADS_NATS, SMALL_WORDS_COUNT = 2, 0.3, 3.0


@dataclass(frozen=True)
class Followed:
    """What was heard, put right by a text.

    Parameters
    ----------
    posteriors : ndarray [shape=(frames, phones)], float32
        Certain where a word fits, as heard elsewhere.
    fit : float
        Share of the speech (or of the text, if that is shorter) in which the two agree, 0..1, less
        where many of the words were not heard: about
        0.75 for a native reader, 0.6 for a learner, 0.25 for another text.
    language : str
        In which the text was read, one of `LANGUAGES`.
    unheard : tuple of str
        Words of the text that the voice does not say.
    needed : float
        The fit below which this text is left aside.
    unreadable : str
        A word of it, where the text is in letters that no known language has.
    word_starts : tuple of int or None
        The frame at which each word of the text begins; None for one that was not heard. Empty
        where the text was left aside.
    """

    posteriors: NDArray[np.float32]
    fit: float
    language: str
    unheard: tuple[str, ...]
    needed: float = LEFT_ASIDE
    unreadable: str = ""
    word_starts: tuple[int | None, ...] = ()

    @property
    def note(self) -> str:
        """A sentence for the artist where the text does not fit; "" where it does."""
        if self.unreadable:
            return (
                f"The transcript was left aside: its letters (“{self.unreadable}”) are not "
                f"supported. Known languages are {', '.join(LANGUAGES)}"
            )
        if self.fit >= self.needed + DOUBTED - LEFT_ASIDE:
            return ""
        some = ", ".join(f"“{word}”" for word in self.unheard[:4])
        missed = f" (not heard: {some})" if some else ""
        if self.fit < self.needed:
            return (
                f"The transcript was left aside: it does not fit the sound{missed}. "
                "Check that it belongs to this sound, and its language"
            )
        return (
            f"The transcript hardly fits the sound{missed}. "
            "Check that it belongs to this sound, and its language"
        )


def follow(posteriors: NDArray[np.float32], text: str, *, language: str = "auto") -> Followed:
    """Align a text to what was heard and become certain where they agree.

    Parameters
    ----------
    posteriors : ndarray [shape=(frames, phones)], float32
        As the listener gives them.
    text : str
        What is said; aside in brackets and punctuation do not matter.
    language : str
        One of `LANGUAGES`, or "auto": that whose spelling fits the sound best.

    Returns
    -------
    Followed

    Raises
    ------
    SettingsError
        If the language is unknown or the text holds no words.
    """
    if language not in ("auto", *LANGUAGES):
        raise SettingsError(
            f"There is no language “{language}”. Choose auto or one of {', '.join(LANGUAGES)}"
        )
    words = words_of(text)
    if not words:
        raise SettingsError("The transcript holds no words. Write what is said, or leave it out")
    tried = candidates(words) if language == "auto" else (language,)
    said = {one: [pronunciations(word, one) for word in words] for one in tried}
    if not any(readable_share(words, ways) >= READABLE for ways in said.values()):
        return Followed(posteriors, 0.0, tried[0], (), unreadable=words[0])
    found = {one: align(posteriors, said[one]) for one in _likeliest(posteriors, words, said)}

    def likeness(one: str) -> float:
        return found[one].score + SMALL_WORD_WEIGHT * small_word_share(words, one)

    best = max(found, key=likeness)
    return _followed(posteriors, found[best], best, words, said[best])


def _likeliest(
    posteriors: NDArray[np.float32],
    words: Sequence[str],
    said: Mapping[str, Sequence[Pronunciations]],
) -> list[str]:
    """Choose the languages worth aligning, without looking where anything lies.

    By the small words of the text, and by how often each phone is heard and written.
    """
    if len(said) <= LANGUAGES_ALIGNED:
        return list(said)
    heard = posteriors.sum(0, dtype=np.float64)
    heard[INDEX[SILENCE]] = 0.0
    heard = (heard + 0.5) / (heard + 0.5).sum()

    def likeness(one: str) -> float:
        phones = [INDEX[phone] for ways in said[one] if ways for phone in ways[0]]
        written = np.bincount(phones, minlength=len(PHONES)) / max(1, len(phones))
        some = written > 0
        # Kullback-Leibler divergence, in nats a phone.
        apart = float((written[some] * np.log(written[some] / heard[some])).sum())
        return SMALL_WORDS_COUNT * small_word_share(words, one) - apart

    likely = {one: likeness(one) for one in said}
    ranked = sorted(said, key=likely.__getitem__, reverse=True)
    close = [one for one in ranked if likely[one] > likely[ranked[0]] - LEADS_NATS]
    return close[:LANGUAGES_ALIGNED]


def readable_share(words: Sequence[str], said: Sequence[Pronunciations]) -> float:
    """Return the share of the words, numbers apart, that have a pronunciation; 1 for numbers."""
    read = [bool(ways) for word, ways in zip(words, said, strict=True) if not word.isdigit()]
    return sum(read) / len(read) if read else 1.0


def _followed(
    posteriors: NDArray[np.float32],
    alignment: Alignment,
    language: str,
    words: Sequence[str],
    said: Sequence[Pronunciations],
) -> Followed:
    inside = (alignment.word >= 0) & (alignment.phone >= 0)
    owner, phone = alignment.word[inside], alignment.phone[inside]
    match = np.minimum((posteriors @ SIMILARITY)[inside, phone], 1.0)
    frames = np.bincount(owner, minlength=len(words))
    mean = np.bincount(owner, match, len(words)) / np.maximum(frames, 1)
    # Small words are swallowed; between two that fit they may be trusted.
    around = np.convolve(np.pad(mean, 1, mode="edge"), [0.5, 0.0, 0.5], mode="valid")
    mean = np.where(frames > 0, np.maximum(mean, 0.5 * (mean + around)), 0.0)
    trust = ramp(mean, FIT_FROM, FIT_WHOLE)
    unheard = tuple(word for word, share in zip(words, trust, strict=True) if share < 0.5)
    speech = float((1 - posteriors[:, INDEX[SILENCE]]).sum())
    length = sum(len(ways[0]) for ways in said if ways) * LONG_PHONE_FRAMES
    fit = float(match.sum()) / max(1.0, min(speech, length))
    longer = float(ramp(np.array(length / max(speech, 1.0)), LONGER, MUCH_LONGER))
    # Something alike is found for any text; that most of its words are heard is less of a chance.
    # In a script of which one line is said, that tells nothing.
    said_share = float((trust >= 0.5).mean())
    fit = min(fit, 1.0) * said_share ** (HEARD_WORDS * (1 - longer))
    needed = LEFT_ASIDE + MORE * longer
    out = posteriors.copy()
    starts: tuple[int | None, ...] = ()
    if fit >= needed:
        firsts = dict(zip(*np.unique(alignment.word, return_index=True), strict=True))
        starts = tuple(
            int(firsts[i]) if i in firsts and trust[i] >= 0.5 else None for i in range(len(words))
        )
        share = trust[owner][:, None].astype(np.float32)
        certain = np.eye(len(PHONES), dtype=np.float32)[phone]
        out[inside] = share * certain + (1 - share) * posteriors[inside]
    return Followed(out, min(fit, 1.0), language, unheard, needed, word_starts=starts)
