"""``derivgen new`` and ``derivgen templates``: the commands that write what a person will edit."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

from derivgen.commands.arguments import OK, Parser, add_force


def configure_new(parser: Parser) -> None:
    """The arguments of ``derivgen new``."""
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="write NAME.yaml (default: the example's name, or network)",
    )
    parser.add_argument("--example", metavar="E", help="copy this example; see 'list examples'")
    parser.add_argument("-o", "--output", metavar="FILE", help="write here; - is standard output")
    add_force(parser)


def run_new(args: argparse.Namespace) -> int:
    """Write a commented starter spec, or a copy of an example."""
    from derivgen.network.spec import example_text, starter

    text = starter() if args.example is None else example_text(args.example)
    if args.output == "-":
        print(text, end="")
        return OK
    stem = args.name or args.example or "network"
    target = args.output or (stem if stem.endswith((".yaml", ".yml")) else f"{stem}.yaml")
    return _write({target: text}, force=args.force)


def configure_templates(parser: Parser) -> None:
    """The arguments of ``derivgen templates``."""
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="print this one (default: list them)"
    )
    parser.add_argument(
        "--copy-to", metavar="DIR", help="copy NAME, or all of them, into this folder to edit"
    )
    add_force(parser)


def run_templates(args: argparse.Namespace) -> int:
    """List the templates, print one, or copy them out."""
    from derivgen.document.templates import template_names, template_source

    if args.name is None and args.copy_to is None:
        for name in template_names():
            print(name)
        return OK
    names = template_names() if args.name is None else (args.name,)
    sources = {name: template_source(name) for name in names}
    if args.copy_to is None:
        print(*sources.values(), sep="", end="")
        return OK
    copies = {os.path.join(args.copy_to, *name.split("/")): text for name, text in sources.items()}
    return _write(copies, force=args.force)


def _write(texts: Mapping[str, str], *, force: bool) -> int:
    """Write files and print their paths; none is written where one of them is there already."""
    from pathlib import Path

    from derivgen.errors import DerivgenError, Place
    from derivgen.render.files import Outputs

    there = [path for path in texts if os.path.lexists(path)]
    if there and not force:
        raise DerivgenError("E704", "the file is there already", Place(there[0]), "use --force")
    with Outputs() as outputs:
        outputs.add_all({Path(path): text for path, text in texts.items()})
    print(*texts, sep="\n")
    return OK
