"""Text that knows where in the file each of its characters comes from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from derivgen.checking.manuscript import Piece


def _start(piece: Piece) -> int:
    return piece.start


@dataclass(frozen=True, slots=True)
class Traced:
    """A text and its pieces, as :class:`derivgen.checking.manuscript.Passage` has them."""

    text: str
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, text: str, source: int = 0) -> Traced:
        """A text that stands in the file as it is, from ``source`` on."""
        return cls(text, (Piece(0, source),))

    @classmethod
    def put_in(cls, text: str, source: int) -> Traced:
        """A text that stands nowhere in the file, and belongs to one place of it."""
        return cls(text, (Piece(0, source, copied=False),))

    def __len__(self) -> int:
        return len(self.text)

    def source_of(self, offset: int) -> int:
        """Where in the file the character at ``offset`` comes from."""
        piece = self.pieces[max(bisect_right(self.pieces, offset, key=_start) - 1, 0)]
        return piece.source + (offset - piece.start if piece.copied else 0)

    def cut(self, start: int, end: int) -> Traced:
        """The part from ``start`` to ``end``."""
        end = min(max(start, end), len(self.text))
        first = max(bisect_right(self.pieces, start, key=_start) - 1, 0)
        last = max(bisect_right(self.pieces, max(end - 1, start), key=_start), first + 1)
        head = self.pieces[first]
        moved = start - head.start if head.copied else 0
        pieces = [Piece(0, head.source + moved, head.copied)]
        pieces += [
            Piece(piece.start - start, piece.source, piece.copied)
            for piece in self.pieces[first + 1 : last]
        ]
        return Traced(self.text[start:end], tuple(pieces))

    def strip(self, characters: str | None = None) -> Traced:
        """Without the spaces (or ``characters``) at both ends."""
        start = len(self.text) - len(self.text.lstrip(characters))
        return self.cut(start, max(start, len(self.text.rstrip(characters))))


def join(parts: Iterable[Traced]) -> Traced:
    """The parts one after the other; what follows on in the file becomes one piece."""
    texts: list[str] = []
    pieces: list[Piece] = []
    at = 0
    last_empty: Traced | None = None
    for part in parts:
        if not part.text:
            last_empty = part
            continue
        for piece in part.pieces:
            start = at + piece.start
            if pieces and pieces[-1].copied and piece.copied:
                before = pieces[-1]
                if before.source + (start - before.start) == piece.source:
                    continue
            pieces.append(Piece(start, piece.source, piece.copied))
        texts.append(part.text)
        at += len(part.text)
    if not pieces:
        return last_empty if last_empty is not None else Traced("", (Piece(0, 0),))
    return Traced("".join(texts), tuple(pieces))
