"""Styles to blocks: what the markup means, what is refused, and that nothing leaks."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from derivgen.document.blocks import (
    Block,
    Bullets,
    Display,
    Family,
    Heading,
    Math,
    Note,
    Paragraph,
    Reference,
    Words,
)
from derivgen.document.markup import compose
from derivgen.document.templates import template_folder, template_names, template_source
from derivgen.errors import DerivgenError
from derivgen.formula.build import add, equals, multiply
from derivgen.formula.tree import Chain, Number, Partial, Symbol

X = Symbol("x")
CHAIN = Chain(X, (("=", Number("1")),))
DISPLAY = Display((CHAIN,))

Compose = Callable[..., list[Block]]


@pytest.fixture
def write(tmp_path: Path) -> Compose:
    (tmp_path / "styles").mkdir()

    def run(source: str, /, **context: object) -> list[Block]:
        (tmp_path / "styles" / "s.j2").write_text(source, encoding="utf-8")
        return list(compose("s", context, tmp_path))

    return run


def plain(text: str) -> Paragraph:
    return Paragraph((Words(text),))


def test_headings_paragraphs_and_lists(write: Compose) -> None:
    source = "# One\n## Two\ntext\n goes  on\n\n\nnext\n- a\n  more\n- b\n\n- c\n1. x\n2. y\n\nend"
    assert write(source) == [
        Heading(1, (Words("One"),)),
        Heading(2, (Words("Two"),)),
        plain("text goes on"),
        plain("next"),
        Bullets(((Words("a more"),), (Words("b"),), (Words("c"),))),
        Bullets(((Words("x"),), (Words("y"),)), ordered=True),
        plain("end"),
    ]


def test_a_year_at_the_beginning_of_a_line_begins_no_list(write: Compose) -> None:
    assert write("It was in\n1986. And so on.") == [plain("It was in 1986. And so on.")]


def test_marks_and_escapes(write: Compose) -> None:
    assert write(r"a *b c* **d**, `e*\*` \*f\* 2 * 3 \# \q") == [
        Paragraph(
            (
                Words("a "),
                Words("b c", "emphasis"),
                Words(" "),
                Words("d", "strong"),
                Words(", "),
                Words("e*\\*", "code"),
                Words(" *f* 2 * 3 # \\q"),
            )
        )
    ]
    assert write("\\# no heading\n\n\\- no item\n\n1\\. no item") == [
        plain("# no heading"),
        plain("- no item"),
        plain("1. no item"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# x",
        "*a*_b_",
        "- x",
        "::: x",
        "a\n\n# b",
        "<< x >>",
        "\ue000\ue001",
        "`c`",
        "\\*",
        "1. x",
        "<b>&amp;",
    ],
)
def test_a_string_of_the_user_is_never_markup(write: Compose, text: str) -> None:
    assert write("<< text >>", text=text) == [plain(text)]
    assert write("**<< text >>**", text=text) == [Paragraph((Words(text, "strong"),))]
    assert write("- << text >>", text=text) == [Bullets(((Words(text),),))]
    assert write("# << text >>", text=text) == [Heading(1, (Words(text),))]
    assert write("::: << text >>\nx\n:::", text=text) == [Note(text, (plain("x"),))]
    macro = "<% macro m(t) %>(<< t >>)<% endmacro %><< m(text) >><% set s %><< text >><% endset %><< s >><< s >>"
    assert write(macro, text=text) == [plain(f"({text}){text}{text}")]


def test_objects_stand_where_they_are_printed(write: Compose) -> None:
    spliced = (Words("p"), Math(X))
    source = "a << x >> b << chain >>.\n<< d >>\n<< many >>\n\n<< empty >>\n\n<< spliced >> << n >>"
    family = Family((DISPLAY,), (), 3)
    assert write(
        source,
        x=X,
        chain=CHAIN,
        d=DISPLAY,
        many=[plain("q"), family],
        empty=[],
        spliced=spliced,
        n=7,
    ) == [
        Paragraph((Words("a "), Math(X), Words(" b "), Math(CHAIN), Words("."))),
        DISPLAY,
        plain("q"),
        family,
        Paragraph((Words("p"), Math(X), Words(" 7"))),
    ]


def test_statements_leave_no_empty_paragraphs(write: Compose) -> None:
    source = (
        "<% for x in xs %>\n<% if x %>\n- << x >>\n<% endif %>\n<% endfor %>\n\n<# note #>\nend\n"
    )
    assert write(source, xs=["a", "", "b"]) == [
        Bullets(((Words("a"),), (Words("b"),))),
        plain("end"),
    ]


def test_notes(write: Compose) -> None:
    source = "::: A << t >>\none\n\n::: B\n- two\n:::\n<< d >>\n:::\nafter"
    inner = Note("B", (Bullets(((Words("two"),),)),))
    assert write(source, t="x*", d=DISPLAY) == [
        Note("A x*", (plain("one"), inner, DISPLAY)),
        plain("after"),
    ]


def test_numbers_follow_the_document(write: Compose) -> None:
    source = '<< c | numbered("b") >>\n<< d | numbered("a") >>\n<< ref("a") >> and << ref("b") >>'
    expected = [
        Display((CHAIN,), "b", 1),
        Display((CHAIN,), "a", 2),
        Paragraph((Reference("a", 2), Words(" and "), Reference("b", 1))),
    ]
    assert write(source, c=CHAIN, d=DISPLAY) == expected
    assert write(source, c=CHAIN, d=DISPLAY) == expected  # nothing is left over from a run before


@pytest.mark.parametrize(
    ("source", "code", "line", "part"),
    [
        ("a\n\nb << d >>", "E613", 3, "display stands in a line"),
        ("\n<< d >> b\n", "E613", 2, "display stands in a line"),
        ("- << d >>", "E613", 1, "display stands in a line"),
        ("*a", "E613", None, "'*' is opened"),
        ("**a *b* c**", "E613", None, "inside another mark"),
        ("`<< x >>`", "E613", None, "inside code"),
        ("#### a", "E613", None, "at most three"),
        ("::: a\nb", "E613", None, "not closed"),
        (":::", "E613", None, "none is open"),
        ("::: a\n::: b\n::: c\n:::\n:::\n:::", "E613", None, "one inside another"),
        ("::: a << x >>\n:::", "E613", None, "words only"),
        ("\n<< 1.5 >>", "E613", 2, "float"),
        ("\n<< true >>", "E613", 2, "bool"),
        ("\n<< nothing >>", "E613", 2, "NoneType"),
        ("\n<< mixed >>", "E613", 2, "sequence"),
        ("<% macro m() %>a<% endmacro %>\n\n<< m() ~ 'b' >>", "E613", 3, "macro"),
        ('<< d | numbered("a") >>\n\n<< d | numbered("a") >>', "E614", 3, "twice"),
        ('\n<< ref("a") >>', "E614", 2, "no display"),
        ('<< x | numbered("a") >>', "E613", 1, "only a display"),
        ("a\n<< naem >>", "E612", 2, "did you mean 'name'"),
        ("a\n<< d.chans >>", "E612", 2, "did you mean 'chains'"),
        ("a\n<% if %>", "E611", 2, "expression"),
        ("<< name | safe >>", "E611", 1, "safe"),
        ("a\n<% include 'styles/ss.j2' %>", "E610", 2, "did you mean 'styles/s.j2'"),
        ("a\n<< 1 / 0 >>", "E615", 2, "ZeroDivisionError"),
        ("a\n<< ''.__class__ >>", "E615", 2, "not allowed"),
        ("<< mixed.append(1) >>", "E615", 1, "not allowed"),
        ("<< 9**(9**9) >>", "E615", 1, "powers go up to"),
        ("<< 'x' * 10**10 >>", "E615", 1, "repeated up to"),
        ("<< 10**10 * [1] >>", "E615", 1, "repeated up to"),
        ("<< '%1000000000d' % 3 >>", "E615", 1, "cannot be formatted"),
        ("<< '{:1000000000}'.format(3) >>", "E615", 1, "not allowed"),
        ("<< 'a'.rjust(10**9) >>", "E615", 1, "not allowed"),
        (
            "<% for i in range(9999) %><% for j in range(9999) %><% endfor %><% endfor %>",
            "E615",
            1,
            "altogether",
        ),
    ],
)
def test_what_is_refused(
    write: Compose, source: str, code: str, line: int | None, part: str
) -> None:
    context: dict[str, object] = {
        "d": DISPLAY,
        "x": X,
        "name": "n",
        "nothing": None,
        "mixed": [X, DISPLAY],
    }
    with pytest.raises(DerivgenError) as caught:
        write(source, **context)
    found = caught.value.diagnostic
    assert found.code == code
    assert part in str(found)
    assert found.place is not None
    assert Path(found.place.file).name == "s.j2"
    if line is not None:
        assert found.place.line == line


def test_an_unknown_style_is_named() -> None:
    with pytest.raises(DerivgenError, match=r"E610.*nosuch"):
        list(compose("nosuch", {}))


def test_errors_of_the_program_pass_through(write: Compose) -> None:
    def broken() -> None:
        raise KeyError("a mistake in the program")

    with pytest.raises(KeyError):
        write("<< f() >>", f=broken)


@pytest.mark.parametrize(
    "name", ["../secret.j2", "styles/../../secret.j2", "styles/link.j2", "{root}"]
)
def test_no_file_outside_the_folders_is_read(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret.j2"
    secret.write_text("secret")
    folder = tmp_path / "mine"
    (folder / "styles").mkdir(parents=True)
    (folder / "styles" / "link.j2").symlink_to(secret)
    (folder / "styles" / "s.j2").write_text(f"<% include '{name.format(root=secret)}' %>")
    with pytest.raises(DerivgenError, match="E610"):
        list(compose("s", {}, folder))


def test_a_folder_of_the_user_goes_first(tmp_path: Path) -> None:
    name = next(name for name in template_names() if name.startswith("formats/"))
    assert template_source(name) == (template_folder() / name).read_text(encoding="utf-8")
    mine = tmp_path / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert template_source(name, tmp_path) == "mine"
    with pytest.raises(DerivgenError, match="E610"):
        list(compose("s", {}, tmp_path / "missing"))


def test_blocks_come_while_the_template_runs(write: Compose, tmp_path: Path) -> None:
    seen: list[int] = []

    def items() -> object:
        for number in range(1000):
            seen.append(number)
            yield number

    write("")
    (tmp_path / "styles" / "s.j2").write_text("<% for i in items %>\n<< i >>\n\n<% endfor %>")
    blocks = compose("s", {"items": items()}, tmp_path)
    assert next(blocks) == plain("0")
    assert len(seen) < 5


def test_memory_stays_flat(write: Compose, tmp_path: Path) -> None:
    write("")
    source = (
        "<% set r %>known << x >><% endset %><% macro m(i) %>a << i >><% endmacro %>"
        "<% for i in items %>\n<< m(i) >> << r >>\n\n<< d >>\n\n<% endfor %>"
    )
    (tmp_path / "styles" / "s.j2").write_text(source)

    def peak(count: int) -> int:
        context: dict[str, object] = {"items": range(count), "d": DISPLAY, "x": X}
        tracemalloc.start()
        number = sum(1 for _ in compose("s", context, tmp_path))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert number == 2 * count
        return highest

    peak(10)
    assert peak(5000) < 1.2 * peak(500)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("sssssss", ["ssss", "sss"]),
        ("sslss", ["ss", "l", "ss"]),
        ("ssww", ["ss", "ww"]),
        ("ll", ["l", "l"]),
        ("", []),
    ],
)
def test_what_is_aligned_is_alike(write: Compose, kinds: str, expected: list[str]) -> None:
    """short, long (it needs several lines), and with a wide left side."""
    made = {
        "s": equals(X, Number("1")),
        "l": equals(X, add(*[Number("0.25")] * 30)),
        "w": equals(multiply([Partial(X, Symbol("y"))] * 6), Number("1")),
    }
    source = "<% for part in displays | together %>\n<< part >>\n\n<% endfor %>"
    found = write(source, displays=[Display((made[kind],)) for kind in kinds])
    names = {chain: kind for kind, chain in made.items()}
    shown = [b for b in found if isinstance(b, Display)]
    assert ["".join(names[chain] for chain in b.chains) for b in shown] == expected
    [joined] = write("<< displays | joined >>", displays=[Display((made[k],)) for k in "slw"])
    assert isinstance(joined, Display)
    assert joined.chains == tuple(made.values())
