# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the listener; goes on from its last checkpoint.

python -m lipwright.training.networks.train_listener [--steps N] [--minutes 75] [--device cpu|cuda]
python -m lipwright.training.networks.train_listener --tune N    # on from the committed one, gently
"""

import argparse
import copy
import dataclasses
import logging
import math
import time

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor
from torch.nn import functional as F

from lipwright.core.phones import BILABIAL, INDEX, LABIODENTAL, PHONES, ROUNDED, SILENCE

from ..config import CACHE, CHECKPOINTS, WORK, ArticulatorConfig, ListenerConfig
from . import augment
from .batches import Batch, Source, disturbed_batches, unlabelled
from .checkpoint import load_checkpoint, save_checkpoint
from .listener import Listener

log = logging.getLogger(__name__)

FULL = WORK / "listener.safetensors"
TUNED = WORK / "listener_tuned.safetensors"
SMALL = CHECKPOINTS / "listener.safetensors"
LIPS = [INDEX[p] for p in sorted(BILABIAL)]
# What a viewer tells apart, as the number of each phone's group.
SEEN = [{SILENCE}, BILABIAL, LABIODENTAL, ROUNDED]
GROUP = torch.tensor([next((i for i, g in enumerate(SEEN) if p in g), len(SEEN)) for p in PHONES])

# What sounds alike and looks different, as sets of phones that a frame's own is held against.
PAIRS = tuple(
    tuple([INDEX[p] for p in side.split()] for side in pair)
    for pair in (
        ("m", "n ɲ ŋ"),
        ("f", "s θ x h"),
        ("v", "b"),
        ("v", "z ð"),
        ("p", "t k"),
        ("b", "d ɡ"),
    )
)


def learning_rate(config: ListenerConfig | ArticulatorConfig, step: int) -> float:
    """Linear warm-up, then half a cosine down to the final rate."""
    if step < config.warmup:
        return config.peak_rate * (step + 1) / config.warmup
    part = min(1.0, (step - config.warmup) / max(1, config.steps - config.warmup))
    return config.final_rate + (config.peak_rate - config.final_rate) * 0.5 * (
        1 + math.cos(math.pi * part)
    )


def loss_of(model: Listener, batch: Batch, rng: np.random.Generator, device: str) -> Tensor:
    """Compare what the network hears in a disturbed batch with what was said."""
    samples = torch.tensor(batch.samples).to(device)
    warp, chosen = augment.warped_mels(len(samples), model.log_mel.mel.shape[0], rng)
    mels = model.log_mel(samples, warp.to(device)).cpu()
    whispered = rng.random(len(samples)) < 0.05
    mels = augment.mask(augment.whisper(mels, whispered, rng), rng).to(device)
    labels = torch.tensor(unlabelled(batch.labels)).to(device)
    pitch = torch.tensor(batch.pitch + np.log2(augment.WARPS[chosen])[:, None].astype(np.float32))
    pitch[torch.tensor(whispered)] = torch.nan
    pitch = pitch.to(device)
    with torch.autocast(device, torch.bfloat16):
        logits, prosody, _ = model.hear(mels)
    logits, prosody = logits.float(), prosody.float()
    heard = F.cross_entropy(logits, labels, ignore_index=-100, label_smoothing=0.03)
    heard = heard + model.config.visible * seen_loss(logits, labels)
    heard = heard + model.config.pairs * pairs_loss(logits, labels)
    voiced = ~torch.isnan(pitch)
    known = labels != -100
    voicing = F.binary_cross_entropy_with_logits(prosody[:, 0][known], voiced.float()[known])
    tone = (prosody[:, 1] - torch.nan_to_num(pitch)).abs()[voiced].mean()
    return heard + 0.1 * voicing + 0.1 * tone


def seen_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of groups of phones: B heard as M is no harm, V heard as B is one."""
    group = GROUP.to(logits.device)
    members = F.one_hot(group).float()  # [P, G]
    likely = torch.einsum("bpf,pg->bgf", torch.softmax(logits, 1), members)
    wanted = torch.where(labels == -100, -100, group[labels.clamp_min(0)])
    return F.nll_loss(torch.log(likely.clamp_min(1e-8)), wanted, ignore_index=-100)


def pairs_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy between the two sides of each of `PAIRS`, over the frames that are of either.

    Both sides count, so that lips which meet for N weigh as much as an M without them.
    """
    losses, count = logits.new_zeros(()), 0
    for shut, other in PAIRS:
        sides = torch.stack([logits[:, side].logsumexp(1) for side in (shut, other)], 1)
        wanted = torch.full_like(labels, -100)
        for number, side in enumerate((shut, other)):
            wanted[torch.isin(labels, torch.tensor(side, device=labels.device))] = number
        losses = losses + F.cross_entropy(sides, wanted, ignore_index=-100, reduction="sum")
        count += int((wanted != -100).sum())
    return losses / max(1, count)


@torch.no_grad()
def check(model: Listener, name: str, device: str) -> str:
    """Frame accuracy on a held-out set, and how often lips are heard rightly and wrongly closed."""
    model.eval()
    source = Source(CACHE / f"{name}.npz")
    right = total = hit = lips = wrong = other = 0
    for index in range(len(source.frames)):
        voice, labels, _ = source.line(index)
        frames = len(labels) // 2 * 2
        mels = model.log_mel(torch.tensor(voice[: frames * 160])[None].to(device))
        guess = model.hear(mels)[0].argmax(1)[0].cpu().numpy()
        labels = labels[:frames]
        known = labels < len(PHONES)
        right += (guess == labels)[known].sum()
        total += known.sum()
        closed, said = np.isin(guess, LIPS), np.isin(labels, LIPS)
        speech = known & (labels != INDEX["_"])
        hit += (closed & said).sum()
        lips += said.sum()
        wrong += (closed & ~said & speech).sum()
        other += (~said & speech).sum()
    return f"{name} accuracy {right / total:.3f} lips {hit / lips:.3f} false {wrong / other:.4f}"


def train(
    config: ListenerConfig,
    minutes: float,
    device: str,
    *,
    fresh: bool = False,
    tune: bool = False,
) -> None:
    """Run until the last step or until the time is up; a checkpoint every 250 steps.

    A tuning counts its own steps, with a checkpoint every 100, and keeps its place in a file of
    its own until it has ended.
    """
    full = TUNED if tune else FULL
    before = committed_step() if tune else 0
    torch.manual_seed(config.seed)
    model = Listener(config).to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    decay = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decay}, {"params": rest, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=config.peak_rate, weight_decay=config.weight_decay)
    step = first = 0
    if full.exists() and not fresh:
        step = load_checkpoint(full, model, average, optimizer)
    elif SMALL.exists() and not fresh:
        step = first = load_checkpoint(SMALL, model, average)
        if tune:
            step = first = 0
    log.info("%d parameters, from step %d", sum(p.numel() for p in model.parameters()), step)
    batches = disturbed_batches(config, config.seed + step)
    rng = np.random.default_rng([config.seed, step])
    began, shown = time.monotonic(), 0.0
    while step < config.steps and time.monotonic() - began < minutes * 60:
        # An optimiser that knows nothing yet starts softly.
        soft = min(1.0, (step - first + 1) / config.warmup)
        for group in optimizer.param_groups:
            group["lr"] = soft * learning_rate(config, step)
        model.train()
        loss = loss_of(model, next(batches), rng, device)
        step += 1
        # A fresh average follows closely; that of a tuning begins as what was learnt.
        keep = config.average if tune else min(config.average, 1 - 1 / (step + 1))
        descend(model, average, optimizer, loss, keep)
        shown += loss.item()
        if step % 50 == 0:
            log.info("step %d loss %.3f %.0f s", step, shown / 50, time.monotonic() - began)
            shown = 0.0
        if step % (100 if tune else 250) == 0:
            save_checkpoint(full, model, average, config, step, optimizer)
        if step % 1000 == 0:
            for name in ("dev-tts", "dev-grid"):
                log.info("   %s", check(average, name, device))
    save_checkpoint(full, model, average, config, step, optimizer)
    save_checkpoint(SMALL, model, average, config, before + step)
    if tune and step >= config.steps:
        full.unlink()  # the next tuning begins from its result
    for name in ("dev-tts", "dev-grid"):
        log.info("%s", check(average, name, device))


def committed_step() -> int:
    """How long the committed listener has learnt."""
    with safe_open(SMALL, "pt") as file:
        return int(file.metadata()["step"])


def descend(
    model: torch.nn.Module,
    average: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    loss: Tensor,
    keep: float,
) -> None:
    """Take one step down a loss; the averaged network follows, keeping a share of itself."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    follow(average, model, keep)


@torch.no_grad()
def follow(average: torch.nn.Module, model: torch.nn.Module, keep: float) -> None:
    """Move the averaged network a little towards the trained one."""
    for mine, new in zip(average.state_dict().values(), model.state_dict().values(), strict=True):
        if mine.is_floating_point():
            mine.lerp_(new, 1 - keep)
        else:
            mine.copy_(new)


def tuning(config: ListenerConfig, steps: int) -> ListenerConfig:
    """Settings for some gentle steps of a listener that has learnt."""
    return dataclasses.replace(
        config,
        steps=steps,
        peak_rate=config.tune_peak_rate,
        final_rate=config.tune_final_rate,
        warmup=config.tune_warmup,
        batch=config.tune_batch,
        average=config.tune_average,
    )


def main() -> None:
    """Read the options and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, help="total number of steps of the schedule")
    parser.add_argument("--minutes", type=float, default=75.0, help="length of this stretch")
    parser.add_argument("--fresh", action="store_true", help="begin again, whatever is there")
    parser.add_argument("--tune", type=int, metavar="N", help="N gentle steps on what is committed")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    config = ListenerConfig()
    if args.steps:
        config = dataclasses.replace(config, steps=args.steps)
    if args.tune:
        config = tuning(config, args.tune)
    train(config, args.minutes, args.device, fresh=args.fresh, tune=bool(args.tune))


if __name__ == "__main__":
    main()
