"""Tables of values, gradients and new weights as statements, in the layouts that authors use."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_fraction, is_printed, printed_number
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.manuscript import Passage, Table
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import read
from derivgen.checking.maths.tree import names_in
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.understanding.statements import Statement

#: what the cells of a column are, by the words of its head; the first that fits
Kind = Literal["gradient", "new", "value", "definition"]
HEADS: Sequence[tuple[re.Pattern[str], Kind]] = (
    (
        re.compile(
            r"grad|deriv|dériv|ableitung|partial|∂|\bd\s?\w+\s?/\s?d|\bslope|\bsteigung|\bpente|\bpendiente"
            r"|adjoint|adjungiert|梯度|导数",
            re.I,
        ),
        "gradient",
    ),
    (
        re.compile(
            r"new|updat|after|\+|\bneue?[rs]?\b|aktualis|\bnach|\bnue[vw]|actuali[sz]|\bdespu[eé]s"
            r"|^\s*to\s*$|\bnouv|\bapr[eè]s|\bnuov|\bdopo|\bnov[oa]s?\b|\bdepois|新(?!前)",
            re.I,
        ),
        "new",
    ),
    (
        re.compile(
            r"old|initial|before|current|value|weight|\balte?[rs]?\b|anfang|\bstart|\bvor(?:her)?\b|\bwerte?\b"
            r"|^\s*from\s*$|gewicht|inici[ao]|antigu|\bantes|\bvalor|\bpesos?\b|\banci?e?nn?e?s?\b|\bavant|valeur|poids"
            r"|\binizial|\bvecchi|\bprima\b|\bpesi\b|旧|原|初始|更新前|权重|数值",
            re.I,
        ),
        "value",
    ),
)


#: heads of columns with formulas: of the gradients beside them, or of the quantities themselves
FORMULA = re.compile(
    r"formula|formel|fórmula|formule|expression|ausdruck|chain|rule|how|definition|computed|公式",
    re.I,
)

#: heads of columns with what the formula beside them comes to
RESULT = re.compile(
    r"\W*(?:the\s)?(?:numeric(?:al)?\s|numerischer\s)?(?:values?|werte?|val(?:or|eur)e?s?|results?|numbers?|ergebnis|zahl"
    r"|numerically)\W*",
    re.I,
)
#: what a given quantity has in place of a formula
LONE_WORD = re.compile(r"[^\W\d_]{3,}")
#: a column has so many formulas at least where its head does not say that it has some
FEWEST_FORMULAS = 2
_OPERATOR = re.compile(r"[-+*/^=(·×−]")
#: mathematics between words
_DELIMITED = re.compile(r"\$([^$]+)\$|\\\((.+?)\\\)")
#: a cell of a spreadsheet: ``C5``
SHEET_CELL = re.compile(r"[A-Z]{1,2}[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in a table: of what, as what, and where."""

    left: t.Node
    kind: Kind
    chain: t.Chain
    passage: Passage

    @property
    def name(self) -> t.Name | None:
        """The name of the quantity, where it is one."""
        return self.left if isinstance(self.left, t.Name) else None

    @property
    def trained(self) -> str | None:
        """The key of what training changes; a gradient may stand there for what is held fixed."""
        return self.name.key if self.name is not None and self.kind == "new" else None

    def statement(self, loss: str | None) -> Statement | None:
        """The cell as ``name = number``; None for a gradient of no loss."""
        left = self.left
        if self.kind == "gradient" and not isinstance(left, t.Derivative):
            if loss is None:
                return None
            left = t.Derivative(t.Name(loss, written=loss), left)
        elif self.kind == "new" and isinstance(left, t.Name) and not left.mark:
            left = t.Name(left.key, "new", left.written)
        return Statement(self.chain, self.passage, left)


def cells_of(tables: Sequence[Table], vocabulary: Vocabulary) -> Iterator[Cell]:
    """The numbers of all tables whose rows or columns are of named quantities."""
    for table in tables:
        if len(table.rows) < 2:
            continue
        cells: list[Cell] = []
        for layout in (_of_samples, _of_columns, _of_rows):
            cells = cells or list(layout(table, vocabulary))
        yield from cells


def _of_rows(table: Table, vocabulary: Vocabulary) -> Iterator[Cell]:
    """A name (or a derivative) in a column, the head of a later one says what its numbers are.

    Where the first head stands again, names stand below it: ``weight | value | weight | value``."""
    head, *rows = table.rows
    heads = [cell.text.strip() for cell in head]
    kinds = _with_steps([kind_of(text) for text in heads], head, vocabulary)
    first = _label_column(head, rows, vocabulary)
    # a formula is that of the gradient, unless another column has those
    sloped = "gradient" in kinds and not any(
        kind == "gradient" and FORMULA.search(text) for kind, text in zip(kinds, heads, strict=True)
    )
    own = () if sloped else range(first + 1, len(head))
    formulas = {at for at in own if _are_formulas(rows, at, vocabulary)}
    if len(formulas) > 1:
        formulas = set()  # one beside the other: for the one loss, for the other
    if not any(kinds[first + 1 :]):
        yield from _of_labels([row[first:] for row in rows], vocabulary)
    for row in rows:
        label = label_of(row[first], vocabulary) if first < len(row) else None
        derived = False
        for at, cell in enumerate(row[first + 1 : len(head)], first + 1):
            if heads[at] and heads[at] == heads[first]:
                label, derived = label_of(cell, vocabulary), False
                continue
            kind = kinds[at] or _kind_of_name(head[at], label, vocabulary)
            if kind == "gradient" and number_of(cell, vocabulary) is None:
                slope = _right_side(cell, vocabulary)
                if slope is not None and label is not None:
                    derived = True
                    yield Cell(label, kind, slope, cell)
                continue
            if derived and RESULT.fullmatch(heads[at]):
                kind = "gradient"
            if isinstance(label, t.Derivative) and kind == "new":
                kind = None
            if kind is None and label is not None:
                words = LONE_WORD.fullmatch(cell.text.strip())  # "input", "weight"
                is_formula = FORMULA.search(heads[at]) or at in formulas
                chain = _right_side(cell, vocabulary) if is_formula and not words else None
                if chain is not None and sloped:
                    yield Cell(label, "gradient", chain, cell)
                elif chain is not None and isinstance(label, t.Name):
                    yield Cell(label, "definition", chain, cell)
                continue
            chain = None if kind is None or label is None else number_of(cell, vocabulary)
            if kind is not None and chain is not None and label is not None:
                yield Cell(label, kind, chain, cell)


def _are_formulas(rows: Sequence[Sequence[Passage]], at: int, vocabulary: Vocabulary) -> bool:
    """Whether each cell of a column is a calculation with names in it, whatever its head says."""
    cells = [row[at] for row in rows if at < len(row)]
    if len(cells) < max(FEWEST_FORMULAS, len(rows)):
        return False
    if any(cell.notation == "typed" and not _OPERATOR.search(cell.text) for cell in cells):
        return False  # words
    bodies = [formula_in(cell, vocabulary) for cell in cells]
    return all(body is not None and _is_composed(body) and any(names_in(body)) for body in bodies)


def _is_composed(body: t.Node) -> bool:
    return isinstance(body, t.Sum | t.Product | t.Quotient | t.Power | t.Call | t.Negated)


def _of_labels(rows: Sequence[Sequence[Passage]], vocabulary: Vocabulary) -> Iterator[Cell]:
    """The rows of a table whose labels say what its numbers are, ``\\partial L/\\partial w`` and ``new w``, and whose
    columns have the same numbers: by hand, by a program."""
    found: list[tuple[t.Node, Kind, list[tuple[Passage, t.Chain]]]] = []
    for row in rows:
        label: t.Node | None = label_of(row[0], vocabulary) if row else None
        kind: Kind = "gradient" if isinstance(label, t.Derivative) else "value"
        if row and label is None:
            words, formula = split_head(row[0], vocabulary)
            label = formula if isinstance(formula, t.Name) else None
            kind = "new" if kind_of(words) == "new" else "value"
        cells = [(cell, chain) for cell in row[1:] if (chain := number_of(cell, vocabulary))]
        if label is not None and cells:
            found.append((label, kind, cells))
    alike = [_agree([chain for _, chain in cells]) for _, _, cells in found]
    if all(kind == "value" for _, kind, _ in found) or 4 * sum(alike) < 3 * len(alike):
        return
    for label, kind, cells in found:
        for cell, chain in cells:
            yield Cell(label, kind, chain, cell)


def _agree(chains: Sequence[t.Chain]) -> bool:
    """Whether printed numbers are the same but for their digits."""
    numbers = [number for c in chains if (number := printed_number(c.segments[0].body))]
    units = [number.unit for number in numbers]
    values = [number.value for number in numbers]
    return not numbers or max(values) - min(values) <= max(units)


def _label_column(
    head: Sequence[Passage], rows: Sequence[Sequence[Passage]], vocabulary: Vocabulary
) -> int:
    """The first column that names something else in each row; ``layer`` says the same more than once.

    A column that only counts the rows (``1``, ``2``; ``C1``, ``C2`` of a spreadsheet) is passed over for one
    that names quantities."""
    counting: int | None = None
    for column in range(max(map(len, rows), default=0)):
        cells = [row[column] for row in rows if column < len(row)]
        labels = [label for cell in cells if (label := label_of(cell, vocabulary)) is not None]
        if counting is not None and column < len(head) and _says_what(head[column].text):
            break
        if counting is None and _is_counting(cells):
            counting = column
        elif labels and len(set(labels)) == len(labels):
            return column
        elif any(number_of(cell, vocabulary) for cell in cells):
            break
    return counting or 0


def _is_counting(cells: Sequence[Passage]) -> bool:
    """Whether cells say which row of a list, or which cell of a spreadsheet, it is."""
    texts = [cell.text.strip(" .)") for cell in cells]
    sheet = all(SHEET_CELL.fullmatch(text) for text in texts) and len(set(texts)) == len(texts)
    return sheet or texts == [str(number) for number in range(1, len(texts) + 1)]


def _says_what(head: str) -> bool:
    """Whether the cells below a head are of what the label names, and no labels."""
    return kind_of(head) in ("gradient", "new") or FORMULA.search(head) is not None


def _of_columns(table: Table, vocabulary: Vocabulary) -> Iterator[Cell]:
    """Names as heads, their numbers below; what they are stands at the beginning of their row."""
    head, *rows = table.rows
    names = [label_of(cell, vocabulary) for cell in head]
    if len(names) < 2 or None in names[1:]:
        return
    for row in rows:
        kind: Kind | None = "value" if len(rows) == 1 else None
        if names[0] is None and row:
            kind = kind_of(row[0].text) or kind
        for name, cell in zip(names, row, strict=False):
            if isinstance(name, t.Derivative) and kind == "new":
                continue
            chain = None if kind is None or name is None else number_of(cell, vocabulary)
            if kind is not None and chain is not None and name is not None:
                yield Cell(name, kind, chain, cell)


def _of_samples(table: Table, vocabulary: Vocabulary) -> Iterator[Cell]:
    """A running number in the first column, formulas with an index letter as heads: ``x_i`` in the row
    of 3 is ``x_3``; or such heads for all columns, and a row for each number from 1 on."""
    head, *rows = table.rows
    heads = [_running_head(cell, vocabulary) for cell in head]
    first = heads[0][0] if heads else None
    # x_i in the first column is a quantity itself, and the rows are counted
    counted = isinstance(first, t.Name) and len(ix.free_letters(first)) == 1
    numbers = [row[0].text.strip(" $") if row else "" for row in rows]
    if counted:
        numbers = [str(number) for number, _ in enumerate(rows, start=1)]
    elif not all(number.isdigit() and len(number) < 5 for number in numbers):
        return
    begin = 0 if counted else 1
    for number, row in zip(numbers, rows, strict=True):
        for (formula, kind), cell in zip(heads[begin:], row[begin:], strict=False):
            letters = frozenset() if formula is None else ix.free_letters(formula)
            chain = number_of(cell, vocabulary) if len(letters) == 1 else None
            if formula is not None and chain is not None:
                (letter,) = letters
                yield Cell(ix.at(formula, {letter: int(number)}), kind, chain, cell)


def _running_head(cell: Passage, vocabulary: Vocabulary) -> tuple[t.Node | None, Kind]:
    """The formula of a head, and what its words say of the numbers below: ``new $w_i$``."""
    words, *rest = cell.text.split()[:-1] or [""]
    # "key k_i" is no product
    worded = cell.notation == "typed" and all(map(LONE_WORD.fullmatch, (words, *rest)))
    formula = None if worded else formula_in(cell, vocabulary)
    if formula is None:
        words, formula = split_head(cell, vocabulary)
    else:
        words = ""
    if isinstance(formula, t.Name):
        new = formula.mark in UPDATE_MARKS
        return formula, "new" if new else kind_of(words) or "value"
    return formula, "value"


def split_head(cell: Passage, vocabulary: Vocabulary) -> tuple[str, t.Node | None]:
    """The words of a head and the one formula that stands between or behind them: ``prediction $\\hat y$``; of an
    equation, ``$e_i = \\hat y_i - y_i$``, its left side."""
    equations = read(cell.text, cell.notation, vocabulary).chains
    if len(equations) == 1 and len(equations[0].segments) > 1 and not equations[0].continued:
        return "", equations[0].segments[0].body
    inside = [one or other for one, other in _DELIMITED.findall(cell.text)]
    words, last = _DELIMITED.sub("", cell.text), cell.text.split()[-1:]
    if len(inside) == 1:
        chains = read(inside[0], "latex", vocabulary).chains
    elif not inside and len(cell.text.split()) > 1:
        words = cell.text.removesuffix(last[0])
        chains = read(last[0].strip("()"), "typed", vocabulary).chains
    else:
        return cell.text, None
    if len(chains) == 1 and len(chains[0].segments) == 1:
        return words, chains[0].segments[0].body
    return cell.text, None


def kind_of(head: str) -> Kind | None:
    """What the numbers below a head are, by its words."""
    return next((kind for pattern, kind in HEADS if pattern.search(head)), None)


def _with_steps(
    kinds: Sequence[Kind | None], head: Sequence[Passage], vocabulary: Vocabulary
) -> list[Kind | None]:
    """The kinds with those of ``w^{(0)}`` and ``w^{(1)}``, the values before a step and after it: the only two heads
    of one letter, with numbers one apart.  Without gradients beside them they might be two samples, or two units."""
    found: dict[tuple[str, bool], list[tuple[int, int]]] = defaultdict(list)
    for at, cell in enumerate(head):
        name = formula_in(cell, vocabulary) if kinds[at] in (None, "value") else None
        if isinstance(name, t.Name) and not name.mark:
            above, (base, pieces) = ix.above(name.key), ix.split(name.key)
            count = above if above and not pieces else "".join(pieces)
            if count.isdigit():
                base = ix.without_above(name.key) if above else base
                found[base, bool(above)].append((int(count), at))
    made = list(kinds)
    for (_, whole), steps in found.items():
        steps.sort()
        counted = len(steps) == 2 and steps[1][0] == steps[0][0] + 1
        if counted and ("gradient" in kinds or (steps[0][0] == 0 and whole)):
            made[steps[0][1]], made[steps[1][1]] = "value", "new"
    return made


def formula_in(cell: Passage, vocabulary: Vocabulary) -> t.Node | None:
    """The formula that a cell is, if it is one."""
    chains = read(cell.text, cell.notation, vocabulary).chains
    if len(chains) == 1 and len(chains[0].segments) == 1:
        return chains[0].segments[0].body
    return None


def _kind_of_name(head: Passage, label: t.Node | None, vocabulary: Vocabulary) -> Kind | None:
    """``w`` over the values of w_1, w_2 and so on."""
    name = formula_in(head, vocabulary)
    if not isinstance(name, t.Name) or not isinstance(label, t.Name) or name.mark:
        return None
    return "value" if label.key.partition("_")[0] == name.key else None


def label_of(cell: Passage, vocabulary: Vocabulary) -> t.Name | t.Derivative | None:
    """What a row or a column is about: a quantity, or a derivative."""
    body = formula_in(cell, vocabulary)
    if isinstance(body, t.Derivative):
        return None if body.of is None else body
    return body if isinstance(body, t.Name) else None


def _right_side(cell: Passage, vocabulary: Vocabulary) -> t.Chain | None:
    """A formula in a cell as a chain that carries on."""
    chains = read(cell.text, cell.notation, vocabulary).chains
    if len(chains) != 1 or len(chains[0].segments) != 1:
        return None
    (segment,) = chains[0].segments
    segment = t.Segment(segment.relation or "=", segment.body, segment.span, segment.at)
    return t.Chain((segment,), continued=True, span=chains[0].span)


def number_of(cell: Passage, vocabulary: Vocabulary) -> t.Chain | None:
    """The cell as a chain that carries on: ``= 0.0822``, ``\\approx 0.0822`` or just ``0.0822``."""
    chains = read(cell.text, cell.notation, vocabulary).chains
    if len(chains) != 1:
        return None
    (chain,) = chains
    first, *rest = chain.segments
    if rest or not (is_printed(first.body) or is_fraction(first.body)):
        return None
    segment = t.Segment(first.relation or "=", first.body, first.span, first.at)
    return t.Chain((segment,), continued=True, span=chain.span)
