# SPDX-License-Identifier: GPL-3.0-or-later
"""What every test may ask for: the package by its name, a seeded generator, the shared folder."""

import importlib
import importlib.util
import os
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]


def _this_checkout_is_lipwright() -> None:
    """Make `import lipwright` mean this checkout, whatever its folder is called."""
    package = sys.modules.get("lipwright")
    if package is not None and ROOT in map(Path, package.__path__):
        return
    spec = importlib.util.spec_from_file_location(
        "lipwright", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lipwright"] = module
    spec.loader.exec_module(module)


_this_checkout_is_lipwright()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden numbers anew instead of comparing with them",
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261121)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout, which is the package and the extension."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared recordings and characters: SHARED, or the sibling of the checkout."""
    folder = Path(os.environ.get("SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the shared recordings and characters, and {folder} has none")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the shared folder carries the mark, so `-m shared` finds all of them."""
    for item in items:
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker("shared")
