"""What the checker says of a document: claims with their verdicts, and what was not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from derivgen.errors import Place


class Verdict(StrEnum):
    """What is thought of a claim; only ``WRONG`` accuses its author."""

    CORRECT = "correct"
    ROUNDING = "rounding"
    TRUNCATION = "truncation"
    WRONG = "wrong"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Claim:
    """One judged statement.

    ``text`` is the statement as it stands in the document, from offset ``start`` to ``end`` of the
    whole document; ``printed`` the part that was judged, ``expected`` what should stand there, in the
    author's notation and number of digits; ``exact`` its value in double precision where it is a number.
    ``code`` is a stable code (C1xx: numbers, C2xx: symbols, C3xx: shapes, C4xx: undecided, C5xx: what is
    missing).  ``cause`` is the id of the claim that this one follows from.  ``diagnosis`` is the key of an
    entry of the table of mistakes (``missing_path``), or None.
    """

    id: int
    place: Place
    start: int
    end: int
    text: str
    verdict: Verdict
    code: str
    message: str
    printed: str = ""
    expected: str = ""
    exact: float | None = None
    cause: int | None = None
    diagnosis: str | None = None


@dataclass(frozen=True, slots=True)
class NotRead:
    """A piece of the document that could not be read, and why."""

    place: Place
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the whole document, or about what is missing from it: a convention that was
    found, a policy of cutting digits, names that are mixed, a bias that is never updated.

    ``kind`` is ``convention``, ``style``, ``missing``, ``repair``, or ``network`` where the document is about
    another one than it is held against.  ``code`` is a code of the table where there is one: such a remark speaks
    for every rounding slip or cut of that code (one remark for a document that cuts all its numbers), and these
    are then not listed one by one."""

    kind: str
    message: str
    place: Place | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found in one document.

    ``mapping`` goes from the author's names to what they stand for (``w_5`` -> ``W2[0,0]``),
    ``conventions`` from a convention to what was found (``bias`` -> ``shared by a layer, not updated``).
    In Jupyter it shows itself as a table.
    """

    file: str
    claims: tuple[Claim, ...]
    unread: tuple[NotRead, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    conventions: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()

    def count(self, verdict: Verdict) -> int:
        """How many claims have a verdict."""
        return sum(claim.verdict is verdict for claim in self.claims)

    @property
    def roots(self) -> int:
        """How many wrong claims do not follow from another one."""
        return sum(c.verdict is Verdict.WRONG and c.cause is None for c in self.claims)

    @property
    def decided(self) -> bool:
        """True when at least one claim could be decided."""
        return self.count(Verdict.UNDECIDED) < len(self.claims)

    def _repr_markdown_(self) -> str:
        from derivgen.checking.writing.jupyter import jupyter_markdown

        return jupyter_markdown(self)
