"""The document that comes of a derivation and a style."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.oracle import Verification, check_or_raise
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
    verification = None
    if not derivation.first.symbolic:
        verification = verified(derivation)
    facts = Facts(derivation, figure if task.options.figure else None, verification)

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


def verified(derivation: Derivation) -> Verification:
    """The independent check of all gradients by parameters, and by what else is to be worked out, in full
    precision whatever is printed."""
    exact = derivation.unrounded
    parameters = [q.name for q in derivation.network.parameters()]
    names = dict.fromkeys([*parameters, *derivation.chosen])
    wanted = {name: exact.gradients[name] for name in names}
    return check_or_raise(derivation.network, wanted)
