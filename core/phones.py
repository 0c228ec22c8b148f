# SPDX-License-Identifier: GPL-3.0-or-later
"""The phones that Lipwright hears, how other labels map to them, and the visemes derived from them.

One set in IPA for every language. Diphthongs and affricates with two mouths are written as two
phones (English *my* is m a ɪ), so that the set stays small and the face knows both halves.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .timing import Seconds

SILENCE = "_"

CONSONANTS = tuple("p b m f v w θ ð t d n s z l r ɹ ʃ ʒ tʃ dʒ j ɲ ç k ɡ ŋ x ʁ h ʔ".split())
VOWELS = tuple("i ɪ e ɛ æ a ɑ ʌ ə ɝ ɔ o ʊ u y ø ɯ".split())
PHONES = (SILENCE, *CONSONANTS, *VOWELS)
INDEX = {symbol: i for i, symbol in enumerate(PHONES)}

BILABIAL = frozenset("p b m".split())
LABIODENTAL = frozenset("f v".split())
ROUNDED = frozenset("w ʃ ʒ tʃ dʒ ɹ ɔ o ʊ u y ø".split())


@dataclass(frozen=True)
class Phone:
    """One sound of the speech and when it is heard.

    Parameters
    ----------
    symbol : str
        One of `PHONES`.
    start_seconds, end_seconds : float
        Its place in the sound.
    confidence : float
        0..1, the mean posterior; 1 where a person set it.
    """

    symbol: str
    start_seconds: Seconds
    end_seconds: Seconds
    confidence: float = 1.0


# CMU's 39 ARPAbet phones (CMU Pronouncing Dictionary) and the extra labels of flite and festival.
ARPABET: dict[str, tuple[str, ...]] = {
    key: tuple(value.split())
    for key, value in {
        "AA": "ɑ",
        "AE": "æ",
        "AH": "ʌ",
        "AO": "ɔ",
        "AW": "a ʊ",
        "AY": "a ɪ",
        "B": "b",
        "CH": "tʃ",
        "D": "d",
        "DH": "ð",
        "EH": "ɛ",
        "ER": "ɝ",
        "EY": "e ɪ",
        "F": "f",
        "G": "ɡ",
        "HH": "h",
        "IH": "ɪ",
        "IY": "i",
        "JH": "dʒ",
        "K": "k",
        "L": "l",
        "M": "m",
        "N": "n",
        "NG": "ŋ",
        "OW": "o ʊ",
        "OY": "ɔ ɪ",
        "P": "p",
        "R": "ɹ",
        "S": "s",
        "SH": "ʃ",
        "T": "t",
        "TH": "θ",
        "UH": "ʊ",
        "UW": "u",
        "V": "v",
        "W": "w",
        "Y": "j",
        "Z": "z",
        "ZH": "ʒ",
        "AX": "ə",
        "AXR": "ɝ",
        "IX": "ɪ",
        "UX": "u",
        "EL": "l",
        "EM": "m",
        "EN": "n",
        "DX": "d",
        "NX": "n",
        "HV": "h",
    }.items()
}

_SILENCES = frozenset("sil sp spn pau ssil h# # _ _: _:: _! | brth nsn".split()) | {""}

# Symbols outside the set go to the nearest mouth; where two are equally near, to the nearest sound.
_IPA: dict[str, str] = {
    **{symbol: symbol for symbol in PHONES if len(symbol) == 1},
    "ɱ": "m",
    "ɓ": "b",
    "ʙ": "b",
    "ɸ": "f",
    "β": "v",
    "ʋ": "v",
    "ʍ": "w",
    "ɥ": "w",
    "ʈ": "t",
    "ɖ": "d",
    "ɗ": "d",
    "ɾ": "r",
    "ɽ": "r",
    "ɳ": "n",
    "ɴ": "ŋ",
    "ʂ": "ʃ",
    "ʐ": "ʒ",
    "ɕ": "ʃ",
    "ʑ": "ʒ",
    "ɫ": "l",
    "ɭ": "l",
    "ɬ": "l",
    "ʎ": "l",
    "ʟ": "l",
    "ɻ": "ɹ",
    "ɺ": "r",
    "c": "k",
    "ɟ": "ɡ",
    "ʝ": "j",
    "g": "ɡ",
    "q": "k",
    "ɢ": "ɡ",
    "ɠ": "ɡ",
    "ɣ": "ʁ",
    "χ": "x",
    "ʀ": "ʁ",
    "ħ": "h",
    "ɦ": "h",
    "ʕ": "ʔ",
    "ɨ": "ɯ",
    "ᵻ": "ɪ",
    "ʉ": "u",
    "ɤ": "ʌ",
    "ɐ": "ʌ",
    "ɒ": "ɔ",
    "ɘ": "ə",
    "ɵ": "ø",
    "ɜ": "ɝ",
    "ɚ": "ɝ",
    "ɞ": "ɝ",
    "ɶ": "ø",
    "œ": "ø",
    "ʏ": "y",
    "ʧ": "tʃ",
    "ʤ": "dʒ",
}
_PAIRS = {"tʃ": "tʃ", "dʒ": "dʒ", "tɕ": "tʃ", "dʑ": "dʒ", "tʂ": "tʃ", "dʐ": "dʒ"}
_DROP = frozenset("ˈˌːˑ'ˠʰʲʷˤ͜͡ˀ-.‿ʼ˞^\"0123456789")


def from_arpabet(label: str) -> tuple[str, ...] | None:
    """Turn an ARPAbet, flite or festival label into our phones; None if it is not one.

    Stress digits are ignored. Diphthongs give two phones.
    """
    text = label.strip()
    if text.lower() in _SILENCES:
        return (SILENCE,)
    return ARPABET.get(text.upper().rstrip("012"))


def from_ipa(label: str) -> tuple[str, ...] | None:
    """Turn an IPA label into our phones; None if no symbol of it is known.

    Length, stress, tone and diacritics are ignored. A label of several symbols
    (a diphthong, an affricate) gives several phones.
    """
    text = label.strip()
    if text.lower() in _SILENCES:
        return (SILENCE,)
    whole = unicodedata.normalize("NFC", text)
    if whole in _IPA:
        return (_IPA[whole],)
    cedilla = unicodedata.normalize("NFD", whole.replace("ç", "\0"))
    bare = "".join(c for c in cedilla if c not in _DROP and not unicodedata.combining(c))
    bare = bare.replace("\0", "ç")
    phones: list[str] = []
    place = 0
    while place < len(bare):
        pair = bare[place : place + 2]
        if pair in _PAIRS:
            phones.append(_PAIRS[pair])
            place += 2
            continue
        if bare[place] in _IPA:
            phones.append(_IPA[bare[place]])
        place += 1
    return tuple(phones) or None


def to_phones(label: str, phone_set: str) -> tuple[str, ...] | None:
    """Turn a label of a named set ("arpabet" or "ipa") into our phones; None if unknown."""
    return from_arpabet(label) if phone_set == "arpabet" else from_ipa(label)


def split_evenly(symbols: Sequence[str], start: Seconds, end: Seconds) -> list[Phone]:
    """Share a stretch of time among the parts of one label.

    The first vowel of a diphthong is the longer one and gets 60 %.
    """
    if len(symbols) == 2 and symbols[0] in VOWELS and symbols[1] in VOWELS:
        cut = start + 0.6 * (end - start)
        return [Phone(symbols[0], start, cut), Phone(symbols[1], cut, end)]
    step = (end - start) / len(symbols)
    return [Phone(s, start + i * step, start + (i + 1) * step) for i, s in enumerate(symbols)]


# The fifteen visemes of the Oculus/Meta LipSync documentation, as Ready Player Me names them.
OCULUS_VISEMES = tuple("sil PP FF TH DD kk CH SS nn RR aa E I O U".split())
_OCULUS = {
    "sil": "_ h ʔ",
    "PP": "p b m",
    "FF": "f v",
    "TH": "θ ð",
    "DD": "t d",
    "kk": "k ɡ ŋ x ʁ",
    "CH": "ʃ ʒ tʃ dʒ",
    "SS": "s z ç",
    "nn": "n l ɲ",
    "RR": "ɹ r ɝ",
    "aa": "a ɑ æ ʌ",
    "E": "e ɛ ə ø",
    "I": "i ɪ j ɯ y",
    "O": "o ɔ",
    "U": "u ʊ w",
}
OCULUS_OF = {phone: viseme for viseme, phones in _OCULUS.items() for phone in phones.split()}

# Preston Blair's mouths (Cartoon Animation, 1949) by their usual letters.
_PRESTON_BLAIR = {
    "rest": "_",
    "MBP": "p b m",
    "FV": "f v",
    "L": "l n t d θ ð ɲ r",
    "AI": "a ɑ æ ʌ h",
    "E": "e ɛ ə i ɪ j ɯ",
    "O": "o ɔ",
    "U": "u ʊ y ø",
    "WQ": "w",
    "etc": "s z ʃ ʒ tʃ dʒ k ɡ ŋ x ʁ ɹ ɝ ç ʔ",
}
PRESTON_BLAIR_OF = {p: mouth for mouth, phones in _PRESTON_BLAIR.items() for p in phones.split()}
