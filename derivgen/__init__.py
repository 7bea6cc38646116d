"""derivgen: worked, verified backpropagation derivations from a description of a network.

>>> import derivgen as dg
>>> d = dg.derive(dg.load("examples/relu_sigmoid_3_2_1.yaml"))
>>> d.gradient("b_{10}").value
>>> d.save("handout.pdf")
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # importing typing would cost --help a tenth of its time
if TYPE_CHECKING:
    from typing import Any

    from derivgen.api import build, check, derive, load, task, values
    from derivgen.checking.report import Report
    from derivgen.derived import Derived, Gradient
    from derivgen.errors import DerivgenError

__all__ = [
    "Derived",
    "DerivgenError",
    "Gradient",
    "Report",
    "build",
    "check",
    "derive",
    "load",
    "task",
    "values",
]

_HOMES = {
    "Derived": "derived",
    "Gradient": "derived",
    "DerivgenError": "errors",
    "Report": "checking.report",
}


def __getattr__(name: str) -> Any:
    """Load the pipeline when it is first used: the command line starts without sympy."""
    if name not in __all__:
        raise AttributeError(f"module 'derivgen' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"derivgen.{_HOMES.get(name, 'api')}"), name)
