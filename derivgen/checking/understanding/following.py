"""The statements of a document in their order: each chain with the left side that it carries on, and with the mark of
a new value where it assigns one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import (
    exact_values,
    first_values,
    is_numeric,
    is_printed,
    printed_number,
)
from derivgen.checking.manuscript import Passage
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.mixed_numbers import is_mixed_number, with_mixed_numbers
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding.labelled_rows import anew, is_label
from derivgen.checking.understanding.statements import Statement

#: words between a name and a number that is no value of it: "z changes by ~ 0.01", "divided by eps: ~ 0.4"
_BY = re.compile(
    r"\b(?:by|times|um|durch|mal|por|par|per|vezes|veces|fois|на)\s*\$?$|除以\s*$", re.IGNORECASE
)
#: how many members of the chains before are kept
MOST_EARLIER = 20


def statements_of(readings: Iterable[tuple[Passage, t.Reading]]) -> tuple[Statement, ...]:
    """The statements of a document, with the left sides of those that carry one on."""
    found = []
    left: t.Node | None = None
    earlier: tuple[t.Node, ...] = ()
    before = _Before()
    for passage, reading in readings:
        labelled = False
        unread = sorted(f.span[0] for f in reading.failures if _is_of_its_own(f, passage))
        for number, chain in enumerate(reading.chains):
            by = number == 0 and _BY.search(passage.before) is not None
            if unread and unread[0] < chain.span[0]:
                # what goes on from here goes on with what was not read
                left, earlier, unread = None, (), [at for at in unread if at > chain.span[0]]
            chain = _assigned(_with_mixed_value(chain), before)
            chain = anew(chain, earlier) if labelled else chain
            if chain.continued and by:
                left, earlier = None, ()
            bodies = tuple(segment.body for segment in chain.segments)
            if not chain.continued:
                left = bodies[0] if bodies else None
                labelled = labelled or is_label(left, passage)
                earlier, bodies = (), bodies[1:]
            found.append(Statement(chain, passage, left, earlier))
            earlier = (*earlier, *bodies)[-MOST_EARLIER:]
            if len(chain.segments) == 1 and by:
                left, earlier = None, ()
        if unread:
            left, earlier = None, ()
    return tuple(found)


def _is_of_its_own(failure: t.Failure, passage: Passage) -> bool:
    """True for a displayed equation that was not read, with a left side."""
    text = passage.text[slice(*failure.span)].strip()
    return passage.kind == "display" and "=" in text[1:] and not text.startswith(("=", "&="))


def _with_mixed_value(chain: t.Chain) -> t.Chain:
    """In ``x = 2\\tfrac13`` nothing but a mixed number can be meant."""
    if len(chain.segments) != 2 or not isinstance(chain.segments[0].body, t.Name):
        return chain
    value = chain.segments[1]
    mixed = with_mixed_numbers(value.body)
    if mixed == value.body or not is_mixed_number(mixed):
        return chain
    return replace(chain, segments=(chain.segments[0], replace(value, body=mixed)))


@dataclass
class _Before:
    """What was said before a chain."""

    #: the numbers, or arrays, that names were given first
    given: dict[str, t.Node] = field(default_factory=dict)
    #: whether a derivative was said
    derived: bool = False
    #: names that a formula was said of
    computed: set[str] = field(default_factory=set)

    def may_be_trained(self, key: str) -> bool:
        """Whether there were gradients, and nothing was said to compute a quantity, or all of its kind."""
        return self.derived and not any(key == c or ix.is_instance(key, c) for c in self.computed)


def _assigned(chain: t.Chain, before: _Before) -> t.Chain:
    """In ``w <- w - eta g`` the left side is the new w: it gets the mark for that, as in ``w <- 0.4 - 0.1``
    after ``w = 0.4``, or after gradients.  What is said is put down in ``before``.

    Programmers write ``w = w - eta g`` and mean the same; only a sum that begins with w is read so."""
    before.derived = before.derived or any(t.has_derivative(s.body) for s in chain.segments)
    if chain.continued or len(chain.segments) < 2:
        return chain
    first, second, *rest = chain.segments
    name = first.body
    if not isinstance(name, t.Name) or name.mark:
        return chain
    if is_printed(second.body):
        before.given.setdefault(name.key, second.body)
    given = before.given.get(name.key)
    own = name.key in set(names_in(second.body))
    own = own or begins_with_value(second.body, given)
    # w <- 0.6 after w = 0.5
    own = own or (printed_number(second.body) is not None and second.relation == "assign")
    # w <- 0.4 - 0.1 * 0.3, where the value of w stands in a table
    descends = _begins_with_number(second.body) and before.may_be_trained(name.key)
    own = own or descends
    own = own and second.body is not given
    if not own and not is_numeric(second.body):
        before.computed.add(name.key)
    # w = 0.5 - 0.1 m_w / s, where w was given as 0.5
    goes_on = begins_with_value(second.body, given) and (
        second.relation == "define" or not is_numeric(second.body)
    )
    # w := 0.5 - 0.1 * 0.3 behind gradients
    goes_on = goes_on or (second.relation == "define" and descends)
    if not own or not (second.relation == "assign" or _begins_with(second, name) or goes_on):
        return chain
    return replace(chain, segments=(replace(first, body=replace(name, mark="new")), second, *rest))


def is_assignment(chain: t.Chain) -> bool:
    first, second, *_ = chain.segments
    if chain.continued or not isinstance(first.body, t.Name):
        return False
    return second.relation == "assign" or _begins_with(second, replace(first.body, mark=""))


def _begins_with(segment: t.Segment, name: t.Name) -> bool:
    """True for ``= w - ...`` and ``:= w + ...``."""
    body = segment.body
    if segment.relation not in ("=", "define") or not isinstance(body, t.Sum):
        return False
    negative, first = body.terms[0]
    same = isinstance(first, t.Name) and (first.key, first.mark) == (name.key, name.mark)
    return len(body.terms) > 1 and not negative and same


def begins_with_value(body: t.Node, given: t.Node | None) -> bool:
    """True for ``0.4 - 0.1 * 0.05`` where 0.4 is given; of arrays as well."""
    begin = first_values(body)
    return bool(begin) and given is not None and begin == exact_values(given)


def _begins_with_number(body: t.Node) -> bool:
    """True for ``0.4 - 0.1 * 0.05``."""
    return isinstance(body, t.Sum) and is_numeric(body) and is_printed(body.terms[0][1])
