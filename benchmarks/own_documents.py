"""How the two halves meet: documents of random specs put to the checker.

``python benchmarks/own_documents.py [COUNT] [FIRST]`` prints false alarms and the share of claims that are
decided, by style, view, format, notation and carry; 200 and 0 by default.  From 10000 on they draw from all that
the spec language has, from 1000000 on all are trained by rules that keep numbers of their own.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from multiprocessing import Pool
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "checking")]

import own_documents  # noqa: E402  (its folder is put into the path above)


def tried(number: int) -> list[own_documents.Outcome]:
    """One document, by itself and by its network."""
    return list(own_documents.of_number(number))


def main(arguments: list[str]) -> int:
    """Run and print."""
    count, first = (*map(int, arguments), *(200, 0)[len(arguments) :])
    rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    with Pool() as pool:
        for outcomes in pool.imap(tried, range(first, first + count)):
            for outcome in outcomes:
                how = "by itself" if outcome.own else "by its network"
                for kind in ("all", *outcome.kinds):
                    row = rows[how, kind]
                    row["documents"] += 1
                    row["clean"] += outcome.clean
                    row["claims"] += outcome.claims
                    row["alarms"] += len(outcome.alarms)
                    row["unread"] += outcome.unread
                    row["undecided"] += sum(outcome.open.values())
                for alarm in outcome.alarms[:3]:
                    print(how, alarm, file=sys.stderr)
    print(
        "| judged | documents of | documents | clean | claims | false alarms | not read | decided |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for (how, kind), row in sorted(
        rows.items(), key=lambda item: (item[0][0], item[0][1] != "all")
    ):
        decided = 100 * (1 - row["undecided"] / max(row["claims"], 1))
        print(
            f"| {how} | {kind} | {row['documents']} | {row['clean']} | {row['claims']} | "
            f"{row['alarms']} | {row['unread']} | {decided:.1f} % |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
