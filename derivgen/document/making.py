"""The document that comes of a derivation and a style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.oracle import Verification, check_or_raise
from derivgen.derivation.passes import Pass
from derivgen.document.blocks import Block, Document, Figure
from derivgen.document.facts import Facts
from derivgen.document.markup import compose
from derivgen.document.once import Composed


def make_document(
    derivation: Derivation, figure: Figure | None = None, user_folder: Path | None = None
) -> Document:
    """The document that a task asks for.

    Raises E501 where a gradient disagrees with its independent check, before any block is made.
    """
    task = derivation.task
    verified_steps = () if derivation.first.symbolic else verified(derivation)
    facts = Facts(derivation, figure if task.options.figure else None, verified_steps)

    def blocks() -> Iterable[Block]:
        return compose(task.options.style, {"d": facts}, user_folder)

    return Document(
        title=task.options.title or task.name,
        blocks=Composed(blocks),
        author=task.options.author,
        date=task.options.date,
        description=task.options.description,
        front_matter=task.options.front_matter,
    )


def verified(derivation: Derivation) -> tuple[Verification, ...]:
    """The independent check of all gradients by parameters, and by what else is to be worked out, in full
    precision whatever is printed: at each training step that the document shows."""
    return tuple(_verified_at(derivation, passed) for passed in _shown(derivation))


def _shown(derivation: Derivation) -> Iterator[Pass]:
    yield derivation.first
    shown = min(derivation.task.training.shown, derivation.task.training.steps)
    if derivation.trains and shown > 1:
        for passed, _ in islice(derivation.training(), 1, shown):
            yield passed


def _verified_at(derivation: Derivation, passed: Pass) -> Verification:
    exact = derivation.in_full(passed)
    assert exact.given is not None
    parameters = [q.name for q in derivation.network.parameters()]
    names = dict.fromkeys([*parameters, *derivation.chosen])
    wanted = {name: exact.gradients[name] for name in names}
    return check_or_raise(derivation.network, wanted, exact.given)
