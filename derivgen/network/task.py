"""A task: everything that one spec asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from derivgen.network.model import Network
from derivgen.settings import DocumentOptions, Numbers, Training


@dataclass(frozen=True)
class Task:
    """The network, how to train it, how to print numbers, and what document to write.

    ``name`` is the stem of the output files; ``source`` names where the spec came from.
    """

    network: Network
    training: Training = field(default_factory=Training)
    numbers: Numbers = field(default_factory=Numbers)
    options: DocumentOptions = field(default_factory=DocumentOptions)
    name: str = "derivation"
    source: str = ""
