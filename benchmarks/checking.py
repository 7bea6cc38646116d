"""What a check costs: of documents, of one claim, of a false claim, and of one claim more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from math import exp
from pathlib import Path

from measure import ROOT, Result, build, dense_spec, environment, run

#: hand-written and generated documents of ordinary length
DOCUMENTS = (
    "tests/data/checking/shared_bias.md",
    "tests/data/checking/two_outputs.md",
    "output/relu_sigmoid_3_2_1.md",
    "output/softmax_deep.tex",
    "output/lstm_3_steps.md",
)
#: a network whose document has more than 1,000 claims
LARGE = (4, 8, 8, 8, 3)
#: claims in one block, and blocks in the small document and in the large one
IN_BLOCK, SMALL, LARGER = 7, 71, 286

#: The least time of each of some documents, checked again and again in one process, in turns.
TIMES = """\
import sys, time
from pathlib import Path
from derivgen.api import checked
best = [float("inf")] * len(sys.argv[2:])
for _ in range(int(sys.argv[1])):
    for number, name in enumerate(sys.argv[2:]):
        start = time.process_time()
        claims = len(checked(Path(name))[0].claims)
        best[number] = min(best[number], (time.process_time() - start) / claims)
print(*best)
"""


def neuron(number: int, false: bool) -> str:
    """A neuron's seven claims, all of them right or all of them wrong, each a mistake of its own."""
    w, v, b, x, u, y = 0.40 + number % 7 / 100, -0.20 + number % 5 / 100, 0.1, 0.5, -1.0, 1.0
    z = w * x + v * u + b
    a = 1 / (1 + exp(-z))
    slope = (a - y) * a * (1 - a) * x
    i = f"{{{number}}}"
    right = (
        f"{z:.6f}",
        f"{a:.6f}",
        f"a_{i} - y_{i}",
        f"a_{i} (1 - a_{i})",
        f"(a_{i} - y_{i}) a_{i} (1 - a_{i}) x_{i}",
        f"(a_{i} - y_{i}) a_{i} (1 - a_{i}) u_{i}",
        f"{slope:.6f}",
    )
    wrong = (
        f"{z + 0.01:.6f}",
        f"{1 - a + 0.003:.6f}",
        f"a_{i} + y_{i}",
        f"a_{i} (1 + a_{i})",
        f"(a_{i} - y_{i}) a_{i} (1 - a_{i}) v_{i}",
        f"(a_{i} - y_{i}) a_{i} u_{i}",
        f"{slope * 1.37:.6f}",
    )
    left = (
        f"z_{i}",
        f"a_{i}",
        f"\\frac{{\\partial E_{i}}}{{\\partial a_{i}}}",
        f"\\frac{{\\partial a_{i}}}{{\\partial z_{i}}}",
        f"\\frac{{\\partial E_{i}}}{{\\partial w_{i}}}",
        f"\\frac{{\\partial E_{i}}}{{\\partial v_{i}}}",
        f"\\frac{{\\partial E_{i}}}{{\\partial w_{i}}}",
    )
    given = zip("wvbxuy", (w, v, b, x, u, y), strict=True)
    stated = ", ".join(f"${name}_{i} = {value:.2f}$" for name, value in given)
    claims = zip(left, wrong if false else right, strict=True)
    lines = "\n\n".join(f"$$ {one} = {other} $$" for one, other in claims)
    return (
        f"## Neuron {number}\n\n{stated}\n\n"
        f"$$ z_{i} = w_{i} x_{i} + v_{i} u_{i} + b_{i}, \\qquad a_{i} = \\frac{{1}}{{1 + e^{{-z_{i}}}}}, "
        f"\\qquad E_{i} = \\frac{{1}}{{2}} (y_{i} - a_{i})^2 $$\n\n{lines}\n"
    )


def written(folder: Path, blocks: int, false_in: int = 0) -> Path:
    """A document of neurons; one in so many is all wrong."""
    path = folder / f"neurons_{blocks}_{false_in}.md"
    numbers = range(1, blocks + 1)
    text = (neuron(n, bool(false_in) and n % false_in == 0) for n in numbers)
    path.write_text("\n".join(text), encoding="utf-8")
    return path


def times(repeats: int, *documents: Path) -> list[float]:
    """The seconds of one claim of each document, without imports."""
    done = subprocess.run(
        [sys.executable, "-c", TIMES, str(repeats), *map(str, documents)],
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(text) for text in done.stdout.split()]


def process(*documents: str | Path) -> float:
    """The seconds of a whole process that checks documents, right ones."""
    return run("-m", "derivgen", "check", *documents, "-o", os.devnull, "--quiet").seconds


def results() -> list[Result]:
    """Whole processes against their bounds; the growth with claims; what false claims cost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = folder / "large.yaml"
        spec.write_text(dense_spec(LARGE, "sigmoid", "handout", "reuse"), encoding="utf-8")
        run(*build(spec, "md", folder))
        ordinary = process(*(ROOT / document for document in DOCUMENTS))
        report = folder / "report.json"
        many = [folder / "large.md", "--format", "json", "-o", report]
        large = run("-m", "derivgen", "check", *many).seconds
        count = len(json.loads(report.read_text(encoding="utf-8"))["claims"])
        small, larger = times(3, written(folder, SMALL), written(folder, LARGER))
        true, few, all_false = times(
            2, written(folder, SMALL), written(folder, SMALL, 10), written(folder, SMALL, 1)
        )
    claims, more = IN_BLOCK * SMALL, IN_BLOCK * LARGER
    return [
        Result(f"{len(DOCUMENTS)} documents, whole process", "10 s", 10, ordinary, limit=1),
        Result(f"{count:,} claims of 4-8-8-8-3, whole process", "20 s", 20, large, limit=1),
        Result(
            f"one claim of {more:,}", f"one of {claims}", small * 1e3, larger * 1e3, 1.2, unit="ms"
        ),
        Result(
            "one claim where one in ten is false",
            "where all are true",
            true * 1e3,
            few * 1e3,
            limit=1.5,
            unit="ms",
        ),
        Result(
            "one claim where all are false, each by a mistake of its own",
            "where all are true",
            true * 1e3,
            all_false * 1e3,
            limit=1.5,
            unit="ms",
        ),
    ]


if __name__ == "__main__":
    print(*results(), sep="\n")
