"""A walk over the text of a spec that knows in which line and column it stands."""

from __future__ import annotations

import re

from derivgen.errors import Place
from derivgen.network.source import Places


class Walk:
    """A place in a text; ``space`` is what may stand between two tokens."""

    def __init__(self, text: str, places: Places, space: re.Pattern[str]) -> None:
        self.text = text
        self.places = places
        self.space = space
        self.at = 0
        #: offset of the line that was found last, so that places cost no second scan
        self.line, self.line_start = 1, 0

    def place(self) -> Place:
        """Where the walk stands."""
        self.line += self.text.count("\n", self.line_start, self.at)
        self.line_start = max(self.line_start, self.text.rfind("\n", 0, self.at) + 1)
        return self.places.at(self.line, self.at - self.line_start + 1)

    def skip(self) -> str:
        """Steps over space; the character behind it, empty at the end."""
        found = self.space.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]
