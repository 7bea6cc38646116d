"""What a user says of names: the pairs that come before all that is found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.matching.evidence import Evidence
from derivgen.checking.matching.network_model import rate_name
from derivgen.checking.matching.network_view import WHOLE
from derivgen.checking.matching.spelling import spelling
from derivgen.checking.matching.turning import TRANSPOSED
from derivgen.checking.maths.parser import learn
from derivgen.errors import DerivgenError, did_you_mean
from derivgen.network.model import Quantity

#: how many of the network's quantities a message lists
MOST_LISTED = 12


@dataclass(frozen=True)
class Said:
    """What a user says: from the author's names to the network's (``@W1`` for a whole array)."""

    pairs: Mapping[str, str]
    #: whole arrays that are said to lie the other way round, and not
    turns: Mapping[str, str] = field(default_factory=dict)

    def without_rivals(self, mapping: Mapping[str, str]) -> dict[str, str]:
        """A mapping without names that were found for what is said to be something else's."""
        taken = set(self.pairs.values())
        return {n: key for n, key in mapping.items() if n in self.pairs or key not in taken}


def overridden(evidence: Evidence, overrides: Mapping[str, str]) -> Said:
    """The pairs of a user.  Raises E204 for a name that is none, and for a number that is to be an array."""
    texts = {_plain(name): _plain(other) for name, other in overrides.items()}
    vocabulary = learn((), [*texts, *texts.values()])
    pairs: dict[str, str] = {}
    turns: dict[str, str] = {}
    for name, other in texts.items():
        own = name if name in evidence.author.named else spelling(name, vocabulary) or name
        if own not in evidence.author.named:
            known = did_you_mean(own, evidence.author.named)
            names = (key for key in evidence.author.named if key[-1:] not in "'*+")
            hint = known or _listed("the document has", names)
            raise DerivgenError("E204", f"the document has no name '{name}'", None, hint)
        array, turned = other, ""
        for ending in (TRANSPOSED, ".T", "^\\top", "^{T}", "^{\\top}"):
            if other.endswith(ending) and not evidence.model.known(other.removesuffix(ending)):
                continue
            if other.endswith(ending):
                array, turned = other.removesuffix(ending), TRANSPOSED
        key = _network_key(evidence, array, spelling(array, vocabulary))
        if key is None:
            raise _unknown(evidence, name, other)
        _refuse_other_kind(evidence, name, own, other, key)
        pairs[own] = key
        if turned:
            turns[own] = key.removeprefix(WHOLE) + turned
    return Said(pairs, turns)


def _plain(text: str) -> str:
    """A name without dollars around it, and without spaces in its index."""
    text = text.strip().removeprefix("$").removesuffix("$").strip()
    return re.sub(r"\[[^\]]*\]", lambda match: match[0].replace(" ", ""), text)


def _network_key(evidence: Evidence, text: str, spelled: str | None) -> str | None:
    model = evidence.model
    if model.known(text):
        return WHOLE + text if model.array(text) is not None else text
    for wanted in (spelled, text):
        found = evidence.network.by_spelling.get(wanted or "", ())
        if found:
            return found[0]
    rate = {model.task.training.learning_rate_name.lstrip("\\"), rate_name(model.task)}
    return model.rate if text.lstrip("\\") in rate else None


def _unknown(evidence: Evidence, name: str, text: str) -> DerivgenError:
    """That the network has no such quantity, with what is near: the elements of the array, or the names."""
    message = f"the network has no quantity '{text}' (for '{name}')"
    quantities = evidence.model.network.quantities
    array = quantities.get(text.partition("[")[0])
    if array is not None and "[" in text and array.shape:
        first, last = _ends(array)
        return DerivgenError("E204", message, None, f"its elements are {first} to {last}")
    if array is not None and "[" in text:
        return DerivgenError("E204", message, None, f"{array.name} is one number")
    near = did_you_mean(text, {*quantities, *evidence.network.by_spelling})
    hint = near or _listed("the network has", [*quantities, str(evidence.model.rate)])
    return DerivgenError("E204", message, None, hint)


def _refuse_other_kind(evidence: Evidence, name: str, own: str, text: str, key: str) -> None:
    """A name that is printed as a number is no array, and one that is printed as a matrix is no number."""
    nodes = evidence.author.printed(own)
    numbers = [printed_number(node) is not None for node in nodes]
    array = evidence.model.network.quantities.get(key.removeprefix(WHOLE).partition("[")[0])
    if not nodes or array is None or not array.shape:
        return
    first, last = _ends(array)
    if key.startswith(WHOLE) and all(numbers) and first != last:
        shape = " x ".join(map(str, array.shape))
        message = f"'{name}' is a number, and '{text}' an array of {shape}"
        hint = f"say which element it is: {first} to {last}"
        raise DerivgenError("E204", message, None, hint)
    if not key.startswith(WHOLE) and ":" not in key and not any(numbers):
        message = f"'{name}' is an array, and '{text}' a number"
        raise DerivgenError("E204", message, None, f"did you mean '{array.name}'?")


def _ends(array: Quantity) -> tuple[str, str]:
    """The first and the last element of an array."""
    first = ",".join("0" for _ in array.shape)
    last = ",".join(str(size - 1) for size in array.shape)
    return f"{array.name}[{first}]", f"{array.name}[{last}]"


def _listed(begin: str, names: Iterable[str]) -> str:
    names = list(names)
    more = ", ..." if len(names) > MOST_LISTED else ""
    return f"{begin} {', '.join(names[:MOST_LISTED])}{more}" if names else ""
