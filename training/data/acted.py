# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices that feel something, made while fitting: a synthetic actress, and real readers changed.

The voices of tohoku-f01 (CC BY 4.0) say sentences of our own in four moods, as herself and as other
speakers of both sexes: WORLD moves pitch and formants and leaves the mood. Real readers are moved
the other way: the speaker stays, and pitch, melody, tempo and tilt go where moods take them in
Juslin and Laukka 2003; how far was set by judgement, for no recording here says it.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyopenjtalk
from numpy.typing import NDArray
from pyopenjtalk import HTSEngine
from scipy.signal import resample_poly

from lipwright.core.audio.load import Sound, load_sound

from ..config import RATE_HZ
from .synth import Espeak, flite
from .voices import HIGHEST_HZ, LOWEST_HZ, Parts, put_together, take_apart

MOODS = ("neutral", "happy", "angry", "sad")
PEAK = 0.5
# Every fifth is held out.
SENTENCES = (
    "駅の前で友達を待っています。",
    "昨日の夜、窓を開けたまま寝てしまった。",
    "それは私の鞄です。",
    "どうして電話をくれなかったの？",
    "明日の朝、七時に家を出ます。",
    "机の上に手紙が置いてあった。",
    "もう一度だけ、話を聞いてください。",
    "犬が庭で走り回っている。",
    "今日は本当に長い一日だった。",
    "あなたがここに来るとは思わなかった。",
    "冷蔵庫の中に牛乳が残っていません。",
    "母から荷物が届きました。",
    "誰もいない教室で本を読んでいた。",
    "雨が降る前に帰りましょう。",
    "その話はもう終わったはずだ。",
    "来週から新しい仕事が始まる。",
    "弟は台所でご飯を作っている。",
    "橋の向こうに古い家が見える。",
    "財布をどこに置いたか覚えていますか？",
    "先生はまだ学校にいると思います。",
    "全部、私に任せてください。",
    "写真を見せてもらえますか？",
    "電車が遅れて、会議に間に合わなかった。",
    "子供たちは川のそばで遊んでいた。",
    "何も言わないで、ただ座っていた。",
    "この店のパンはいつも朝に売り切れる。",
    "鍵が開かないので、入れません。",
    "約束したことを忘れないでね。",
    "妹が描いた絵を壁に飾った。",
    "月が雲の間から出てきた。",
    "やっと書類が全部そろいました。",
    "隣の部屋から音楽が聞こえる。",
    "返事は金曜日までに送ります。",
    "彼は何も知らないと言った。",
    "もう少し近くに来てくれる？",
    "海の水はまだ冷たい。",
    "時計が十二時を打ちました。",
    "私たちは同じ町で育った。",
    "その箱を開けてはいけない。",
    "駐車場はあの建物の裏にあります。",
    "待って、まだ行かないで。",
    "父の声を久しぶりに聞いた。",
    "切符を二枚買ってきました。",
    "道の真ん中に大きな石がある。",
    "みんな、準備はできましたか？",
    "名前を呼ばれて、ゆっくり立ち上がった。",
    "夏休みの予定はまだ決まっていない。",
    "ここに座ってもいいですか？",
    "朝から何も食べていません。",
    "最後のページをもう一度読んだ。",
)
# Who reads, how many of each clips at least two seconds long; the last are held out.
READERS = {
    "kathleen": 40,
    "nathalie": 40,
    "flemishguy": 40,
    "speechocean762": 120,
    "librispeech-train-clean-100": 200,
    "picovoice-intent": 60,
}
HELD_OUT_READERS = {"kerstin": 60, "librispeech-test-other": 100, "ljspeech": 32, "gcompris-gd": 60}
# Machines that read a reader's sentences and feel nothing, however flat they are.
MACHINES, HELD_OUT_MACHINES = ("slt", "awb"), ("rms", "kal16", "en-us")
MACHINES_READ, SAID_BY_EACH = "kathleen", 30


@dataclass(frozen=True)
class Change:
    """What a voice does differently."""

    semitones: float = 0.0
    melody: float = 1.0  # times as wide
    tempo: float = 1.0  # times as fast
    tilt_db: float = 0.0  # at 4 kHz over 500 Hz
    jitter: float = 0.0  # of the pitch, natural logarithm
    size: float = 1.0  # formants times as high
    breath: float = 1.0  # below 1 breathier


# Middle and spread of what a mood does to its speaker: directions by Juslin and Laukka 2003, table
# 7, for moods that are acted.
ACTED: dict[str, tuple[Change, Change]] = {
    "neutral": (Change(), Change(0.7, 0.1, 0.05, 0.7, 0.003, 0.0, 0.05)),
    "happy": (Change(4.0, 1.7, 1.05, 3.5, 0.0), Change(2.0, 0.3, 0.08, 2.0, 0.005, 0.0, 0.05)),
    "angry": (Change(4.0, 1.35, 1.08, 7.5, 0.02), Change(2.5, 0.3, 0.1, 2.5, 0.01, 0.0, 0.1)),
    "fearful": (Change(6.0, 0.9, 1.15, 2.0, 0.02), Change(2.5, 0.25, 0.1, 2.0, 0.01, 0.0, 0.1)),
    "sad": (Change(0.0, 0.6, 0.82, -4.0, 0.005), Change(1.5, 0.15, 0.08, 2.0, 0.005, 0.0, 0.1)),
}


@dataclass(frozen=True)
class Clip:
    """A sound and what is felt in it."""

    id: str
    base: str  # clips of one base have speaker and words in common
    sound: Sound
    mood: str
    made: str  # "actress", "changed", "read" or "machine"
    held_out: bool


def drawn(mood: str, rng: np.random.Generator) -> Change:
    """One way in which a mood changes a voice."""
    middle, spread = ACTED[mood]
    values = {
        name: getattr(middle, name) + getattr(spread, name) * rng.standard_normal()
        for name in ("semitones", "melody", "tempo", "tilt_db", "jitter")
    }
    return Change(**values, breath=1.0 + spread.breath * rng.standard_normal())


def with_change(parts: Parts, change: Change, rng: np.random.Generator) -> Sound:
    """Say a voice that was taken apart with a change, at a usual level."""
    voiced = parts.pitch > 0
    pitch = parts.pitch
    if voiced.any():
        middle = float(np.exp(np.log(pitch[voiced]).mean()))
        melody = np.log(np.maximum(pitch, 1.0) / middle) * max(change.melody, 0.2)
        melody += max(change.jitter, 0.0) * rng.standard_normal(len(pitch))
        height = middle * 2 ** (change.semitones / 12)
        pitch = np.where(voiced, np.clip(height * np.exp(melody), LOWEST_HZ, HIGHEST_HZ), 0.0)
    said = put_together(
        replace(parts, pitch=pitch),
        size=change.size,
        tilt_db=change.tilt_db,
        breath=change.breath,
        tempo=change.tempo,
    )
    level = PEAK / max(1e-6, float(np.abs(said).max()))
    return Sound((said * level).astype(np.float32), RATE_HZ)


def acted_clips(voices: Path, speakers: int, rng: np.random.Generator) -> Iterator[Clip]:
    """The actress says every sentence in every mood, as herself and as other speakers."""
    engines = {
        mood: HTSEngine(str(voices / f"tohoku-f01-{mood}.htsvoice").encode()) for mood in MOODS
    }
    for number, text in enumerate(SENTENCES):
        labels = pyopenjtalk.extract_fullcontext(text)
        said = {mood: spoken(engine, labels) for mood, engine in engines.items()}
        parts = {mood: take_apart(samples) for mood, samples in said.items()}
        for other in range(speakers):
            who = Change() if other == 0 else _somebody(rng)
            for mood in MOODS:
                sound = with_change(parts[mood], who, rng)
                base = f"actress-{number:02d}-{other}"
                yield Clip(f"{base}-{mood}", base, sound, mood, "actress", number % 5 == 4)


def spoken(engine: HTSEngine, labels: list[str]) -> NDArray[np.float64]:
    """Say full-context labels, at a usual level."""
    samples = np.asarray(engine.synthesize(labels), np.float64)
    rate_hz = round(engine.get_sampling_frequency())
    samples = resample_poly(samples, RATE_HZ, rate_hz)
    return samples * PEAK / float(np.abs(samples).max())


def _somebody(rng: np.random.Generator) -> Change:
    """Another speaker, a man half of the time; the mood is left."""
    man = rng.random() < 0.5
    return Change(
        semitones=rng.uniform(-13, -8) if man else rng.uniform(-4, 3),
        melody=rng.uniform(0.8, 1.25),
        tempo=rng.uniform(0.85, 1.15),
        tilt_db=rng.uniform(-3, 3),
        size=rng.uniform(0.82, 0.9) if man else rng.uniform(0.93, 1.08),
        breath=rng.uniform(0.85, 1.1),
    )


def read_clips(speech: Path, rng: np.random.Generator) -> Iterator[Clip]:
    """Readers as they are, and the same sentence moved to each mood."""
    for held_out, readers in ((False, READERS), (True, HELD_OUT_READERS)):
        for source, most in readers.items():
            for row in _rows(speech / source, most, rng):
                samples = load_sound(speech / source / row["file"]).samples.astype(np.float64)
                base = f"{source}-{row['id']}"
                level = PEAK / max(1e-6, float(np.abs(samples).max()))
                plain = Sound((samples * level).astype(np.float32), RATE_HZ)
                yield Clip(base, base, plain, "neutral", "read", held_out)
                parts = take_apart(samples)
                for mood in ACTED:
                    sound = with_change(parts, drawn(mood, rng), rng)
                    yield Clip(f"{base}-{mood}", base, sound, mood, "changed", held_out)


def machine_clips(speech: Path, rng: np.random.Generator) -> Iterator[Clip]:
    """Machines read, each the same sentences."""
    texts = [row["text"] for row in _rows(speech / MACHINES_READ, SAID_BY_EACH, rng)]
    espeak = Espeak()
    with tempfile.TemporaryDirectory() as folder:
        for held_out, machines in ((False, MACHINES), (True, HELD_OUT_MACHINES)):
            for name, (number, text) in product(machines, enumerate(texts)):
                if name.startswith("en-"):
                    said = espeak.say(name, text, words_a_minute=165, pitch=50, range_=50).samples
                else:
                    said = flite(name, text, Path(folder)).samples
                sound = Sound(said * PEAK / max(1e-6, float(np.abs(said).max())), RATE_HZ)
                # A base begins with its source, as those of readers do.
                base = f"{name.replace('-', '_')}-{number:02d}"
                yield Clip(base, base, sound, "neutral", "machine", held_out)


def _rows(folder: Path, most: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    lines = (folder / "manifest.jsonl").read_text("utf8").split("\n")
    rows = [row for row in map(json.loads, filter(None, lines)) if 2.0 <= row["seconds"] <= 12.0]
    return [rows[index] for index in rng.permutation(len(rows))[:most]]
