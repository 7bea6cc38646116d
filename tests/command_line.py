"""The command line run on the spec of one neuron."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
Printed = pytest.CaptureFixture[str]
SPEC = """\
title: A neuron
data: {inputs: [0.5, -1.0], targets: [1.0]}
layers:
  - {dense: 1, activation: sigmoid, weights: [[0.4, -0.2]], bias: [0.1]}
loss: half_squared_error
training: {learning_rate: 0.5}
document: {figure: false}
"""


def run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "derivgen", *arguments]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, env=environment, capture_output=True, text=True, check=False, **settings
    )
