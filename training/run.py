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
        ("data.prepare", ["--shared", args.shared]),
        # The first listener labels the voices that have no phone times; the second hears them too.
        ("networks.train_listener", ["--minutes", args.minutes, "--steps", str(FIRST_STEPS)]),
        ("networks.export", ["listener"]),
        ("data.pseudo", ["--shared", args.shared]),
        ("data.read", ["--shared", args.shared]),
        ("data.kokoro", ["--shared", args.shared]),
        ("data.tohoku", ["--shared", args.shared]),
        ("data.voices", []),
        ("networks.train_listener", ["--minutes", args.minutes]),
        ("networks.export", ["listener"]),
        ("data.fit_feelings", ["--shared", args.shared]),
        ("networks.train_articulator", ["--shared", args.shared]),
        ("networks.export", ["articulator"]),
    ):
        subprocess.run([sys.executable, "-m", f"lipwright.training.{module}", *options], check=True)


if __name__ == "__main__":
    main()
