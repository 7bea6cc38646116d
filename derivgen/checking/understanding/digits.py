"""What a document says of its digits: that it cuts them, that it carries rounded numbers on."""

from __future__ import annotations

import re

from derivgen.checking.understanding.statements import Policy

#: words by which a document says that it goes on with rounded numbers
CARRIES = re.compile(
    r"(carr|go(es)?\b.{0,20}\bon|continu).{0,60}(rounded|printed)|(rounded|printed).{0,80}(carr|go(es)? on)",
    re.I | re.S,
)
#: words by which it says that it goes on with what was not rounded
_IN_FULL = re.compile(
    r"(carr|go(es)?\b[^.;]{0,20}\bon|continu|comput|work)[^.;]{0,60}"
    r"\b(in full|unrounded|not rounded|full (precision|accuracy)|all (the|their|its)? ?digits|exact)",
    re.I,
)
#: words by which a document says that it cuts digits
CUTS = re.compile(
    r"(digits?|decimals?|numbers?|places?|results?)\b.{0,60}\b(cut|truncated|chopped)\b",
    re.I | re.S,
)


def policy_of(words: str) -> Policy:
    """Whether a document says that it goes on with rounded numbers, and that it cuts digits."""
    return bool(CARRIES.search(_IN_FULL.sub("", words))), bool(CUTS.search(words))
