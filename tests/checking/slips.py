"""What a changed number is, read off its digits: one change may be several typical slips at once.

It is the tests' own opinion, shared with nothing in the package: ``0.30`` written as ``0.60`` is one wrong
digit and twice the value, and who names either is right.
"""

from __future__ import annotations

import re

NUMBER = re.compile(r"\(?(-?)(\d*)\.?(\d*)\)?")


def described(old: str, new: str) -> frozenset[str]:
    """The diagnoses that are true of a number written in place of another one."""
    before, after = NUMBER.fullmatch(old.strip()), NUMBER.fullmatch(new.strip())
    if before is None or after is None or not (old.strip() and new.strip()):
        return frozenset()
    found = set()
    (sign, whole, rest), (minus, front, tail) = before.groups(), after.groups()
    digits, others = f"{whole}.{rest}", f"{front}.{tail}"
    if sign != minus and digits == others:
        return frozenset({"sign"})
    if sign == minus:
        if digits.replace(".", "").strip("0") == others.replace(".", "").strip("0"):
            found.add("decimal_point")
        off = [at for at, (a, b) in enumerate(zip(digits, others, strict=False)) if a != b]
        if len(digits) == len(others) and len(off) == 1:
            found.add("one_digit")
        if len(digits) == len(others) and len(off) == 2:
            one, two = off
            if digits[one] == others[two] and digits[two] == others[one]:
                found.add("digits_swapped")
        value, other = float(digits), float(others)
        unit = 10.0 ** -len(rest)
        if min(abs(other - 2 * value), abs(other - value / 2)) <= unit / 2 and value:
            found.add("factor_two")
    return frozenset(found)


def is_last_digit(old: str, new: str) -> bool:
    """True where a number is off by one in its last place, which may be its rounding."""
    before, after = NUMBER.fullmatch(old.strip()), NUMBER.fullmatch(new.strip())
    if before is None or after is None or not (old.strip() and new.strip()):
        return False
    if before.group(1) != after.group(1) or len(before.group(3)) != len(after.group(3)):
        return False
    whole, other = (int(m.group(2) + m.group(3) or "0") for m in (before, after))
    return abs(whole - other) == 1
