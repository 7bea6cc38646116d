"""One name in several spellings: ``w5`` and ``w_5`` are one quantity, and the author is told."""

from __future__ import annotations

from collections.abc import Iterable

from derivgen.checking.maths import tree as t
from derivgen.checking.report import Remark
from derivgen.checking.understanding.statements import Statement

#: how many names a remark lists, and how long a spelling may be
MOST_NAMED, LONGEST = 4, 40
_DIFFERENTIALS = ("\\mathrm{d", "mathrm{d", "\\partial", "\\mathrm d")
#: what no reader sees, or sees as the same name
_UNSEEN = ("{", "}", " ", "$", "\\,", "\\!", "\\mathbf", "\\boldsymbol", "\\left", "\\right")
#: powers that stand as characters of their own
_POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


def mixed(statements: Iterable[Statement]) -> list[Remark]:
    """A remark on the names that are written in more than one way; none where there are none."""
    written: dict[str, dict[str, str]] = {}
    for statement in statements:
        for segment in statement.chain.segments:
            parts = list(t.walk(segment.body))
            # W^{[2]T} is W^{[2]}, transposed
            turned = {id(part.body) for part in parts if isinstance(part, t.Transposed)}
            for part in parts:
                if id(part) in turned or not isinstance(part, t.Name):
                    continue
                if _is_plain(part.written):
                    found = written.setdefault(t.full_key(part), {})
                    found.setdefault(_plainly(part), part.written)
    several = [" and ".join(s.values()) for s in written.values() if len(s) > 1]
    if not several:
        return []
    more = f", and {len(several) - MOST_NAMED} more" if len(several) > MOST_NAMED else ""
    listed = ", ".join(several[:MOST_NAMED])
    return [Remark("style", f"one name is written in several ways: {listed}{more}")]


def _is_plain(written: str) -> bool:
    return 0 < len(written) < LONGEST and not written.startswith(_DIFFERENTIALS)


def _plainly(name: t.Name) -> str:
    """A name as written, without what no reader sees (braces, spaces, sizes) and without powers."""
    written = name.written if "^" in name.key or name.mark else name.written.partition("^")[0]
    written = written.partition("**")[0].rstrip(_POWERS)
    for mark in _UNSEEN:
        written = written.replace(mark, "")
    return written
