"""Argparse as the commands use it: bad usage is a diagnostic, and suggests what was meant."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from derivgen.errors import DerivgenError

#: What a command ends with; :mod:`derivgen.cli` knows the rest of the exit codes.
OK, REFUSED, BAD_INPUT, INTERNAL = 0, 1, 2, 3


def diagnosed(code: str, message: str, hint: str) -> DerivgenError:
    """The error to raise for a slip on the command line."""
    from derivgen.errors import DerivgenError

    return DerivgenError(code, message, hint=hint)


class Help(argparse.RawDescriptionHelpFormatter):
    """Help of a fixed width: the same everywhere, and without asking the terminal."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=88)


class Parser(argparse.ArgumentParser):
    """A parser that reports bad usage as a diagnostic and remembers its own arguments."""

    def __init__(self, **settings: Any) -> None:
        self.arguments: list[argparse.Action] = []
        super().__init__(formatter_class=Help, allow_abbrev=False, **settings)

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        self.arguments.append(super().add_argument(*names, **settings))
        return self.arguments[-1]

    def error(self, message: str) -> NoReturn:
        raise diagnosed("E703", message, f"see '{self.prog} --help'")

    def refuse_unknown_options(self, words: Sequence[str]) -> None:
        """Name the first unknown option and the nearest known one.

        :raises DerivgenError: E702.
        """
        known = [option for action in self.arguments for option in action.option_strings]
        for word in words:
            if word == "--":
                return
            option = word.partition("=")[0] if word.startswith("--") else word[:2]
            if len(word) > 1 and word.startswith("-") and option not in known:
                from derivgen.errors import did_you_mean

                hint = did_you_mean(option, known) or f"see '{self.prog} --help'"
                raise diagnosed("E702", f"{self.prog} has no option {option!r}", hint)


def one_of(known: Sequence[str]) -> Callable[[str], str]:
    """A type for ``add_argument``: one of the known words; the nearest is suggested for another."""

    def check(word: str) -> str:
        if word not in known:
            from derivgen.errors import did_you_mean

            fix = did_you_mean(word, known) or f"choose from {', '.join(known)}"
            raise argparse.ArgumentTypeError(f"{word!r} is unknown; {fix}")
        return word

    return check


def words(text: str) -> list[str]:
    """A type for ``add_argument``: ``tex,md`` as a list; an empty word is a slip of the hand."""
    found = [word.strip() for word in text.split(",")]
    if not all(found):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name between its commas")
    return found


def setting(text: str) -> str:
    """A type for ``add_argument``: ``key=value``, unchanged."""
    key, equals, _ = text.partition("=")
    if not equals or not key.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form key=value")
    return text


def add_overrides(parser: Parser) -> None:
    """``--set``, for the commands that read a spec."""
    parser.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        dest="overrides",
        metavar="KEY=VALUE",
        help="change one key of the spec, such as training.steps=3 (may be repeated)",
    )


def add_force(parser: Parser) -> None:
    """``--force``, for the commands that write what a person will edit."""
    parser.add_argument("--force", action="store_true", help="replace what is there")
