"""The table of commands, the parsers made from it, and the completion scripts made from those."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from derivgen import __version__
from derivgen.commands.arguments import OK, Parser, diagnosed, one_of
from derivgen.commands.build import configure_build, configure_values, run_build, run_values
from derivgen.commands.check import configure_check, run_check
from derivgen.commands.show import (
    configure_explain,
    configure_list,
    configure_schema,
    run_explain,
    run_list,
    run_schema,
)
from derivgen.commands.write import configure_new, configure_templates, run_new, run_templates

SHELLS = ("bash", "zsh", "tcsh")

#: What a shell completes for an argument of this metavar: the name of an attribute of shtab.
COMPLETED_AS = {"SPEC": "FILE", "DOCUMENT": "FILE", "FILE": "FILE", "DIR": "DIRECTORY"}

DESCRIPTION = """\
Write out the backpropagation of a network, step by step and verified, as LaTeX,
Markdown and PDF, from a description of the network in YAML, TOML or JSON;
and check derivations that were written by hand."""

EPILOG = """\
examples:
  derivgen new mynet                write a commented spec, mynet.yaml, to start from
  derivgen build mynet.yaml         write output/mynet.tex, .md and .pdf
  derivgen build mynet.yaml --to pdf --style handout --view matrix
  derivgen check post.md            say what is wrong in a hand derivation
  derivgen list                     what a spec and the options can name
  derivgen explain E501             what a diagnostic means and how to fix it

exit codes:
  0    done
  1    check: something is wrong in a document
       build: refused, since a printed gradient would disagree with its check
  2    bad usage, or an input that cannot be read or is invalid
  3    a fault in derivgen itself
  4    check: no claim could be decided
  130  stopped by Ctrl-C; every file is whole, the old one or the new one
  141  the reader of the output went away"""


def _configure_completion(parser: Parser) -> None:
    parser.add_argument(
        "shell",
        type=one_of(SHELLS),
        choices=SHELLS,
        metavar="SHELL",
        help=f"one of {', '.join(SHELLS)}",
    )


def _run_completion(args: argparse.Namespace) -> int:
    """Print the completion script of a shell."""
    try:
        import shtab
    except ImportError:
        fix = "install it with: pip install 'derivgen[completion]'"
        raise diagnosed("E706", "completion needs the package shtab", fix) from None
    parser, commands = parsers()
    for command in commands.values():
        for action in command.arguments:
            kind = COMPLETED_AS.get(str(action.metavar))
            if kind is not None:
                action.complete = getattr(shtab, kind)  # type: ignore[attr-defined]  # shtab reads it
    print(shtab.complete(parser, args.shell))
    return OK


class Command:
    """One command: its line in the help, its arguments, what runs it, examples of its use."""

    __slots__ = ("configure", "examples", "run", "summary")

    def __init__(
        self,
        summary: str,
        configure: Callable[[Parser], None],
        run: Callable[[argparse.Namespace], int],
        examples: str,
    ) -> None:
        self.summary = summary
        self.configure = configure
        self.run = run
        self.examples = examples


COMMANDS = {
    "build": Command(
        "write the documents of specs",
        configure_build,
        run_build,
        """\
  derivgen build mynet.yaml
  derivgen build mynet.yaml --to pdf --style handout --view reuse,matrix
  derivgen build mynet.yaml --set training.learning_rate=0.1 -o notes
  derivgen build - --to md < mynet.yaml""",
    ),
    "values": Command(
        "print every value and gradient of a spec",
        configure_values,
        run_values,
        "  derivgen values mynet.yaml --json > mynet.json",
    ),
    "check": Command(
        "say what is wrong in a hand derivation, and why",
        configure_check,
        run_check,
        """\
  derivgen check post.md
  derivgen check notes.tex --network net.yaml --map w_5=W2[0,0]
  derivgen check post.md notes.tex --format sarif -o check.sarif
  derivgen check post.md --format markdown -o post.checked.md
  derivgen check - --as text < notes""",
    ),
    "new": Command(
        "write a spec to start from, or a copy of an example",
        configure_new,
        run_new,
        """\
  derivgen new mynet
  derivgen new --example relu_sigmoid_3_2_1""",
    ),
    "list": Command(
        "list activations, losses, styles and so on",
        configure_list,
        run_list,
        "  derivgen list activations",
    ),
    "explain": Command(
        "explain the code of a diagnostic",
        configure_explain,
        run_explain,
        "  derivgen explain E501",
    ),
    "schema": Command(
        "print the JSON Schema of specs, for editors",
        configure_schema,
        run_schema,
        "  derivgen schema > derivgen.schema.json",
    ),
    "templates": Command(
        "list the templates, print one, or copy them out to edit",
        configure_templates,
        run_templates,
        """\
  derivgen templates
  derivgen templates styles/tutorial.j2 --copy-to mytemplates
  derivgen build mynet.yaml --templates mytemplates""",
    ),
    "completion": Command(
        "print a completion script for bash, zsh or tcsh",
        _configure_completion,
        _run_completion,
        "  derivgen completion bash > ~/.local/share/bash-completion/completions/derivgen",
    ),
}


def parsers() -> tuple[Parser, dict[str, Parser]]:
    """The parser of the program and that of each command."""
    parser = Parser(prog="derivgen", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("-V", "--version", action="version", version=f"derivgen {__version__}")
    places = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, title="commands"
    )
    found: dict[str, Parser] = {}
    for name, command in COMMANDS.items():
        summary = command.summary
        found[name] = places.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"examples:\n{command.examples}",
        )
        command.configure(found[name])
    return parser, found
