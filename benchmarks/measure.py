"""What every benchmark shares: running a process, its time and memory, and one line of a result.

Time is that of the processor (a process with all that it started), which a busy machine changes
far less than the time by the clock.  Processes read compiled files, as those of an installed program
do: they are kept in a folder of the benchmark's own, and the first run, which makes them, is never
the least of several.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


_COMPILED = tempfile.mkdtemp(prefix="derivgen-benchmarks-")
atexit.register(shutil.rmtree, _COMPILED, ignore_errors=True)


def environment(*folders: Path) -> dict[str, str]:
    """The environment of a measured process, with modules from this checkout and some folders."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    path = os.pathsep.join(map(str, (ROOT, *folders)))
    return {**kept, "PYTHONPATH": path, "PYTHONPYCACHEPREFIX": _COMPILED}


@dataclass(frozen=True, slots=True)
class Result:
    """One comparison: ``measured`` over ``baseline`` has to stay under ``limit`` (over, if ``least``)."""

    what: str
    baseline_name: str
    baseline: float
    measured: float
    limit: float
    unit: str = "s"
    least: bool = False

    @property
    def ratio(self) -> float:
        """How many times the baseline; the other way round where more is better."""
        return self.baseline / self.measured if self.least else self.measured / self.baseline

    @property
    def kept(self) -> bool:
        """Whether the ratio is on the right side of its limit."""
        return self.ratio >= self.limit if self.least else self.ratio <= self.limit

    def __str__(self) -> str:
        bound = "at least" if self.least else "at most"
        return (
            f"{'OK  ' if self.kept else 'over'}  {self.ratio:.3g} x, {bound} {self.limit:g}: "
            f"{self.what}, {self.measured:.4g} {self.unit}, "
            f"against {self.baseline_name}, {self.baseline:.4g} {self.unit}"
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of the processor, and the largest resident memory in MiB, of one process."""

    seconds: float
    mebibytes: float


def run(*arguments: str | Path) -> Usage:
    """Run this Python with arguments in a process of its own; it must succeed."""
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)], env=environment(), stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = usage.ru_utime + usage.ru_stime
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))} ended with {process.returncode}")
    per_mebibyte = 2**20 if sys.platform == "darwin" else 2**10
    return Usage(seconds, usage.ru_maxrss / per_mebibyte)


def alternating(repeats: int, *commands: Sequence[str | Path]) -> list[float]:
    """Least seconds of each command; they take turns, so that a busy machine slows all alike."""
    seconds: list[list[float]] = [[] for _ in commands]
    for _ in range(repeats):
        for command, found in zip(commands, seconds, strict=True):
            found.append(run(*command).seconds)
    return [min(found) for found in seconds]


def build(spec: Path, to: str, output: Path, *options: str) -> list[str | Path]:
    """The arguments of Python that build one spec, quietly."""
    return ["-m", "derivgen", "build", spec, "--to", to, "-o", output, "--quiet", *options]


def dense_spec(sizes: Sequence[int], activation: str, style: str, view: str) -> str:
    """A spec of a dense network with seeded random values, every parameter worked out."""
    inputs = ", ".join(f"{(37 * i % 19 - 9) / 10}" for i in range(sizes[0]))
    targets = ", ".join(str(int(i == 0)) for i in range(sizes[-1]))
    layers = "\n".join(
        f"  - dense: {size}\n    activation: {activation}\n"
        f"    weights: {{random: {{seed: {seed}, decimals: 2}}}}\n"
        f"    bias: {{random: {{seed: {seed + 50}, decimals: 2}}}}"
        for seed, size in enumerate(sizes[1:], start=1)
    )
    return (
        f"title: A network of {'-'.join(map(str, sizes))}\n"
        f"data: {{inputs: [{inputs}], targets: [{targets}]}}\n"
        f"layers:\n{layers}\n"
        "loss: half_squared_error\n"
        "training: {learning_rate: 0.5}\n"
        f"document: {{style: {style}, views: [{view}], show: all}}\n"
    )
