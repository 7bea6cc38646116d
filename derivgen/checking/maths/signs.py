"""The signs of formulas as tokens: what each command of LaTeX and each character stands for."""

from __future__ import annotations

from typing import Final

from derivgen.formula.symbols import GREEK

#: A letter's variant forms count as the letter.
_VARIANTS: Final = {
    "varepsilon": "epsilon",
    "varphi": "phi",
    "vartheta": "theta",
    "varpi": "pi",
    "varrho": "rho",
    "varsigma": "sigma",
}

#: Greek letters by their commands, and a few signs that are letters as well.
GREEK_COMMANDS: Final[dict[str, str]] = {
    **{name: _VARIANTS.get(name, name) for name in GREEK},
    "ell": "ell",
    "infty": "infty",
    "hbar": "hbar",
}
#: Greek letters by their characters.
GREEK_CHARACTERS: Final[dict[str, str]] = {
    **{sign.char: _VARIANTS.get(name, name) for name, sign in GREEK.items()},
    "µ": "mu",
    "∆": "Delta",
    "ℓ": "ell",
    "∞": "infty",
}
GREEK_WORDS: Final = frozenset(GREEK_COMMANDS.values())

RELATION_WORDS: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("approx", "simeq", "cong", "approxeq", "thickapprox", "sim", "doteq"), "approx"
    ),
    **dict.fromkeys(("leftarrow", "gets", "longleftarrow"), "assign"),
    **dict.fromkeys(("coloneqq", "triangleq", "equiv", "coloneq", "eqdef"), "define"),
    **dict.fromkeys(("lt", "ll"), "<"),
    **dict.fromkeys(("gt", "gg"), ">"),
    **dict.fromkeys(("le", "leq", "leqslant"), "<="),
    **dict.fromkeys(("ge", "geq", "geqslant"), ">="),
    **dict.fromkeys(("ne", "neq"), "!="),
    **dict.fromkeys(("to", "rightarrow", "longrightarrow", "mapsto", "leadsto"), "to"),
    "in": "in",
    "propto": "propto",
    "eq": "=",
}

#: Commands that stand for one token.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(("cdot", "times", "ast", "star", "bullet", "cdotp"), ("operator", "*")),
    **dict.fromkeys(("odot", "circ", "otimes"), ("operator", "o")),
    "div": ("operator", "/"),
    **dict.fromkeys(("cdots", "ldots", "dots", "dotsc", "dotsb", "dotsm"), ("dots", "...")),
    **dict.fromkeys(("vdots", "ddots", "dotso"), ("dots", "...")),
    **dict.fromkeys(
        (
            *("Rightarrow", "implies", "therefore", "iff", "Leftrightarrow", "because"),
            *("Longrightarrow", "Longleftrightarrow"),
        ),
        ("implies", "=>"),
    ),
    **dict.fromkeys(("quad", "qquad"), ("separator", "quad")),
    "colon": ("separator", ":"),
    "partial": ("partial", "∂"),
    "nabla": ("nabla", "∇"),
    "prime": ("prime", "'"),
    **dict.fromkeys(("top", "intercal", "transpose"), ("top", "T")),
    "lbrace": ("open", "set"),
    "rbrace": ("close", "set"),
    "lbrack": ("open", "["),
    "rbrack": ("close", "["),
    "langle": ("open", "<"),
    "rangle": ("close", "<"),
    **dict.fromkeys(("vert", "mid"), ("bar", "|")),
    **dict.fromkeys(("Vert", "parallel"), ("bar", "||")),
    **dict.fromkeys(("newline", "cr", "tabularnewline"), ("row", "\\\\")),
    "slash": ("operator", "/"),
    "over": ("over", "/"),
    **dict.fromkeys(("dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "frac"), ("command", "frac")),
    "lnot": ("unknown", "not"),
}

ACCENTS: Final[dict[str, str]] = {
    **dict.fromkeys(("hat", "widehat"), "hat"),
    **dict.fromkeys(("bar", "overline"), "bar"),
    **dict.fromkeys(("tilde", "widetilde"), "tilde"),
    "dot": "dot",
    "check": "check",
    "breve": "breve",
    "ddot": "ddot",
}
#: Combining characters over a letter.
COMBINING: Final[dict[str, str]] = {
    "\u0302": "hat",
    "\u0304": "bar",
    "\u0305": "bar",
    "\u0303": "tilde",
    "\u0307": "dot",
    "\u030c": "check",
}

#: Words in the text font.
TEXTS: Final = frozenset({"text", "textrm", "textit", "textbf", "mbox", "textnormal", "texttt"})
#: Faces for words: several letters in them are one word.
UPRIGHT: Final = frozenset({"mathrm", "operatorname", "mathit", "mathsf", "mathtt", "rm"})
#: Faces for letters; they say nothing about the name.
FACES: Final = frozenset(
    {
        *("mathbf", "boldsymbol", "bm", "bold", "vec", "mathcal", "mathscr", "mathfrak", "pmb"),
        *("mathbb", "mathbbm", "mathds", "underline", "overrightarrow", "bf", "mathbfit"),
    }
)
#: Commands around a group that stands for itself.
TRANSPARENT: Final = frozenset(
    {
        *("boxed", "fbox", "mathord", "mathbin", "mathrel", "mathop", "mathopen", "mathclose"),
        *("mathinner", "mathpunct", "cancel", "bcancel", "xcancel", "smash", "ensuremath"),
        *("big", "Big", "bigg", "Bigg", "bigm", "Bigm", "middle", "mathstrut", "displaylines"),
        *("num", "numprint", "nombre", "qty"),
    }
)
#: Those of slides, which may say in angle brackets on which of them the group is seen.
OVERLAYS: Final = frozenset({"alert", "onslide", "only", "uncover", "visible", "structure"})
#: Commands without any meaning here.
DROPPED: Final = frozenset(
    {
        *("displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "limits", "nolimits"),
        *("nonumber", "notag", "hline", "allowbreak", "nobreak", "hfill", "hfil", "noindent"),
        *("thinspace", "enspace", "thickspace", "medspace", "negthinspace", "space", "null"),
        *("small", "large", "Large", "normalsize", "centering", "par", "relax", "break"),
        *("negmedspace", "negthickspace", "strut", "unicode", "toprule", "midrule", "bottomrule"),
        *("blacksquare", "square", "Box", "qed", "qedhere", "qedsymbol", "checkmark"),
        *("lozenge", "Diamond", "diamondsuit", "clubsuit"),
    }
)
#: Commands that are dropped together with their first argument.
DROPPED_WITH_ARGUMENT: Final = frozenset(
    {
        *("label", "color", "textcolor", "hspace", "vspace", "phantom", "hphantom", "vphantom"),
        *("colorbox", "ref", "eqref", "cite", "mspace", "kern", "mkern", "class", "cssId", "href"),
        *("cancelto",),
        *("style", "hskip", "mskip", "footnote", "intertext", "shortintertext", "url", "id"),
    }
)

#: Characters and pairs of characters that stand for one token.
SIGNS: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(("+", "＋"), ("operator", "+")),
    **dict.fromkeys(("-", "−", "–", "—", "‐", "‑", "﹣", "－"), ("operator", "-")),
    **dict.fromkeys(
        ("*", "·", "⋅", "×", "∗", "•", "∙", "✕", "✖", "⁎", "᛫", "＊"), ("operator", "*")
    ),
    **dict.fromkeys(("/", "÷", "∕", "⁄", "／"), ("operator", "/")),
    **dict.fromkeys(("⊙", "∘", "⊗", "◦", "⨀"), ("operator", "o")),
    "@": ("operator", "@"),
    ".*": ("operator", "o"),
    "./": ("operator", "/"),
    ".^": ("script", "^"),
    "_": ("script", "_"),
    **dict.fromkeys(("^", "**"), ("script", "^")),
    **dict.fromkeys(("'", "′", "’", "´"), ("prime", "'")),
    **dict.fromkeys(("″", '"', "”"), ("prime", "''")),
    **dict.fromkeys(("(", "（"), ("open", "(")),
    **dict.fromkeys((")", "）"), ("close", "(")),
    **dict.fromkeys(("[", "［"), ("open", "[")),
    **dict.fromkeys(("]", "］"), ("close", "[")),
    "{": ("open", "{"),
    "}": ("close", "{"),
    **dict.fromkeys(("|", "∣", "｜"), ("bar", "|")),
    **dict.fromkeys(("||", "‖", "∥"), ("bar", "||")),
    **dict.fromkeys((",", "，", "、"), ("separator", ",")),
    **dict.fromkeys((";", "；"), ("separator", ";")),
    **dict.fromkeys((":", "："), ("separator", ":")),
    "&": ("ampersand", "&"),
    **dict.fromkeys((".", "。", "．"), ("point", ".")),
    "%": ("percent", "%"),
    "!": ("unknown", "!"),
    **dict.fromkeys(("=", "==", "＝"), ("relation", "=")),
    **dict.fromkeys(("≈", "≃", "≅", "≒", "∼", "~=", "=~", "≐", "~"), ("relation", "approx")),
    **dict.fromkeys((":=", "≔", "≡", "≜", "≝"), ("relation", "define")),
    **dict.fromkeys(("<-", "←", "⟵", "⇐"), ("relation", "assign")),
    **dict.fromkeys(("->", "→", "⟶", "↦"), ("relation", "to")),
    "+=": ("relation", "+="),
    "-=": ("relation", "-="),
    **dict.fromkeys(("<", "＜"), ("relation", "<")),
    **dict.fromkeys((">", "＞"), ("relation", ">")),
    **dict.fromkeys(("<=", "≤", "⩽", "≦"), ("relation", "<=")),
    **dict.fromkeys((">=", "≥", "⩾", "≧"), ("relation", ">=")),
    **dict.fromkeys(("!=", "≠"), ("relation", "!=")),
    "∈": ("relation", "in"),
    "∝": ("relation", "propto"),
    **dict.fromkeys(("=>", "==>", "⇒", "⟹", "∴", "⇔", "<=>", "∵"), ("implies", "=>")),
    **dict.fromkeys(("...", "…", "⋯", "⋮", "⋱"), ("dots", "...")),
    **dict.fromkeys(("∂", "𝜕", "𝛛", "𝝏"), ("partial", "∂")),
    **dict.fromkeys(("∇", "𝛁"), ("nabla", "∇")),
    **dict.fromkeys(("∑", "⅀"), ("command", "sum")),
    "∏": ("command", "prod"),
    "√": ("command", "root"),
    "⊤": ("top", "T"),
    "ℒ": ("letters", "L"),
    "ℝ": ("letters", "R"),
}

_SMALL_SIGNS: Final = {"+": "operator", "-": "operator", "(": "open", ")": "close"}


def _small(characters: str, plain: str) -> dict[str, tuple[str, str]]:
    table: dict[str, tuple[str, str]] = {}
    for character, stands_for in zip(characters, plain, strict=True):
        if stands_for in _SMALL_SIGNS:
            kind = _SMALL_SIGNS[stands_for]
            table[character] = (kind, "(" if kind in ("open", "close") else stands_for)
        else:
            table[character] = ("number" if stands_for.isdigit() else "letters", stands_for)
    return table


SUBSCRIPTS: Final = _small(
    "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", "0123456789+-()aehijklmnoprstuvxβγρφχ"
)
SUPERSCRIPTS: Final = _small("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᵗⁿⁱᵏᵃᵇᶜᵈᵉˡᵐᵒˣʸᶻᴸ", "0123456789+-()TtnikabcdelmoxyzL")
#: Vulgar fractions.
FRACTIONS: Final[dict[str, tuple[str, str]]] = {
    "½": ("1", "2"),
    "⅓": ("1", "3"),
    "⅔": ("2", "3"),
    "¼": ("1", "4"),
    "¾": ("3", "4"),
    "⅕": ("1", "5"),
    "⅛": ("1", "8"),
    "⅒": ("1", "10"),
}
