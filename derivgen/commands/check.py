"""``derivgen check``: what is wrong in a hand derivation, and why."""

from __future__ import annotations

import argparse
import os
import sys

from derivgen.commands.arguments import BAD_INPUT, OK, Parser, diagnosed, one_of, setting
from derivgen.commands.terminal import Progress, report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from derivgen.checking.manuscript import Manuscript
    from derivgen.checking.report import Report

    Checked = tuple[Report, Manuscript]

FORMATS = ("text", "json", "sarif", "markdown")
LANGUAGES = ("markdown", "latex", "text", "notebook", "pdf-text")

COLOURS = ("auto", "always", "never")

#: What a check ends with beside :data:`OK` and the codes of errors.
WRONG, UNDECIDED = 1, 4
#: from the mildest to the worst: a document that is wrong says more than one that says nothing
_SEVERITY = (OK, UNDECIDED, WRONG, BAD_INPUT)


def configure_check(parser: Parser) -> None:
    """The arguments of ``derivgen check``."""
    parser.add_argument(
        "documents", nargs="+", metavar="DOCUMENT", help="a document; - is standard input"
    )
    parser.add_argument(
        "--network",
        metavar="SPEC",
        help="check against this network (default: the document's own definitions)",
    )
    parser.add_argument(
        "--map",
        type=setting,
        action="append",
        default=[],
        dest="names",
        metavar="NAME=QUANTITY",
        help="what a name of the author's is, such as w_5=W2[0,0] (may be repeated)",
    )
    parser.add_argument(
        "--format",
        type=one_of(FORMATS),
        choices=FORMATS,
        default=FORMATS[0],
        help="how to report; markdown is the document with the remarks in it (default text)",
    )
    parser.add_argument(
        "--as",
        type=one_of(LANGUAGES),
        choices=LANGUAGES,
        dest="language",
        help="how to read the document (default: by its ending or what is in it)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write here; - is standard output")
    parser.add_argument("--all", action="store_true", help="list what is correct too")
    parser.add_argument(
        "--color",
        type=one_of(COLOURS),
        choices=COLOURS,
        default=COLOURS[0],
        help="when to print in colour (default auto: on a terminal, unless NO_COLOR is set)",
    )
    parser.add_argument(
        "-q", "--quiet", action="store_true", help="print what is wrong and nothing else"
    )


def run_check(args: argparse.Namespace) -> int:
    """Check every document and report; one that cannot be read does not stop the others."""
    _refuse_clashes(args)
    from derivgen.api import checked, load

    names = _names(args.names)
    network = None if args.network is None else load(args.network)
    code = OK
    done: list[Checked] = []
    for document in args.documents:
        progress = Progress(args.quiet)
        progress(f"{document}: checking")
        try:
            found = checked(
                _source(document),
                network,
                names=names,
                language=args.language,
                shown="<stdin>" if document == "-" else document,
            )
        except Exception as error:
            progress.clear()
            # 1 means that something is wrong in a document, never that it was not checked
            code = _worst(code, max(report(error), BAD_INPUT))
            continue
        finally:
            progress.clear()
        done.append(found)
        code = _worst(code, _code(found[0]))
    if done:
        _write(_text(done, args), args)
    return code


def _refuse_clashes(args: argparse.Namespace) -> None:
    """What cannot be done together, and options that would be ignored."""
    inputs = [*args.documents, args.network]
    if inputs.count("-") > 1:
        hint = "save one of the inputs as a file"
        raise diagnosed("E703", "standard input can be read once only", hint)
    if args.names and args.network is None:
        message = "--map says what names are in a network, and there is none"
        raise diagnosed("E703", message, "give its spec with --network")
    if args.all and args.quiet:
        raise diagnosed("E703", "--all and --quiet contradict each other", "leave one of them out")
    if args.format != "text" and (args.all or args.quiet):
        option = "--all" if args.all else "--quiet"
        hint = f"leave {option} out, or use --format text"
        raise diagnosed("E703", f"{option} is for the format text", hint)
    if args.format != "text" and args.color == "always":
        hint = "leave --color out, or use --format text"
        raise diagnosed("E703", "--color is for the format text", hint)
    if args.format == "markdown" and len(args.documents) > 1:
        message = "the format markdown is the text of one document"
        raise diagnosed("E703", message, "check them one by one, each with its own -o")


def _source(document: str) -> Path | bytes:
    from pathlib import Path

    from derivgen.network.source import MAX_BYTES

    return sys.stdin.buffer.read(MAX_BYTES + 1) if document == "-" else Path(document)


def _names(pairs: Sequence[str]) -> dict[str, str]:
    """What ``--map`` says, by the author's names.  Raises E703 for a name of which two things are said."""
    found: dict[str, str] = {}
    for text in pairs:
        name, _, quantity = map(str.strip, text.partition("="))
        if not quantity:
            message = f"--map: {text!r} does not say what {name!r} is"
            raise diagnosed("E703", message, "write NAME=QUANTITY, as in --map w_5=W2[0,0]")
        if found.setdefault(name, quantity) != quantity:
            message = f"--map: {name!r} cannot be both {found[name]!r} and {quantity!r}"
            raise diagnosed("E703", message, "leave one of them out")
    return found


def _code(found: Report) -> int:
    """The exit code that a report asks for."""
    from derivgen.checking.report import Verdict

    if found.count(Verdict.WRONG):
        return WRONG
    return OK if found.decided else UNDECIDED


def _worst(one: int, other: int) -> int:
    # an unknown code is a fault of ours, which is worse than all
    return max(one, other, key=lambda code: _SEVERITY.index(code) if code in _SEVERITY else 99)


def _text(done: list[Checked], args: argparse.Namespace) -> str:
    """The report in the format asked for."""
    if args.format == "json":
        from derivgen.checking.writing.json import json_text

        return json_text(done)
    if args.format == "sarif":
        from derivgen.checking.writing.sarif import sarif_text

        return sarif_text(done)
    if args.format == "markdown":
        from derivgen.checking.writing.annotated import annotated_text

        return annotated_text(*done[0])
    from derivgen.checking.writing.terminal import Look, terminal_text

    terminal = args.output in (None, "-") and sys.stdout.isatty()
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    look = Look(
        colour=args.color == "always" or (args.color == "auto" and terminal and not plain),
        everything=args.all,
        brief=args.quiet,
        width=_width() if terminal else 100,
        named=len(args.documents) > 1,
    )
    return "\n".join(filter(None, (terminal_text(*found, look) for found in done)))


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _write(text: str, args: argparse.Namespace) -> None:
    """To standard output, or as a file that appears whole or not at all."""
    if args.output in (None, "-"):
        # a terminal that does not know a character gets its number
        encoding = sys.stdout.encoding or "utf-8"
        print(text.encode(encoding, "backslashreplace").decode(encoding), end="")
        return
    from pathlib import Path

    from derivgen.render.files import write_atomically

    write_atomically(Path(args.output), text.encode("utf-8", "backslashreplace"))
    if not args.quiet:
        print(args.output)
