"""A task: everything that one spec asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from derivgen.errors import DerivgenError, Place
from derivgen.network.model import Network
from derivgen.settings import DocumentOptions, Numbers, Training


@dataclass(frozen=True)
class Task:
    """The network, how to train it, how to print numbers, and what document to write.

    ``name`` is the stem of the output files; ``source`` names where the spec came from, ``asks_exact`` the place
    in it that asks for exact fractions.
    """

    network: Network
    training: Training = field(default_factory=Training)
    numbers: Numbers = field(default_factory=Numbers)
    options: DocumentOptions = field(default_factory=DocumentOptions)
    name: str = "derivation"
    source: str = ""
    asks_exact: Place | None = None


@contextmanager
def about(task: Task) -> Iterator[None]:
    """Names the spec in errors about its numbers and names that have no place of their own."""
    try:
        yield
    except DerivgenError as error:
        code = error.diagnostic.code
        if code not in ("E501", "E502", "E503", "E506"):
            raise
        asked = task.asks_exact if code == "E503" else None
        raise error.at(asked or (Place(task.source) if task.source else None)) from error
