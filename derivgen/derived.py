"""What ``derivgen.derive`` gives: a derivation to look at, to compute with, and to save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import cast

import numpy as np
import sympy

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.selection import find_entries
from derivgen.document.blocks import Document, Figure, Words
from derivgen.document.figure import caption_of, network_picture
from derivgen.document.formulas import Formulas
from derivgen.document.making import make_document
from derivgen.document.templates import template_names
from derivgen.errors import DerivgenError, did_you_mean
from derivgen.formula.latex import LATEX
from derivgen.formula.tree import Chain
from derivgen.network.task import Task, about
from derivgen.notation import Entry
from derivgen.render.files import Outputs
from derivgen.render.formats import FORMATS
from derivgen.render.write import Options, document_text, write_document
from derivgen.settings import VIEWS, View


@dataclass(frozen=True)
class Gradient:
    """d loss / d one element, as sympy expressions and as a number.

    ``chain`` is over the elements that the local partials name (activations among them), ``closed``
    is expanded down to parameters, inputs and targets.  Functions of the network's table stand in
    both as applied functions (``sigmoid(z)``).  ``value`` is None where the network has no numbers.
    In Jupyter it shows itself as mathematics.
    """

    name: str
    chain: sympy.Expr
    closed: sympy.Expr
    value: float | None
    formula: Chain

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {LATEX.write_chain(self.formula)}$"


@dataclass(frozen=True)
class Derived:
    """A worked derivation.

    >>> d = derivgen.derive(derivgen.load("net.yaml"))
    >>> d.values["W1"], d.gradients["W1"], d.gradient("w_5").closed
    >>> d.save("handout.pdf")
    """

    task: Task
    templates: Path | None = None

    @cached_property
    def derivation(self) -> Derivation:
        """The engine behind it: passes, paths, updates."""
        return Derivation(self.task)

    @property
    def values(self) -> Mapping[str, np.ndarray]:
        """Every quantity by name, in double precision; empty for a symbolic network."""
        return {} if self.task.network.symbolic else self.derivation.unrounded.values

    @property
    def gradients(self) -> Mapping[str, np.ndarray]:
        """d loss / d every quantity by name, in its shape; empty for a symbolic network."""
        return {} if self.task.network.symbolic else self.derivation.unrounded.gradients

    @property
    def updated(self) -> Mapping[str, np.ndarray]:
        """The trained parameters after the first step; empty where nothing is trained."""
        return next((change.after for _, change in self.derivation.training()), {})

    def gradient(self, name: str) -> Gradient:
        """d loss / d the element of that name: ``w_5``, ``W1[0,1]``, ``b``.

        Raises E506 for a name that means nothing or more than one element, and ValueError where the
        closed form would have thousands of terms.
        """
        entry = self._entry(name)
        derivation = self.derivation
        graph = derivation.first.graph
        paths = graph.paths(entry, graph.count(entry))
        chain = sympy.Add(
            *(sympy.Mul(*(f.expression for f in derivation.first.factors(path))) for path in paths)
        )
        value = None
        if not self.task.network.symbolic:
            value = float(derivation.unrounded.gradients[entry[0]][entry[1]])
        formulas = Formulas(derivation, derivation.first)
        entries = {
            symbol: read
            for path in paths
            for factor in derivation.first.factors(path)
            for symbol, read in factor.entries.items()
        }
        formula = Chain(formulas.gradient_token(entry), (("=", formulas.symbolic(chain, entries)),))
        return Gradient(name, chain, derivation.closed_form(entry), value, formula)

    def _entry(self, name: str) -> Entry:
        found = find_entries(self.task.network, self.derivation.names, name)
        if len(found) != 1:
            raise DerivgenError(
                "E506", f"{name} has {len(found)} elements", hint=f"name one of them: {name}[0]"
            )
        return found[0]

    # --- documents --------------------------------------------------------------------------

    @cached_property
    def document(self) -> Document:
        """The document that the task asks for, free of any format.

        Raises E501 where a gradient disagrees with its independent check.
        """
        self.check_names()
        return make_document(self.derivation, self._figure(), self.templates)

    def check_names(self) -> None:
        """The style and the elements that the task names exist.

        Raises E610 for a style that there is not, E506 for the name of nothing; both name the place in
        the spec.
        """
        options = self.task.options
        styles = [
            name.removeprefix("styles/").removesuffix(".j2")
            for name in template_names(self.templates)
            if name.startswith("styles/") and name.count("/") == 1
        ]
        if options.style not in styles:
            near = did_you_mean(options.style, styles) or f"the styles are {', '.join(styles)}"
            raise DerivgenError(
                "E610", f"there is no style {options.style!r}", options.style_place, near
            )
        for word in options.show or ():
            if word not in ("all", "first"):
                find_entries(self.task.network, self.derivation.names, word, options.place_of(word))

    def _figure(self) -> Figure | None:
        """The picture of the network, where it has one that can be read."""
        if not self.task.options.figure:
            return None
        formulas = Formulas(self.derivation, self.derivation.first)

        def value(array: str, index: tuple[int, ...]) -> str | None:
            given = not self.task.network.symbolic
            return formulas.text((array, index)) if given else None

        picture = network_picture(self.task.network, self.derivation.names, value)
        if picture is None:
            return None
        caption = (Words(caption_of(picture)),)
        return Figure(picture, caption, "The network from its inputs on the left to its outputs.")

    def to_markdown(self, dialect: str | None = None) -> str:
        """The document as Markdown of a dialect (default: dollars, as Pandoc and Quarto read it)."""
        return self._text("md", self._options(dialect=dialect))

    def to_latex(self, fragment: bool = False) -> str:
        """The document as LaTeX: whole, or as a fragment to ``\\input``."""
        return self._text("tex-fragment" if fragment else "tex", self._options())

    def to_html(self) -> str:
        """The document as one self-contained HTML page."""
        return self._text("html", self._options())

    def to_notebook(self) -> str:
        """The document as a Jupyter notebook: JSON of nbformat 4.5, without outputs."""
        return self._text("ipynb", self._options())

    def to_typst(self) -> str:
        """The document as Typst markup."""
        return self._text("typ", self._options())

    def _text(self, format: str, options: Options) -> str:
        stream = StringIO()
        with about(self.task):
            write_document(self.document, format, stream, options)
        return stream.getvalue()

    def _options(self, dialect: str | None = None) -> Options:
        return Options(dialect=dialect, paper=self.task.options.paper, user_folder=self.templates)

    def save(self, path: str | Path, engine: str = "typst", dialect: str | None = None) -> None:
        """Write the document to a file; its format follows from the file's suffix.

        ``engine`` makes a PDF, ``dialect`` is that of Markdown.  An older file is replaced only when
        the new one is complete.  Raises E507 for a suffix that means no format.
        """
        target = Path(path)
        with about(self.task), Outputs() as outputs:
            self.write(outputs, format_of(target), target, engine, dialect)

    def write(
        self, outputs: Outputs, format: str, target: Path, engine: str, dialect: str | None
    ) -> list[Path]:
        """Add the document in one format, and the pictures that it links, to some outputs."""
        options = self._options()
        if format == "pdf":
            from derivgen.render.pdf import pdf_bytes  # a program of its own, with its fonts

            outputs.add(target, (pdf_bytes(self.document, engine, options),))
            return [target]
        figures: dict[str, str] = {}
        stem = target.name.removesuffix(FORMATS[format].extension)
        options = replace(options, stem=stem)
        if format == "md":
            options = replace(options, dialect=dialect, assets=figures)
        outputs.add(target, document_text(self.document, format, options))
        outputs.add_all({target.parent / name: text for name, text in figures.items()})
        return [target, *(target.parent / name for name in figures)]

    def _repr_markdown_(self) -> str:
        return self.to_markdown("jupyter")


def format_of(path: Path) -> str:
    """The format that a file's suffix stands for; raises E507 for one that stands for none."""
    known = {".pdf": "pdf"}
    for name, row in FORMATS.items():
        known.setdefault(row.extension, name)
    if path.suffix not in known:
        hint = did_you_mean(path.suffix, known) or f"use one of {', '.join(sorted(known))}"
        raise DerivgenError("E507", f"no format is written to {path.name!r}", hint=hint)
    return known[path.suffix]


def with_options(task: Task, style: str | None, views: tuple[str, ...]) -> Task:
    """The task with another style and other views; raises E504 for an unknown view."""
    options = task.options
    if style is not None:
        options = replace(options, style=style, style_place=None)
    for view in views:
        if view not in VIEWS:
            near = did_you_mean(view, VIEWS) or f"the views are {', '.join(VIEWS)}"
            raise DerivgenError("E504", f"there is no view {view!r}", hint=near)
    if views:
        options = replace(options, views=tuple(cast("View", v) for v in views))
    return replace(task, options=options)
