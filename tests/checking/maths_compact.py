"""A tree as a compact text, for tests: ``(= L (* (/ 1 2) (^ (+ y -t) 2)))``."""

from __future__ import annotations

from derivgen.checking.maths.tree import (
    BigSum,
    Call,
    Cases,
    Chain,
    Derivative,
    Dots,
    Matrix,
    Name,
    Negated,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Reading,
    Sum,
    Transposed,
    Words,
)

SIGNS = {"": ".", "*": "*", "o": "o", "@": "@"}


def compact(node: Node) -> str:
    match node:
        case Number(text):
            return text
        case Name(key, mark):
            return key + (f"~{mark}" if mark else "")
        case Sum(terms):
            return (
                f"(+ {' '.join(('-' if minus else '') + compact(body) for minus, body in terms)})"
            )
        case Product(factors, sign):
            return f"({SIGNS[sign]} {' '.join(map(compact, factors))})"
        case Quotient(top, bottom):
            return f"(/ {compact(top)} {compact(bottom)})"
        case Power(base, exponent):
            return f"(^ {compact(base)} {compact(exponent)})"
        case Negated(body):
            return f"(neg {compact(body)})"
        case Call(function, arguments, primes):
            return f"({function}{chr(39) * primes}() {' '.join(map(compact, arguments))})"
        case Derivative(of, by):
            return f"(d {'_' if of is None else compact(of)} {compact(by)})"
        case Matrix(rows):
            return f"[{' ; '.join(' '.join(map(compact, row)) for row in rows)}]"
        case Transposed(body):
            return f"(T {compact(body)})"
        case BigSum(body, index, lower, upper, sign):
            bounds = [compact(bound) if bound is not None else "_" for bound in (lower, upper)]
            return f"({sign} {index or '_'} {' '.join(bounds)} {compact(body)})"
        case Cases(lines):
            parts = (
                f"{compact(value)} | {'else' if where is None else compact_chain(where)}"
                for value, where in lines
            )
            return f"(cases {' ; '.join(parts)})"
        case Dots():
            return "..."
        case Words(text):
            return f'"{text}"'


def compact_chain(chain: Chain) -> str:
    parts = []
    for segment in chain.segments:
        parts += [segment.relation] if segment.relation is not None else []
        parts.append(compact(segment.body))
    return " ".join(parts) + (f" #{chain.tag}" if chain.tag else "")


def compact_reading(reading: Reading) -> str:
    """The chains (those that are continued with dots before them), and a mark for what was not read."""
    parts = [("... " if chain.continued else "") + compact_chain(chain) for chain in reading.chains]
    parts += ["?" for _ in reading.failures]
    return " // ".join(parts)
