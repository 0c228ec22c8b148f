# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks as they are trained; needs torch, as training does (`make networks`)."""

import copy
import dataclasses

import numpy as np
import pytest

from lipwright.core.phones import INDEX, PHONES
from lipwright.training.config import FRAME_HZ, HOP, ArticulatorConfig, ListenerConfig

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")
learning = pytest.importorskip("lipwright.training.networks.train_listener")
from lipwright.training.networks import augment, batches, calibrate, export, quantize  # noqa: E402
from lipwright.training.networks.articulator import INPUTS, Articulator  # noqa: E402
from lipwright.training.networks.checkpoint import load_checkpoint, save_checkpoint  # noqa: E402
from lipwright.training.networks.grow import grown  # noqa: E402
from lipwright.training.networks.listener import Listener  # noqa: E402
from lipwright.training.prior.curves import CHANNELS  # noqa: E402

SMALL = ListenerConfig(channels=24, expand=32, blocks=2)
LOUDNESS = len(PHONES) + 2


def woken(model):
    """Blocks start as nothing; give them something to do."""
    for block in model.blocks:
        torch.nn.init.normal_(block.down.weight, std=0.1)
    return model.eval()


@pytest.fixture
def listener():
    torch.manual_seed(1)
    return woken(Listener(SMALL))


def test_a_frame_hears_only_what_is_near_it(listener):
    samples = 0.1 * torch.randn(1, 400 * HOP)
    other = samples.clone()
    other[:, 300 * HOP :] = 0.1 * torch.randn(1, 100 * HOP)
    with torch.no_grad():
        before, after = listener(samples)[0], listener(other)[0]
    assert before.shape == (1, 400, len(PHONES))
    torch.testing.assert_close(before.sum(2), torch.ones(1, 400))
    reach = listener.reach_frames
    assert reach % 2 == 0, "windows begin with a whole step of the network"
    torch.testing.assert_close(before[:, : 300 - reach], after[:, : 300 - reach])
    assert not torch.allclose(before[:, 300:], after[:, 300:])


def test_loudness_is_in_decibels_and_the_rest_of_the_prosody_is_told(listener):
    tone = torch.sin(torch.arange(100 * HOP) * 0.05)[None]
    with torch.no_grad():
        loud, soft = listener(tone)[1][0, 20:80, 2], listener(0.1 * tone)[1][0, 20:80, 2]
    torch.testing.assert_close(loud - soft, torch.full((60,), 20.0), atol=0.5, rtol=0)


def test_one_batch_is_learnt():
    torch.manual_seed(1)
    model = Listener(SMALL)
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3)
    rng = np.random.default_rng(1)
    labels = np.repeat(rng.integers(0, len(PHONES), (4, 20)), 5, axis=1).astype(np.uint8)
    samples = 0.1 * rng.standard_normal((4, 100 * HOP)).astype(np.float32)
    # Each phone is a tone of its own.
    times = np.arange(HOP) / 16_000
    for line in range(4):
        for frame in range(100):
            tone = np.sin(2 * np.pi * (200 + 60 * labels[line, frame]) * times)
            samples[line, frame * HOP : (frame + 1) * HOP] += tone.astype(np.float32)
    mels = model.log_mel(torch.tensor(samples))
    wanted = torch.tensor(labels.astype(np.int64))
    losses = []
    average = copy.deepcopy(model)
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(model.hear(mels)[0], wanted)
        learning.descend(model, average, optimizer, loss, 0.9)
        losses.append(float(loss))
    assert losses[-1] < 0.5 * losses[0]
    with torch.no_grad():
        kept = torch.nn.functional.cross_entropy(average.eval().hear(mels)[0], wanted)
    assert float(kept) < losses[0]


def test_a_checkpoint_goes_on_where_it_was(listener, tmp_path):
    optimizer = torch.optim.AdamW(listener.parameters(), 1e-3)
    learning.descend(
        listener, copy.deepcopy(listener), optimizer, listener.phones.weight.sum(), 0.5
    )
    average = copy.deepcopy(listener)
    average.phones.weight.data += 1
    file = tmp_path / "full.safetensors"
    save_checkpoint(file, listener, average, SMALL, 7, optimizer)
    fresh, mean = Listener(SMALL), Listener(SMALL)
    other = torch.optim.AdamW(fresh.parameters(), 1e-3)
    assert load_checkpoint(file, fresh, mean, other) == 7
    for name, tensor in listener.state_dict().items():
        torch.testing.assert_close(fresh.state_dict()[name], tensor)
    torch.testing.assert_close(mean.phones.weight, average.phones.weight)
    assert len(other.state_dict()["state"]) == len(optimizer.state_dict()["state"]) > 0
    # What is committed holds the average alone, and fills both.
    save_checkpoint(file, listener, average, SMALL, 8)
    assert load_checkpoint(file, fresh, mean) == 8
    torch.testing.assert_close(fresh.phones.weight, average.phones.weight, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(fresh.log_mel.kernel, average.log_mel.kernel, atol=0, rtol=0)


@pytest.mark.parametrize("size", [{"blocks": 3, "expand": 48}, {"channels": 40, "blocks": 4}])
def test_a_larger_listener_begins_as_the_small_one(listener, size):
    larger = Listener(dataclasses.replace(SMALL, **size))
    state = larger.state_dict()
    for name, old in listener.state_dict().items():
        state[name] = grown(name, old, state[name])
    larger.load_state_dict(state)
    samples = 0.1 * torch.randn(1, 100 * HOP)
    with torch.no_grad():
        torch.testing.assert_close(larger.eval()(samples)[0], listener(samples)[0])


def test_a_doubtful_ear_is_softened_more_and_hears_the_same_phones():
    plain, soft = (
        Listener(dataclasses.replace(SMALL, temperature=one)) for one in ((0.0, 0.0), (0.1, 0.2))
    )
    logits = torch.randn(1, len(PHONES), 200)
    logits[:, :, 100:] *= 4  # from here on it is sure
    assert torch.equal(plain.calibrated(logits), logits)
    ratio = (soft.calibrated(logits) / logits)[0, 0]
    assert torch.equal(soft.calibrated(logits).argmax(1), logits.argmax(1))
    assert 0 < ratio[20:70].mean() < ratio[130:180].mean() < 1


def test_the_temperature_that_was_put_in_is_found_again():
    torch.manual_seed(2)
    logits = 2 * torch.randn(4000, len(PHONES))
    doubt = torch.rand(4000)
    said = torch.distributions.Categorical(logits=logits * torch.exp(-0.1 - 0.4 * doubt)[:, None])
    found = calibrate.fit(logits, doubt, said.sample())
    assert found == pytest.approx((0.1, 0.4), abs=0.12)


def test_a_hit_in_the_last_samples_is_heard_too():
    for seed in range(40):
        assert np.isfinite(augment._hits(np.random.default_rng(seed), 30)).all()


def test_eight_bits_hear_the_same(listener, tmp_path, monkeypatch):
    path = tmp_path / "listener.onnx"
    names = ["posteriors", "prosody", "embedding"]
    assert (
        export.write_onnx(listener, 0.1 * torch.randn(1, 100 * HOP), "samples", names, path) < 1e-3
    )
    before, (plain,) = path.stat().st_size, _posteriors(path)
    rng = np.random.default_rng(3)
    crops = list(0.1 * rng.standard_normal((2 * SMALL.batch, 50 * HOP)).astype(np.float32))
    monkeypatch.setattr(quantize, "speech_crops", lambda *_: crops)
    assert quantize.quantize(path, SMALL) > 0.9
    (small,) = _posteriors(path)
    assert path.stat().st_size != before
    assert 0 < np.abs(plain - small).max() < 0.2


def _posteriors(path):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    tone = 0.1 * np.sin(np.arange(100 * HOP) * 0.07, dtype=np.float32)[None]
    return session.run(["posteriors"], {"samples": tone})


def test_the_mouth_is_the_same_at_any_level_of_the_recording():
    torch.manual_seed(1)
    model = woken(Articulator(ArticulatorConfig(channels=16, blocks=2)))
    heard = torch.rand(1, 500, INPUTS)
    heard[..., LOUDNESS] = -20 * torch.rand(1, 500) - 20
    quieter = heard.clone()
    quieter[..., LOUDNESS] -= 15
    with torch.no_grad():
        curves, same = model(heard), model(quieter)
    assert curves.shape == (1, 500, len(CHANNELS))
    assert 0 <= float(curves.min())
    assert float(curves.max()) <= 1
    # Near the ends the silence around the line is heard as well.
    torch.testing.assert_close(curves[:, 160:-160], same[:, 160:-160], atol=1e-5, rtol=0)


@pytest.fixture
def mixer(tmp_path, monkeypatch):
    """Batches from one source, whose line is a tone of 2 s labelled A."""
    monkeypatch.setattr(batches, "CACHE", tmp_path)
    samples = (8000 * np.sin(np.arange(200 * HOP) * 0.1)).astype(np.int16)
    labels = np.full(200, INDEX["a"], np.uint8)
    np.savez(
        tmp_path / "tone.npz",
        samples=samples,
        labels=labels,
        pitch=np.zeros(200, np.float16),
        frames=np.array([200]),
    )
    return batches.Mixer({"tone": 1.0, "absent": 1.0}, seed=1)


def test_labels_lie_where_their_sound_is(mixer):
    batch = mixer.batch(6, 4.0, 0.0)
    loud = np.abs(batch.samples.reshape(6, -1, HOP)).max(2) > 0.05
    said = batch.labels == INDEX["a"]
    assert said.shape == (6, 4 * FRAME_HZ)
    assert said.any()
    assert (loud == said).mean() > 0.98


def test_where_nobody_speaks_there_is_noise_and_silence_is_the_label(mixer):
    batch = mixer.batch(8, 1.0, 1.0)
    assert not batch.samples.any()
    assert (batch.labels == INDEX["_"]).all()
    heard = augment.disturb(torch.tensor(batch.samples), np.random.default_rng(1))
    assert torch.isfinite(heard).all()
    assert (heard.abs().amax(1) > 1e-3).all(), "a muted shot is not silent"


@pytest.mark.parametrize("kind", [augment._tones, augment._machine, augment._hits, augment._music])
def test_what_is_no_voice_is_finite_and_there(kind):
    for seed in range(8):
        sound = kind(np.random.default_rng(seed), 16_000)
        assert sound.shape == (16_000,)
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() > 0


def test_disturbed_speech_stays_in_its_place():
    voice = torch.zeros(4, 16_000)
    voice[:, 6_000:10_000] = torch.sin(torch.arange(4_000) * 0.2)
    heard = augment.disturb(voice, np.random.default_rng(5))
    assert heard.shape == voice.shape
    assert torch.isfinite(heard).all()
    assert heard.abs().max() <= 1
    inside, before = heard[:, 6_000:10_000].pow(2).mean(1), heard[:, :5_000].pow(2).mean(1)
    assert (inside > before).all()
