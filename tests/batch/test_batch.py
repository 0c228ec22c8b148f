# SPDX-License-Identifier: GPL-3.0-or-later
"""A batch as it is run: what it writes, what it tells, and what it does when it is stopped."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lipwright.cli import main

FAST = ("--layers", "speech", "--format", "arkit-csv")


def report_of(out):
    with (out / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_gives_what_the_plain_command_gives(batch, sounds, tmp_path):
    done = batch(sounds, "-o", tmp_path / "many", "--emotion", "happy=0.5", "--seed", 3)
    assert done.returncode == 0, done.stderr
    plain = [str(sounds), "-o", str(tmp_path / "plain"), "--emotion", "happy=0.5", "--seed", "3"]
    assert main(plain) == 0
    for path in (tmp_path / "plain").iterdir():
        assert path.read_bytes() == (tmp_path / "many" / path.name).read_bytes()


def test_rows_have_their_own_settings(batch, sounds, tmp_path):
    path = tmp_path / "lines.json"
    rows = [
        {"sound": str(sounds / "line0.wav"), "name": "act1/plain"},
        {"sound": str(sounds / "line0.wav"), "name": "act1/happy", "emotion": "happy"},
        {"sound": str(sounds / "line0.wav"), "name": "act2/slow", "fps": 10},
        {"sound": str(sounds / "line0.wav"), "name": "clear", "style": "clear"},
        {"sound": str(sounds / "line0.wav"), "name": "dials", "style": "jaw=1.15 lips=1.2"},
    ]
    path.write_text(json.dumps(rows), "utf8")
    done = batch(path, "-o", tmp_path / "out", "--layers", "speech,emotion", "--jobs", 1)
    assert done.returncode == 0, done.stderr
    text = {p.stem: p.read_text() for p in (tmp_path / "out").rglob("*.csv")}
    assert text["clear"] == text["dials"]
    assert len({text["plain"], text["happy"], text["slow"], text["clear"]}) == 4
    assert len(text["plain"].splitlines()) > 5 * len(text["slow"].splitlines())


def test_one_lines_trouble_ends_no_other(batch, sounds, tmp_path):
    (tmp_path / "broken.wav").write_text("words")
    path = tmp_path / "lines.csv"
    path.write_text(
        "sound,name,emotion,transcript\n"
        f"{sounds}/line0.wav,good,,\n"
        "broken.wav,broken,,\n"
        "none.wav,missing,,\n"
        f"{sounds}/line1.wav,mood,merry,\n"
        f"{sounds}/line2.wav,text,,none.txt\n"
        f"{sounds}/line3.wav,words,,The zzyzxian ball\n",
        "utf8",
    )
    done = batch(path, "-o", tmp_path / "out", *FAST)
    assert done.returncode == 1
    rows = {row["name"]: row for row in report_of(tmp_path / "out")}
    assert {name: row["status"] for name, row in rows.items()} == {
        **{"good": "done", "broken": "failed", "missing": "failed"},
        **{"mood": "failed", "text": "failed", "words": "done"},
    }
    assert "could not be read as sound" in rows["broken"]["message"]
    assert "was not found" in rows["missing"]["message"]
    assert "no emotion “merry”" in rows["mood"]["message"]
    assert "could not be read" in rows["text"]["message"]
    assert rows["words"]["unknown_words"] == "zzyzxian"
    assert 0 < float(rows["good"]["confidence"]) <= 1
    told = done.stdout.splitlines()
    assert [row.split("] ")[1].split(":")[0] for row in told[:6]] == list(rows)
    assert told[-1].startswith("2 of 6 lines are done, 4 failed")
    page = (tmp_path / "out" / "report.html").read_text("utf8")
    assert page.index("<h3>broken</h3>") < page.index("words")
    assert "http" not in page


def test_done_lines_are_left_as_they_are(batch, sounds, tmp_path, content):
    out = tmp_path / "out"
    assert batch(sounds, "-o", out, *FAST).returncode == 0
    before, times = content(out), {p: p.stat().st_mtime_ns for p in out.glob("line*")}
    assert batch(sounds, "-o", out, *FAST).returncode == 0
    assert content(out) == before
    assert {p: p.stat().st_mtime_ns for p in out.glob("line*")} == times
    assert batch(sounds, "-o", out, *FAST, "--again").returncode == 0
    assert content(out) == before
    assert all(p.stat().st_mtime_ns != times[p] for p in times)


def test_what_changed_is_done_again(batch, sounds, tmp_path):
    out, path = tmp_path / "out", tmp_path / "lines.csv"
    row = f"{sounds}/line0.wav,a,%s\n{sounds}/line1.wav,b,\n"
    path.write_text("sound,name,seed\n" + row % "1")
    assert batch(path, "-o", out).returncode == 0
    times = {p.name: p.stat().st_mtime_ns for p in out.glob("?.csv")}
    path.write_text("sound,name,seed\n" + row % "2")
    assert batch(path, "-o", out).returncode == 0
    assert (out / "a.csv").stat().st_mtime_ns != times["a.csv"]
    assert (out / "b.csv").stat().st_mtime_ns == times["b.csv"]
    (out / "b.csv").unlink()
    assert batch(path, "-o", out).returncode == 0
    assert (out / "b.csv").is_file()


def test_what_somebody_changed_by_hand_is_kept(batch, sounds, tmp_path):
    out = tmp_path / "out"
    assert batch(sounds, "-o", out, *FAST).returncode == 0
    right = (out / "line3.csv").read_bytes()
    (out / "line3.csv").write_text("mine")
    assert batch(sounds, "-o", out, *FAST).returncode == 0
    assert (out / "line3.csv").read_bytes() == right
    assert (out / "changed" / "line3.csv").read_text() == "mine"
    assert "changed by hand" in report_of(out)[3]["message"]


@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL to a group of processes")
@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on(batch, sounds, tmp_path, content):
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert batch(sounds, "-o", whole, *FAST).returncode == 0
    command = [sys.executable, "-m", "lipwright", "batch", str(sounds), "-o", str(out), *FAST]
    chance = random.Random(8)
    for attempt in range(10):
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(chance.uniform(0.2, 4.0))
        # Every other time the parent alone: its workers must not go on without it.
        (os.killpg if attempt % 2 else os.kill)(run.pid, signal.SIGKILL)
        run.wait()
        for path in out.glob("line*.csv"):
            assert path.read_bytes() == (whole / path.name).read_bytes()
    time.sleep(1.0)
    assert batch(sounds, "-o", out, *FAST).returncode == 0
    assert content(out) == content(whole)


def test_a_row_that_was_cut_off_is_done_again(batch, sounds, tmp_path, content):
    out = tmp_path / "out"
    assert batch(sounds, "-o", out, *FAST).returncode == 0
    before, journal = content(out), out / ".lipwright" / "rows.jsonl"
    text = journal.read_text()
    journal.write_text(text[: len(text) // 2] + "\x00")
    assert batch(sounds, "-o", out, *FAST).returncode == 0
    assert content(out) == before


def test_two_at_once_in_one_folder_are_refused(batch, sounds, tmp_path):
    from lipwright.batch.journal import Journal

    with Journal(tmp_path / "out"):
        done = batch(sounds, "-o", tmp_path / "out", *FAST)
    assert done.returncode == 2
    assert "Another batch is at work" in done.stderr


def test_what_a_farm_reads(batch, sounds, tmp_path):
    done = batch(sounds, "-o", tmp_path / "out", *FAST, "--progress", "json")
    told = [json.loads(row) for row in done.stdout.splitlines()]
    assert [one["event"] for one in told] == ["start", *["line"] * 8, "end"]
    assert [one["name"] for one in told[1:-1]] == [f"line{i}" for i in range(8)]
    assert json.loads((tmp_path / "out" / "report.json").read_text())[0]["status"] == "done"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--transcript", __file__], "belongs to one sound"),
        (["--phones", __file__], "belongs to one sound"),
        (["--scheduler", "tcp://127.0.0.1:9"], "No Dask scheduler answers"),
    ],
)
def test_wrong_usage(batch, sounds, tmp_path, options, said):
    done = batch(sounds, "-o", tmp_path / "out", *options)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_worker_that_dies_takes_one_line_with_it(sounds, tmp_path, monkeypatch):
    """The line that ends its process fails alone; those that were at work beside it are done."""
    import argparse

    from lipwright.batch import command, pools
    from lipwright.batch.lines import read_lines
    from lipwright.batch.work import Order, Task

    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import dying

    monkeypatch.setattr(pools, "do_line", dying.do_line)
    args = command.make_parser().parse_args([str(sounds), "-o", str(tmp_path), *FAST])
    assert isinstance(args, argparse.Namespace)
    order = Order(args, "arkit-csv", str(tmp_path), str(tmp_path))
    tasks = [Task(line, order) for line in read_lines(sounds).lines]
    rows = {row.name: row for row in pools.on_this_machine(tasks, 2, "cpu", 1)}
    assert {name for name, row in rows.items() if row.status == "failed"} == {"line2"}
    assert "ended" in rows["line2"].message
    assert len(rows) == 8


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_loses_no_line(batch, sounds, tmp_path, content):
    """A real scheduler and two workers on loopback; one of them is killed in the middle."""
    distributed = pytest.importorskip("distributed", reason="Dask is an optional part")
    whole, out, place = tmp_path / "whole", tmp_path / "out", tmp_path / "scheduler.json"
    lines = tmp_path / "lines.csv"
    rows = (f"{sounds}/line{i % 8}.wav,say{i}\n" for i in range(48))
    lines.write_text("sound,name\n" + "".join(rows))
    assert batch(lines, "-o", whole, *FAST).returncode == 0
    python = [sys.executable, "-m", "distributed.cli"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    begin = [*python[:2], "dask", "scheduler", "--host", "127.0.0.1", "--port", "0"]
    running = [
        subprocess.Popen(
            [*begin, "--no-dashboard", "--scheduler-file", str(place)], cwd=tmp_path, **quiet
        )
    ]
    try:
        deadline = time.monotonic() + 60
        while not place.is_file() and time.monotonic() < deadline:
            time.sleep(0.2)
        address = json.loads(place.read_text())["address"]
        worker = [*python[:2], "dask", "worker", address, "--nthreads", "1", "--no-nanny"]
        running += [
            subprocess.Popen([*worker, "--no-dashboard"], cwd=tmp_path, **quiet) for _ in range(2)
        ]
        with distributed.Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        command = [sys.executable, "-m", "lipwright", "batch", str(lines), "-o", str(out)]
        run = subprocess.Popen(
            [*command, *FAST, "--scheduler", address], stdout=subprocess.PIPE, text=True
        )
        assert run.stdout is not None
        run.stdout.readline()  # the first line is done
        running[1].kill()
        assert len(list(out.glob("say*.csv"))) < 48
        assert run.wait(120) == 0
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert content(out) == content(whole)
