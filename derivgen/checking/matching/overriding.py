"""What a user says of names: the pairs that come before all that is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derivgen.checking.matching.evidence import Evidence
from derivgen.checking.matching.network_view import WHOLE
from derivgen.checking.matching.renaming import OWN as OWN
from derivgen.checking.matching.spelling import spelling
from derivgen.checking.maths.parser import learn
from derivgen.errors import DerivgenError, did_you_mean


def overridden(
    evidence: Evidence,
    overrides: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    vocabulary = learn((), [*overrides, *overrides.values()])
    for name, other in overrides.items():
        own = name if name in evidence.author.keys else spelling(name, vocabulary) or name
        if own not in evidence.author.keys:
            raise DerivgenError(
                "E204",
                f"the document has no name {name!r}",
                None,
                did_you_mean(own, evidence.author.keys),
            )
        key = _network_key(evidence, other, spelling(other, vocabulary))
        if key is None:
            known = {*evidence.model.network.quantities, *evidence.network.by_spelling}
            raise DerivgenError(
                "E204",
                f"the network has no quantity {other!r} (for {name!r})",
                None,
                did_you_mean(other, known),
            )
        yield own, key


def _network_key(evidence: Evidence, text: str, spelled: str | None) -> str | None:
    if evidence.model.known(text):
        return WHOLE + text if evidence.model.array(text) is not None else text
    for wanted in (spelled, text):
        found = evidence.network.by_spelling.get(wanted or "", ())
        if found:
            return found[0]
    return None
