"""Jupyter notebooks: Markdown in cells, one for each section.

The format is that of nbformat 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from derivgen.document.blocks import Block, Document, Heading
from derivgen.render.escape import clean


def notebook(document: Document, parts: Iterable[tuple[Block | None, str]]) -> Iterator[str]:
    """The text of a notebook, cell by cell.

    :param parts: pieces of Markdown, each with the block that it is of (None: what stands before
        and after the blocks).  A heading begins a cell, save where it follows another heading.
    """
    yield '{\n "cells": ['
    for number, source in enumerate(_sections(parts), start=1):
        cell = {
            "cell_type": "markdown",
            "id": f"section-{number}",
            "metadata": {},
            "source": source.splitlines(keepends=True),
        }
        yield ("\n" if number == 1 else ",\n") + _indented(cell, 2)
    facts: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    if document.title:
        facts["title"] = clean(document.title)
    if document.author:
        facts["authors"] = [{"name": clean(document.author)}]
    yield f'\n ],\n "metadata": {_indented(facts, 1).lstrip()},\n'
    yield ' "nbformat": 4,\n "nbformat_minor": 5\n}\n'


def _sections(parts: Iterable[tuple[Block | None, str]]) -> Iterator[str]:
    section: list[str] = []
    bare = True  # nothing but headings so far
    for block, text in parts:
        heading = isinstance(block, Heading)
        if heading and not bare:
            yield "".join(section).strip("\n")
            section, bare = [], True
        section.append(text)
        bare = bare and (heading or not text.strip())
    if any(text.strip() for text in section):
        yield "".join(section).strip("\n")


def _indented(value: dict[str, Any], depth: int) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return "\n".join(" " * depth + line for line in text.split("\n"))
