"""The sandbox that templates run in: no way to Python's internals, and no cheap way to a hang.

Jinja's own sandbox keeps attributes such as ``__class__`` from a template.  It lets one line ask for
gigabytes or for hours of arithmetic, though; the operators and methods with which that is done are
capped here.
"""

from __future__ import annotations

import re
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

#: the largest exponent, the longest repeated text or list, and all numbers of ``range`` in one rendering
MAX_EXPONENT = 64
MAX_REPEATED = 10_000
MAX_COUNTED = 1_000_000

#: methods of texts that make them as long as a number says
_PADDING = frozenset(
    {
        "center",
        "expandtabs",
        "format",
        "format_map",
        "ljust",
        "replace",
        "rjust",
        "translate",
        "zfill",
    }
)
#: filters that do the same, and Jinja's filler text
_PADDING_FILTERS = ("center", "format", "indent", "replace")
_FILLERS = ("lipsum",)
#: a template can make up names without end
_MOST_ANSWERS = 4096
#: a width or a precision of more than two digits, or one that comes as a value
_WIDE = re.compile(r"%[^a-zA-Z%]*(?:\d{3}|\*)")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with caps on what one expression can cost."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in _PADDING_FILTERS:
            del self.filters[name]
        for name in _FILLERS:
            del self.globals[name]
        self.globals["range"] = _Counter()
        self._safe: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Jinja's rule, without the methods that pad texts.

        It asks for the kind of object and the name alone, so an answer serves for all of that kind.
        """
        key = (type(obj), attr)
        safe = self._safe.get(key)
        if safe is None:
            padding = isinstance(obj, str) and attr in _PADDING
            safe = not padding and super().is_safe_attribute(obj, attr, value)
            if len(self._safe) < _MOST_ANSWERS:
                self._safe[key] = safe
        return safe

    def wrap_str_format(self, value: Any) -> None:
        """No ``format`` of Jinja's own either: it keeps to attributes, but not to a width."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """The operators whose result can be out of all proportion to their operands."""
        if operator == "**" and not _small(right, MAX_EXPONENT):
            raise SecurityError(f"powers go up to {MAX_EXPONENT}")
        if operator == "%" and isinstance(left, str) and _WIDE.search(left):
            raise SecurityError("a text cannot be formatted with % to a width")
        if operator == "*":
            for text, times in ((left, right), (right, left)):
                if hasattr(text, "__len__") and not _small(times, MAX_REPEATED / max(1, len(text))):
                    raise SecurityError(f"texts are repeated up to {MAX_REPEATED} characters")
        return super().call_binop(context, operator, left, right)


def _small(number: Any, most: float) -> bool:
    return isinstance(number, (int, float)) and abs(number) <= most


class _Counter:
    """``range`` for one rendering: all numbers together have a cap, so that nested loops end."""

    def __init__(self) -> None:
        self._left = MAX_COUNTED

    def __call__(self, *bounds: int) -> range:
        numbers = range(*bounds)
        if len(numbers) > self._left:
            raise SecurityError(f"loops count to {MAX_COUNTED} altogether")
        self._left -= len(numbers)
        return numbers
