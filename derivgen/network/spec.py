"""Reading a spec: from YAML, TOML or JSON to a :class:`~derivgen.network.task.Task`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network import naming
from derivgen.network import source as sources
from derivgen.network.assemble import network_of
from derivgen.network.functions import ALONG, FUNCTIONS
from derivgen.network.losses import LOSSES
from derivgen.network.notations import PRESETS
from derivgen.network.optimisers import OPTIMISERS, optimiser_named, optimiser_options
from derivgen.network.options import exact
from derivgen.network.schema import Spec
from derivgen.network.source import Source, WrittenFraction
from derivgen.network.task import Task
from derivgen.network.values import Reader
from derivgen.settings import DocumentOptions, Numbers, Training

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_STANDARD_DECIMALS = 4
_STANDARD_LEAST = 3


def read_task(path: str | Path, overrides: Sequence[str] = ()) -> Task:
    """Reads a spec from a file, or from standard input where the path is ``-``.

    ``overrides`` are texts ``key.sub=value``, put in one after the other; list items are addressed by
    number from 0 (``layers.0.activation=relu``).  Files that the spec names are relative to it.

    Raises :class:`DerivgenError`, with the place of what is wrong.
    """
    shown = str(path)
    source = sources.read(path)
    stdin = shown == "-"
    folder = Path() if stdin else Path(shown).parent
    return _task(source, "derivation" if stdin else Path(shown).stem, folder, overrides)


def task_from_text(
    text: str,
    format: str = "yaml",
    name: str = "derivation",
    base_folder: str | Path = ".",
    overrides: Sequence[str] = (),
) -> Task:
    """Reads a spec from a text in the format ``yaml``, ``toml`` or ``json``; see :func:`read_task`."""
    return _task(sources.parse(text, format, name), name, Path(base_folder), overrides)


def task_from_mapping(
    mapping: Mapping[str, Any], name: str = "derivation", base_folder: str | Path = "."
) -> Task:
    """Makes a task from a spec that is a Python mapping; values may be numpy arrays and fractions."""
    source = Source(name, _plain(mapping), {}, {})
    return _task(source, name, Path(base_folder), ())


def _plain(value: Any) -> Any:
    """The same with lists for arrays and tuples."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of specs, for editors."""
    found = Spec.model_json_schema()
    # what a table alone knows; activations, losses and styles can also be the author's own
    tables = (
        ("TrainingSpec", "optimiser", "enum", OPTIMISERS),
        ("Notation", "preset", "enum", PRESETS),
        (
            "DenseLayer",
            "activation",
            "examples",
            [*(n for n, f in FUNCTIONS.items() if f.activation), *ALONG],
        ),
        ("Loss", "name", "examples", LOSSES),
    )
    for model, key, keyword, table in tables:
        found["$defs"][model]["properties"][key][keyword] = list(table)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _task(source: Source, name: str, folder: Path, overrides: Sequence[str]) -> Task:
    source = sources.apply_overrides(source, overrides)
    spec = checked(source)
    network = network_of(spec, source, Reader(source, folder))
    return Task(
        network,
        _training(spec, source),
        _numbers(spec, source),
        _options(spec, source),
        spec.name or name,
        source.name,
        source.key_place(("numbers", "exact")) if spec.numbers.exact else None,
    )


def checked(source: Source) -> Spec:
    """The spec that a document holds.  Raises E201 to E203 for the first thing that is wrong."""
    if not isinstance(source.data, dict):
        what = "empty" if source.data is None else "no mapping of keys"
        raise DerivgenError(
            "E203",
            f"the spec is {what}",
            Place(source.name),
            "derivgen new writes one to start from",
        )
    try:
        return Spec.model_validate(source.data)
    except ValidationError as error:
        from derivgen.network.schema_errors import translated  # only where something is wrong

        raise translated(error, source) from None


def _number_of(value: float | Fraction, spec: Spec) -> float | Fraction:
    """A number of a spec: a fraction where it has no decimals that come to an end, or was given as one among
    exact fractions."""
    whole = exact(value)
    kept = spec.numbers.exact and isinstance(value, WrittenFraction)
    return whole if kept or exact(float(value)) != whole else float(value)


def _training(spec: Spec, source: Source) -> Training:
    given = spec.training
    optimiser = optimiser_named(given.optimiser, source.value_place(("training", "optimiser")))
    place = source.value_place(("training", "options"))
    options = optimiser_options(optimiser, given.options, place)
    letter = given.learning_rate_name or naming.preset_of(spec, source).learning_rate
    return Training(
        optimiser.name,
        None if given.learning_rate is None else _number_of(given.learning_rate, spec),
        {key: _number_of(value, spec) for key, value in options.items()},
        given.steps,
        min(given.show, given.steps),
        naming.checked_letter(letter, source.value_place(("training", "learning_rate_name"))),
    )


def _numbers(spec: Spec, source: Source) -> Numbers:
    given = spec.numbers
    if given.significant is not None and (given.decimals is not None or given.least_significant):
        other = "decimals" if given.decimals is not None else "least_significant"
        raise DerivgenError(
            "E209",
            f"'significant' and '{other}' contradict each other",
            source.key_place(("numbers", other)),
            "keep one of them",
        )
    decimals = given.decimals if given.decimals is not None else _STANDARD_DECIMALS
    least = given.least_significant
    if least is None:
        # who says nothing of digits gets small numbers that can be read; who counts decimals counts
        unsaid = given.decimals is None and given.significant is None
        least = _STANDARD_LEAST if unsaid else 0
    return Numbers(
        None if given.significant is not None else decimals,
        given.significant,
        least,
        given.rounding,
        given.carry,
        given.exact,
    )


def _options(spec: Spec, source: Source) -> DocumentOptions:
    given = spec.document
    show = given.show
    shown = range(len(show or ()))
    return DocumentOptions(
        title=spec.title,
        author=spec.author,
        date=spec.date,
        description=spec.description,
        style=given.style,
        views=tuple(dict.fromkeys(given.views)),
        show=None if show is None else tuple(show),
        full_limit=given.full_limit,
        long_sum=given.long_sum,
        factor_order=given.factor_order,
        per_output=given.per_output,
        collapse=given.collapse,
        verification=given.verification,
        figure=given.figure,
        product=given.product,
        paper=given.paper,
        front_matter=_front_matter(given.front_matter),
        style_place=source.value_place(("document", "style")),
        show_places=tuple(source.value_place(("document", "show", at)) for at in shown),
    )


def _front_matter(
    given: bool | dict[str, str | list[str]],
) -> dict[str, str | tuple[str, ...]] | None:
    """The keys of the front matter; None where there is to be none."""
    if isinstance(given, bool):
        return {} if given else None
    return {key: value if isinstance(value, str) else tuple(value) for key, value in given.items()}


# --- examples -------------------------------------------------------------------------------------


def _examples() -> Traversable:
    """The folder of examples: inside an installed package, beside the package in a checkout."""
    from importlib.resources import files  # who reads a spec of his own has no use for it

    package = files("derivgen")
    inside = package.joinpath("_examples")
    if inside.is_dir():
        return inside
    return Path(str(package)).parent / "examples"


def example_names() -> tuple[str, ...]:
    """The names of the examples that come with derivgen."""
    names = [entry.name for entry in _examples().iterdir()]
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def example_text(name: str) -> str:
    """The commented spec of an example.  Raises E204 for a name that is none."""
    known = example_names()
    if name not in known:
        hint = did_you_mean(name, known) or f"one of {', '.join(known)}"
        raise DerivgenError("E204", f"there is no example '{name}'", None, hint)
    return _examples().joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def starter() -> str:
    """A commented spec to start from: a network of two layers, with what is most often changed."""
    return _STARTER


_STARTER = """\
# A network for derivgen: two inputs, two hidden units, one output.
# Write its documents with:  derivgen build FILE
# All keys are described by:  derivgen schema

title: Backpropagation, step by step

data:
  inputs: [0.5, 1]            # one sample; a list of lists is a batch
  targets: [1]

layers:
  - dense: 2
    activation: sigmoid       # derivgen list activations
    weights: [[0.1, 0.2],     # one row a unit; leave the key out for letters instead of numbers
              [0.3, 0.4]]
    bias: [0.1, 0.1]          # or one number shared by the layer, or none
  - dense: 1
    activation: sigmoid
    weights: [[0.5, 0.6]]
    bias: [0.2]

loss: half_squared_error      # derivgen list losses

training:
  optimiser: gradient_descent # derivgen list optimisers
  learning_rate: 0.5
  steps: 1

numbers:
  decimals: 4
  rounding: half_up           # or half_even, truncate
  carry: full                 # rounded: go on with the printed numbers

notation: standard            # derivgen list notations

document:
  style: tutorial             # derivgen list styles
  views: [paths]              # paths, reuse, matrix, symbolic, closed-form
"""

__all__ = [
    "example_names",
    "example_text",
    "json_schema",
    "read_task",
    "starter",
    "task_from_mapping",
    "task_from_text",
]
