"""Reading a name off the tokens: its base, and what is glued to it."""

from __future__ import annotations

from derivgen.checking.maths import functions
from derivgen.checking.maths.cursor import MAX_DEPTH, Cursor
from derivgen.checking.maths.language import is_name_text
from derivgen.checking.maths.name_parts import Read
from derivgen.checking.maths.scripts import is_glued, read_glued_index, read_scripts
from derivgen.checking.maths.spelling import MARKS, Spelling, pieces
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.tree import Name


def read_name(cursor: Cursor) -> Read | None:
    """The name at the cursor, which is moved behind it; None (and the cursor as it was) where there is
    none."""
    start = cursor.at
    found = _base(cursor)
    if found is None:
        cursor.at = start
        return None
    read_glued_index(cursor, found)
    read_scripts(cursor, found)
    return found


def _base(cursor: Cursor) -> Read | None:
    token = cursor.peek()
    if token is None:
        return None
    start = cursor.at
    match token.kind:
        case "letters":
            cursor.at += 1
            return _run(cursor, token, start)
        case "greek":
            return _greek(cursor, token, start)
        case "word":
            cursor.at += 1
            return _word(token, start)
        case "text" if is_name_text(token.text):
            cursor.at += 1
            return _word(token, start)
        case "accent":
            return _accented(cursor, token, start)
        case "open" if token.text == "{":
            return _group(cursor, start)
    return None


def _run(cursor: Cursor, token: Token, start: int) -> Read:
    run, (begin, _) = token.text, token.span
    joint = cursor.is_kind("joint") or (
        cursor.typed and cursor.is_kind("script", "_") and is_glued(cursor)
    )
    if cursor.typed and cursor.vocabulary.has_index(run):
        return Read([], Spelling(run[0], [",", run[1]]), run[0], token.kind, start, begin)
    function = run[1:]
    if run[0] == "D" and function and cursor.is_kind("open", "(") and is_glued(cursor):
        known = cursor.vocabulary
        if function in known.functions and "D" not in known.keys:  # Df(2) is f'(2)
            return Read([], Spelling(function), function, token.kind, start, begin, primes=1)
    whole = joint and (run.lower() in MARKS or cursor.vocabulary.knows(_ahead(cursor, run)))
    parts = (
        [run] if whole or _is_function(cursor, run) else cursor.vocabulary.split(run, cursor.typed)
    )
    before = []
    for part in parts[:-1]:
        spelling = Spelling(part)
        span = (begin, begin + len(part))
        before.append(Name(spelling.key, "", part, span))
        begin += len(part)
    return Read(before, Spelling(parts[-1]), parts[-1], token.kind, start, begin)


def _is_function(cursor: Cursor, run: str) -> bool:
    """True for ``exp(s)`` and ``ln p``, even where e, x and p, or l and n, are names."""
    known = functions.canonical(run)
    if known is None or (len(run) == 2 and run not in ("ln", "CE")):
        return False
    return known in functions.BARE or (cursor.is_kind("open", "(") and is_glued(cursor))


def _ahead(cursor: Cursor, run: str) -> str:
    after = cursor.peek(1)
    return f"{run}_{after.text}" if after is not None else run


def _word(token: Token, start: int) -> Read:
    first, *rest = pieces(token.text)
    return Read([], Spelling(first, rest), token.text, token.kind, start, token.span[0])


def _greek(cursor: Cursor, token: Token, start: int) -> Read | None:
    cursor.at += 1
    if token.text != "Delta":
        return Read([], Spelling(token.text), token.text, "greek", start, token.span[0])
    after = cursor.peek()  # a difference of something is one name: "\Delta w_5"
    if after is not None and after.kind in ("letters", "greek", "word", "accent", "text"):
        inner = _base(cursor)
        if inner is not None and not inner.before:
            inner.spelling.base = f"Delta_{inner.spelling.base}"
            inner.start, inner.begin, inner.word = start, token.span[0], "Delta"
            return inner
    cursor.at = start + 1
    return Read([], Spelling("Delta"), "Delta", "greek", start, token.span[0])


def _accented(cursor: Cursor, token: Token, start: int) -> Read | None:
    cursor.at += 1
    if cursor.depth > MAX_DEPTH:
        raise cursor.fail("it is nested too deeply")
    cursor.depth += 1
    inner = _base(cursor)
    cursor.depth -= 1
    if inner is None or inner.before or inner.primes or inner.transposed or inner.exponent:
        return None
    inner.spelling.index.insert(0, ",")
    inner.spelling.index.insert(0, token.text)
    inner.start, inner.begin, inner.accented = start, token.span[0], True
    return inner


def _group(cursor: Cursor, start: int) -> Read | None:
    """Braces that hold nothing but a name: ``{y}'``, ``{w_1}``."""
    close = cursor.partner[start]
    if close <= start or close >= cursor.end or cursor.depth > MAX_DEPTH:
        return None
    outer, cursor.end = cursor.end, close
    cursor.at = start + 1
    cursor.depth += 1
    inner = read_name(cursor)
    cursor.depth -= 1
    complete = cursor.at == close
    cursor.end = outer
    if inner is None or not complete or inner.before or inner.exponent or inner.transposed:
        return None
    cursor.at = close + 1
    inner.start = start
    follower = cursor.peek()
    marked = follower is not None and (follower.kind, follower.text) == ("script", "^")
    if inner.primes and not marked:  # {y'}^+ is y'^+
        inner.spelling.mark += "'" * inner.primes
        inner.primes = 0
    return inner
