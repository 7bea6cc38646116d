"""YAML by ruamel's composer: the node graph is walked here, and nothing is ever constructed."""

from __future__ import annotations

import re
import warnings
from typing import Any

from derivgen.errors import DerivgenError, Place
from derivgen.network.source import (
    MAX_ALIAS_GROWTH,
    MAX_DEPTH,
    MAX_NODES,
    Address,
    Places,
    duplicate_key,
    place_of,
    too_deep,
    written_number,
)

#: brackets left open, or dashes in a row, before the composer is spared the work: it is quadratic
_OPEN_LIMIT = 10 * MAX_DEPTH
_BRACKETS = re.compile(r"[\[\]{}]")
_DASHES = re.compile(rf"(?:[-?:] +){{{_OPEN_LIMIT}}}")


def _refuse_depth(text: str, places: Places) -> None:
    """Raises E103 for brackets in brackets without end; those inside texts hardly ever add up."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth = depth + 1 if found.group() in "[{" else max(depth - 1, 0)
        if depth > _OPEN_LIMIT:
            raise too_deep(place_of(text, found.start(), places.file))
    dashes = _DASHES.search(text)
    if dashes is not None:
        raise too_deep(place_of(text, dashes.start(), places.file))


def parse(text: str, places: Places) -> Any:
    """The data of a YAML document; its node graph is walked here, nothing is constructed."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
    from ruamel.yaml.reader import ReaderError

    _refuse_depth(text, places)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            root = YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = places.at(mark.line + 1, mark.column + 1) if mark else Place(places.file)
        problem = str(error.problem or error.context or "not valid YAML")
        hint = "indent with spaces, not with tabs" if "\\t" in problem else ""
        raise DerivgenError("E104", f"not valid YAML: {problem}", place, hint) from None
    except ReaderError as error:
        place = place_of(text, error.position, places.file)
        raise DerivgenError(
            "E102", f"character {error.character!r} is not allowed", place
        ) from None
    except (YAMLError, ValueError, AttributeError) as error:
        first_line = str(error).partition("\n")[0]
        raise DerivgenError("E104", f"not valid YAML: {first_line}", Place(places.file)) from None
    if root is None:
        return None
    return _Walk(
        places, text, max(1000, MAX_ALIAS_GROWTH * (text.count("\n") + len(text) // 4))
    ).value(root, ())


class _Walk:
    """Turns nodes into data, counting them so that aliases of aliases come to an end."""

    def __init__(self, places: Places, text: str, limit: int) -> None:
        self.places = places
        self.lines = text.splitlines()
        self.left = min(limit, MAX_NODES)

    def value(self, node: Any, address: Address) -> Any:
        from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

        place = self.start(node)
        self.places.values[address] = place
        self.left -= 1
        if self.left < 0:
            raise DerivgenError(
                "E103", "the document holds too many values", place, "do aliases repeat aliases?"
            )
        if len(address) > MAX_DEPTH:
            raise too_deep(place)
        tag = str(node.tag or "").removeprefix("tag:yaml.org,2002:")
        if isinstance(node, ScalarNode):
            # ruamel marks the places where it folded a line by bells
            folded = node.style == ">"
            text = str(node.value).replace("\a", "") if folded else str(node.value)
            return _scalar(tag, text, place)
        if isinstance(node, SequenceNode) and tag == "seq":
            return [self.value(child, (*address, at)) for at, child in enumerate(node.value)]
        if isinstance(node, MappingNode) and tag == "map":
            return self.mapping(node, address)
        raise _bad_tag(tag, place)

    def start(self, node: Any) -> Place:
        """Where a value begins; for a text in quotes or in a block, where its first character stands."""
        line, column = node.start_mark.line, node.start_mark.column
        style = getattr(node, "style", None)
        if style in ("|", ">"):
            below = self.lines[line + 1 :]
            first = next((text for text in below if text.strip()), "")
            return self.places.at(line + 2, len(first) - len(first.lstrip()) + 1)
        return self.places.at(line + 1, column + (2 if style in ("'", '"') else 1))

    def mapping(self, node: Any, address: Address) -> dict[str, Any]:
        from ruamel.yaml.nodes import ScalarNode

        found: dict[str, Any] = {}
        for key_node, child in node.value:
            mark = key_node.start_mark
            place = self.places.at(mark.line + 1, mark.column + 1)
            if not isinstance(key_node, ScalarNode):
                raise DerivgenError("E104", "a key must be a plain text", place)
            key = str(key_node.value)
            here = (*address, key)
            if key in found:
                raise duplicate_key(key, place, self.places.keys.get(here))
            self.places.keys[here] = place
            found[key] = self.value(child, here)
        return found


def _bad_tag(tag: str, place: Place) -> DerivgenError:
    return DerivgenError(
        "E106", f"the YAML tag '{tag}' is not allowed in a spec", place, "write plain values"
    )


def _scalar(tag: str, text: str, place: Place) -> Any:
    if tag in ("str", "timestamp"):
        return text
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    if tag in ("int", "float"):
        try:
            return written_number(text)
        except ValueError:
            raise DerivgenError("E104", f"'{text}' is not a number", place) from None
    raise _bad_tag(tag, place)
