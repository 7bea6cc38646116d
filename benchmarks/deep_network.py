"""4-8-8-3, every weight in symbols and in numbers, against naive sympy in a process of its own.

Both are measured from within, after their imports: those of sympy are no part of either's merit.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Result, dense_spec, environment

DERIVGEN = """\
import sys, time
from derivgen.api import derive, load
# what a process imports when it is needed is no part of the work, as sympy is none for the other side
import derivgen.derivation.oracle, derivgen.derived, derivgen.document.making, derivgen.document.views.reuse
import derivgen.network.assemble, derivgen.network.spec, derivgen.render.write
start = time.process_time()
derive(load(sys.argv[1])).to_latex()
print(time.process_time() - start)
"""
NAIVE = """\
import sys, time
import sympy
from naive_sympy import main
start = time.process_time()
main()
print(time.process_time() - start)
"""


def seconds(script: str, *arguments: str) -> float:
    """What a script measured of itself."""
    own = environment(Path(__file__).parent)
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, env=own, check=True, capture_output=True, text=True)
    return float(done.stdout)


def results() -> list[Result]:
    """One comparison."""
    with tempfile.TemporaryDirectory() as name:
        spec = Path(name, "net.yaml")
        spec.write_text(dense_spec((4, 8, 8, 3), "sigmoid", "handout", "reuse"), encoding="utf-8")
        ours = statistics.median(seconds(DERIVGEN, str(spec)) for _ in range(5))
    naive = seconds(NAIVE)
    what = "4-8-8-3, all 139 parameters, with their verification"
    return [Result(what, "naive sympy", naive, ours, limit=200, least=True)]


if __name__ == "__main__":
    print(*results(), sep="\n")
