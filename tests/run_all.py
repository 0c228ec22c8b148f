# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test on every Blender: `make test`, or python tests/run_all.py --blenders "4.2.23 5.2.3".

First the whole suite with the Blender of .venv, then the tests that need a Blender on each further
one, as a Python module in an environment of its own under .venvs/, each file in a process of its
own. Each has a time limit and a line of result; the logs are in build/test/.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "build" / "test"
NEEDS_BLENDER = ("tests/scene", "tests/operators", "tests/panels", "tests/bake", "tests/packaging")
# The same seed gives the same curves with the Python and numpy of every Blender.
EVERYWHERE = (*NEEDS_BLENDER, "tests/pipeline/test_golden.py")
SUITE_SECONDS = 900
BLENDER_SECONDS = 420
INSTALL_SECONDS = 600
# Where the module of a Blender needs another Python than 3.11.
PYTHONS = {"5.1": "3.13", "5.2": "3.13"}


@dataclass(frozen=True)
class Outcome:
    """What one run of pytest came to."""

    title: str
    line: str
    counts: Counter[str]
    failed: bool


def python_of(blender: str) -> str:
    """The Python version that this Blender's module needs."""
    return PYTHONS.get(".".join(blender.split(".")[:2]), "3.11")


def find_python(version: str) -> str | None:
    """Path of an interpreter of that version; a pyenv shim that refuses is asked by name."""
    asked = subprocess.run(
        ["bash", "-c", 'ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/' + version + ".*/bin/python"],
        capture_output=True,
        text=True,
    )
    found = [f"python{version}", *asked.stdout.split()]
    for candidate in found:
        path = shutil.which(candidate)
        if path is None:
            continue
        test = f"import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
        if subprocess.run([path, "-c", test], capture_output=True).returncode == 0:
            return path
    return None


def environment(blender: str) -> tuple[Path | None, str]:
    """Make or find the environment of this Blender; without one, say why."""
    requirements = ROOT / "requirements" / f"bpy-{blender}.txt"
    if not requirements.is_file():
        return None, f"left out: requirements/bpy-{blender}.txt does not exist"
    python = find_python(python_of(blender))
    if python is None:
        return None, f"left out: Python {python_of(blender)} was not found here"
    folder = ROOT / ".venvs" / f"bpy-{blender}"
    ready = folder / ".ready"
    wanted = requirements.read_text("utf-8")
    if not ready.is_file() or ready.read_text("utf-8") != wanted:
        script = ROOT / "requirements" / "make_venv.sh"
        done = subprocess.run(
            [
                "timeout",
                str(INSTALL_SECONDS),
                "bash",
                script,
                folder,
                requirements,
                python_of(blender),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHON": python},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            return None, "could not be installed: " + (done.stderr.strip() or "timed out")[-300:]
        ready.write_text(wanted, "utf-8")
    return folder, ""


def run_pytest(title: str, python: Path, paths: list[str], limit_seconds: int) -> Outcome:
    """Run pytest on the paths and read its closing line."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{title.replace(' ', '-')}.txt"
    started = time.monotonic()
    command = ["timeout", "--kill-after=10", str(limit_seconds)]
    command += [str(python), "-m", "pytest", "-q", "-rs", "--color=no", *paths]
    # -P keeps the checkout's own folders (core, models, ...) from passing for top-level packages.
    command.insert(command.index("-m"), "-P")
    with log.open("w", encoding="utf-8") as stream:
        code = subprocess.run(command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT).returncode
    text = log.read_text("utf-8", errors="replace")
    summary = re.findall(r"^=*\s*(\d+ (?:passed|failed|skipped|error).*? in .*?)\s*=*$", text, re.M)
    line = summary[-1] if summary else "ended before pytest's summary"
    counts = Counter(
        {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped)", line)}
    )
    counts["failed"] += sum(int(n) for n in re.findall(r"(\d+) error", line))
    if code in (124, 137):
        line += f" (stopped after {time.monotonic() - started:.0f} s)"
    failed = code != 0 or not counts["passed"] + counts["skipped"]
    if failed:
        counts["failed"] = max(counts["failed"], 1)
        sys.stdout.write(text[-6000:])
    else:
        sys.stdout.write(
            "".join(f"  {reason}\n" for reason in re.findall(r"^SKIPPED.*$", text, re.M))
        )
    return Outcome(title, line, counts, failed)


def run_apart(blender: str, python: Path, paths: list[str]) -> Outcome:
    """Run each test file in a process of its own.

    The bpy 4.2 module is not made to load file after file: after a few hundred its heap is damaged
    and it ends with an abort, in one test or another.
    """
    started = time.monotonic()
    files = [file for path in paths for file in sorted((ROOT / path).rglob("test_*.py"))]
    files += [ROOT / path for path in paths if path.endswith(".py")]
    outcomes = [
        run_pytest(
            f"Blender {blender} {file.stem}", python, [str(file.relative_to(ROOT))], BLENDER_SECONDS
        )
        for file in files
    ]
    counts = sum((outcome.counts for outcome in outcomes), Counter[str]())
    for outcome in outcomes:
        if outcome.failed:
            say(outcome)
    took = time.monotonic() - started
    line = f"{counts['passed']} passed, {counts['skipped']} skipped in {took:.0f} s"
    failed = any(outcome.failed for outcome in outcomes) or not counts["passed"]
    return Outcome(f"Blender {blender}", line, counts, failed)


def say(outcome: Outcome) -> None:
    """Print the one line of a run."""
    sys.stdout.write(f"{'FAILED' if outcome.failed else 'ok':7}{outcome.title}: {outcome.line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run all, print a line each and the sum last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blenders", default="", help="versions, with blanks between them")
    args = parser.parse_args()
    outcomes = [run_pytest("everything", Path(sys.executable), ["tests"], SUITE_SECONDS)]
    say(outcomes[0])
    paths = [path for path in EVERYWHERE if (ROOT / path).exists()]
    for blender in args.blenders.split():
        folder, why = environment(blender)
        if folder is None:
            broken = not why.startswith("left out")
            outcome = Outcome(f"Blender {blender}", why, Counter(failed=int(broken)), broken)
        else:
            outcome = run_apart(blender, folder / "bin" / "python", paths)
        outcomes.append(outcome)
        say(outcome)
    total = sum((outcome.counts for outcome in outcomes), Counter())
    sys.stdout.write(
        f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped\n"
    )
    return int(any(outcome.failed for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
