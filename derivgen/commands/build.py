"""``derivgen build`` and ``derivgen values``: the commands that read a spec and compute."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence

from derivgen.commands.arguments import OK, Parser, add_overrides, diagnosed, one_of, words
from derivgen.commands.terminal import Progress, report, warn

TYPE_CHECKING = False  # typing takes its time, and nobody waits for it here
if TYPE_CHECKING:
    from derivgen.network.task import Task

ENGINES = ("typst", "latex")
DEFAULT_FORMATS = ("tex", "md", "pdf")


def configure_build(parser: Parser) -> None:
    """The arguments of ``derivgen build``."""
    parser.add_argument("specs", nargs="+", metavar="SPEC", help="a spec; - is standard input")
    parser.add_argument(
        "--to",
        type=words,
        action="extend",
        metavar="FORMATS",
        help=f"formats, with commas (default {','.join(DEFAULT_FORMATS)}); see 'list formats'",
    )
    parser.add_argument("--style", metavar="S", help="document style instead of the spec's")
    parser.add_argument(
        "--view",
        type=words,
        action="extend",
        metavar="V",
        help="views of the derivation, with commas, instead of the spec's; see 'list views'",
    )
    add_overrides(parser)
    parser.add_argument(
        "-o",
        "--output",
        default="output",
        metavar="DIR",
        help="folder to write to (default output)",
    )
    parser.add_argument(
        "--engine",
        type=one_of(ENGINES),
        choices=ENGINES,
        help="what makes the PDF: typst (built in, the default) or an installed LaTeX",
    )
    parser.add_argument("--dialect", metavar="D", help="Markdown dialect; see 'list dialects'")
    parser.add_argument("--templates", metavar="DIR", help="folder whose templates come first")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")


def run_build(args: argparse.Namespace) -> int:
    """Build every spec; one that fails is reported and the others go on."""
    _refuse_clashes(args.specs)
    formats = tuple(args.to or DEFAULT_FORMATS)
    _refuse_idle(formats, {"md": ("--dialect", args.dialect), "pdf": ("--engine", args.engine)})
    from pathlib import Path

    from derivgen.api import build, load

    worst = OK
    names: dict[str, str] = {}
    for source in args.specs:
        progress = Progress(args.quiet)
        try:
            task = load(source, tuple(args.overrides))
            if task.name in names:
                raise _clash(names[task.name], source, task.name)
            names[task.name] = source
            written = build(
                task,
                to=formats,
                style=args.style,
                views=tuple(args.view or ()),
                output=Path(args.output),
                engine=args.engine or ENGINES[0],
                dialect=args.dialect,
                templates=None if args.templates is None else Path(args.templates),
                progress=progress,
            )
        except Exception as error:
            progress.clear()
            worst = max(worst, report(error))
            continue
        finally:
            progress.clear()
        if "pdf" in formats and (args.engine or ENGINES[0]) == "typst":
            _warn_of_boxes(task)
        if not args.quiet:
            for path in written:
                print(path)
    return worst


def _warn_of_boxes(task: Task) -> None:
    """Say which characters the PDF has no letters for, rather than print boxes in silence."""
    from derivgen.render.pdf import unprintable

    options = task.options
    prose = [quantity.prose for quantity in task.network.quantities.values()]
    missing = unprintable("".join([options.title, options.author, options.date, *prose]))
    if missing:
        warn(
            f"{task.name}.pdf prints boxes for {' '.join(missing)}: the built-in fonts do not have "
            "them; HTML and Markdown do"
        )


def _refuse_idle(formats: Sequence[str], options: Mapping[str, tuple[str, str | None]]) -> None:
    """An option for a format that is not made would be ignored; ``options`` are by format."""
    for name, (option, value) in options.items():
        if value is not None and name not in formats:
            hint = f"add {name} to --to, or leave {option} out"
            raise diagnosed("E703", f"{option} is for {name}, which is not made here", hint)


def _refuse_clashes(specs: Sequence[str]) -> None:
    """Two specs of one stem would write the same files, and standard input is read once."""
    first: dict[str, str] = {}
    for spec in specs:
        stem = os.path.splitext(os.path.basename(spec))[0]
        if stem in first:
            raise _clash(first[stem], spec, stem)
        first[stem] = spec


def _clash(first: str, second: str, name: str) -> Exception:
    message = f"{first!r} and {second!r} would both be written as {name!r}"
    return diagnosed("E707", message, "build them one by one, each with its own -o")


def configure_values(parser: Parser) -> None:
    """The arguments of ``derivgen values``."""
    parser.add_argument("spec", metavar="SPEC", help="a spec; - is standard input")
    parser.add_argument("--json", action="store_true", help="one JSON object, in full precision")
    add_overrides(parser)


def run_values(args: argparse.Namespace) -> int:
    """Print the values of every step, as one JSON object or as lines ``name = value``."""
    import json

    from derivgen.api import values

    found = values(args.spec, tuple(args.overrides))
    if args.json:
        print(json.dumps(found, allow_nan=False, ensure_ascii=False))
        return OK
    for step in found["steps"]:
        print(f"step {step['step']}: loss {step['loss']!r}")
        for group in ("quantities", "gradients", "updated"):
            print(f"  {group}")
            for name, value in step[group].items():
                print(f"    {name} = {json.dumps(value, allow_nan=False)}")
    return OK
