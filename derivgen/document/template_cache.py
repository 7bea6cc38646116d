"""Compiled templates, kept where Python keeps its own compiled files.

Only templates that came with derivgen are kept, beside them in ``__pycache__`` (or under
``sys.pycache_prefix``), and only where Python itself would write: what is read back is as trusted as
the package.  A compiled template that does not fit its source, its path, the environment or Jinja's
version is made anew.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path

import jinja2
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

SUFFIX = ".j2c"


class TemplateCache(BytecodeCache):
    """The compiled forms of the templates in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def get_bucket(
        self,
        environment: Environment,
        name: str,  # noqa: ARG002 (Jinja's signature)
        filename: str | None,
        source: str,
    ) -> Bucket:
        """What is known of a template: nothing for one outside the folder."""
        own = filename is not None and Path(filename).is_relative_to(self._folder)
        key = _kept_as(str(filename), type(environment).__name__) if own else ""
        bucket = Bucket(environment, key, _checksum(environment, str(filename), source))
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, where there is one."""
        if bucket.key:
            with suppress(OSError), open(bucket.key, "rb") as stream:
                try:
                    bucket.load_bytecode(stream)
                except Exception:  # a damaged file: whatever pickle raises on it
                    bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, where Python may write."""
        if not bucket.key or sys.dont_write_bytecode:
            return
        with suppress(OSError):
            folder = os.path.dirname(bucket.key)
            os.makedirs(folder, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=".template.")
            try:
                with os.fdopen(handle, "wb") as stream:
                    bucket.write_bytecode(stream)
                os.replace(temporary, bucket.key)
            except BaseException:
                os.unlink(temporary)
                raise


def _kept_as(filename: str, kind: str) -> str:
    """``styles/__pycache__/tutorial.Sandbox.cpython-311.j2c``."""
    stem = filename.removesuffix(".j2")
    return cache_from_source(f"{stem}.{kind}.py").removesuffix(".pyc") + SUFFIX


def _checksum(environment: Environment, filename: str, source: str) -> str:
    """Stands for all that the compiled template depends on."""
    settings = (
        sys.version_info,
        jinja2.__version__,
        filename,
        environment.block_start_string,
        environment.block_end_string,
        environment.variable_start_string,
        environment.variable_end_string,
        environment.comment_start_string,
        environment.comment_end_string,
        environment.trim_blocks,
        environment.lstrip_blocks,
        environment.keep_trailing_newline,
        environment.autoescape,
        sorted(getattr(environment, "intercepted_binops", ())),
        source,
    )
    return sha256(repr(settings).encode()).hexdigest()
