"""Print the command of README.md that stands behind a mark ``<!-- ci: NAME -->``.

CI runs what the README says, not a copy of it that could go its own way.
"""

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def command(name: str, text: str) -> str:
    """The body of the bash block that follows the mark."""
    pattern = rf"<!-- ci: {re.escape(name)} -->\n+```bash\n(.*?)```"
    found = re.findall(pattern, text, re.DOTALL)
    if len(found) != 1:
        raise SystemExit(f"README.md has {len(found)} blocks marked 'ci: {name}', not one")
    return str(found[0])


if __name__ == "__main__":
    sys.stdout.write(command(sys.argv[1], README.read_text(encoding="utf-8")))
