"""Where templates are found, and the environment that they run in.

Templates stand in ``templates/`` beside the package in a checkout and in
``derivgen/_templates`` in a wheel.  A folder of the user's own, laid out alike, overrides any of
them.  A template may be somebody else's, so it is treated as hostile: it runs in a sandbox and
reads no file outside the two folders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.utils import missing

from derivgen.document.sandbox import Sandbox
from derivgen.document.template_cache import TemplateCache
from derivgen.errors import DerivgenError, Place, did_you_mean

SUFFIX = ".j2"

#: Filters that write HTML or mark text as such: no template here is HTML to Jinja.
_HTML_FILTERS = ("e", "escape", "forceescape", "safe", "striptags", "tojson", "urlize", "xmlattr")


def template_folder() -> Path:
    """The folder of the templates that came with derivgen: packaged, else of the checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


def template_names(user_folder: Path | None = None) -> tuple[str, ...]:
    """All templates, as ``styles/tutorial.j2``, in alphabetical order."""
    folders = [template_folder()] + ([user_folder] if user_folder is not None else [])
    found = {
        path.relative_to(folder).as_posix()
        for folder in folders
        for path in folder.rglob(f"*{SUFFIX}")
        if path.is_file()
    }
    return tuple(sorted(found))


def template_source(name: str, user_folder: Path | None = None) -> str:
    """The text of a template.

    :raises DerivgenError: E610 where there is none of that name.
    """
    env = environment(user_folder)
    assert env.loader is not None
    with template_errors(template_names(user_folder)):
        return env.loader.get_source(env, name)[0]


def environment(
    user_folder: Path | None = None,
    kind: type[Sandbox] = Sandbox,
) -> Sandbox:
    """A Jinja environment with delimiters that do not collide with LaTeX.

    ``<< value >>``, ``<% statement %>``, ``<# comment #>``; a name that is not defined is an error.

    :raises DerivgenError: E610 where ``user_folder`` is not a folder.
    """
    if user_folder is not None and not user_folder.is_dir():
        raise DerivgenError(
            "E610", "the folder of templates does not exist", Place(str(user_folder))
        )
    folders = [user_folder, template_folder()] if user_folder is not None else [template_folder()]
    env = kind(
        loader=ChoiceLoader([_FolderLoader(folder) for folder in folders]),
        bytecode_cache=TemplateCache(template_folder()),
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=_Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    for name in _HTML_FILTERS:
        del env.filters[name]
    return env


class _FolderLoader(BaseLoader):
    """Loads from one folder and never from outside it, be it by ``..`` or by a symbolic link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 (Jinja's signature)
        template: str,
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        path = (self.folder / template).resolve() if "\0" not in template else self.folder
        if not path.is_relative_to(self.folder) or not path.is_file():
            raise TemplateNotFound(template)
        try:
            source = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DerivgenError(
                "E610", f"the template cannot be read: {error}", Place(str(path))
            ) from error
        return source, str(path), lambda: True


class _Undefined(StrictUndefined):
    """A missing attribute says which of those that exist was likely meant."""

    @property
    def _undefined_message(self) -> str:
        message: str = super()._undefined_message
        owner: Any = self._undefined_obj
        name: Any = self._undefined_name
        if owner is None or not isinstance(name, str) or owner is missing:
            return message
        known = owner if isinstance(owner, dict) else [n for n in dir(owner) if n[0] != "_"]
        near = did_you_mean(name, (word for word in known if isinstance(word, str)))
        return f"{message}; {near}" if near else message


#: What derivgen itself raises about a template while the template runs.
_OWN_CODES = ("E613", "E614")
_UNDEFINED_NAME = re.compile(r"'(\w+)' is undefined$")


@contextmanager
def template_errors(known: Iterable[str] = ()) -> Iterator[None]:
    """Turns what goes wrong in a template into a diagnostic with the template's file and line.

    ``known`` are the names that a template could have meant.  An error that comes from the
    program, not from a template, passes through as it is.
    """
    try:
        yield
    except DerivgenError as error:
        if error.diagnostic.code not in _OWN_CODES:
            raise
        raise error.at(_place_in_template(error.__traceback__)) from None
    except TemplateNotFound as error:
        name = str(error.name)
        hint = did_you_mean(name, known)
        raise DerivgenError("E610", f"there is no template '{name}'", hint=hint).at(
            _place_in_template(error.__traceback__)
        ) from error
    except TemplateSyntaxError as error:
        place = Place(error.filename or error.name or "<template>", error.lineno)
        raise DerivgenError("E611", error.message or "syntax error", place) from error
    except UndefinedError as error:
        message = error.message or "undefined name"
        name_found = _UNDEFINED_NAME.search(message)
        hint = did_you_mean(name_found.group(1), known) if name_found else ""
        raise DerivgenError(
            "E612", message, _place_in_template(error.__traceback__), hint
        ) from error
    except SecurityError as error:
        message = f"not allowed in a template: {error.message}"
        raise DerivgenError("E615", message, _place_in_template(error.__traceback__)) from error
    except (
        TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        RecursionError,
    ) as error:
        if not (isinstance(error, TemplateError) or _raised_in_template(error.__traceback__)):
            raise
        message = f"{type(error).__name__}: {error}"
        raise DerivgenError("E615", message, _place_in_template(error.__traceback__)) from error


def template_place(template: Template, line: int) -> Place:
    """The place in a template that line ``line`` of its compiled form stands for."""
    return Place(
        template.filename or template.name or "<template>", template.get_corresponding_lineno(line)
    )


def _place_in_template(trace: TracebackType | None) -> Place | None:
    """The innermost line of a template in a traceback."""
    place = None
    for frame, line in walk_tb(trace):
        template: Any = frame.f_globals.get("__jinja_template__")
        if template is not None:
            place = template_place(template, line)
    return place


def _raised_in_template(trace: TracebackType | None) -> bool:
    """Whether the innermost frame is a template's, or Jinja's on behalf of one."""
    innermost = None
    for frame, _ in walk_tb(trace):
        innermost = frame
    if innermost is None:
        return False
    module = str(innermost.f_globals.get("__name__", ""))
    return "__jinja_template__" in innermost.f_globals or module.split(".")[0] == "jinja2"
