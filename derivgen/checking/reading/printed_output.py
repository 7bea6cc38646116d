"""Programs with what they print after them: ``z = W @ x + b``, ``print("z =", z)``, then ``z = [ 0.07 -0.29]``.

The output is laid beside the program's prints, one after the other.  Only where all of it follows them, and the
program gives no name two values, are its assignments equations and its numbers their results.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from derivgen.checking.reading.array_code import Code, NoFormula, parsed, plain_number
from derivgen.checking.reading.traced import Traced, join

NOT_READ: Final = (
    "printed by a program that is not read: it has more in it than plain assignments of arrays, "
    "or its output does not follow its prints"
)
#: longer programs are not read
_LONGEST: Final = 20_000

_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
_VALUE: Final = re.compile(rf"\s*(?:(?:tensor|array)\(\s*)?(\[|{_NUMBER.pattern})")
_BEHIND: Final = re.compile(
    r"(?:,\s*(?:dtype|grad_fn|requires_grad)=[^()\n]*(?:\([^()\n]*\))?)*\s*\)"
)
_ARRAY_LINE: Final = re.compile(
    rf"\[\s*{_NUMBER.pattern}(?:\s+{_NUMBER.pattern})*\s*\]|\btensor\(|^\s*[-+]?\d+\.\d+\s*$"
)
_COMMENT: Final = re.compile(r"\s*;?\s*#+\s*(?:=|→|->|=>|≈|~)?\s*")
#: a line of its own that goes on with the comment above
_MORE: Final = re.compile(r"\n[ \t]*#")
_IDLE_CALLS: Final = frozenset({"set_printoptions", "backward", "seed", "manual_seed"})


@dataclass(frozen=True)
class _Shown:
    """What a print shows: a text, or the value of an expression (with what it is called)."""

    text: str = ""
    value: ast.expr | None = None


@dataclass
class Named:
    """The names and functions of a document's programs so far."""

    names: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)


class _Program:
    def __init__(self, body: Traced, tree: ast.Module, before: Named) -> None:
        self.code = Code(body, set(before.names), set(before.functions))
        self.equations: list[tuple[str, Traced]] = []
        #: names for which the program has no formula, and what stands in the comment as their value
        self.without: dict[str, Traced | None] = {}
        self.shown: list[_Shown] = []
        self.loss = ""
        for statement in tree.body:
            self._read(statement)

    def _read(self, statement: ast.stmt) -> None:
        code = self.code
        match statement:
            case ast.Import() | ast.ImportFrom():
                return
            case ast.Expr(value=ast.Constant()):
                return
            case ast.Assign(targets=[ast.Name() as name], value=ast.Lambda(args=args, body=body)):
                self._function(name.id, args, body, statement)
            case ast.Assign(targets=[ast.Name() as name], value=value):
                if name.id in code.known or name.id in self.without:
                    raise NoFormula
                self._assigned(name, value, statement)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                if len(names) != len(values):
                    raise NoFormula
                for target, value in zip(names, values, strict=True):
                    one = ast.Assign(targets=[target], value=value)
                    self._read(ast.copy_location(one, statement))
            case ast.FunctionDef(name=word, args=args, body=[ast.Return(value=ast.expr() as body)]):
                self._function(word, args, body, statement)
            case ast.Expr(value=ast.Call() as call):
                self._called(call)
            case _:
                raise NoFormula

    def _assigned(self, name: ast.Name, value: ast.expr, statement: ast.stmt) -> None:
        """``name = value``; where that has no formula, what the comment says of it."""
        code = self.code
        try:
            made = code.assigned(name, " = ", code.formula(value))
        except NoFormula:
            told = self.without[name.id] = self._comment(statement)
            if told is None:
                return  # what uses it has no formula either
            made = code.assigned(name, " = ", told)
        self.equations.append((name.id, made))
        code.known.add(name.id)

    def _function(
        self, word: str, args: ast.arguments, body: ast.expr, statement: ast.stmt
    ) -> None:
        """A function of one formula."""
        code = self.code
        names = [argument.arg for argument in args.args]
        plain = not (args.vararg or args.kwarg or args.kwonlyargs or args.defaults)
        if not plain or not names or word in code.functions | code.known:
            raise NoFormula
        if set(names) & code.known:  # the letter means something else within
            raise NoFormula
        code.known |= set(names)
        side = code.formula(body)
        code.known -= set(names)
        code.functions.add(word)
        head = f"{word}({', '.join(names)}) = "
        place = code.body.source_of(code.span(statement)[0])
        self.equations.append(("", join([Traced.put_in(head, place), side])))

    def _called(self, call: ast.Call) -> None:
        match call.func:
            case ast.Name(id="print"):
                if any(word.arg != "sep" for word in call.keywords):
                    raise NoFormula
                for argument in call.args:
                    self.shown += _shown(argument)
            case ast.Attribute(value=ast.Name(id=loss), attr="backward") if loss in self.code.known:
                self.loss = loss
            case ast.Attribute(attr=word) if word in _IDLE_CALLS:
                return
            case _:
                raise NoFormula

    def results(self, output: Traced) -> Iterator[Traced]:
        """The program's equations with what was printed behind them."""
        found: dict[str, list[Traced]] = {}
        others: list[Traced] = []
        at = 0
        for one in self.shown:
            if one.value is None:
                at = _after_text(output.text, at, one.text)
                continue
            value, at = _value(output, at)
            match one.value:
                case ast.Name(id=name) if name in self.code.known:
                    found.setdefault(name, []).append(value)
                case _:
                    others.append(self._about(one.value, value))
        if output.text[at:].strip():
            raise NoFormula
        yield from self._with_values(found)
        yield from others

    def _with_values(self, found: dict[str, list[Traced]]) -> Iterator[Traced]:
        for name, equation in self.equations:
            values = found.pop(name, [])
            parts = [equation]
            for value in values[:1]:
                parts += [Traced.put_in(" = ", value.source_of(0)), value]
            yield join(parts)
            for value in values[1:]:
                yield join([Traced.put_in(f"{name} = ", value.source_of(0)), value])

    def commented(self, tree: ast.Module) -> Iterator[Traced]:
        """The equations with the numbers and arrays in the comments behind assignments and prints."""
        found: dict[str, list[Traced]] = {}
        others: list[Traced] = []
        for statement in tree.body:
            value = self._comment(statement)
            if value is None:
                continue
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)]):
                    if name not in self.without:
                        found.setdefault(name, []).append(value)
                case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[argument])):
                    shown = [one.value for one in _shown(argument) if one.value is not None]
                    match shown:
                        case [ast.Name(id=name)]:
                            found.setdefault(name, []).append(value)
                        case [one]:
                            others.append(self._about(one, value))
        if not found and not others and not any(self.without.values()):
            raise NoFormula
        yield from self._with_values(found)
        yield from others

    def _comment(self, statement: ast.stmt) -> Traced | None:
        """The value that stands alone in the comment behind a statement."""
        rest = self._behind(self.code.span(statement)[1])
        mark = _COMMENT.match(rest.text)
        if mark is None or not re.search(r"\d\.", rest.text):
            return None
        try:
            value, behind = _value(rest, mark.end())
        except NoFormula:
            return None
        return None if rest.text[behind:].strip() else value

    def _behind(self, at: int) -> Traced:
        """The rest of a line, with the comments of the next lines while a bracket of an array is open."""
        body = self.code.body
        end = _line_end(body.text, at)
        parts = [body.cut(at, end)]
        depth = parts[0].text.count("[") - parts[0].text.count("]")
        while depth > 0 and (more := _MORE.match(body.text, end)) is not None:
            end = _line_end(body.text, more.end())
            parts += [Traced.put_in(" ", body.source_of(more.end())), body.cut(more.end(), end)]
            depth += parts[-1].text.count("[") - parts[-1].text.count("]")
        return join(parts)

    def _about(self, shown: ast.expr, value: Traced) -> Traced:
        """What was printed of something without a name: ``print(W @ x)``, ``print(w.grad)``."""
        match shown:
            case ast.Attribute(value=ast.Name(id=name), attr="grad") if self.loss:
                place = self.code.body.source_of(self.code.span(shown)[0])
                side = Traced.put_in(f"d{self.loss}/d{name}", place)
            case _:
                side = self.code.formula(shown)
        return join([side, Traced.put_in(" = ", value.source_of(0)), value])


def equations_of(body: Traced, output: Traced | None, before: Named) -> list[Traced] | None:
    """The equations of a program with the results in its output, or without one in its comments; None where
    they are not to be told.  ``before`` gains its names."""
    if len(body.text) > _LONGEST or (output is not None and len(output.text) > _LONGEST):
        return None
    tree = parsed(body.text)
    if tree is None:
        return None
    try:
        program = _Program(body, tree, before)
        made = list(program.results(output) if output is not None else program.commented(tree))
    except NoFormula:
        return None
    before.names |= program.code.known
    before.functions |= program.code.functions
    return made


def prints(body: Traced) -> bool:
    """Whether a program prints anything."""
    return re.search(r"^\s*print\(", body.text, re.MULTILINE) is not None


def arrays_of(output: Traced) -> Iterator[Traced]:
    """The lines of an output with arrays as they are printed, or with nothing but a number."""
    at = 0
    for line in output.text.split("\n"):
        if _ARRAY_LINE.search(line):
            yield output.cut(at, at + len(line)).strip()
        at += len(line) + 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def _shown(argument: ast.expr) -> Iterator[_Shown]:
    match argument:
        case ast.Constant(value=str(text)):
            yield _Shown(text)
        case ast.JoinedStr(values=parts):
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from _shown(part.value)
                else:
                    yield from _shown(part)
        case ast.Call(
            func=ast.Attribute(value=value, attr="round" | "item" | "numpy" | "detach" | "tolist")
        ) if not (isinstance(value, ast.Name) and value.id in ("np", "numpy", "torch")):
            yield from _shown(value)
        case ast.Call(func=ast.Attribute(attr="round" | "around"), args=[value, *_]):
            yield from _shown(value)
        case ast.Call(func=ast.Name(id="round" | "float"), args=[value, *_]):
            yield from _shown(value)
        case _:
            yield _Shown(value=argument)


def _after_text(output: str, at: int, text: str) -> int:
    """Behind a text that was printed; how it is spaced does not matter."""
    for word in text.split():
        while at < len(output) and output[at].isspace():
            at += 1
        if not output.startswith(word, at):
            raise NoFormula
        at += len(word)
    return at


def _value(output: Traced, at: int) -> tuple[Traced, int]:
    """The number or array that is printed at a place, with commas between its cells, and the place behind."""
    found = _VALUE.match(output.text, at)
    if found is None:
        raise NoFormula
    wrapped = "(" in output.text[found.start() : found.start(1)]
    if found[1] != "[":
        made, end = plain_number(output.cut(*found.span(1))), found.end(1)
    else:
        made, end = _array(output, found.start(1))
    if wrapped:
        behind = _BEHIND.match(output.text, end)
        if behind is None:
            raise NoFormula
        end = behind.end()
    return made, end


def _array(output: Traced, at: int) -> tuple[Traced, int]:
    parts: list[Traced] = []
    depth, cells = 0, False
    text = output.text
    while at < len(text):
        sign = text[at]
        place = output.source_of(at)
        if sign == "[":
            parts += [Traced.put_in(", ", place)] * cells + [output.cut(at, at + 1)]
            depth, cells, at = depth + 1, False, at + 1
        elif sign == "]":
            parts.append(output.cut(at, at + 1))
            depth, cells, at = depth - 1, True, at + 1
            if depth == 0:
                return join(parts), at
        elif sign.isspace() or sign == ",":
            at += 1
        else:
            number = _NUMBER.match(text, at)
            if number is None:  # "...", nan, inf
                raise NoFormula
            parts += [Traced.put_in(", ", place)] * cells + [
                plain_number(output.cut(at, number.end()))
            ]
            cells, at = True, number.end()
    raise NoFormula
