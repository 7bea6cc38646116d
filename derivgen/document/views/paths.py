"""The ``paths`` view: one parameter at a time, the full chain over every path to the loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from derivgen.derivation.graph import Path
from derivgen.document.blocks import Display
from derivgen.document.situation import Situation
from derivgen.document.views.common import Factor, Seen, is_zero, selected, stays, update_of
from derivgen.document.worked import as_float, extended
from derivgen.formula.build import add, follow, multiply, number
from derivgen.formula.tree import Chain, Dots, Node, Partial
from derivgen.network.model import Role
from derivgen.notation import Entry

#: paths that are worked out one by one; a parameter with more has the first ones and dots
MOST_SHOWN = 6
#: and so many are looked at, to show those that carry something
MOST_LOOKED_AT = 64


@dataclass(frozen=True)
class Route:
    """One path: the names along it, its factors, its product with the numbers put in."""

    names: Chain
    part: Node
    factors: tuple[Factor, ...]
    product: Display
    #: the same with its symbols before it, for a document that does not say which path it is about
    named_product: Display
    zero_factor: Node | None


@dataclass(frozen=True)
class Section:
    """One parameter.

    ``rule`` is the chain rule in symbols, ``routes`` its paths, ``total`` the sum of their products (None
    where there is one path), ``count`` how many paths there are in all.
    """

    name: Node
    prose: str
    count: int
    rule: Display
    routes: tuple[Route, ...]
    total: Display | None
    update: Display | None
    #: the update leaves next to nothing, and has more digits for that
    cancels: bool
    #: a gradient of 0, and the step leaves the parameter as it is
    stays: bool
    untouched: bool
    #: nothing comes along the paths that are not shown
    silent: bool
    #: the parameter stands in the loss itself: one local partial is the whole gradient
    direct: bool
    #: the loss, where it is the sum of the outputs' errors and its derivatives by them are not printed
    summed: Node | None


def sections(situation: Situation, view: str = "paths") -> Iterator[Section]:
    """The selected parameters in turn, nearest to the loss first.

    ``view`` keeps the labels of displays apart where several views stand in one document.
    """
    seen = Seen(situation.mark(view))
    for entry in selected(situation):
        yield _section(situation, entry, seen)


def _section(situation: Situation, entry: Entry, seen: Seen) -> Section:
    passed = situation.passed
    formulas = situation.formulas
    count = passed.graph.count(entry)
    paths, silent = _shown_paths(situation, entry, count)
    several = len(paths) > 1
    apart = several and _parts(situation, entry, paths, count) is not None
    routes = tuple(_route(situation, path, seen, several, apart) for path in paths)
    quantity = situation.derivation.network.quantities[entry[0]]
    update, cancelled = update_of(situation, entry)
    return Section(
        name=formulas.name(entry),
        prose=quantity.prose,
        count=count,
        rule=Display((_rule(situation, entry, paths, count),)),
        routes=routes,
        total=_total(situation, entry, paths, count, silent) if count != 1 else None,
        update=update,
        cancels=cancelled,
        stays=stays(situation, entry),
        untouched=count == 0,
        silent=silent,
        direct=count == 1 and len(paths[0]) == 2,
        summed=formulas.loss_name() if any(_head(situation, p) != p[0] for p in paths) else None,
    )


def _shown_paths(situation: Situation, entry: Entry, count: int) -> tuple[tuple[Path, ...], bool]:
    """All paths, or of many those along which something comes, then one along which nothing does; and
    whether nothing comes along the others."""
    passed = situation.passed
    if count <= MOST_SHOWN:
        return passed.graph.paths(entry, count), False
    found = passed.graph.paths(entry, min(count, MOST_LOOKED_AT))
    if passed.symbolic:
        return found[:MOST_SHOWN], False
    carrying: list[Path] = []
    silent: list[Path] = []
    for path in found:
        stopped = any(is_zero(passed.partial_value(p)) for p in passed.factors(path))
        (silent if stopped else carrying).append(path)
    if count > len(found) or len(carrying) >= MOST_SHOWN:
        return (*carrying, *silent)[:MOST_SHOWN], False
    return (*carrying, *silent[:1]), True


def _rule(situation: Situation, entry: Entry, paths: tuple[Path, ...], count: int) -> Chain:
    """The chain rule over every path, in symbols."""
    token = situation.formulas.gradient_token(entry)
    parts = _parts(situation, entry, paths, count)
    if parts is not None and len(parts) > 1:
        return Chain(token, (("=", add(*parts)),))
    terms: list[Node] = [tokens(situation, path) for path in paths]
    if count > len(paths):
        terms.append(Dots("center"))
    return Chain(token, (("=", add(*terms)),))


def tokens(situation: Situation, path: Path) -> Node:
    """The product of the partials along a path, as symbols, in the order asked for."""
    formulas = situation.formulas
    options = situation.derivation.task.options
    factors: list[Node] = [
        formulas.token(p.target, p.source)
        for p in situation.passed.factors(path)
        if not _is_error_sum(situation, p.target, p.source)
    ]
    if options.factor_order == "parameter-first":
        factors.reverse()
    return multiply(factors, options.product)


def _is_error_sum(situation: Situation, target: Entry, source: Entry) -> bool:
    """d L / d E_k of a total that is the plain sum of each output's error: 1, and not printed."""
    options = situation.derivation.task.options
    network = situation.derivation.network
    return (
        options.per_output
        and target[0] == network.loss
        and network.quantities[source[0]].role is Role.COMPUTED
        and situation.passed.partial(target, source).expression == 1
    )


def _head(situation: Situation, path: Path) -> Entry:
    """What a path's product is the derivative of: the loss, or one output's error."""
    per_output = len(path) > 1 and _is_error_sum(situation, path[0], path[1])
    return path[1] if per_output else path[0]


def _parts(
    situation: Situation, entry: Entry, paths: tuple[Path, ...], count: int
) -> list[Node] | None:
    """``dE_1/dw``, ``dE_2/dw`` ...: one for each path where errors are taken one by one.

    None as well where an error has several paths, or may have: none of them is its whole derivative.
    """
    heads = [_head(situation, path) for path in paths]
    if count > len(paths) or len(set(heads)) < len(heads):
        return None
    if any(h[0] == situation.derivation.network.loss for h in heads):
        return None
    formulas = situation.formulas
    return [Partial(formulas.name(h), formulas.name(entry)) for h in heads]


def _route(situation: Situation, path: Path, seen: Seen, several: bool, apart: bool) -> Route:
    formulas = situation.formulas
    passed = situation.passed
    partials = [p for p in passed.factors(path) if not _is_error_sum(situation, p.target, p.source)]
    factors = [seen.factor(situation, partial) for partial in partials]
    names = [formulas.name(e) for e in reversed(path)]
    zero = None
    if not passed.symbolic:
        zero = next(
            (
                f.token
                for f, p in zip(factors, partials, strict=True)
                if is_zero(passed.partial_value(p))
            ),
            None,
        )
    product = _product(situation, path, several, apart)
    return Route(
        names=Chain(names[0], tuple(("to", n) for n in names[1:])),
        part=formulas.name(_head(situation, path)),
        factors=tuple(factors),
        product=Display((product,)),
        named_product=Display((_with_symbols(situation, path, product),)),
        zero_factor=zero,
    )


def _product(situation: Situation, path: Path, several: bool, apart: bool) -> Chain:
    """A path's product: its symbols, its numbers, its value.

    ``apart`` where the path is all that goes to one output's error: then it is that error's derivative.
    """
    formulas = situation.formulas
    passed = situation.passed
    options = situation.derivation.task.options
    left: Node | None = None
    if not several:
        left = formulas.gradient_token(path[-1])
    elif apart:
        left = Partial(formulas.name(_head(situation, path)), formulas.name(path[-1]))
    partials = [p for p in passed.factors(path) if not _is_error_sum(situation, p.target, p.source)]
    if options.factor_order == "parameter-first":
        partials.reverse()
    # a path's own derivative has no name where several make up the same one: its symbols stand there
    start = tokens(situation, path)
    # where the rule has only the errors' derivatives, their own chains follow here
    ahead = Chain(left, (("=", start),)) if apart else Chain(left or start, ())
    if passed.symbolic:
        return follow(ahead, "=", _in_names(situation, path))
    product = "dot" if options.product == "none" else options.product

    def shown(extra: int) -> Node:
        return multiply([number(formulas.partial_text(p, extra)) for p in partials], product)

    def value(extra: int) -> float:
        return prod(as_float(formulas.partial_text(p, extra)) for p in partials)

    result = formulas.rounder.text(passed.path_value(path))
    worked = formulas.worked(shown, value, result)
    if left is None and worked.substituted is not None:
        return Chain(worked.substituted, ((worked.sign, worked.result),))
    return extended(ahead, worked)


def _with_symbols(situation: Situation, path: Path, product: Chain) -> Chain:
    """A product that begins with its numbers, behind its symbols."""
    start = tokens(situation, path)
    named = product.left is not None and isinstance(product.left, Partial)
    if named or product.left is None or product.left == start:
        return product
    return Chain(start, (("=", product.left), *product.links))


def _in_names(situation: Situation, path: Path) -> Node:
    """A path's product with each derivative worked out in names."""
    options = situation.derivation.task.options
    partials = [
        p
        for p in situation.passed.factors(path)
        if not _is_error_sum(situation, p.target, p.source)
    ]
    if options.factor_order == "parameter-first":
        partials.reverse()
    formulas = situation.formulas
    return multiply([formulas.factor(p) for p in partials], options.product)


def _total(
    situation: Situation, entry: Entry, paths: tuple[Path, ...], count: int, silent: bool
) -> Display | None:
    """The sum of the paths' products; of paths along which nothing comes, one stands for all."""
    formulas = situation.formulas
    passed = situation.passed
    left = formulas.gradient_token(entry)
    if passed.symbolic:
        if not paths or count > len(paths):
            return None
        return Display((Chain(left, (("=", add(*(_in_names(situation, p) for p in paths))),)),))
    result = formulas.rounder.text(passed.gradient(entry, "paths"))
    if count == 0:
        return Display((Chain(left, (("=", number("0")),)),))
    chain = Chain(left, ())
    parts = _parts(situation, entry, paths, count)
    if parts is not None and len(parts) > 1:
        chain = Chain(left, (("=", add(*parts)),))

    def text(path: Path, extra: int) -> str:
        return formulas.rounder.text(passed.path_value(path), extra)

    whole = silent or count == len(paths)

    def shown(extra: int) -> Node:
        terms: list[Node] = [number(text(path, extra)) for path in paths]
        if not whole:
            terms.append(Dots("center"))
        return add(*terms)

    def value(extra: int) -> float:
        return sum(as_float(text(path, extra)) for path in paths)

    worked = formulas.worked(shown, value, result, check=whole)
    return Display((extended(chain, worked),))
