# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared options: every dial arrives, and what makes no sense is said."""

import pytest

from lipwright.cli import make_parser
from lipwright.core.motion.envelope import Envelope
from lipwright.core.performance.acting import Acting, LookAt
from lipwright.core.performance.prototypes import EMOTIONS
from lipwright.options import settings_from
from lipwright.pipeline import DEFAULT_LAYERS, LAYERS


def _settings(*options):
    return settings_from(make_parser().parse_args(["in.wav", "-o", "out", *options]))


def test_defaults():
    settings = _settings()
    assert settings.seed == 0
    assert settings.emotions == {}
    assert settings.layers == DEFAULT_LAYERS


def test_every_option_arrives():
    settings = _settings(
        *("--emotion", "happy=0.5", "--emotion", "sad", "--emotion", "happy=0.25"),
        *("--seed", "7", "--layers", "speech, blink", "--jaw", "1.5", "--lips", "0.5"),
        *("--upper-face", "2", "--sync-offset", "-40"),
    )
    assert settings.emotions == {"happy": 0.25, "sad": 1.0}
    assert settings.seed == 7
    assert settings.layers == {"speech", "blink"}
    assert (settings.style.jaw, settings.style.lips, settings.style.upper_face) == (1.5, 0.5, 2)
    assert settings.style.sync_offset_seconds == -0.04
    assert _settings("--layers", "all").layers == set(LAYERS)
    assert _settings(*[o for e in EMOTIONS for o in ("--emotion", e)]).emotions == dict.fromkeys(
        EMOTIONS, 1.0
    )


def test_every_dial_of_the_acting_arrives():
    settings = _settings(
        *("--blink-rate", "9", "--blink-speed", "1.5", "--half-blinks", "0.3", "--glances", "0.4"),
        *("--aversion", "0", "--brow", "2", "--breath", "0", "--emotion-mouth", "0.5"),
        *("--emotion-upper", "1.2", "--head-amount", "0.5,1,2", "--blink-on-emphasis"),
        *("--look-at", "20,-5,0.6", "--layer-seed", "blink=4", "--emotion", "auto=0.3"),
        *("--emotion", "angry=0:0.2,1.5:1"),
    )
    assert settings.acting == Acting(
        emotion_mouth=0.5,
        emotion_upper=1.2,
        blink_rate_per_minute=9,
        blink_speed=1.5,
        half_blinks=0.3,
        blink_on_emphasis=True,
        glances=0.4,
        aversion=0,
        brow=2,
        head_pitch=0.5,
        head_yaw=1,
        head_roll=2,
        breath=0,
        look_at=LookAt.towards(20, -5, 0.6),
    )
    assert settings.seeds == {"blink": 4}
    assert settings.auto == 0.3
    assert settings.emotions == {"angry": Envelope((0.0, 1.5), (0.2, 1.0))}
    assert _settings("--head-amount", "0.5").acting.head_roll == 0.5


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("--emotion", "angry=2"), "must be a number from 0 to 1"),
        (("--emotion", "angry=0:1,0:2"), "must be a number from 0 to 1"),
        (("--emotion", "angry=1:1,0:1"), "must ascend"),
        (("--emotion", "hungry"), "no emotion “hungry”"),
        (("--blink-rate", "99"), "not a number from 0 to 60"),
        (("--look-at", "north"), "degrees to the left and up"),
        (("--look-at", "120,0"), "at most 90 degrees"),
        (("--layer-seed", "ears=1"), "no layer “ears”"),
        (("--head-amount", "1,2"), "PITCH,YAW,ROLL"),
    ],
)
def test_dials_that_make_no_sense(wrong, words, capsys):
    with pytest.raises(SystemExit) as stop:
        _settings(*wrong)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err
