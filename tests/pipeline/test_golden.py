# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo line's curves as they were when last looked at; --update-golden writes them anew."""

import numpy as np
import pytest

from lipwright.core.audio.load import load_sound
from lipwright.core.formats import resampled
from lipwright.pipeline import LAYERS, OUTPUT_NAMES, Settings, analyse, perform

RATE_HZ = 50.0
TAKES = {
    "line_neutral": Settings(),
    "line_happy": Settings(seed=1, emotions={"happy": 0.6}, layers=frozenset(LAYERS)),
}


@pytest.fixture(scope="module")
def analysis(repository):
    return analyse(load_sound(next((repository / "demo").glob("line.*"))))


@pytest.mark.parametrize("name", TAKES)
def test_the_demo_line_moves_as_it_did(name, analysis, repository, update_golden):
    file = repository / "tests" / "golden" / f"{name}.npz"
    take = resampled(perform(analysis, TAKES[name]), RATE_HZ)
    if update_golden:
        file.parent.mkdir(exist_ok=True)
        np.savez_compressed(file, names=np.array(take.names), values=take.values.astype("<f2"))
        return
    if not file.is_file():
        pytest.fail(f"{file.name} is missing; look at the demo, then pytest --update-golden")
    with np.load(file) as golden:
        assert tuple(golden["names"]) == OUTPUT_NAMES
        values = golden["values"].astype(np.float32)
    assert values.shape == take.values.shape
    for i, channel in enumerate(OUTPUT_NAMES):
        # Processors round differently; head angles are degrees.
        limit = 0.1 if channel.startswith("head") else 0.01
        assert np.abs(values[:, i] - take.values[:, i]).max() < limit, channel
