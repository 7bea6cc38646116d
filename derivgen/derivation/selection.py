"""Which elements a document works out: what its options name, or a rule where they name nothing."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.formula.names import name_text, parse_name
from derivgen.network.model import Network
from derivgen.notation import Entry, Names
from derivgen.settings import DocumentOptions

#: names of elements among which a likely one is looked for
MOST_NAMED = 2000
#: more elements than this are worked out backwards, not each over all its paths
MOST_BY_PATHS = 256

#: flat positions by array
Chosen = Mapping[str, "set[int] | range"]


def chosen(network: Network, names: Names, options: DocumentOptions) -> Chosen:
    """The elements to work out.

    Without a selection all trained parameters are worked out where they have at most ``full_limit``
    elements, and otherwise the first of each array (the caller may choose better).  Raises E506 for a name that means nothing.
    """
    trained = [q for q in network.parameters() if q.trained]
    total = sum(prod(q.shape) for q in trained)
    show = options.show
    if show is None:
        show = ("all",) if total <= options.full_limit else ("first",)
    found: dict[str, set[int] | range] = {}
    for word in show:
        if word in ("all", "first"):
            for q in trained:
                every = range(prod(q.shape) if word == "all" else 1)
                found[q.name] = every if word == "all" else {0, *found.get(q.name, ())}
        else:
            for array, index in find_entries(network, names, word, options.place_of(word)):
                shape = network.quantities[array].shape
                flat = int(np.ravel_multi_index(index, shape)) if shape else 0
                found[array] = {flat, *found.get(array, ())}
    return found


def plain(entry: Entry) -> str:
    """An element as a plain text, for labels."""
    return entry[0] + ("[" + ",".join(map(str, entry[1])) + "]" if entry[1] else "")


def find_entries(
    network: Network, names: Names, word: str, place: Place | None = None
) -> list[Entry]:
    """The elements of a name: an array's, or one element's as the document prints it.

    ``w_5``, ``w5`` and ``w_{5}`` are one name, as they are in a spec.

    Raises E506 for a name that means nothing.
    """
    if word in network.quantities:
        return [(word, index) for index in np.ndindex(*network.quantities[word].shape)]
    everything = [
        (q.name, index) for q in network.quantities.values() for index in np.ndindex(*q.shape)
    ]
    wanted = {word, _in_plain_text(word)}
    found = [e for e in everything if wanted & {plain(e), name_text(names.entry(*e))}]
    if not found:
        known = [
            *network.quantities,
            *(name_text(names.entry(*e)) for e in everything[:MOST_NAMED]),
        ]
        raise DerivgenError(
            "E506", f"there is nothing named {word!r}", place, did_you_mean(word, known)
        )
    return found


def _in_plain_text(word: str) -> str:
    """A name as :func:`name_text` writes it, whichever way it was typed; "" for what is no name."""
    try:
        return name_text(parse_name(word))
    except DerivgenError:
        return ""
