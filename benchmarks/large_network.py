"""A block for each of the 101,770 parameters of 784-128-10: time and memory, and how they grow."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from measure import Result, build, dense_spec, environment, run

#: about 1,000, 10,000 and 100,000 parameters; all with more units than are worked out one by one
SMALL, MIDDLE, LARGE = (3, 70, 10), (67, 128, 10), (784, 128, 10)
REPEATS = 7
COPY = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"

#: From spec to the last byte of text, again and again in one process, whose imports and templates
#: are no part of a weight's time; the networks take turns.
GROWTH = """\
import sys, time
from derivgen.api import derive, load
from derivgen.render.write import document_text
best = [float("inf")] * (len(sys.argv) - 1)
for _ in range(6):
    for number, spec in enumerate(sys.argv[1:]):
        start = time.process_time()
        for text in document_text(derive(load(spec)).document, "md"):
            pass
        best[number] = min(best[number], time.process_time() - start)
print(*best)
"""


def parameters(sizes: tuple[int, ...]) -> int:
    """How many weights and biases a dense network has."""
    return sum((fan_in + 1) * units for fan_in, units in pairwise(sizes))


def seconds_of(specs: list[Path]) -> list[float]:
    """The least time of each spec, from its text to that of its document."""
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, *map(str, specs)],
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(text) for text in done.stdout.split()]


def whole_process(spec: Path, format: str, folder: Path) -> Result:
    """A build against a process that copies what it writes; both make a new file."""
    document = folder / f"{spec.stem}.{format}"
    times, copies = [], []
    for _ in range(REPEATS):
        for made in (document, folder / "copy"):
            made.unlink(missing_ok=True)
        times.append(run(*build(spec, format, folder)).seconds)
        copies.append(run("-c", COPY, document, folder / "copy").seconds)
    size = document.stat().st_size / 2**20
    return Result(
        f"784-128-10, all {parameters(LARGE):,} parameters, {size:.0f} MiB of {format}",
        "a process that copies the same bytes",
        min(copies),
        min(times),
        limit=25,
    )


def results() -> list[Result]:
    """Whole process against a copy of its output, growth of the time, growth of the memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        specs = {}
        for sizes in (SMALL, MIDDLE, LARGE):
            specs[sizes] = folder / f"net_{parameters(sizes)}.yaml"
            text = dense_spec(sizes, "sigmoid", "handout", "reuse")
            specs[sizes].write_text(text, encoding="utf-8")
        found = [whole_process(specs[LARGE], format, folder) for format in ("md", "tex")]
        seconds = dict(zip(specs, seconds_of(list(specs.values())), strict=True))
        # what a document costs before its first weight is left out of the time of one weight
        middle, large = (
            (seconds[sizes] - seconds[SMALL]) / (parameters(sizes) - parameters(SMALL)) * 1e6
            for sizes in (MIDDLE, LARGE)
        )
        memory = {sizes: run(*build(specs[sizes], "md", folder)).mebibytes for sizes in specs}
    return [
        *found,
        Result(
            f"one weight of {parameters(LARGE):,}",
            f"one of {parameters(MIDDLE):,}",
            middle,
            large,
            limit=1.1,
            unit="us",
        ),
        Result(
            f"memory for {parameters(LARGE):,} weights",
            f"for {parameters(SMALL):,}",
            memory[SMALL],
            memory[LARGE],
            limit=1.25,
            unit="MiB",
        ),
    ]


if __name__ == "__main__":
    print(*results(), sep="\n")
