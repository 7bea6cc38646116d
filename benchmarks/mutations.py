"""How many single mistakes the checker finds: mutants of correct documents, by kind of mistake.

``python benchmarks/mutations.py [MUTANTS A DOCUMENT] [SEED]`` prints a table; 150 and 1 by default.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from multiprocessing import Pool
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "checking")]

import mutated  # noqa: E402  (its folder is put into the path above)
import mutations  # noqa: E402  (its folder is put into the path above)


def tried(work: tuple[str, int, int]) -> tuple[str, int, list[str], list[mutations.Outcome]]:
    """One document: its claims, what is said against it unchanged, and the outcomes of its mutants."""
    name, count, seed = work
    made = mutations.mutants(name, count, seed)
    claims = len(mutated.baseline(name).claims)
    return name, claims, mutations.false_alarms(name), list(map(mutations.outcome, made))


def main(arguments: list[str]) -> int:
    """Run and print."""
    count, seed = (*map(int, arguments), *(150, 1)[len(arguments) :])
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    claims, alarms = 0, 0
    names = [*mutated.HAND_WRITTEN, *mutated.BUILT]
    with Pool() as pool:
        for name, judged, against, outcomes in pool.imap(tried, [(n, count, seed) for n in names]):
            print(f"{name}: {len(outcomes)} mutants", file=sys.stderr, flush=True)
            claims, alarms = claims + judged, alarms + len(against)
            for outcome in outcomes:
                for kind in (outcome.mutant.kind, "all"):
                    kinds[kind].update(mutations.score(outcome))
    print("| mistake | mutants | found | right line | diagnosed |\n|---|---|---|---|---|")
    for kind in [*(k for k in (*mutations.KINDS, *mutations.REACHING) if k in kinds), "all"]:
        found = kinds[kind]
        shares = (f"{100 * found[what] / found['mutants']:.1f} %" for what in mutations.SCORES[1:])
        print(f"| {kind} | {found['mutants']} | {' | '.join(shares)} |")
    print(f"\nfalse alarms on the unchanged documents: {alarms} in {claims} claims")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
