"""How long ``derivgen --help`` takes, against a bare Python."""

from __future__ import annotations

from measure import Result, alternating


def results() -> list[Result]:
    """One comparison."""
    bare, helped = alternating(21, ["-c", "pass"], ["-m", "derivgen", "--help"])
    return [Result("derivgen --help", "python -c pass", bare, helped, limit=5)]


if __name__ == "__main__":
    print(*results(), sep="\n")
