"""The signs that formulas use, each in every notation: one table instead of one per writer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from derivgen.formula.tree import RelationSign


@dataclass(frozen=True)
class Sign:
    """One sign as LaTeX writes it and as a Unicode character (for Typst and MathML)."""

    latex: str
    char: str


_GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ϵ",
    "varepsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "vartheta": "ϑ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "varpi": "ϖ",
    "rho": "ρ",
    "varrho": "ϱ",
    "sigma": "σ",
    "varsigma": "ς",
    "tau": "τ",
    "upsilon": "υ",
    "phi": "ϕ",
    "varphi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Upsilon": "Υ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
}

#: Greek letters by the names that Symbol uses.
GREEK: Final[dict[str, Sign]] = {name: Sign(f"\\{name}", letter) for name, letter in _GREEK.items()}

#: The special names of Symbol (:data:`derivgen.formula.tree.SPECIAL`).
SPECIAL_SIGNS: Final[dict[str, Sign]] = {
    "infinity": Sign(r"\infty", "∞"),
    "ell": Sign(r"\ell", "ℓ"),
    "partial": Sign(r"\partial", "∂"),
    "nabla": Sign(r"\nabla", "∇"),
    "top": Sign(r"\top", "⊤"),
    "prime": Sign(r"\prime", "′"),
    "dagger": Sign(r"\dagger", "†"),
    "star": Sign(r"\ast", "∗"),
    "plus": Sign("+", "+"),
    "minus": Sign("-", "−"),
    "comma": Sign(",", ","),
    "slash": Sign("/", "/"),
    "quad": Sign(r"\quad", "\u2003"),
}

#: Everything that a Symbol of several letters may stand for other than an upright word.
SIGNS: Final[dict[str, Sign]] = GREEK | SPECIAL_SIGNS

#: Words that TeX sets as operators, with the spacing of one.
OPERATOR_WORDS: Final = frozenset(
    {"sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "ln", "max", "min", "arg"}
)

RELATIONS: Final[dict[RelationSign, Sign]] = {
    "=": Sign("=", "="),
    "approx": Sign(r"\approx", "≈"),
    "assign": Sign(r"\leftarrow", "←"),
    "<": Sign(r"\lt", "<"),
    ">": Sign(r"\gt", ">"),
    "<=": Sign(r"\le", "≤"),
    ">=": Sign(r"\ge", "≥"),
    "!=": Sign(r"\ne", "≠"),
    "in": Sign(r"\in", "∈"),
    "to": Sign(r"\to", "→"),
    "define": Sign(":=", "≔"),
}

#: What stands between factors, and what a broken line may end with.
OPERATORS: Final[dict[str, Sign]] = {
    "+": Sign("+", "+"),
    "-": Sign("-", "−"),
    "dot": Sign(r"\cdot", "⋅"),
    "cross": Sign(r"\times", "×"),
    "hadamard": Sign(r"\odot", "⊙"),
    "none": Sign("", ""),
}

DOTS: Final[dict[str, Sign]] = {
    "center": Sign(r"\cdots", "⋯"),
    "low": Sign(r"\ldots", "…"),
    "vertical": Sign(r"\vdots", "⋮"),
    "diagonal": Sign(r"\ddots", "⋱"),
}

#: Big operators; ``max`` is a word in every notation.
BIG: Final[dict[Literal["sum", "prod"], Sign]] = {
    "sum": Sign(r"\sum", "∑"),
    "prod": Sign(r"\prod", "∏"),
}

#: Left and right delimiters by the kind of a Delimited node.
DELIMITERS: Final[dict[str, tuple[Sign, Sign]]] = {
    "paren": (Sign("(", "("), Sign(")", ")")),
    "bracket": (Sign(r"\lbrack", "["), Sign(r"\rbrack", "]")),
    "brace": (Sign(r"\lbrace", "{"), Sign(r"\rbrace", "}")),
    "abs": (Sign(r"\lvert", "|"), Sign(r"\rvert", "|")),
    "norm": (Sign(r"\lVert", "‖"), Sign(r"\rVert", "‖")),
}
