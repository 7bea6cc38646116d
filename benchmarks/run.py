"""All benchmarks, one line for each bound; ends with 1 where a value is over its bound.

``python benchmarks/run.py [NAME ...]`` runs those that are named, or all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import checking
import deep_network
import large_network
import many_pages
import startup
from measure import Result

BENCHMARKS: dict[str, Callable[[], list[Result]]] = {
    "checking": checking.results,
    "startup": startup.results,
    "deep_network": deep_network.results,
    "large_network": large_network.results,
    "many_pages": many_pages.results,
}


def main(names: list[str]) -> int:
    """Run and print; 0 where every bound is kept, 1 where one is not, 2 for an unknown name."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    found: list[Result] = []
    for name in names or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        for result in BENCHMARKS[name]():
            print(result, flush=True)
            found.append(result)
    return 0 if all(result.kept for result in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
