"""``derivgen list``, ``explain`` and ``schema``: the commands that only tell."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from derivgen.commands.arguments import OK, Parser, diagnosed, one_of
from derivgen.commands.catalogue import LISTS


def configure_list(parser: Parser) -> None:
    """The arguments of ``derivgen list``."""
    kinds = tuple(LISTS)
    parser.add_argument(
        "kind",
        nargs="?",
        type=one_of(kinds),
        choices=kinds,
        metavar="KIND",
        help=f"one of {', '.join(kinds)} (default: all)",
    )


def run_list(args: argparse.Namespace) -> int:
    """Print the entries of one kind, or of all."""
    if args.kind is not None:
        _print_entries(LISTS[args.kind](), indent="")
        return OK
    for kind, entries in LISTS.items():
        print(f"{kind}:")
        _print_entries(entries(), indent="  ")
    return OK


def _print_entries(entries: Iterable[tuple[str, str]], indent: str) -> None:
    rows = list(entries)
    width = max((len(name) for name, _ in rows), default=0)
    for name, line in rows:
        print(f"{indent}{name:<{width}}  {line}".rstrip())


def configure_explain(parser: Parser) -> None:
    """The arguments of ``derivgen explain``."""
    parser.add_argument("code", metavar="CODE", help="a code such as E501; see 'list codes'")


def run_explain(args: argparse.Namespace) -> int:
    """Print what a code means, an example of it, and how to fix it."""
    from derivgen.checking.codes import CHECK_CODES
    from derivgen.error_codes import CODES
    from derivgen.errors import did_you_mean

    known = CODES | CHECK_CODES
    code = args.code.upper()
    if code not in known:
        fix = did_you_mean(code, known) or "see 'derivgen list codes'"
        raise diagnosed("E705", f"no diagnostic has the code {args.code!r}", fix)
    entry = known[code]
    print(f"{code}: {entry.title}\n\n{entry.why}")
    if entry.example:
        print(f"\nexample: {entry.example}")
    if entry.fix:
        print(f"\nfix: {entry.fix}")
    return OK


def configure_schema(parser: Parser) -> None:
    """``derivgen schema`` takes no arguments."""
    del parser


def run_schema(args: argparse.Namespace) -> int:
    """Print the JSON Schema of specs."""
    del args
    import json

    from derivgen.network.spec import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return OK
