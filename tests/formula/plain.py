"""Reads a formula tree as a person would read it from the page, by the usual precedence.

The tree is flattened to text with only the parentheses that are printed, and that text is parsed
again; a lost pair of parentheses therefore changes the value.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Mapping

from derivgen.formula.tree import (
    Call,
    Cases,
    Delimited,
    Fraction,
    Node,
    Number,
    Power,
    Product,
    Relation,
    Root,
    Script,
    Sum,
    Symbol,
)


def flat(node: Node) -> str:
    """The formula as one line of text; only what is raised, stacked or fenced is enclosed."""
    match node:
        case Number(text):
            return text
        case Symbol(name):
            return name
        case Script(Symbol(base), Number(sub), None):
            return f"{base}_{sub}"
        case Sum(terms):
            text = "".join((" - " if minus else " + ") + flat(term) for minus, term in terms)
            return text.removeprefix(" + ").strip()
        case Product(factors):
            return " * ".join(map(flat, factors))
        case Power(base, exponent):
            return f"{flat(base)} ** ({flat(exponent)})"
        case Fraction(above, below):
            return f"(({flat(above)}) / ({flat(below)}))"
        case Root(body):
            return f"sqrt({flat(body)})"
        case Delimited(body, "abs"):
            return f"abs({flat(body)})"
        case Delimited(body):
            return f"({flat(body)})"
        case Call(Power(name, exponent), arguments):
            return f"{flat(Call(name, arguments))} ** ({flat(exponent)})"
        case Call(Symbol(name), arguments):
            return f"{name}({', '.join(map(flat, arguments))})"
        case Relation(left, sign, right):
            return f"{flat(left)} {sign} {flat(right)}"
        case Cases(((value, condition), (other, None))) if condition is not None:
            return f"(({flat(value)}) if {flat(condition)} else ({flat(other)}))"
    raise TypeError(f"{node} has no plain form")


_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
    ast.GtE: operator.ge,
    ast.LtE: operator.le,
    ast.USub: operator.neg,
}
_FUNCTIONS = {
    "sqrt": math.sqrt,
    "abs": abs,
    "ln": math.log,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "erf": math.erf,
    "max": max,
    "min": min,
    "sgn": lambda x: (x > 0) - (x < 0),
    "f": lambda x: x**3 + 1,
}


def value(node: Node, at: Mapping[str, float]) -> float:
    """The number that the printed formula means."""
    tree = ast.parse(flat(node), mode="eval").body

    def walk(e: ast.expr) -> float:
        match e:
            case ast.Constant(number):
                return float(number)  # type: ignore[arg-type]
            case ast.Name(name):
                return {"e": math.e, "pi": math.pi, **at}[name]
            case ast.BinOp(left, op, right):
                return _OPERATORS[type(op)](walk(left), walk(right))  # type: ignore[index]
            case ast.UnaryOp(op, operand):
                return _OPERATORS[type(op)](walk(operand))  # type: ignore[index]
            case ast.Compare(left, [op], [right]):
                return _OPERATORS[type(op)](walk(left), walk(right))  # type: ignore[index]
            case ast.IfExp(test, body, other):
                return walk(body) if walk(test) else walk(other)
            case ast.Call(ast.Name(name), arguments):
                return _FUNCTIONS[name](*map(walk, arguments))
        raise TypeError(ast.dump(e))

    return walk(tree)
