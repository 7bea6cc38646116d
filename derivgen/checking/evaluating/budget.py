"""How much work a document may cost.

Steps are counted, never seconds, so that a report is the same on every machine.  A step is about one node of
a formula evaluated, compared or laid over another one, or one cell of an array.  One budget serves one
document, whoever judges it and however often.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: steps for one claim
CLAIM = 100_000
#: steps for a document whatever is in it, for each of its claims, and at most; documents of many networks
#: take 50 to 2,000 for a claim, with matrices and attention up to 4,000
DOCUMENT, MORE, MOST = 400_000, 2_500, 4_000_000
#: steps for repairs, and for naming mistakes, in a document that cost little; in others half of what it cost
FURTHER = 500_000
#: how many calls may be open at a time, well under what Python's stack holds
DEEPEST = 500


class OutOfWork(Exception):
    """A limit is reached; the text says which.

    It is no reason for a formula to have no value: whoever gets it must not go on to a verdict."""


@dataclass
class Budget:
    """The steps that were made, and how many more may be."""

    claim: int = CLAIM
    document: int = MOST
    spent: int = 0
    #: calls that are open, one within another
    level: int = 0
    _end: int = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self, steps: int | None = None) -> None:
        """A new claim begins, or a piece of work that may take so many steps."""
        self.level = 0
        self._end = min(self.spent + (self.claim if steps is None else steps), self.document)

    def allow(self, claims: int) -> None:
        """The document turns out to have so many claims."""
        self.document = min(self.document, DOCUMENT + MORE * claims)

    @property
    def over(self) -> bool:
        """True when what was begun has no steps left."""
        return self.spent >= self._end

    @property
    def exhausted(self) -> bool:
        """True when the document has no steps left."""
        return self.spent >= self.document

    def further(self) -> int:
        """How many steps may be spent at most when what comes now is done: an explanation of what is wrong
        costs no more than finding it out, but where that was cheap."""
        return self.spent + max(FURTHER, self.spent // 2)

    def count(self, steps: int = 1) -> None:
        """Count steps for whoever asks :attr:`over` and stops by himself."""
        self.spent += steps

    def spend(self, steps: int = 1) -> None:
        """Count steps that are about to be made.  Raises OutOfWork where there are too many."""
        self.spent += steps
        if self.spent > self._end:
            raise self._out()

    def enter(self, calls: int) -> None:
        """Count a step within the one that is being made, which opens so many calls; whoever calls
        this calls :meth:`leave` in any case.  Raises OutOfWork where it is nested too deeply."""
        self.level += calls
        self.spent += 1
        if self.spent > self._end or self.level > DEEPEST:
            raise self._out()

    def leave(self, calls: int) -> None:
        """What was entered is done."""
        self.level -= calls

    def _out(self) -> OutOfWork:
        if self.spent <= self._end:
            return OutOfWork("its definitions lead into one another too deeply")
        if self.spent <= self.document:
            return OutOfWork("it takes more work than one claim may cost")
        return OutOfWork("the document takes more work than one may cost")
