"""States of an optimiser: one letter for another thing at each parameter, ``v`` for the velocity of w_5 and then
for that of w_6.

Where a document writes ``v <- mu v + dL/dw_5``, then ``w_5^+ = w_5 - eta v``, and the same for w_6, each parameter
gets a v of its own here: one before the step and one after it.  What is computed from a state (``m_hat``) gets a
key for each parameter too, and the number of the step is a number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_of
from derivgen.checking.maths.writing import APART
from derivgen.checking.understanding.statements import Statement

#: the number of the step; marks with which it stands above a name
COUNT = f"t{APART}"
COUNTED = frozenset({"t", "(t)"})


@dataclass(frozen=True)
class States:
    """The statements with a key of its own for each state of each parameter; the keys of states with those of
    what they are after a step; the rules that are the same for all parameters but one."""

    statements: tuple[Statement, ...]
    renewed: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, t.Node] = field(default_factory=dict)

    def model(self, model: DocumentModel) -> DocumentModel:
        """The model with what becomes of the states in a step."""
        known = {old: new for old, new in self.renewed.items() if new in model.definitions}
        if not known:
            return model
        later = f"{COUNT}n"
        one = t.Number("1", Fraction(1))
        counted = t.Sum(((False, t.Name(COUNT)), (False, one)))
        return replace(
            model,
            renewed={**model.renewed, **known, COUNT: later},
            values={**model.values, COUNT: one},
            definitions={**model.definitions, later: counted},
        )


def with_states_apart(statements: Sequence[Statement]) -> States:
    """See :class:`States`; the statements as they are where no letter has several parameters."""
    found = _Found(statements)
    if not found.states or found.repeated():
        return States(tuple(statements))
    return found.apart()


@dataclass
class _Found:
    """What is a state in a document, and of which parameters."""

    statements: Sequence[Statement]
    #: states that a step carries on, with the parameters of their rules
    states: dict[str, set[str]] = field(default_factory=dict)
    #: what is computed from a state
    derived: set[str] = field(default_factory=set)
    #: states whose new value has a mark of its own
    marked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        trained = {
            s.left.key
            for s in self.statements
            if isinstance(s.left, t.Name) and s.left.mark in UPDATE_MARKS
        }
        rules: dict[str, set[str]] = defaultdict(set)
        written = [
            (statement, left, left.key, rule)
            for statement, left, rule in first_formulas(self.statements)
        ]
        for statement, left, key, rule in written:
            parameter = _parameter(rule, trained)
            if left.mark and not is_assigned(statement):
                self.marked.add(key)
            if parameter is not None and parameter != key and key in set(_keys(rule)):
                rules[key].add(parameter)
        self.states = {key: of for key, of in rules.items() if len(of) > 1}
        moved = {
            key
            for _, _, key, rule in written
            if self._is_new_value(key)
            and key not in self.states
            and not self.states.keys().isdisjoint(_keys(rule))
        }
        self.states = {key: of | moved for key, of in self.states.items()}
        while True:
            new = {
                key
                for _, _, key, rule in written
                if not {*self.states, *self.derived}.isdisjoint(_keys(rule))
                and key not in self.states
                and key not in self.derived
                and _parameter(rule, {key}) is None
                and not self._is_new_value(key)
            }
            if not new:
                break
            self.derived |= new

    def _is_new_value(self, key: str) -> bool:
        return any(
            isinstance(s.left, t.Name) and s.left.key == key and s.left.mark in UPDATE_MARKS
            for s in self.statements
        )

    def _parameters(self) -> list[str]:
        return sorted({p for of in self.states.values() for p in of})

    def _blocks(self) -> Iterator[tuple[Statement, str | None]]:
        """Each statement with the parameter whose states it is about: that of the new value which comes next,
        else the one in its own rule."""
        parameters = set(self._parameters())
        nexts = self._next_new_values(parameters)
        here: str | None = None
        for statement, (coming, later) in zip(self.statements, nexts, strict=True):
            left, segments = statement.left, statement.chain.segments
            if isinstance(left, t.Name) and not statement.chain.continued:
                bodies = [segment.body for segment in segments[1:]]
                if left.key in self.states:
                    own = [p for b in bodies if (p := _parameter(b, parameters)) is not None]
                    here = coming or (own[0] if own else later or here)
                elif left.mark in UPDATE_MARKS and left.key in parameters:
                    here = left.key
            yield statement, here

    def _next_new_values(self, parameters: set[str]) -> list[tuple[str | None, str | None]]:
        """For each rule of a state the parameter whose new value comes before that state's next rule, and the
        one whose new value comes next at all."""
        found: list[tuple[str | None, str | None]] = []
        coming: dict[str, str | None] = {}
        later: str | None = None
        for statement in reversed(self.statements):
            left = statement.left
            after: str | None = None
            if isinstance(left, t.Name) and not statement.chain.continued:
                if left.key in self.states:
                    after = coming.get(left.key)
                    coming[left.key] = None
                elif left.mark in UPDATE_MARKS and left.key in parameters:
                    coming, later = dict.fromkeys(self.states, left.key), left.key
            found.append((after, later))
        return found[::-1]

    def repeated(self) -> bool:
        """True where other numbers are put into the rule of one parameter a second time, and no step is named:
        which step each is about is not plain."""
        seen: dict[tuple[str, str | None, int], set[t.Node]] = defaultdict(set)
        for statement, here in self._blocks():
            left = statement.left
            put_in = [s.body for s in statement.chain.segments if is_numeric(s.body)]
            if put_in and isinstance(left, t.Name) and left.key in self.states:
                seen[(left.key, here, statement.step)].add(put_in[0])
        return any(len(bodies) > 1 for bodies in seen.values())

    def apart(self) -> States:
        numbers = {p: at for at, p in enumerate(self._parameters(), 1)}
        made: list[Statement] = []
        done: set[tuple[str, str, int]] = set()
        for statement, here in self._blocks():
            if here is None:
                made.append(statement)
                continue
            left = statement.left
            own = left.key if isinstance(left, t.Name) and left.key in self.states else None
            named = _Named(self, f"{APART}{numbers[here]}", own, here, statement.step, done)
            made.append(named.statement(statement))
            if own is not None and not statement.chain.continued:
                done.add((own, here, statement.step))
        renewed = {
            f"{key}{APART}{numbers[p]}": f"{key}{APART}{numbers[p]}n"
            for key, of in self.states.items()
            for p in of
        }
        return States(tuple(made), renewed, _common(made, numbers))


@dataclass(frozen=True)
class _Named:
    """The names of states in one statement under the keys of a parameter."""

    found: _Found
    suffix: str
    #: the state that the statement is a rule of
    own: str | None
    parameter: str
    step: int
    done: set[tuple[str, str, int]]

    def statement(self, statement: Statement) -> Statement:
        chain = statement.chain
        first = () if chain.continued else chain.segments[:1]
        rest = chain.segments[len(first) :]
        about = {*self.found.states, *self.found.derived}
        used = {n.key for s in chain.segments for n in names_of(s.body)}
        left = statement.left
        if about.isdisjoint(used) and not (isinstance(left, t.Name) and left.key in about):
            return statement
        segments = (
            *(replace(s, body=self.left(s.body)) for s in first),
            *(replace(s, body=self.node(s.body), relation=self.relation(s)) for s in rest),
        )
        return replace(
            statement,
            chain=replace(chain, segments=segments),
            left=None if left is None else self.left(left),
            earlier=tuple(map(self.node, statement.earlier)),
        )

    def relation(self, segment: t.Segment) -> t.RelationSign | None:
        """A state with a key of its own is not assigned again and again."""
        return "=" if self.own is not None and segment.relation == "assign" else segment.relation

    def left(self, node: t.Node) -> t.Node:
        if isinstance(node, t.Name) and node.key == self.own:
            return replace(node, key=f"{node.key}{self.suffix}n", mark="")
        return self.node(node)

    def node(self, node: t.Node) -> t.Node:
        if isinstance(node, t.Name):
            return self.name(node)
        return rebuilt(node, self.node)

    def name(self, name: t.Name) -> t.Node:
        found = self.found
        if name.key in found.derived and name.mark in {"", *UPDATE_MARKS}:
            return replace(name, key=f"{name.key}{self.suffix}", mark="")
        if name.key in found.states and name.mark in {"", *UPDATE_MARKS}:
            assigned = name.key not in found.marked and name.key != self.own
            passed = (name.key, self.parameter, self.step) in self.done
            later = bool(name.mark) or (assigned and passed)
            return replace(name, key=f"{name.key}{self.suffix}{'n' if later else ''}", mark="")
        if name.key == "t" and not name.mark:
            return replace(name, key=COUNT)
        return counted_power(name) or name


def first_formulas(statements: Iterable[Statement]) -> Iterator[tuple[Statement, t.Name, t.Node]]:
    """The formulas that stand right behind names, with these."""
    for statement in statements:
        left, segments = statement.left, statement.chain.segments
        if isinstance(left, t.Name) and not statement.chain.continued and len(segments) > 1:
            body = segments[1].body
            if not is_numeric(body):
                yield statement, left, body


def counted_power(name: t.Name) -> t.Power | None:
    """``beta^t`` as the power that it is, of something that no step changes; None for another name."""
    if name.mark not in COUNTED:
        return None
    return t.Power(replace(name, mark=""), t.Name(COUNT), name.span)


def is_assigned(statement: Statement) -> bool:
    """True where the left side has its mark from being assigned, and is written without one."""
    left = statement.left
    return isinstance(left, t.Name) and left.mark == "new" and "new" not in left.written


def _keys(node: t.Node) -> Iterator[str]:
    return (name.key for name in names_of(node))


def _parameter(node: t.Node, parameters: set[str]) -> str | None:
    """The one parameter by which something is differentiated in a formula."""
    found = {
        part.by.key
        for part in t.walk(node)
        if isinstance(part, t.Derivative) and isinstance(part.by, t.Name)
    } & parameters
    return found.pop() if len(found) == 1 else None


# --- the rule that all have in common ---------------------------------------------------------------


def _common(statements: Sequence[Statement], numbers: Mapping[str, int]) -> dict[str, t.Node]:
    """The formulas of states and new values that are other ones than most parameters have, as those have them."""
    shapes: dict[str, dict[str, tuple[str, t.Node]]] = defaultdict(dict)
    owners = {str(at): p for p, at in numbers.items()}
    for _, left, body in first_formulas(statements):
        base, apart, number = left.key.partition(APART)
        owner = owners.get(number.rstrip("n")) if apart else None
        if not apart and left.mark in UPDATE_MARKS and left.key in numbers:
            base, owner = "", left.key
        if owner is not None:
            general = _general(body, owner, numbers[owner])
            shapes[base].setdefault(t.full_key(left), (owner, general))
    found: dict[str, t.Node] = {}
    for own in shapes.values():
        ((shape, most),) = Counter(shape for _, shape in own.values()).most_common(1)
        if most <= len(own) / 2 or most < MOST:
            continue
        for key, (owner, body) in own.items():
            if body != shape:
                found[key] = _special(shape, owner, numbers[owner])
    return found


#: so many parameters have a rule in common before one that has another is doubted
MOST = 2
_ANY = "?"


def _general(node: t.Node, owner: str, number: int) -> t.Node:
    """A rule with the parameter left open."""
    if isinstance(node, t.Name):
        base, apart, rest = node.key.partition(APART)
        if apart and rest.rstrip("n") == str(number):
            return t.Name(f"{base}{APART}{_ANY}{'n' if rest.endswith('n') else ''}", node.mark)
        return t.Name(_ANY, node.mark) if node.key == owner else node
    return rebuilt(node, lambda child: _general(child, owner, number))


def _special(node: t.Node, owner: str, number: int) -> t.Node:
    if isinstance(node, t.Name):
        key = node.key.replace(f"{APART}{_ANY}", f"{APART}{number}")
        key = owner if key == _ANY else key
        return t.Name(key, node.mark, key.partition(APART)[0])
    return rebuilt(node, lambda child: _special(child, owner, number))
