# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks share: rounds in turn, peak memory, versions, tables."""

from __future__ import annotations

import gc
import importlib.metadata
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def timed(call: Callable[[], object]) -> float:
    """Return the seconds that one call takes."""
    gc.collect()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_turn(calls: dict[str, Callable[[], object]], rounds: int = 5) -> dict[str, float]:
    """Run the calls A B A B … after a warm-up of each, and return their medians.

    In turn, so that what else the machine does falls on all of them alike; only ratios of medians
    of one such run say anything.
    """
    for call in calls.values():
        call()
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            seconds[name].append(timed(call))
    return {name: statistics.median(found) for name, found in seconds.items()}


def extra_peak(call: Callable[[], object]) -> float:
    """Return by how many MB a call raises the peak of memory, measured in a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            # A forked process starts its peak at what it holds.
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            call()
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            os.write(write, f"{(after - before) / 1024:.1f}".encode())
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as result:
        text = result.read()
    os.waitpid(child, 0)
    return float(text) if text else float("nan")


def versions(*names: str) -> str:
    """Return the machine and the versions of these packages, for the head of a report."""
    found = [f"Python {platform.python_version()}"]
    for name in names:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} absent")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB; " + ", ".join(found)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def seconds(value: float) -> str:
    """Write a duration with three significant digits."""
    return f"{value:.3g} s" if value < 100 else f"{value:.0f} s"
