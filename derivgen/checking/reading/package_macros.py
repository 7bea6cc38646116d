"""Macros that packages define, and people use without defining them: those of ``physics``, ``derivative``, ``siunitx``."""

from __future__ import annotations

#: name -> number of arguments, default of the first one, body; what a document defines itself goes before
PACKAGE_MACROS: dict[str, tuple[int, str | None, str]] = {
    "pdv": (2, None, r"\frac{\partial #1}{\partial #2}"),
    "pdif": (2, None, r"\frac{\partial #1}{\partial #2}"),
    "dv": (2, None, r"\frac{d #1}{d #2}"),
    "odv": (2, None, r"\frac{d #1}{d #2}"),
    "grad": (0, None, r"\nabla"),
    "vb": (1, None, r"\mathbf{#1}"),
    "va": (1, None, r"\vec{#1}"),
    "vu": (1, None, r"\hat{#1}"),
    "abs": (1, None, r"\left|#1\right|"),
    "norm": (1, None, r"\left\|#1\right\|"),
    "mqty": (1, None, r"\begin{pmatrix}#1\end{pmatrix}"),
    "pmqty": (1, None, r"\begin{pmatrix}#1\end{pmatrix}"),
    "bmqty": (1, None, r"\begin{bmatrix}#1\end{bmatrix}"),
    "SI": (3, "", "#2"),
}
#: those whose argument may stand in round brackets instead of braces
IN_BRACKETS = frozenset({"mqty", "abs", "norm"})
#: characters of such an argument, at most
_LONGEST = 2_000


def closing_bracket(text: str, at: int) -> int | None:
    """Where the round bracket that opens at a place closes."""
    depth = 0
    for place in range(at, min(len(text), at + _LONGEST)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place
    return None
