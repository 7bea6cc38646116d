"""The pipelines on one screen.

spec -> task -> derivation -> document -> files; and document -> manuscript -> report.

Each function loads what it needs when it is called: who checks a document by itself waits neither for
the reader of specs nor for the templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derivgen.errors import DerivgenError, Place

if TYPE_CHECKING:
    import numpy as np

    from derivgen.checking.manuscript import Language, Manuscript
    from derivgen.checking.report import Report
    from derivgen.derivation.passes import Pass
    from derivgen.derived import Derived
    from derivgen.network.task import Task

Progress = Callable[[str], None]


def load(source: str | Path, overrides: Sequence[str] = ()) -> Task:
    """Read a spec from a file (``-``: standard input).

    ``overrides`` are texts ``key=value`` that replace values of the spec.
    Raises DerivgenError with the place of the first thing that is wrong.
    """
    from derivgen.network.spec import read_task

    return read_task(source, overrides)


def task(**spec: Any) -> Task:
    """A task from Python: the keys of a spec as keyword arguments; arrays may be numpy arrays.

    >>> task(data={"inputs": x, "targets": y}, layers=[{"dense": 1}], loss="half_squared_error")
    """
    from derivgen.network.spec import task_from_mapping

    return task_from_mapping(spec)


def derive(
    task: Task, style: str | None = None, views: Sequence[str] = (), templates: Path | None = None
) -> Derived:
    """The derivation of a task; nothing is computed before it is asked for.

    ``style``, ``views`` and a folder of ``templates`` go before those of the task.
    """
    from derivgen.derived import Derived, with_options

    return Derived(with_options(task, style, tuple(views)), templates)


def build(
    source: str | Path | Task,
    *,
    to: Sequence[str] = ("tex", "md", "pdf"),
    style: str | None = None,
    views: Sequence[str] = (),
    overrides: Sequence[str] = (),
    output: Path = Path("output"),
    engine: str = "typst",
    dialect: str | None = None,
    templates: Path | None = None,
    progress: Progress = lambda _: None,
) -> list[Path]:
    """Read a spec and write its document in every format asked for; the paths that were written.

    Nothing is written unless everything could be made: an error leaves older files as they were.
    """
    from derivgen.network.task import about
    from derivgen.render.files import Outputs
    from derivgen.render.write import find_format

    progress("reading")
    given = load(source, overrides) if isinstance(source, (str, Path)) else source
    derived = derive(given, style, views, templates)
    name = derived.task.name
    progress(f"{name}: deriving and checking")
    written: list[Path] = []
    with about(derived.task), Outputs() as outputs:
        for format in dict.fromkeys(to):
            suffix = ".pdf" if format == "pdf" else find_format(format).extension
            progress(f"{name}: writing {format}")
            written += derived.write(outputs, format, output / f"{name}{suffix}", engine, dialect)
        progress(f"{name}: done")
    return written


def values(source: str | Path | Task, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Every quantity and gradient of every training step, in double precision, as nested lists.

    What the document rounds, or carries rounded, is not rounded here.  Raises E505 for a network with
    symbolic values.
    """
    from derivgen.derivation.derivation import Derivation
    from derivgen.network.task import about
    from derivgen.settings import Numbers

    given = load(source, overrides) if isinstance(source, (str, Path)) else source
    if given.network.symbolic:
        missing = ", ".join(given.network.missing)
        place = Place(given.source)
        raise DerivgenError(
            "E505", f"no values for {missing}", place, "give every array its values"
        )
    options = replace(given.options, collapse=False, views=("reuse",))
    derivation = Derivation(replace(given, numbers=Numbers(), options=options))
    with about(given):
        if not derivation.trains:
            return {"steps": [_step(0, derivation.first, {})]}
        return {
            "steps": [_step(c.step - 1, passed, c.after) for passed, c in derivation.training()]
        }


def check(
    document: str | Path,
    network: str | Path | Task | None = None,
    *,
    names: Mapping[str, str] | None = None,
    language: Language | None = None,
) -> Report:
    """What is wrong in a hand derivation.

    ``document`` is the derivation itself, or its file: a Path, or a text of one line that ends as a
    document's name does (``post.md``).  ``network`` is a task or a spec's path; without it the
    document's own definitions are the network.  ``names`` says what names of the author's are
    (``{"w_5": "W2[0,0]"}``).  ``language`` is how the document is written; without it its ending tells, or
    what is in it.  Raises DerivgenError where the document or the spec cannot be read.
    """
    from derivgen.checking.reading import names_a_document

    if isinstance(document, str) and names_a_document(document):
        document = Path(document)
    task = load(network) if isinstance(network, (str, Path)) else network
    return checked(document, task, names=names, language=language)[0]


def checked(
    document: Path | bytes | str,
    network: Task | None = None,
    *,
    names: Mapping[str, str] | None = None,
    language: Language | None = None,
    shown: str = "",
) -> tuple[Report, Manuscript]:
    """As :func:`check`, with the document as it was read; ``document`` is a file, or what is in it.

    ``shown`` is what messages call it.
    """
    # whoever only builds documents does not load the checker
    from derivgen.checking.pipeline import check_manuscript
    from derivgen.checking.reading import read_manuscript
    from derivgen.checking.worked_examples import example_by_example

    manuscript = read_manuscript(document, shown, language)
    report = check_manuscript(manuscript, network, names)
    return report if network else example_by_example(manuscript, report), manuscript


def _step(step: int, passed: Pass, updated: Mapping[str, np.ndarray]) -> dict[str, Any]:
    return {
        "step": step,
        "loss": float(passed.values[passed.network.loss]),
        "quantities": _lists(passed.values),
        "gradients": _lists(passed.gradients),
        "updated": _lists(updated),
    }


def _lists(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    import numpy as np

    return {name: np.asarray(array, dtype=float).tolist() for name, array in arrays.items()}
