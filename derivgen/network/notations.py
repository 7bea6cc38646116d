"""Notation presets: how the quantities of a layered network are written, one table entry each.

A preset has a :class:`Pattern` for each role.  Its texts are names in the small LaTeX of
:mod:`derivgen.formula.names` with placeholders: ``<l>`` is the number of the layer counted from 1,
``<l0>`` from 0, ``<l1>`` from 2; ``<s>`` is ``(<l>)`` where the network has several hidden layers and
nothing where it has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Node, Number, Row, Script
from derivgen.network.model import Naming

Order = Literal["stored", "to_from", "from_to"]


@dataclass(frozen=True)
class Pattern:
    """How one role is written: ``base`` with ``superscript``; in the subscript ``prefix``, then indices.

    ``start`` is the number of the first index, ``order`` that of the two indices of a weight.  ``single``
    is the name where a layer has one unit ("": the base with its prefix; None: nothing special).
    ``numbering`` numbers all elements of the role through the whole network (w_1, w_2, ...), in that
    order within a layer.  ``whole`` is the name in matrix form (None: the base in bold).
    """

    base: str
    superscript: str = ""
    prefix: str = ""
    separator: str = ""
    start: int = 1
    order: Order = "stored"
    single: str | None = ""
    numbering: Literal["to_from", "from_to"] | None = None
    whole: str | None = None


@dataclass(frozen=True)
class Preset:
    """A named set of patterns, the letter of the learning rate, and one line about it."""

    name: str
    summary: str
    patterns: Mapping[str, Pattern]
    learning_rate: str = r"\eta"


_LAYERED = "(<l>)"

#: every role that a preset has to cover, as the standard preset writes it
_STANDARD: dict[str, Pattern] = {
    "input": Pattern("x"),
    "target": Pattern("y"),
    "weights": Pattern("w", _LAYERED, single=None),
    "bias": Pattern("b", _LAYERED),
    "layer_bias": Pattern("b", _LAYERED),
    "network_bias": Pattern("b"),
    "pre_activation": Pattern("z", _LAYERED),
    "activation": Pattern("a", _LAYERED),
    "output_pre_activation": Pattern("z", _LAYERED),
    "output": Pattern("a", _LAYERED),
    "error": Pattern("E"),
    "loss": Pattern("L"),
}

_FLAT_WEIGHTS = Pattern("w", numbering="to_from", whole=r"\mathbf{W}_<l>")
_FLAT_BIAS = Pattern("b", numbering="to_from", whole=r"\mathbf{b}_<l>")
_LAYER_BIAS = Pattern("b", numbering="to_from")

_ENTRIES = (
    Preset("standard", "w^{(l)}_{ij}, b^{(l)}_i, z^{(l)}_i, a^{(l)}_i, counted from 1", _STANDARD),
    Preset(
        "z_a",
        "w_1, w_2, ... row by row; z_{h1}, a_{h1}, z_{out}, \\hat{y}, y_{true}",
        _STANDARD
        | {
            "target": Pattern("y", single="y_{true}"),
            "weights": _FLAT_WEIGHTS,
            "bias": _FLAT_BIAS,
            "layer_bias": _LAYER_BIAS,
            "pre_activation": Pattern("z", "<s>", "h", single=None),
            "activation": Pattern("a", "<s>", "h", single=None),
            "output_pre_activation": Pattern("z", prefix="o", single="z_{out}"),
            "output": Pattern(r"\hat{y}"),
        },
        r"\alpha",
    ),
    Preset(
        "net_out",
        "w_1, w_2, ... row by row; net_{h1}, out_{h1}, net_{o1}, out_{o1}, target_{o1}, E_{total}",
        _STANDARD
        | {
            "input": Pattern("i", single=None),
            "target": Pattern("target", prefix="o", single=None),
            "weights": _FLAT_WEIGHTS,
            "bias": _FLAT_BIAS,
            "layer_bias": _LAYER_BIAS,
            "pre_activation": Pattern("net", "<s>", "h", single=None),
            "activation": Pattern("out", "<s>", "h", single=None),
            "output_pre_activation": Pattern("net", prefix="o", single=None),
            "output": Pattern("out", prefix="o", single=None),
            "error": Pattern("E", prefix="o", single=None),
            "loss": Pattern("E_{total}"),
        },
    ),
    Preset(
        "sum_output",
        "w_1, w_2, ... by the unit they come from; sum_{h1}, output_{h1}, target_1, E_{total}",
        _STANDARD
        | {
            "input": Pattern("i", single=None),
            "target": Pattern("target", single=None),
            "weights": replace(_FLAT_WEIGHTS, numbering="from_to"),
            "bias": _FLAT_BIAS,
            "layer_bias": _LAYER_BIAS,
            "pre_activation": Pattern("sum", "<s>", "h", single=None),
            "activation": Pattern("output", "<s>", "h", single=None),
            "output_pre_activation": Pattern("sum", prefix="o", single=None),
            "output": Pattern("output", prefix="o", single=None),
            "error": Pattern("E", single=None),
            "loss": Pattern("E_{total}"),
        },
        "n",
    ),
    Preset(
        "digits",
        "w_{000} (layer, to, from), b_{00}, h_{pre}, h, o_{pre}, o, all counted from 0; E",
        _STANDARD
        | {
            "input": Pattern("x", start=0),
            "target": Pattern("y", start=0),
            "weights": Pattern(
                "w", prefix="<l0>", start=0, order="to_from", single=None, whole=r"\mathbf{W}_<l0>"
            ),
            "bias": Pattern("b", prefix="<l0>", start=0, single=None, whole=r"\mathbf{b}_<l0>"),
            "layer_bias": Pattern("b", prefix="<l0>"),
            "pre_activation": Pattern(
                "h", "<s>", "pre,", start=0, single=None, whole=r"\mathbf{h}_{pre}"
            ),
            "activation": Pattern("h", "<s>", start=0),
            "output_pre_activation": Pattern(
                "o", prefix="pre,", start=0, single="o_{pre}", whole=r"\mathbf{o}_{pre}"
            ),
            "output": Pattern("o", start=0),
            "error": Pattern("E", start=0, single=None),
            "loss": Pattern("E"),
        },
        r"\mu",
    ),
    Preset(
        "net_prime",
        "w_1, w_2, ..., one b; net_1, h, net_2, y' for the output and y for the target",
        _STANDARD
        | {
            "weights": _FLAT_WEIGHTS,
            "bias": _FLAT_BIAS,
            "layer_bias": _LAYER_BIAS,
            "pre_activation": Pattern("net", prefix="<l>", separator=",", single=""),
            "activation": Pattern("h", "<s>"),
            "output_pre_activation": Pattern("net", prefix="<l>", separator=",", single=""),
            "output": Pattern("y'"),
        },
        r"\alpha",
    ),
    Preset(
        "matrix",
        "X, W^{(1)}, z^{(2)}, a^{(2)}, \\hat{y}, J: the input counts as layer 1",
        _STANDARD
        | {
            "pre_activation": Pattern("z", "(<l1>)"),
            "activation": Pattern("a", "(<l1>)"),
            "output_pre_activation": Pattern("z", "(<l1>)"),
            "output": Pattern(r"\hat{y}"),
            "loss": Pattern("J"),
        },
    ),
)

PRESETS: Mapping[str, Preset] = {entry.name: entry for entry in _ENTRIES}


def preset_named(name: str, place: Place | None = None) -> Preset:
    """The preset of that name.  Raises E204 with the nearest one."""
    if name not in PRESETS:
        hint = did_you_mean(name, PRESETS) or f"one of {', '.join(PRESETS)}"
        raise DerivgenError("E204", f"there is no notation '{name}'", place, hint)
    return PRESETS[name]


@dataclass(frozen=True)
class Slot:
    """What an array is in a layered network: its role, the number of its layer (from 1), and which
    of its axes are units and samples; ``from_to`` tells weights with one column a unit."""

    role: str
    layer: int = 0
    from_to: bool = False
    sample_axis: int | None = None


@dataclass
class Writer:
    """Makes namings from patterns; keeps count where elements are numbered through the network."""

    patterns: Mapping[str, Pattern]
    hidden_layers: int
    #: where a text of a role's pattern was given
    place: Callable[[str, str], Place | None]
    counts: dict[str, int] = field(default_factory=dict)

    def naming(self, slot: Slot, shape: tuple[int, ...]) -> Naming:
        """How an array of that shape in that place is written.  Raises E211 to E216 for bad names."""
        pattern = self.patterns[slot.role]
        base = self._name("base", slot)
        prefix = self._name("prefix", slot) if pattern.prefix else None
        superscript = (
            self._name("superscript", slot) if self._text(pattern.superscript, slot) else None
        )
        whole = self._name("whole", slot) if pattern.whole else None
        if whole is not None and pattern.superscript == "<s>" and "<" not in (pattern.whole or ""):
            whole = _scripted(whole, None, superscript)  # each hidden layer has one of its own
        order = None
        stored: Order = "from_to" if slot.from_to else "to_from"
        if slot.role == "weights" and pattern.order not in ("stored", stored):
            order = (1, 0)
        plain = Naming(
            base,
            superscript,
            prefix,
            pattern.separator,
            (pattern.start,) * len(shape),
            order,
            None,
            whole,
        )
        if pattern.numbering is not None and shape:
            return replace(plain, elements=self._numbered(plain, pattern, slot, shape))
        if pattern.numbering is not None:
            return replace(plain, prefix=_behind(prefix, self._numbers(pattern, 1)[0]))
        if pattern.single is not None and shape == (1,) and slot.sample_axis is None:
            name = self._name("single", slot) if pattern.single else _scripted(base, prefix, None)
            elements = np.empty(1, dtype=object)
            elements[0] = _scripted(name, None, superscript)
            return replace(plain, elements=elements)
        return plain

    def _numbered(
        self, plain: Naming, pattern: Pattern, slot: Slot, shape: tuple[int, ...]
    ) -> np.ndarray:
        numbers = self._numbers(pattern, int(np.prod(shape)))
        stored = "from_to" if slot.from_to else "to_from"
        grid = (
            numbers.reshape(shape)
            if pattern.numbering == stored
            else numbers.reshape(shape[::-1]).T
        )
        elements = np.empty(shape, dtype=object)
        for at, number in np.ndenumerate(grid):
            below = _behind(plain.prefix, number)
            elements[at] = _scripted(plain.base, below, plain.superscript)
        return elements

    def _numbers(self, pattern: Pattern, size: int) -> np.ndarray:
        """The next numbers of a letter that is numbered through the network."""
        done = self.counts.get(pattern.base, 0)
        self.counts[pattern.base] = done + size
        return np.arange(done, done + size) + pattern.start

    def _text(self, text: str, slot: Slot) -> str:
        layered = f"({slot.layer})" if self.hidden_layers > 1 else ""
        for mark, meaning in (
            ("<s>", layered),
            ("<l>", str(slot.layer)),
            ("<l0>", str(slot.layer - 1)),
            ("<l1>", str(slot.layer + 1)),
        ):
            text = text.replace(mark, meaning)
        return text

    def _name(self, key: str, slot: Slot) -> Node:
        text = self._text(getattr(self.patterns[slot.role], key), slot)
        return parse_name(text, self.place(slot.role, key))


def _behind(prefix: Node | None, count: int) -> Node:
    """A number in the subscript, behind the pattern's prefix."""
    number = Number(str(count))
    return number if prefix is None else Row((prefix, number))


def _scripted(base: Node, sub: Node | None, sup: Node | None) -> Node:
    """A base with scripts, joined with those that it has already."""
    if sub is None and sup is None:
        return base
    if isinstance(base, Script):
        if (base.sub is None or sub is None) and (base.sup is None or sup is None):
            return Script(base.base, base.sub or sub, base.sup or sup)
        return Script(Script(base.base, base.sub, base.sup), sub, sup)
    return Script(base, sub, sup)
