"""From a style to blocks: the light markup that styles are written in.

A style is a Jinja template whose text is marked up as in Markdown::

    ## The output unit

    The derivative of the *loss* with respect to << weight >> is

    << chain | numbered("chain") >>

    and << ref("chain") >> holds for every sample.

    ::: Dead unit
    The factor is 0, so << weight >> does not change.
    :::

Headings have one to three ``#``; paragraphs end at an empty line; lists have ``-`` or ``1.``;
``*emphasis*``, ``**strong**`` and code in backticks; ``::: Title`` to ``:::`` is a note, and one may stand
inside another; a backslash before punctuation takes it literally.

Jinja hands over what stands between ``<<`` and ``>>`` as the object itself, never as text, so
that no string of a user can become markup and no formula is turned into a string on the way.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

from jinja2 import Template, Undefined, pass_context, pass_eval_context
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.nodes import EvalContext
from jinja2.runtime import Context

from derivgen.document.blocks import Block, Display, Inline, Math, Reference, Words
from derivgen.document.markup_reader import Piece, Reader
from derivgen.document.sandbox import Sandbox
from derivgen.document.signs import signs_of
from derivgen.document.templates import environment, template_errors, template_names, template_place
from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.formula.measure import chain_width, width
from derivgen.formula.tree import Chain, Node

#: chains that the filter ``together`` puts into one display
MOST_TOGETHER = 5
#: what is wider, in the unit of formula.measure, needs several lines beside the number of a display
ONE_LINE = 69.0
#: how much wider one left side may be than another
MOST_LEFT = 12.0

_FORMULAS = (*get_args(Node), Chain)
_INLINES = get_args(Inline)
_BLOCKS = get_args(Block)


def compose(
    style: str, context: Mapping[str, object], user_folder: Path | None = None
) -> Iterator[Block]:
    """The blocks that a style makes of a context, one by one as they are completed.

    :param style: the name of a template in ``styles/``, without its suffix.
    :param context: the names that the style may use.  A formula stands in the line, a block or a
        sequence of blocks stands by itself, a string or a whole number is printed literally, and a
        tuple of inlines is spliced in.
    :param user_folder: templates in it go before those of derivgen.
    :raises DerivgenError: E610 to E615, with the file and line of the template.
    """
    env = environment(user_folder, _StyleEnvironment)
    labels = _Labels()
    env.filters["numbered"] = labels.numbered
    env.filters["together"] = _together
    env.filters["joined"] = _joined
    env.filters["signs"] = signs_of
    env.globals["ref"] = labels.reference
    name = f"styles/{style}.j2"
    with template_errors((*context, *env.globals, *template_names(user_folder))):
        template = env.get_template(name)
        pieces = _Pieces(template, template.new_context(dict(context)))
        yield from Reader(pieces, pieces.place).blocks()


class _StyleEnvironment(Sandbox):
    """Runs templates that yield objects beside strings (as Jinja's native types do)."""

    code_generator_class = NativeCodeGenerator

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, finalize=_piece)

    @staticmethod
    def concat(parts: Iterable[Piece | Fragment]) -> Fragment:  # type: ignore[override]  # Jinja's gives a string
        """What a macro, a block or a ``set`` block comes to: its pieces, not a string."""
        return Fragment(tuple(parts))


@dataclass(frozen=True)
class Fragment:
    """The output of a macro or of a ``set`` block; it can be printed and tested, nothing else."""

    parts: tuple[Piece | Fragment, ...]

    def flat(self) -> Iterator[Piece]:
        for part in self.parts:
            if isinstance(part, Fragment):
                yield from part.flat()
            else:
                yield part

    def __bool__(self) -> bool:
        return any(not isinstance(piece, str) or piece.strip() for piece in self.flat())

    def __str__(self) -> str:
        raise DerivgenError(
            "E613",
            "the output of a macro or of a set block is not a string",
            hint="print it by itself, side by side with other text rather than joined by ~",
        )


_AS_IT_IS = (Fragment, *_INLINES)


@pass_eval_context  # keeps Jinja from evaluating it when it compiles
def _piece(_: EvalContext, value: Any) -> Piece | Fragment:
    """What a printed value stands for.  Plain strings in the stream are the template's own markup,
    so a string of the context is wrapped."""
    if isinstance(value, Undefined):
        str(value)  # raises, with Jinja's message
    if isinstance(value, _AS_IT_IS):
        return cast("Piece | Fragment", value)
    if isinstance(value, _BLOCKS):
        return (value,)
    if isinstance(value, _FORMULAS):
        return Math(value)
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        text = str(value)
        return Words(text) if text else ""
    if isinstance(value, tuple | list):
        return _sequence(value)
    raise DerivgenError(
        "E613", f"a value of type {type(value).__name__} cannot stand in a document"
    )


def _sequence(values: Sequence[Any]) -> Piece | Fragment:
    if all(isinstance(value, _BLOCKS) for value in values):
        return tuple(values) if values else ""
    if all(isinstance(value, _INLINES) for value in values):
        return Fragment(tuple(values))
    kinds = ", ".join(sorted({type(value).__name__ for value in values}))
    raise DerivgenError(
        "E613", f"a sequence of {kinds} is neither all blocks nor all inline content"
    )


def _together(displays: Iterable[Display], most: int = MOST_TOGETHER) -> list[Display]:
    """The filter ``displays | together``: as few displays, aligned at their relations, and none of
    them so tall that a page cannot hold it; ``together(most)`` says of how many chains.

    A chain that needs several lines stands by itself, and so do those whose left sides are much wider
    than others': what is right of them all would have little room."""
    found: list[Display] = []
    for chains in _alike(chain for display in displays for chain in display.chains):
        count = -(-len(chains) // max(most, 1))
        size = -(-len(chains) // count)  # of about the same height
        found += [Display(tuple(chains[at : at + size])) for at in range(0, len(chains), size)]
    return found


def _joined(displays: Iterable[Display]) -> Display:
    """The filter ``displays | joined``: one display, aligned at its relations."""
    return Display(tuple(chain for display in displays for chain in display.chains))


def _alike(chains: Iterable[Chain]) -> Iterator[list[Chain]]:
    """Runs of chains that can be aligned with one another."""
    run: list[Chain] = []
    for chain in chains:
        if run and not _fit(run[0], chain):
            yield run
            run = []
        run.append(chain)
    if run:
        yield run


def _fit(first: Chain, second: Chain) -> bool:
    lefts = [0.0 if chain.left is None else width(chain.left) for chain in (first, second)]
    one_line = all(chain_width(chain) <= ONE_LINE for chain in (first, second))
    return one_line and abs(lefts[0] - lefts[1]) <= MOST_LEFT


class _Labels:
    """Numbers displays in the order in which the template prints them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @pass_context
    def numbered(self, _: Context, value: object, label: str) -> Display:
        """The filter ``display | numbered("label")``; a bare chain becomes a display."""
        display = Display((value,)) if isinstance(value, Chain) else value
        if not isinstance(display, Display):
            raise DerivgenError("E613", f"only a display is numbered, not {type(value).__name__}")
        if label in self._numbers:
            raise DerivgenError("E614", f"the label '{label}' is given twice")
        number = self._numbers[label] = len(self._numbers) + 1
        return replace(display, label=label, number=number)

    @pass_context
    def reference(self, _: Context, label: str) -> Reference:
        """The function ``ref("label")``."""
        number = self._numbers.get(label)
        if number is None:
            message = f"no display before this has the label '{label}'"
            raise DerivgenError("E614", message, hint=did_you_mean(label, self._numbers))
        return Reference(label, number)


class _Pieces:
    """The pieces of a running template, and the line of the template that it has come to."""

    def __init__(self, template: Template, context: Context) -> None:
        self._file = template.filename or "<template>"
        # what _piece makes of a template's values: Jinja knows of strings only
        self._stream = cast("Generator[Piece | Fragment]", template.root_render_func(context))

    def __iter__(self) -> Iterator[Piece]:
        for part in self._stream:
            if isinstance(part, Fragment):
                yield from part.flat()
            else:
                yield part

    def place(self) -> Place:
        """Where the innermost template (an included one counts) stands now."""
        place = Place(self._file)
        running: Any = self._stream
        while running is not None:
            frame = getattr(running, "gi_frame", None)
            if frame is None:
                break
            template = frame.f_globals.get("__jinja_template__")
            if template is not None:
                place = template_place(template, frame.f_lineno)
            running = running.gi_yieldfrom
        return place
