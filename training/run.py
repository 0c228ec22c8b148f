# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything from data to the networks in models/weights: `make train SHARED=../shared`.

Each step resumes where it stopped; --minutes limits each stretch of the listener.
"""

import argparse
import subprocess
import sys

FIRST_STEPS = 4_000


def main() -> None:
    """Prepare, train and export, one process after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--minutes", default="75")
    args = parser.parse_args()
    for module, options in (
        ("prepare", ["--shared", args.shared]),
        # The first listener labels the voices that have no phone times; the second hears them too.
        ("train_listener", ["--minutes", args.minutes, "--steps", str(FIRST_STEPS)]),
        ("export", ["listener"]),
        ("pseudo", ["--shared", args.shared]),
        ("train_listener", ["--minutes", args.minutes]),
        ("export", ["listener"]),
        ("train_articulator", ["--shared", args.shared]),
        ("export", ["articulator"]),
    ):
        subprocess.run([sys.executable, "-m", f"lipwright.training.{module}", *options], check=True)


if __name__ == "__main__":
    main()
