"""YAML by ruamel's composer: the node graph is walked here, and nothing is ever constructed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
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


#: a list of at least four plain decimal numbers, and nothing else, in brackets
_NUMBER = r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_NUMBERS = re.compile(rf"\[[ \n]*+(?:{_NUMBER}[ \n]*+,[ \n]*+){{3,}}+{_NUMBER}[ \n]*+\]")
_NUMBER_OR_LINE = re.compile(rf"{_NUMBER}|\n")
_SPECIAL = re.compile("[#\"'&!]")
_NOT_SPACE = re.compile(r"[^ \n]")


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
    _refuse_depth(text, places)
    lists = {f.start(): f.end() for f in _NUMBERS.finditer(text) if _is_plain(f)}
    if lists:
        try:
            # a composer takes far longer for a list of numbers than for anything else in a spec
            walk = _walk(text, places, lists)
            root = _composed(_NUMBERS.sub(_emptied, text), places)
            data = None if root is None else walk.value(root, ())
            if lists.keys() == walk.claimed:
                return data
        except DerivgenError:
            pass  # found again, and told, in the text as it stands
        places.keys.clear()
        places.values.clear()
    root = _composed(text, places)
    return None if root is None else _walk(text, places, {}).value(root, ())


def _is_plain(found: re.Match[str]) -> bool:
    """False where a list may stand in a comment or a text, or has an anchor or a tag."""
    line_start = found.string.rfind("\n", 0, found.start()) + 1
    return _SPECIAL.search(found.string, line_start, found.start()) is None


def _emptied(found: re.Match[str]) -> str:
    """An empty list in place of a list of numbers; what follows keeps its line and column."""
    if not _is_plain(found):
        return found.group()
    return f"[{_NOT_SPACE.sub(' ', found.group()[1:-1])}]"


def _walk(text: str, places: Places, lists: Mapping[int, int]) -> _Walk:
    limit = max(1000, MAX_ALIAS_GROWTH * (text.count("\n") + len(text) // 4))
    return _Walk(places, text, limit, lists)


#: what mostly lies behind a problem that the reader of YAML names
_HINTS = {
    "\\t": "indent with spaces, not with tabs",
    "could not find expected ':'": "a key needs a ':' behind it, on this line or the one before",
    "mapping values are not allowed": "a text with ': ' in it needs quotes; a key belongs on a line of its own",
    "but found '<scalar>'": "quotes go around the whole text",
    "but found '<block": "indent this line as those that belong with it",
    "expected ',' or": "a comma is missing, or a bracket is not closed",
    "while scanning a quoted": "a quote is not closed",
    "found unexpected end of stream": "a quote or a bracket is not closed",
    "undefined alias": "an anchor (&name) has to stand before its alias (*name)",
}


def _composed(text: str, places: Places) -> Any:
    """The root of the node graph; None for an empty document."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            return YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = places.at(mark.line + 1, mark.column + 1) if mark else Place(places.file)
        problem = str(error.problem or error.context or "not valid YAML")
        hint = next((hint for said, hint in _HINTS.items() if said in problem), "")
        raise DerivgenError("E104", f"not valid YAML: {problem}", place, hint) from None
    except ReaderError as error:
        place = place_of(text, error.position, places.file)
        raise DerivgenError(
            "E102", f"character {error.character!r} is not allowed", place
        ) from None
    except (YAMLError, ValueError, AttributeError) as error:
        first_line = str(error).partition("\n")[0]
        raise DerivgenError("E104", f"not valid YAML: {first_line}", Place(places.file)) from None


class _Walk:
    """Turns nodes into data, counting them so that aliases of aliases come to an end.

    ``lists`` are the places (start and end) of lists of numbers that are empty in the graph;
    ``claimed`` are the starts of those that were met there.
    """

    def __init__(self, places: Places, text: str, limit: int, lists: Mapping[int, int]) -> None:
        self.places = places
        self.text = text
        self.lines = text.splitlines()
        self.left = min(limit, MAX_NODES)
        self.lists = lists
        self.claimed: set[int] = set()

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
            if node.start_mark.index in self.lists and not node.value:
                return self.numbers(node, address)
            return [self.value(child, (*address, at)) for at, child in enumerate(node.value)]
        if isinstance(node, MappingNode) and tag == "map":
            return self.mapping(node, address)
        raise _bad_tag(tag, place)

    def numbers(self, node: Any, address: Address) -> list[Any]:
        """A list of numbers, read from the text."""
        start = node.start_mark.index
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        line_start = start - column + 1
        self.claimed.add(start)
        found: list[Any] = []
        for item in _NUMBER_OR_LINE.finditer(self.text, start + 1, self.lists[start] - 1):
            if item.group() == "\n":
                line, line_start = line + 1, item.end()
                continue
            place = self.places.at(line, item.start() - line_start + 1)
            self.places.values[(*address, len(found))] = place
            found.append(written_number(item.group()))
        self.left -= len(found)
        if self.left < 0:
            raise DerivgenError("E103", "the document holds too many values", self.start(node))
        return found

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
