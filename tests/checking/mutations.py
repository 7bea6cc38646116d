"""Single mistakes put into correct documents, each with its kind and its line.

A *site* is a member of a chain with its text in the file; an operator writes another text in its place.
What turns out to be no mistake (the same value at random points, or within the printed digits, worked out by
:mod:`floats`) is left out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import floats
import slips

import derivgen
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.manuscript import Manuscript, Passage
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import learn, read
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.reading import read_manuscript
from derivgen.checking.report import Report, Verdict

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "tests" / "data" / "checking"
HAND_WRITTEN = tuple(sorted(path.stem for path in FOLDER.glob("*.md")))

#: examples with options: every notation, style and view with numbers of which none is a rounding slip
BUILT: Mapping[str, tuple[str, Sequence[str]]] = {
    "relu": ("relu_sigmoid_3_2_1", ("numbers.decimals=5",)),
    "relu reuse": (
        "relu_sigmoid_3_2_1",
        ("numbers.decimals=6", "document.views=[reuse]", "notation=net_out"),
    ),
    "shared": ("shared_bias_2_2_1", ("numbers.decimals=5", "notation=standard")),
    "shared handout": (
        "shared_bias_2_2_1",
        ("numbers.decimals=4", "document.style=handout", "document.views=[reuse]"),
    ),
    "shared matrix": (
        "shared_bias_2_2_1",
        ("numbers.decimals=5", "document.style=tutorial", "document.views=[matrix]"),
    ),
    "two outputs": ("two_outputs_2_2_2", ("numbers.decimals=6", "numbers.rounding=half_up")),
    "two outputs reuse": (
        "two_outputs_2_2_2",
        (
            "numbers.decimals=4",
            "numbers.rounding=half_even",
            "document.views=[reuse]",
            "notation=z_a",
        ),
    ),
    "circuit": ("scalar_circuit", ()),
    "one unit": ("scalar_symbolic_1_1_1", ()),
    "one unit z_a": ("scalar_symbolic_1_1_1", ("notation=z_a",)),
}


@cache
def document(name: str) -> str:
    """A correct document by its name: one of the folder, or one that is built."""
    if name in HAND_WRITTEN:
        return (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    example, options = BUILT[name]
    carried = ("numbers.carry=full",) if any("decimals" in option for option in options) else ()
    task = derivgen.load(ROOT / "examples" / f"{example}.yaml", (*options, *carried))
    return derivgen.derive(task).to_markdown()


@dataclass(frozen=True, slots=True)
class Site:
    """One member of a chain.  ``members`` are all of its statement's, this one at ``at``."""

    passage: Passage
    members: tuple[t.Segment, ...]
    at: int
    #: the numbers that were printed before
    earlier: tuple[str, ...]
    #: names of the document, by base
    names: Mapping[str, tuple[t.Name, ...]]
    #: what is computed by a function of one name: ``a`` -> the text of ``z``
    arguments: Mapping[str, str]
    claim: bool
    #: slopes that the document says to be 0 or 1: ``da/dz = 1`` of a rectifier
    slopes: Mapping[t.Node, float] = field(default_factory=dict)

    @property
    def body(self) -> t.Node:
        return self.members[self.at].body

    @property
    def subject(self) -> t.Node:
        return self.members[0].body

    def text(self, span: t.Span) -> str:
        return self.passage.text[span[0] : span[1]]

    @property
    def is_last(self) -> bool:
        return self.at == len(self.members) - 1


#: edits of one passage: (from, to, new text)
Edits = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What an operator does: its kind and the edits of the passage."""

    kind: str
    edits: Edits


@dataclass(frozen=True, slots=True)
class Mutant:
    """A document with one mistake."""

    document: str
    kind: str
    line: int
    text: str = field(repr=False)
    old: str = ""
    new: str = ""
    #: diagnoses that are true of it, beside those of its kind
    also: frozenset[str] = frozenset()


# --- sites ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sites:
    """All sites of one document, and how a change of one becomes a text."""

    name: str
    manuscript: Manuscript
    sites: tuple[Site, ...]

    def mutant(self, site: Site, change: Change) -> Mutant | None:
        """The document with a change, None where its pieces lie apart in the file."""
        text = self.manuscript.text
        first = min(edit[0] for edit in change.edits)
        old, new = [], []
        for start, end, put in sorted(change.edits, reverse=True):
            low = site.passage.source_of(start)
            high = low if end == start else site.passage.source_of(end - 1) + 1
            if text[low:high] != site.passage.text[start:end]:
                return None
            old.insert(0, text[low:high])
            new.insert(0, put)
            text = text[:low] + put + text[high:]
        line = self.manuscript.place(site.passage.source_of(first)).line or 0
        also = frozenset()
        if len(old) == 1:
            also = slips.described(old[0], new[0])
            if new[0] in site.earlier and _decimals(new[0]) > 1:
                also |= {"stale_number", "neighbour"}
        both = " | ".join(old), " | ".join(new)
        return Mutant(self.name, change.kind, line, text, *both, also)


@cache
def baseline(name: str) -> Report:
    """What is thought of a correct document."""
    return derivgen.check(document(name), language="markdown")


@cache
def sites_of(name: str) -> Sites:
    """The sites of a document by its name."""
    manuscript = read_manuscript(document(name), name, "markdown")
    vocabulary = learn(manuscript.passages)
    judged = {(claim.start, claim.end) for claim in baseline(name).claims}
    chains = [
        (passage, chain)
        for passage in manuscript.passages
        for chain in read(passage.text, passage.notation, vocabulary).chains
    ]
    names: dict[str, list[t.Name]] = {}
    arguments: dict[str, str] = {}
    slopes: dict[t.Node, float] = {}
    for passage, chain in chains:
        for segment in chain.segments:
            for part in t.walk(segment.body):
                if isinstance(part, t.Name) and part.span != (0, 0) and not part.mark:
                    base = part.key.rstrip("0123456789,[]")
                    known = names.setdefault(base, [])
                    if part not in known and base != part.key:
                        written = passage.text[part.span[0] : part.span[1]]
                        known.append(replace(part, written=written))
        _note_arguments(passage, chain, arguments)
        _note_slopes(chain, slopes)
    earlier: list[str] = []
    found = []
    for passage, chain in chains:
        relations = {segment.relation for segment in chain.segments}
        if relations - {None, "=", "approx", "assign", "define"}:
            continue
        for at, segment in enumerate(chain.segments):
            low = passage.source_of(segment.span[0])
            high = passage.source_of(max(segment.span[1] - 1, segment.span[0])) + 1
            claim = any(low <= start < high or start <= low < end for start, end in judged)
            kinds = {base: tuple(all_) for base, all_ in names.items()}
            found.append(
                Site(passage, chain.segments, at, tuple(earlier), kinds, arguments, claim, slopes)
            )
        last = passage.text[slice(*chain.segments[-1].span)].strip()
        if re.fullmatch(r"-?\d+\.\d{2,}", last):
            earlier.append(last)
    return Sites(name, manuscript, tuple(found))


def _note_slopes(chain: t.Chain, slopes: dict[t.Node, float]) -> None:
    """Derivatives, not those of a loss, that are the whole number 0 or 1: their squares are themselves."""
    first, *rest = (segment.body for segment in chain.segments)
    if isinstance(first, t.Derivative) and isinstance(first.of, t.Name):
        for body in rest:
            whole = isinstance(body, t.Number) and not body.decimals and body.value in (0, 1)
            if whole and first.of.key[0] not in "LEfJC":
                slopes[first] = float(body.value)  # type: ignore[union-attr]


def _note_arguments(passage: Passage, chain: t.Chain, arguments: dict[str, str]) -> None:
    first, *rest = (segment.body for segment in chain.segments)
    for body in rest:
        if isinstance(first, t.Name) and isinstance(body, t.Call) and len(body.arguments) == 1:
            inner = body.arguments[0]
            if isinstance(inner, t.Name) and not body.primes:
                arguments.setdefault(first.key, passage.text[slice(*inner.span)])


# --- operators: numbers -----------------------------------------------------------------------------

Operator = Callable[[Site, random.Random], Iterator[Change]]


def _result(site: Site) -> tuple[t.Span, str] | None:
    """The printed number that a member is: its place and its text with the sign."""
    if site.at == 0 or not site.claim:
        return None
    text = site.text(site.members[site.at].span)
    found = re.search(r"-?\d+\.\d+", text)
    if found is None or not re.fullmatch(r"\s*-?\d+\.\d+\s*[.,;]?\s*", text):
        return None
    start = site.members[site.at].span[0]
    return (start + found.start(), start + found.end()), found.group()


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _is_same(site: Site, new: str) -> bool:
    """True where a result with this number would be no mistake: what stands before it gives it."""
    for member in site.members[: site.at]:
        at = floats.value_of(member.body)
        if at is not None and abs(at - float(new)) <= 0.5000001 * 10 ** -_decimals(new):
            return True
    return False


def _results(kind: str, others: Callable[[str, Site, random.Random], Iterator[str]]) -> Operator:
    def operator(site: Site, rng: random.Random) -> Iterator[Change]:
        found = _result(site)
        if found is None:
            return
        span, old = found
        for new in others(old, site, rng):
            if float(new) != float(old) and not _is_same(site, new):
                yield Change(kind, ((*span, new),))

    return operator


def _random_digit(old: str, _: Site, rng: random.Random) -> Iterator[str]:
    places = [at for at, char in enumerate(old) if char.isdigit()]
    at = rng.choice(places)
    yield old[:at] + rng.choice([d for d in "0123456789" if d != old[at]]) + old[at + 1 :]


def _digits_swapped(old: str, _: Site, rng: random.Random) -> Iterator[str]:
    pairs = [
        at for at in range(len(old) - 1) if old[at : at + 2].isdigit() and old[at] != old[at + 1]
    ]
    if pairs:
        at = rng.choice(pairs)
        yield old[:at] + old[at + 1] + old[at] + old[at + 2 :]


def _point_moved(old: str, _: Site, rng: random.Random) -> Iterator[str]:
    sign, digits = ("-", old[1:]) if old.startswith("-") else ("", old)
    whole, _dot, rest = digits.partition(".")
    if len(rest) > 2 and rng.random() < 0.5:
        yield f"{sign}{whole.lstrip('0')}{rest[0]}.{rest[1:]}"
    else:
        yield f"{sign}{whole[:-1] or '0'}.{whole[-1]}{rest}"


def _sign_flipped(old: str, _: Site, __: random.Random) -> Iterator[str]:
    yield old[1:] if old.startswith("-") else f"-{old}"


def _doubled(old: str, site: Site, rng: random.Random) -> Iterator[str]:
    before = [floats.value_of(member.body) for member in site.members[: site.at]]
    known = [value for value in before if value is not None]
    value = known[-1] if known else float(old)
    yield floats.printed(value * rng.choice([2, 0.5]), _decimals(old))


def _stale(old: str, site: Site, rng: random.Random) -> Iterator[str]:
    others = [n for n in site.earlier if _decimals(n) == _decimals(old) and n != old]
    if others:
        yield rng.choice(others)


# --- operators: numbers put in -----------------------------------------------------------------------


def _operands(kind: str, others: Callable[[str, Site, random.Random], Iterator[str]]) -> Operator:
    """Change one number of a calculation."""

    def operator(site: Site, rng: random.Random) -> Iterator[Change]:
        if site.at == 0 or not site.claim or not is_numeric(site.body):
            return
        numbers = [p for p in t.walk(site.body) if isinstance(p, t.Number) and p.decimals]
        if isinstance(site.body, t.Number | t.Negated | t.Matrix) or not numbers:
            return
        number = rng.choice(numbers)
        old = site.text(number.span)
        if not re.fullmatch(r"\d+\.\d+", old):
            return
        for new in others(old, site, rng):
            if float(new) == float(old):
                continue
            value = floats.value_of(put_in(site.body, number, new))
            later = site.members[site.at + 1 :]
            result = floats.value_of(later[-1].body) if later else None
            if value is None:
                continue
            digits = later and re.search(r"\.(\d+)", site.text(later[-1].span))
            if result is not None and digits:
                unit = 10.0 ** -len(digits.group(1))
                if abs(value - result) <= 0.5000001 * unit:
                    continue  # the result is still what stands before it gives
            start, end = number.span
            put = f"({new})" if new.startswith("-") else new
            yield Change(kind, ((start, end, put),))

    return operator


def put_in(node: t.Node, old: t.Number, new: str) -> t.Node:
    if node is old:
        return replace(old, value=type(old.value)(new))
    return rebuilt(node, lambda child: put_in(child, old, new))


def _neighbours_value(old: str, site: Site, rng: random.Random) -> Iterator[str]:
    others = [n for n in site.earlier if n != old and float(n) > 0]
    if others:
        yield rng.choice(others)


# --- operators: formulas --------------------------------------------------------------------------------


def _formulas(
    kind: str, edits: Callable[[Site, t.Node, random.Random], Iterator[Edits]]
) -> Operator:
    """Change one part of a formula with names in it."""

    def operator(site: Site, rng: random.Random) -> Iterator[Change]:
        if site.at == 0 or not site.claim or is_numeric(site.body):
            return
        parts = [p for p in t.walk(site.body) if p.span != (0, 0)]
        inside = {
            id(inner)
            for p in parts
            if isinstance(p, t.Derivative)
            for inner in t.walk(p)
            if inner is not p
        }
        choices = [
            edit for part in parts if id(part) not in inside for edit in edits(site, part, rng)
        ]
        for edit in rng.sample(choices, min(len(choices), 1)):
            if not _is_equal(site, edit) and not _is_one(site, kind):
                yield Change(kind, edit)

    return operator


def _is_one(site: Site, kind: str) -> bool:
    """True where what is left out or repeated may be a factor 1: the numbers behind have one."""
    if "factor" not in kind and "slope" not in kind:
        return False
    return any(
        isinstance(part, t.Number) and part.value == 1 and not part.decimals
        for member in site.members[site.at + 1 :]
        if isinstance(member.body, t.Product)
        for part in member.body.factors
    )


def _is_equal(site: Site, edits: Edits) -> bool:
    """True where the changed member has the same value at random points, or cannot be read."""
    text = site.passage.text
    start, end = site.members[site.at].span
    for low, high, put in sorted(edits, reverse=True):
        text = text[:low] + put + text[high:]
        end += len(put) - (high - low)
    vocabulary = learn((site.passage,))
    before = read(site.text(site.members[site.at].span), site.passage.notation, vocabulary).chains
    after = read(text[start:end], site.passage.notation, vocabulary).chains
    if len(before) != 1 or len(after) != 1:
        return False
    for seed in (1, 2):
        one = floats.value_of(before[0].segments[0].body, seed, site.slopes)
        two = floats.value_of(after[0].segments[0].body, seed, site.slopes)
        if one is None or two is None or abs(one - two) > 1e-9:
            return False
    return True


def _term_sign(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Sum):
        for (_, left), (_, right) in pairwise(part.terms):
            between = site.passage.text[left.span[1] : right.span[0]]
            found = re.search(r"[+-]", between)
            if found is not None and len(re.findall(r"[+-]", between)) == 1:
                at = left.span[1] + found.start()
                yield ((at, at + 1, "-" if found.group() == "+" else "+"),)


def _lost_term(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Sum) and len(part.terms) > 1:
        before, last = part.terms[-2][1], part.terms[-1][1]
        if _is_whole(site, before) and _is_whole(site, last):
            yield ((before.span[1], last.span[1], ""),)


def _is_whole(site: Site, node: t.Node) -> bool:
    text = site.text(node.span)
    return bool(text) and all(
        text.count(a) == text.count(b) for a, b in ("{}", "()", ("\\left", "\\right"))
    )


def _factors(part: t.Node) -> tuple[t.Node, ...]:
    return part.factors if isinstance(part, t.Product) else ()


def _lost_factor(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    factors = _factors(part)
    for one, two in pairwise(factors):
        between = site.passage.text[one.span[1] : two.span[0]]
        if _is_whole(site, two) and not re.search(r"[()\[\]{}]", between):
            yield ((one.span[1], two.span[1], ""),)


def _double_factor(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    for factor in _factors(part):
        if isinstance(factor, t.Name | t.Derivative) and _is_whole(site, factor):
            end = factor.span[1]
            yield ((end, end, rf" \cdot {site.text(factor.span)}"),)


def _index(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Name) and not part.mark:
        base = part.key.rstrip("0123456789,[]")
        for other in site.names.get(base, ()):
            if other.key != part.key and base != part.key:
                yield ((*part.span, other.written),)


def _index_of_token(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Derivative) and isinstance(part.by, t.Name):
        yield from _index(site, part.by, _)


def _factor_two(site: Site, part: t.Node, rng: random.Random) -> Iterator[Edits]:
    if part is site.body and isinstance(part, t.Product) and _is_whole(site, part):
        yield ((part.span[0], part.span[0], rng.choice([r"2 \cdot ", r"\frac{1}{2} "])),)


def _product_for_sum(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Sum) and len(part.terms) == 2:
        (_, left), (negative, right) = part.terms
        between = site.passage.text[left.span[1] : right.span[0]]
        if not negative and between.strip() == "+":
            at = left.span[1] + between.index("+")
            yield ((at, at + 1, r"\cdot"),)


def _transposed(_site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Transposed):
        yield ((part.body.span[1], part.span[1], ""),)


def _slope_factors(part: t.Node) -> Iterator[tuple[t.Name, t.Sum]]:
    """Neighbouring factors a (1 - a) of a unit a = f(z)."""
    factors = part.factors if isinstance(part, t.Product) else ()
    for one, two in pairwise(factors):
        if isinstance(one, t.Name) and isinstance(two, t.Sum) and len(two.terms) == 2:
            (_, unit), (negative, other) = two.terms
            if negative and isinstance(unit, t.Number) and other == one:
                yield one, two


def _closing(site: Site, node: t.Sum) -> int:
    """Behind the bracket that closes a sum."""
    return site.passage.text.index(")", node.terms[-1][1].span[1]) + 1


def _no_slope(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    for one, two in _slope_factors(part):
        before = site.passage.text[: one.span[0]]
        after = site.passage.text[_closing(site, two) :]
        if len(_factors(part)) > 2 and part.factors[0] is not one:  # type: ignore[union-attr]
            start = len(before.rstrip().removesuffix(r"\cdot").rstrip())
            yield ((start, len(site.passage.text) - len(after), ""),)


def _slope_twice(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    for one, two in _slope_factors(part):
        end = _closing(site, two)
        yield ((end, end, " " + site.passage.text[one.span[0] : end]),)


def _slope_at_activation(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    for one, two in _slope_factors(part):
        argument = site.arguments.get(one.key)
        if argument is not None:
            yield ((*one.span, argument), (*two.terms[1][1].span, argument))


def _step(site: Site, part: t.Node) -> tuple[t.Node, t.Product] | None:
    """The two parts of ``w - eta dL/dw``."""
    if part is site.body and isinstance(part, t.Sum) and len(part.terms) == 2:
        (_, old), (negative, step) = part.terms
        if negative and isinstance(step, t.Product) and len(step.factors) == 2:
            rate, slope = step.factors
            if isinstance(rate, t.Name) and isinstance(slope, t.Derivative):
                return old, step
    return None


def _no_rate(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    found = _step(site, part)
    if found is not None:
        rate, slope = found[1].factors
        yield ((rate.span[0], slope.span[0], ""),)


def _rate_twice(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    found = _step(site, part)
    if found is not None:
        rate = found[1].factors[0]
        yield ((rate.span[1], rate.span[1], "^2 "),)


def _update_sign(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if _step(site, part) is not None:
        yield from _term_sign(site, part, _)


# --- operators: a whole line worked out with a mistake ------------------------------------------------------


def _updates(kind: str, rule: Callable[[float, float, float], float]) -> Operator:
    """The number of an update that another rule would give."""

    def operator(site: Site, _: random.Random) -> Iterator[Change]:
        found = _result(site)
        if found is None or site.at < 2 or not isinstance(site.subject, t.Name):
            return
        body = site.members[site.at - 1].body
        if not isinstance(body, t.Sum) or len(body.terms) != 2 or not is_numeric(body):
            return
        (lost, old), (negative, step) = body.terms
        if not isinstance(step, t.Product) or not negative or len(step.factors) != 2:
            return
        symbols = site.members[site.at - 2].body
        if not any(isinstance(part, t.Derivative) for part in t.walk(symbols)):
            return
        weight, rate, slope = map(floats.value_of, (old, *step.factors))
        if weight is None or rate is None or slope is None:
            return
        new = floats.printed(rule(-weight if lost else weight, rate, slope), _decimals(found[1]))
        if float(new) != float(found[1]) and not _is_same(site, new):
            yield Change(kind, ((*found[0], new),))

    return operator


def _consistent(kind: str, pick: Callable[[t.Node, int], t.Span | None]) -> Operator:
    """The same term or factor left out of a formula and of its numbers, and the result worked out."""

    def operator(site: Site, rng: random.Random) -> Iterator[Change]:
        found = _result(site)
        if found is None or site.at < 3 or not site.is_last:
            return
        formula, calculation = site.members[site.at - 2].body, site.members[site.at - 1].body
        if is_numeric(formula) or not is_numeric(calculation):
            return
        count = _width(formula)
        if count < 2 or count != _width(calculation):
            return
        at = rng.randrange(1, count)
        spans = pick(formula, at), pick(calculation, at)
        if spans[0] is None or spans[1] is None:
            return
        value = floats.value_of(_without(calculation, at))
        if value is None:
            return
        new = floats.printed(value, _decimals(found[1]))
        for span in spans:
            text = site.passage.text[slice(*span)]  # type: ignore[misc]
            if any(text.count(a) != text.count(b) for a, b in ("{}", "()")):
                return
        if float(new) == float(found[1]):
            return
        yield Change(kind, ((*spans[0], ""), (*spans[1], ""), (*found[0], new)))

    return operator


def _width(node: t.Node) -> int:
    return len(t.children(node)) if isinstance(node, t.Sum | t.Product) else 0


def _without(node: t.Node, at: int) -> t.Node:
    if isinstance(node, t.Sum):
        return replace(node, terms=node.terms[:at] + node.terms[at + 1 :])
    assert isinstance(node, t.Product)
    return replace(node, factors=node.factors[:at] + node.factors[at + 1 :])


def _gap(kind: type) -> Callable[[t.Node, int], t.Span | None]:
    def pick(node: t.Node, at: int) -> t.Span | None:
        if not isinstance(node, kind):
            return None
        parts = t.children(node)
        if at != len(parts) - 1:
            return None
        end = parts[at].span[1]
        return parts[at - 1].span[1], end

    return pick


#: kind of mutation -> diagnoses that name it.  A digit, or a number of another line, may make what
#: another mistake makes as well; the table of mistakes then names that one, which is not counted as right.
KINDS: Mapping[str, tuple[Operator, frozenset[str]]] = {
    "random digit": (_results("random digit", _random_digit), frozenset({"one_digit"})),
    "digits swapped": (_results("digits swapped", _digits_swapped), frozenset({"digits_swapped"})),
    "point moved": (_results("point moved", _point_moved), frozenset({"decimal_point"})),
    "sign of a number": (_results("sign of a number", _sign_flipped), frozenset({"sign"})),
    "factor 2 in a number": (_results("factor 2 in a number", _doubled), frozenset({"factor_two"})),
    "stale number": (_results("stale number", _stale), frozenset({"stale_number"})),
    "digit of an operand": (
        _operands("digit of an operand", _random_digit),
        frozenset({"one_digit"}),
    ),
    "operand's digits swapped": (
        _operands("operand's digits swapped", _digits_swapped),
        frozenset({"digits_swapped"}),
    ),
    "operand's point moved": (
        _operands("operand's point moved", _point_moved),
        frozenset({"decimal_point"}),
    ),
    "operand's sign": (_operands("operand's sign", _sign_flipped), frozenset({"sign"})),
    "another's value put in": (
        _operands("another's value put in", _neighbours_value),
        frozenset({"stale_number", "neighbour"}),
    ),
    "sign of a term": (_formulas("sign of a term", _term_sign), frozenset({"term_sign", "sign"})),
    "sign of the update": (_formulas("sign of the update", _update_sign), frozenset({"sign"})),
    "term left out": (
        _formulas("term left out", _lost_term),
        frozenset({"lost_term", "missing_path", "not_updated"}),
    ),
    "factor left out": (
        _formulas("factor left out", _lost_factor),
        frozenset({"lost_factor", "no_activation_slope"}),
    ),
    "factor twice": (
        _formulas("factor twice", _double_factor),
        frozenset({"double_factor", "activation_slope_twice", "learning_rate_twice"}),
    ),
    "wrong index": (_formulas("wrong index", _index), frozenset({"neighbour"})),
    "wrong index in a derivative": (
        _formulas("wrong index in a derivative", _index_of_token),
        frozenset({"neighbour"}),
    ),
    "factor 2 in a formula": (
        _formulas("factor 2 in a formula", _factor_two),
        frozenset({"factor_two"}),
    ),
    "product for sum": (
        _formulas("product for sum", _product_for_sum),
        frozenset({"product_for_sum"}),
    ),
    "not transposed": (_formulas("not transposed", _transposed), frozenset({"transposed"})),
    "no slope": (_formulas("no slope", _no_slope), frozenset({"no_activation_slope"})),
    "slope twice": (
        _formulas("slope twice", _slope_twice),
        frozenset({"activation_slope_twice", "double_factor"}),
    ),
    "slope at the pre-activation": (
        _formulas("slope at the pre-activation", _slope_at_activation),
        frozenset({"slope_at_pre_activation"}),
    ),
    "no learning rate": (_formulas("no learning rate", _no_rate), frozenset({"no_learning_rate"})),
    "learning rate twice": (
        _formulas("learning rate twice", _rate_twice),
        frozenset({"learning_rate_twice"}),
    ),
    "update added": (_updates("update added", lambda w, n, g: w + n * g), frozenset({"sign"})),
    "update without rate": (
        _updates("update without rate", lambda w, _, g: w - g),
        frozenset({"no_learning_rate"}),
    ),
    "update with rate twice": (
        _updates("update with rate twice", lambda w, n, g: w - n * n * g),
        frozenset({"learning_rate_twice"}),
    ),
    "step instead of new value": (
        _updates("step instead of new value", lambda _, n, g: n * g),
        frozenset({"only_the_step"}),
    ),
    "factor left out throughout": (
        _consistent("factor left out throughout", _gap(t.Product)),
        frozenset({"lost_factor", "no_activation_slope"}),
    ),
    "term left out throughout": (
        _consistent("term left out throughout", _gap(t.Sum)),
        frozenset({"lost_term", "missing_path", "not_updated"}),
    ),
}

#: kinds that reach further than their line, made by :mod:`carried`
REACHING: Mapping[str, frozenset[str]] = {
    "slip carried on": frozenset({"one_digit"}),
    "given value": frozenset({"one_digit", "neighbour"}),
}


def mutants(name: str, count: int, seed: int) -> list[Mutant]:
    """``count`` different mutants of a document, its kinds in turn."""
    rng = random.Random(f"{name}:{seed}")
    sites = sites_of(name)
    found: list[Mutant] = []
    seen: set[str] = set()
    kinds = list(KINDS)
    rng.shuffle(kinds)
    idle = 0
    while len(found) < count and idle < 3:
        before = len(found)
        for kind in kinds:
            operator = KINDS[kind][0]
            for site in rng.sample(sites.sites, len(sites.sites)):
                made = [m for c in operator(site, rng) if (m := sites.mutant(site, c)) is not None]
                fresh = [m for m in made if m.text not in seen]
                if fresh:
                    found.append(fresh[0])
                    seen.add(fresh[0].text)
                    break
        idle = idle + 1 if len(found) == before else 0
    return found[:count]


# --- what the checker says ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one mutant."""

    mutant: Mutant
    found: bool
    #: every root that is reported stands in the changed line
    placed: bool
    named: bool
    said: tuple[tuple[int, str, str], ...]


def outcome(mutant: Mutant) -> Outcome:
    """The checker tried on a mutant."""
    report = derivgen.check(mutant.text, language="markdown")
    wrong = [claim for claim in report.claims if claim.verdict is Verdict.WRONG]
    roots = [claim for claim in wrong if claim.cause is None]
    here = [claim for claim in roots if claim.place.line == mutant.line]
    kind = REACHING.get(mutant.kind) or KINDS[mutant.kind][1]
    names = kind | mutant.also
    return Outcome(
        mutant,
        bool(wrong),
        bool(here) and len(here) == len(roots),
        any(claim.diagnosis in names for claim in here),
        tuple((c.place.line or 0, c.code, c.diagnosis or "-") for c in roots),
    )


def false_alarms(name: str) -> list[str]:
    """What is said against a correct document."""
    blamed = (Verdict.WRONG, Verdict.ROUNDING, Verdict.TRUNCATION)
    report = baseline(name)
    return [f"{c.place.line}: {c.message}" for c in report.claims if c.verdict in blamed]


#: what is counted of each outcome
SCORES = ("mutants", "found", "right line", "diagnosed")


def score(outcome: Outcome) -> dict[str, int]:
    """One outcome in numbers that add up."""
    values = (True, outcome.found, outcome.placed, outcome.named)
    return dict(zip(SCORES, map(int, values), strict=True))
