# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the articulator on what the trained listener hears.

    python -m lipwright.training.networks.train_articulator --shared ../shared [--steps N]

Two teachers: the fitted prior on all labelled speech, and captured lips where there are any.
"""

import argparse
import copy
import dataclasses
import itertools
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from lipwright.core.audio.load import load_sound
from lipwright.core.motion.track import LIP_CONTACT, LIP_TUCK
from lipwright.core.phones import INDEX, PHONES, Phone

from ..config import CACHE, CHECKPOINTS, FRAME_HZ, WORK, ArticulatorConfig, ListenerConfig
from ..data.prepare import UNLABELLED
from ..prior.curves import CHANNELS, COLUMN, Prior
from ..prior.fit import fit
from ..prior.lips import LipModel, captured_clips
from . import augment
from .articulator import INPUTS, Articulator
from .batches import Source
from .checkpoint import load_checkpoint, save_checkpoint
from .listener import Listener
from .train_listener import descend, learning_rate

log = logging.getLogger(__name__)

FULL = WORK / "articulator.safetensors"
SMALL = CHECKPOINTS / "articulator.safetensors"
LINES = {
    "speechocean762": 500,
    "kathleen": 280,
    "nathalie": 220,
    "ljspeech": 32,
    "speech-commands": 100,
    "picovoice-wake": 80,
    "precise-community": 80,
    "flite-slt": 180,
    "flite-awb": 180,
    "flite-kal16": 180,
    "espeak": 320,
    "festival": 240,
}  # fmt: skip
# Other voices are drawn most of the way back to the table: that the captured man opens EE as wide
# as AH is his own way.
TOWARDS_TABLE = 0.75
GUIDES = [COLUMN[LIP_CONTACT], COLUMN[LIP_TUCK]]


@dataclass(frozen=True)
class Example:
    """One line: what was heard [F, INPUTS], wanted curves [F, channels], where they hold [F]."""

    heard: NDArray[np.float16]
    labels: NDArray[np.uint8]
    face: NDArray[np.float16]
    known: NDArray[np.bool_]
    gap: NDArray[np.float32] | None = None
    width: NDArray[np.float32] | None = None


def phones_from(labels: NDArray[np.uint8]) -> list[Phone]:
    """Runs of frame labels as phones; what is unlabelled counts as silence (and is not learned)."""
    path = np.where(labels == UNLABELLED, INDEX["_"], labels)
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    return [
        Phone(PHONES[path[a]], a / FRAME_HZ, b / FRAME_HZ) for a, b in itertools.pairwise(edges)
    ]


@torch.no_grad()
def hear(
    listener: Listener, samples: NDArray[np.float32], rng, disturbed: bool
) -> NDArray[np.float16]:
    """What the listener makes of a sound: [F, INPUTS]."""
    wave = torch.tensor(samples)[None]
    if disturbed:
        wave = augment.disturb(wave, rng)
    return torch.cat(listener(wave), 2)[0].numpy().astype(np.float16)


def known_frames(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Frames whose phones, and those within 0.15 s, are known."""
    unknown = (labels == UNLABELLED).astype(float)
    return np.convolve(unknown, np.ones(31), "same") < 0.5


def labelled_examples(
    listener: Listener, prior: Prior, share: float, rng: np.random.Generator
) -> list[Example]:
    """Hear a part of every source and let the prior draw it."""
    out = []
    for name, count in LINES.items():
        path = CACHE / f"{name}.npz"
        if not path.exists():
            continue
        source = Source(path)
        for index in rng.permutation(len(source.frames))[: round(share * count)]:
            voice, labels, _ = source.line(int(index))
            frames = min(len(labels), 1200) // 2 * 2
            voice, labels = voice[: frames * 160], labels[:frames]
            face = prior.curves(phones_from(labels), frames).astype(np.float16)
            heard = hear(listener, voice, rng, bool(rng.random() < 0.4))
            out.append(Example(heard, labels, face, known_frames(labels)))
    return out


def captured_examples(listener: Listener, prior: Prior, clips: list, rng) -> list[Example]:
    """Hear the captured clips, once clean and once disturbed."""
    out = []
    for clip in clips:
        samples = load_sound(clip.file).samples
        frames = min(len(samples) // 160, len(clip.gap)) // 2 * 2
        labels = np.full(frames, INDEX["_"], np.uint8)
        for phone in clip.phones:
            a, b = round(phone.start_seconds * FRAME_HZ), round(phone.end_seconds * FRAME_HZ)
            labels[a:b] = INDEX[phone.symbol]
        face = prior.curves(clip.phones, frames).astype(np.float16)
        for disturbed in (False, True):
            heard = hear(listener, samples[: frames * 160], rng, disturbed)[:frames]
            out.append(
                Example(
                    heard,
                    labels,
                    face,
                    np.ones(frames, bool),
                    clip.gap[:frames],
                    clip.width[:frames],
                )
            )
    return out


def batch(
    examples: list[Example], captured: list[Example], config: ArticulatorConfig, rng
) -> dict[str, Tensor]:
    """Random crops; the captured ones fill the first places."""
    size, frames = config.batch, config.crop_frames
    lips = round(size * config.captured_share)
    heard = np.zeros((size, frames, INPUTS), np.float32)
    heard[:, :, INDEX["_"]] = 1
    heard[:, :, len(PHONES) + 2] = -80  # dB: beyond the end there is silence
    face = np.zeros((size, frames, len(CHANNELS)), np.float32)
    known = np.zeros((size, frames), np.float32)
    gap, width = np.zeros((2, lips, frames), np.float32)
    for i in range(size):
        pool = captured if i < lips else examples
        one = pool[int(rng.integers(len(pool)))]
        start = int(rng.integers(0, max(1, len(one.face) - frames + 1)))
        part = slice(start, start + frames)
        length = len(one.face[part])
        columns = one.heard[part].astype(np.float32)
        if rng.random() < config.certain_share:
            path = np.where(one.labels[part] == UNLABELLED, INDEX["_"], one.labels[part])
            columns[:, : len(PHONES)] = np.eye(len(PHONES))[path]
        if rng.random() < config.forget_embedding:
            columns[:, len(PHONES) + 4 :] = 0
        heard[i, :length] = columns
        face[i, :length] = one.face[part]
        known[i, :length] = one.known[part]
        if i < lips:
            gap[i, :length], width[i, :length] = one.gap[part], one.width[part]
    arrays = {"heard": heard, "face": face, "known": known, "gap": gap, "width": width}
    return {name: torch.tensor(array) for name, array in arrays.items()}


def loss_of(model: Articulator, data: dict[str, Tensor], lips: LipModel, spread: Tensor) -> Tensor:
    """Curves and their speed against the prior, contacts, and captured lips."""
    with torch.autocast(data["heard"].device.type, torch.bfloat16):
        drawn = model.raw(data["heard"])
    drawn = drawn.float().transpose(1, 2)  # [B, F, channels]
    known = data["known"][..., None]
    count = data["gap"].shape[0]
    trust = torch.ones(len(drawn), 1, 1, device=drawn.device)
    trust[:count] = 0.15  # where lips were captured the prior only fills what they do not say
    error = (drawn - data["face"]) / spread
    curves = (
        F.smooth_l1_loss(error, torch.zeros_like(error), reduction="none") * known * trust
    ).mean()
    speed = ((error.diff(dim=1) ** 2) * known[:, 1:] * trust).mean()
    guides = ((drawn[..., GUIDES] - data["face"][..., GUIDES]) ** 2 * known).mean()
    limited = drawn[:count].clamp(0, 1)
    gap, width = lips.measure(limited)
    gap_error = (gap - data["gap"]) / 0.05
    width_error = (width - data["width"]) / 0.04
    shown = data["known"][:count]
    measured = ((gap_error**2 + 0.35 * width_error**2) * shown).mean()
    moving = ((gap_error.diff(dim=1) ** 2) * shown[:, 1:]).mean()
    return curves + 2.0 * speed + 8.0 * guides + 0.25 * measured + 2.0 * moving


def train(
    config: ArticulatorConfig, shared: Path, share: float, device: str, *, fresh: bool = False
) -> None:
    """Fit the prior, hear the data, and train from the last checkpoint to the last step."""
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    listener = Listener(ListenerConfig()).eval()
    load_checkpoint(CHECKPOINTS / "listener.safetensors", listener)
    lips = LipModel.load(shared / "eval")
    clips = list(captured_clips(shared / "data" / "face" / "grid_s1", "train"))
    prior = fit(Prior.by_hand(), clips, lips)
    everyone = prior.towards(Prior.by_hand(), TOWARDS_TABLE)
    examples = labelled_examples(listener, everyone, share, rng)
    captured = captured_examples(listener, prior, clips[: round(share * len(clips))], rng)
    log.info("%d lines and %d captured clips are heard", len(examples), len(captured))
    spread = np.concatenate([e.face[e.known] for e in examples[::7]]).astype(np.float32).std(0)
    scale = torch.tensor(np.maximum(spread, 0.04)).to(device)
    model = Articulator(config).to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(
        model.parameters(), config.peak_rate, weight_decay=config.weight_decay
    )
    resumes = FULL.exists() and not fresh
    step = load_checkpoint(FULL, model, average, optimizer) if resumes else 0
    shown = 0.0
    while step < config.steps:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(config, step)
        model.train()
        data = {k: v.to(device) for k, v in batch(examples, captured, config, rng).items()}
        loss = loss_of(model, data, lips, scale)
        step += 1
        descend(model, average, optimizer, loss, min(config.average, 1 - 1 / (step + 1)))
        shown += loss.item()
        if step % 100 == 0:
            log.info("step %d loss %.3f", step, shown / 100)
            shown = 0.0
        if step % 500 == 0:
            save_checkpoint(FULL, model, average, config, step, optimizer)
    save_checkpoint(FULL, model, average, config, step, optimizer)
    save_checkpoint(SMALL, model, average, config, step)


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--share", type=float, default=1.0, help="of the data, for a quick trial")
    parser.add_argument("--fresh", action="store_true", help="begin again, whatever is there")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    config = ArticulatorConfig()
    if args.steps:
        config = dataclasses.replace(config, steps=args.steps)
    train(config, args.shared, args.share, args.device, fresh=args.fresh)


if __name__ == "__main__":
    main()
