"""Fail where pytest skipped a test: CI installs all that tests ask for, so none may be."""

import sys
from xml.etree import ElementTree


def main(report: str) -> int:
    """Print every skipped test of a JUnit report; 1 if there is one, or no test at all."""
    cases = ElementTree.parse(report).getroot().findall(".//testcase")
    skipped = 0
    for case in cases:
        reason = case.find("skipped")
        if reason is not None:
            skipped += 1
            print(f"skipped: {case.get('classname')}::{case.get('name')}: {reason.get('message')}")
    print(f"{len(cases)} tests in the report, {skipped} skipped")
    return 1 if skipped or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
