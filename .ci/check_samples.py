"""Build every example and hold the committed samples against what comes out, byte for byte.

The documents are left in the folder given, for the checks that follow.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORMATS = "tex,md,pdf"


def main(committed: Path, built: Path) -> int:
    """1 where a sample differs, is missing, or is of no example."""
    specs = sorted(map(str, (ROOT / "examples").glob("*.yaml")))
    command = [sys.executable, "-m", "derivgen", "build", *specs, "--to", FORMATS, "-o", str(built)]
    subprocess.run([*command, "--quiet"], check=True)
    old, new = ({path.name: path for path in folder.iterdir()} for folder in (committed, built))
    problems = [
        f"{name} is in output/, but no example makes it" for name in sorted(old.keys() - new)
    ]
    problems += [
        f"{name} is not in output/"
        for name in sorted(new.keys() - old)
        if not name.endswith(".pdf")  # large ones are left out
    ]
    problems += [
        f"{name} is not what the code writes now"
        for name in sorted(old.keys() & new)
        if old[name].read_bytes() != new[name].read_bytes()
    ]
    print(*problems, sep="\n", end="\n" if problems else "")
    print(f"{len(specs)} examples, {len(old)} samples, {len(problems)} problems")
    return 1 if problems or not specs else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
