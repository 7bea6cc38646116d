"""A printed name and a printed matrix beside the network's."""

from __future__ import annotations

import numpy as np

from derivgen.checking.evaluating.printed import Fit, Printed
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import read
from derivgen.checking.maths.vocabulary import Vocabulary


def fits(matrix: tuple[tuple[Printed, ...], ...], value: np.ndarray) -> bool:
    """True where every cell of a printed matrix is printed from the value there."""
    return all(
        cell.fit(float(value[i, j])) is not Fit.OFF
        for i, row in enumerate(matrix)
        for j, cell in enumerate(row)
    )


def spelling(text: str, vocabulary: Vocabulary) -> str | None:
    """A name in LaTeX as the key that the parser gives it, with its mark."""
    latex = "\\" in text or "{" in text or "^" in text
    reading = read(f"{text} = 1", "latex" if latex else "typed", vocabulary)
    if len(reading.chains) != 1 or reading.failures:
        return None
    body = reading.chains[0].segments[0].body
    return t.full_key(body) if isinstance(body, t.Name) else None
