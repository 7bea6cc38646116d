"""A block for each of the 101,770 parameters of 784-128-10: time and memory, and how they grow."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

from measure import Result, alternating, build, dense_spec, run

#: about 1,000, 10,000 and 100,000 parameters
SMALL, MIDDLE, LARGE = (8, 52, 10), (67, 128, 10), (784, 128, 10)
COPY = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"


def parameters(sizes: tuple[int, ...]) -> int:
    """How many weights and biases a dense network has."""
    return sum((fan_in + 1) * units for fan_in, units in pairwise(sizes))


def results() -> list[Result]:
    """Whole process against a copy of its output, growth of the time, growth of the memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        usage = {}
        for sizes in (SMALL, MIDDLE, LARGE):
            spec = folder / f"net_{parameters(sizes)}.yaml"
            spec.write_text(dense_spec(sizes, "sigmoid", "handout", "reuse"), encoding="utf-8")
            usage[sizes] = run(*build(spec, "md", folder))
        document = folder / f"net_{parameters(LARGE)}.md"
        size = document.stat().st_size / 2**20
        (copy,) = alternating(5, ["-c", COPY, document, folder / "copy"])
    # what a process costs before its first weight is left out of the time of one weight
    first = usage[SMALL].seconds
    middle, large = (
        (usage[sizes].seconds - first) / (parameters(sizes) - parameters(SMALL)) * 1e6
        for sizes in (MIDDLE, LARGE)
    )
    return [
        Result(
            f"784-128-10, all {parameters(LARGE):,} parameters, {size:.0f} MiB of Markdown",
            "a process that copies the same bytes",
            copy,
            usage[LARGE].seconds,
            limit=25,
        ),
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
            usage[SMALL].mebibytes,
            usage[LARGE].mebibytes,
            limit=1.25,
            unit="MiB",
        ),
    ]


if __name__ == "__main__":
    print(*results(), sep="\n")
