"""Words that are language, and words that can be a name."""

from __future__ import annotations

import re
from typing import Final

_TEXT_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ _-]+[A-Za-z0-9]+){0,3}")
#: Words that are language, not a name, wherever they stand in the text font.
STOP_WORDS: Final = frozenset(
    {
        *("a", "all", "also", "an", "and", "are", "as", "at", "be", "because", "but", "by"),
        *("can", "do", "each", "else", "every", "find", "first", "for", "from", "given", "gives"),
        *("has", "have", "hence", "here", "if", "in", "is", "it", "let", "need", "not", "now"),
        *("of", "on", "or", "otherwise", "respectively", "since", "so", "such", "than", "that"),
        *("the", "then", "there", "therefore", "thus", "to", "use", "using", "we", "when"),
        *("where", "which", "while", "with", "yields", "your", "i.e.", "e.g.", "etc"),
    }
)


def is_name_text(text: str) -> bool:
    """Whether words in the text font can be a name: ``Loss``, ``new_weight``, ``learning rate``."""
    if _TEXT_NAME.fullmatch(text.strip()) is None:
        return False
    words = re.split(r"[ _-]+", text.strip().lower())
    return not any(word in STOP_WORDS for word in words)
