# SPDX-License-Identifier: GPL-3.0-or-later
"""The articulation prior: phones with times to mouth curves, by dominance functions.

Cohen and Massaro (1993): every phone has a target for every channel and a dominance that rises
before it and falls after it; the curve is the mean of the targets, weighted by the dominances.
Channels come in groups with dominances of their own (jaw and lips apart, as in JALI, Edwards et
al. 2016), so that a tongue-only consonant leaves the lips alone. The targets were set from
articulatory phonetics and then fitted to captured lips (`fit`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lipwright.core.motion.ease import smoothstep
from lipwright.core.motion.track import LIP_CONTACT, LIP_TUCK
from lipwright.core.phones import BILABIAL, INDEX, LABIODENTAL, PHONES, SILENCE, Phone

from ..config import FRAME_HZ

CHANNELS = (
    "jawOpen",
    "mouthLowerDown",
    "mouthUpperUp",
    "mouthFunnel",
    "mouthPucker",
    "mouthStretch",
    "mouthSmile",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugUpper",
    "mouthShrugLower",
    "mouthPress",
    "jawForward",
    "tongueTipUp",
    "tongueBackUp",
    "tongueDental",
    LIP_CONTACT,
    LIP_TUCK,
)
COLUMN = {name: i for i, name in enumerate(CHANNELS)}

# Group of each channel, with seconds before and after over which a phone's dominance falls to 1/e.
# Rounding starts early (anticipation of about two segments, Perkell and Matthies 1992).
GROUPS = {
    "jaw": (("jawOpen", "jawForward"), 0.075, 0.085),
    "lips": (
        (
            "mouthLowerDown",
            "mouthUpperUp",
            "mouthRollLower",
            "mouthRollUpper",
            "mouthShrugUpper",
            "mouthShrugLower",
            "mouthPress",
        ),
        0.06,
        0.065,
    ),
    "round": (("mouthFunnel", "mouthPucker", "mouthStretch", "mouthSmile"), 0.12, 0.085),
    "tongue": (("tongueTipUp", "tongueBackUp", "tongueDental"), 0.045, 0.05),
}
LEAD_SECONDS = 0.012  # people's lips lead the sound

# phone: jaw, lower lip down, upper lip up, funnel, pucker, stretch, smile; then the dominance of
# jaw, lips, round
_T = {
    "_": ((0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00), (1.0, 1.0, 0.35)),
    "p": ((0.05, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00), (0.8, 1.6, 0.10)),
    "b": ((0.06, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00), (0.8, 1.6, 0.10)),
    "m": ((0.06, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00), (0.8, 1.6, 0.10)),
    "f": ((0.09, 0.00, 0.15, 0.00, 0.00, 0.05, 0.05), (1.6, 2.2, 0.20)),
    "v": ((0.09, 0.00, 0.15, 0.00, 0.00, 0.05, 0.05), (1.6, 2.2, 0.20)),
    "w": ((0.07, 0.00, 0.00, 0.14, 0.62, 0.00, 0.00), (0.7, 0.9, 1.60)),
    "θ": ((0.13, 0.18, 0.13, 0.00, 0.00, 0.06, 0.07), (0.7, 0.5, 0.15)),
    "ð": ((0.12, 0.16, 0.10, 0.00, 0.00, 0.04, 0.05), (0.6, 0.4, 0.12)),
    "t": ((0.08, 0.13, 0.10, 0.00, 0.00, 0.05, 0.07), (0.6, 0.3, 0.08)),
    "d": ((0.08, 0.13, 0.10, 0.00, 0.00, 0.05, 0.07), (0.6, 0.3, 0.08)),
    "n": ((0.11, 0.18, 0.13, 0.00, 0.00, 0.04, 0.05), (0.5, 0.3, 0.08)),
    "s": ((0.09, 0.30, 0.22, 0.00, 0.00, 0.14, 0.14), (1.0, 0.7, 0.25)),
    "z": ((0.09, 0.30, 0.22, 0.00, 0.00, 0.12, 0.14), (1.0, 0.7, 0.25)),
    "l": ((0.15, 0.18, 0.13, 0.00, 0.00, 0.04, 0.07), (0.5, 0.3, 0.08)),
    "r": ((0.12, 0.16, 0.13, 0.00, 0.00, 0.04, 0.05), (0.5, 0.3, 0.08)),
    "ɹ": ((0.10, 0.10, 0.08, 0.31, 0.30, 0.00, 0.00), (0.6, 0.5, 0.70)),
    "ʃ": ((0.08, 0.12, 0.16, 0.59, 0.30, 0.00, 0.00), (1.0, 0.8, 1.00)),
    "ʒ": ((0.08, 0.12, 0.16, 0.56, 0.30, 0.00, 0.00), (1.0, 0.8, 0.95)),
    "tʃ": ((0.08, 0.12, 0.16, 0.53, 0.26, 0.00, 0.00), (1.0, 0.8, 0.90)),
    "dʒ": ((0.09, 0.12, 0.16, 0.50, 0.26, 0.00, 0.00), (1.0, 0.8, 0.90)),
    "j": ((0.09, 0.20, 0.13, 0.00, 0.00, 0.16, 0.18), (0.6, 0.5, 0.40)),
    "ɲ": ((0.10, 0.18, 0.13, 0.00, 0.00, 0.10, 0.11), (0.5, 0.3, 0.15)),
    "ç": ((0.10, 0.22, 0.16, 0.00, 0.00, 0.14, 0.18), (0.7, 0.5, 0.35)),
    "k": ((0.10, 0.10, 0.08, 0.00, 0.00, 0.03, 0.05), (0.35, 0.2, 0.06)),
    "ɡ": ((0.10, 0.10, 0.08, 0.00, 0.00, 0.03, 0.05), (0.35, 0.2, 0.06)),
    "ŋ": ((0.15, 0.14, 0.10, 0.00, 0.00, 0.03, 0.05), (0.35, 0.2, 0.06)),
    "x": ((0.16, 0.14, 0.10, 0.00, 0.00, 0.00, 0.04), (0.35, 0.2, 0.08)),
    "ʁ": ((0.18, 0.14, 0.10, 0.00, 0.00, 0.00, 0.04), (0.35, 0.2, 0.08)),
    "h": ((0.18, 0.14, 0.10, 0.00, 0.00, 0.02, 0.04), (0.15, 0.1, 0.04)),
    "ʔ": ((0.14, 0.10, 0.06, 0.00, 0.00, 0.00, 0.00), (0.15, 0.1, 0.04)),
    "i": ((0.08, 0.17, 0.16, 0.00, 0.00, 0.30, 0.32), (1.0, 1.0, 1.00)),
    "ɪ": ((0.12, 0.15, 0.13, 0.00, 0.00, 0.16, 0.18), (0.9, 0.8, 0.70)),
    "e": ((0.21, 0.30, 0.26, 0.00, 0.00, 0.26, 0.29), (1.0, 1.0, 0.90)),
    "ɛ": ((0.29, 0.32, 0.22, 0.00, 0.00, 0.16, 0.18), (1.0, 1.0, 0.80)),
    "æ": ((0.47, 0.32, 0.26, 0.00, 0.00, 0.18, 0.18), (1.1, 1.0, 0.80)),
    "a": ((0.51, 0.24, 0.16, 0.00, 0.00, 0.06, 0.07), (1.2, 1.0, 0.60)),
    "ɑ": ((0.53, 0.20, 0.13, 0.03, 0.00, 0.02, 0.04), (1.2, 1.0, 0.60)),
    "ʌ": ((0.27, 0.20, 0.13, 0.03, 0.00, 0.03, 0.05), (0.9, 0.8, 0.50)),
    "ə": ((0.18, 0.18, 0.11, 0.03, 0.00, 0.02, 0.04), (0.6, 0.5, 0.30)),
    "ɝ": ((0.16, 0.14, 0.11, 0.31, 0.24, 0.00, 0.00), (0.8, 0.7, 0.80)),
    "ɔ": ((0.41, 0.12, 0.10, 0.48, 0.24, 0.00, 0.00), (1.1, 1.0, 1.20)),
    "o": ((0.20, 0.08, 0.08, 0.45, 0.42, 0.00, 0.00), (1.0, 1.0, 1.30)),
    "ʊ": ((0.11, 0.06, 0.06, 0.28, 0.46, 0.00, 0.00), (0.9, 0.9, 1.20)),
    "u": ((0.07, 0.04, 0.06, 0.22, 0.66, 0.00, 0.00), (1.0, 1.0, 1.60)),
    "y": ((0.09, 0.06, 0.08, 0.28, 0.60, 0.00, 0.00), (1.0, 1.0, 1.50)),
    "ø": ((0.17, 0.10, 0.10, 0.42, 0.42, 0.00, 0.00), (1.0, 1.0, 1.30)),
    "ɯ": ((0.12, 0.24, 0.16, 0.00, 0.00, 0.12, 0.14), (0.9, 0.8, 0.60)),
}
# Everything that only a few phones use, and the dominance of the tongue.
_EXTRA: dict[str, dict[str, float]] = {
    "p": {"mouthPress": 0.09, "mouthRollLower": 0.06, "mouthRollUpper": 0.05},
    "b": {"mouthPress": 0.06, "mouthRollLower": 0.05, "mouthRollUpper": 0.04},
    "m": {"mouthPress": 0.05, "mouthRollLower": 0.05, "mouthRollUpper": 0.05},
    "f": {"mouthRollLower": 0.42, "mouthShrugLower": 0.06},
    "v": {"mouthRollLower": 0.38, "mouthShrugLower": 0.05},
    "ʃ": {"jawForward": 0.16, "mouthShrugUpper": 0.08},
    "ʒ": {"jawForward": 0.16, "mouthShrugUpper": 0.08},
    "tʃ": {"jawForward": 0.14, "mouthShrugUpper": 0.08, "tongueTipUp": 0.7},
    "dʒ": {"jawForward": 0.14, "mouthShrugUpper": 0.08, "tongueTipUp": 0.7},
    "s": {"jawForward": 0.10, "tongueTipUp": 0.45},
    "z": {"jawForward": 0.10, "tongueTipUp": 0.45},
    "θ": {"tongueDental": 1.0},
    "ð": {"tongueDental": 0.85},
    "t": {"tongueTipUp": 1.0},
    "d": {"tongueTipUp": 1.0},
    "n": {"tongueTipUp": 1.0},
    "l": {"tongueTipUp": 0.95},
    "r": {"tongueTipUp": 0.8},
    "ɲ": {"tongueTipUp": 0.6, "tongueBackUp": 0.4},
    "ɹ": {"tongueTipUp": 0.45},
    "ɝ": {"tongueTipUp": 0.3},
    "k": {"tongueBackUp": 1.0},
    "ɡ": {"tongueBackUp": 1.0},
    "ŋ": {"tongueBackUp": 1.0},
    "x": {"tongueBackUp": 0.75},
    "ʁ": {"tongueBackUp": 0.7},
    "j": {"tongueBackUp": 0.35},
    "ç": {"tongueBackUp": 0.5},
    "i": {"tongueBackUp": 0.3},
    "u": {"tongueBackUp": 0.4},
}
_FIRST_SEVEN = CHANNELS[:7]
_TONGUE_CONSONANTS = frozenset("t d n s z l r θ ð ʃ ʒ tʃ dʒ k ɡ ŋ x ʁ j ɲ ç ɹ".split())


@dataclass(frozen=True)
class Prior:
    """Targets [phones, channels] and dominances [phones, groups]."""

    targets: NDArray[np.float64]
    dominance: NDArray[np.float64]

    @classmethod
    def by_hand(cls) -> "Prior":
        """The table above, before any fitting."""
        targets = np.zeros((len(PHONES), len(CHANNELS)))
        dominance = np.ones((len(PHONES), len(GROUPS)))
        for symbol, (amounts, weights) in _T.items():
            row = INDEX[symbol]
            targets[row, :7] = amounts
            for name, amount in _EXTRA.get(symbol, {}).items():
                targets[row, COLUMN[name]] = amount
            dominance[row, :3] = weights
            dominance[row, 3] = 1.0 if symbol in _TONGUE_CONSONANTS or symbol == SILENCE else 0.25
        return cls(targets, dominance)

    def towards(self, other: "Prior", share: float) -> "Prior":
        """Go a share of the way, 0 to 1, from these targets to another's."""
        return replace(self, targets=(1 - share) * self.targets + share * other.targets)

    def weights(self, phones: Sequence[Phone], frames: int, group: int) -> NDArray[np.float64]:
        """Share of each phone in each frame, shape (frames, len(phones)), rows sum to 1."""
        _, before, after = list(GROUPS.values())[group]
        times = np.arange(frames)[:, None] / FRAME_HZ + 0.5 / FRAME_HZ + LEAD_SECONDS
        start = np.array([p.start_seconds for p in phones])
        end = np.array([p.end_seconds for p in phones])
        margin = 0.25 * (end - start)  # the inner half is the phone's own
        early = np.maximum(0, start + margin - times) / before
        late = np.maximum(0, times - end + margin) / after
        strength = self.dominance[[INDEX[p.symbol] for p in phones], group]
        fall = np.exp(-(np.maximum(early, late) ** 1.4))
        weight = strength * np.maximum(fall, 1e-6)
        return weight / weight.sum(1, keepdims=True)

    def curves(self, phones: Sequence[Phone], frames: int) -> NDArray[np.float32]:
        """Draw all channels, shape (frames, channels)."""
        rows = [INDEX[p.symbol] for p in phones]
        out = np.zeros((frames, len(CHANNELS)))
        for number, (names, _, _) in enumerate(GROUPS.values()):
            columns = [COLUMN[name] for name in names]
            share = self.weights(phones, frames, number)
            out[:, columns] = share @ self.targets[np.ix_(rows, columns)]
        out[:, COLUMN[LIP_CONTACT]] = held(phones, frames, BILABIAL, 0.045, 0.05)
        out[:, COLUMN[LIP_TUCK]] = held(phones, frames, LABIODENTAL, 0.05, 0.05)
        return out.astype(np.float32)


def held(
    phones: Sequence[Phone], frames: int, which: frozenset[str], rise: float, fall: float
) -> NDArray[np.float64]:
    """1 while one of some phones is said, with ramps of `rise` and `fall` seconds around it."""
    times = np.arange(frames) / FRAME_HZ + 0.5 / FRAME_HZ + LEAD_SECONDS
    out = np.zeros(frames)
    for phone in phones:
        if phone.symbol not in which:
            continue
        middle = (phone.start_seconds + phone.end_seconds) / 2
        half = max(0.018, (phone.end_seconds - phone.start_seconds) / 2 - 0.008)
        up = np.clip((times - (middle - half - rise)) / rise, 0, 1)
        down = np.clip(((middle + half + fall) - times) / fall, 0, 1)
        ramp = np.minimum(up, down)
        out = np.maximum(out, smoothstep(ramp))
    return out
