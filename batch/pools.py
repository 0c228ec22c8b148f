# SPDX-License-Identifier: GPL-3.0-or-later
"""Who does the lines: processes of this machine, or the workers of a Dask cluster.

Both take tasks and give rows as they come. Only a few tasks are handed out ahead, so that a
million lines need no more memory than a hundred.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import connection
from typing import Any

from ..core.errors import LipwrightError, SettingsError
from .row import Row
from .work import Task, do_line, failed, get_ready, version

AHEAD = 4  # tasks for each worker
CONNECT_SECONDS = 20
CRASHED = (
    "The program that did this line ended. Its sound may be damaged, or memory short: "
    "try it by itself, or with fewer --jobs"
)


def cores() -> int:
    """How many processes this machine runs at once."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def _start(device: str, threads: int) -> None:
    """Begin a worker: it ends with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    get_ready(device, threads)


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _new_pool(jobs: int, device: str, threads: int) -> ProcessPoolExecutor:
    # A fork would copy whatever this process has open, and is not to be had everywhere.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(device, threads))


def on_this_machine(tasks: Iterable[Task], jobs: int, device: str, threads: int) -> Iterator[Row]:
    """Do tasks in `jobs` processes; rows come as they are done."""
    waiting = iter(tasks)
    pool = _new_pool(jobs, device, threads)
    at_work: dict[Future[Row], Task] = {}
    try:
        while True:
            for task in islice(waiting, jobs * AHEAD - len(at_work)):
                at_work[pool.submit(do_line, task)] = task
            if not at_work:
                return
            finished, _ = wait(at_work, return_when=FIRST_COMPLETED)
            lost: list[Task] = []
            for one in finished:
                task = at_work.pop(one)
                try:
                    yield one.result()
                except BrokenProcessPool:
                    lost.append(task)
            if lost:  # one of those that were at work has ended its process: which one?
                lost += at_work.values()
                at_work.clear()
                pool.shutdown()
                yield from _one_by_one(lost, device, threads)
                pool = _new_pool(jobs, device, threads)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one_by_one(tasks: Iterable[Task], device: str, threads: int) -> Iterator[Row]:
    """Do tasks in one process at a time, so that whoever ends it is known."""
    pool = _new_pool(1, device, threads)
    for task in tasks:
        try:
            yield pool.submit(do_line, task).result()
        except BrokenProcessPool:
            yield failed(task.line, CRASHED)
            pool.shutdown()
            pool = _new_pool(1, device, threads)
    pool.shutdown()


def on_cluster(tasks: Iterable[Task], address: str) -> Iterator[Row]:
    """Do tasks on a Dask cluster whose workers see the same folders; rows come as they are done.

    Raises SettingsError if Dask is not installed, the scheduler does not answer, or its workers
    have another Lipwright.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise SettingsError(
            "--scheduler takes Dask. Install it with “pip install lipwright[cluster]”"
        ) from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise SettingsError(
            f"No Dask scheduler answers at “{address}”. Start it, or check the address"
        ) from error
    with client:
        workers = _check_workers(client)
        waiting = iter(tasks)
        at_work: dict[Any, Task] = {}

        def hand_out(count: int) -> list[Any]:
            new = list(islice(waiting, count))
            futures = client.map(do_line, new, pure=False, batch_size=count) if new else []
            at_work.update({f.key: task for f, task in zip(futures, new, strict=True)})
            return futures

        done = as_completed(hand_out(workers * AHEAD))
        for future in done:
            task = at_work.pop(future.key)
            try:
                yield future.result()
            except LipwrightError:
                raise
            except Exception:  # the line has ended as many workers as Dask allows
                yield failed(task.line, CRASHED)
            future.release()
            for new in hand_out(1):
                done.add(new)


def _check_workers(client: Any) -> int:
    """Return how many threads the workers have together; SettingsError if they will not do."""
    versions = client.run(version)
    if not versions:
        raise SettingsError("The Dask scheduler has no workers. Start some with “dask worker”")
    if set(versions.values()) != {version()}:
        raise SettingsError(
            "The Dask workers have another Lipwright than this one. Install the same everywhere"
        )
    return sum(client.nthreads().values())
