#!/usr/bin/env bash
# python-stdnum 2.2: stdnum.lei.validate looks at the check digits and not at the length. An LEI (ISO 17442) has twenty
# characters, but "1", "98" and "0098" are returned as valid, because their remainder modulo 97 is 1, as a whole LEI's is.
# About one short number in 97 passes: a column of row numbers, quantities or country codes in digits that is checked
# for LEIs seems to hold some, and rows that have nothing in common are joined by them. What to do: ask for twenty characters first.
#
# Output seen:
#   python-stdnum 2.2
#   98 -> valid, 2 characters
#   numbers below 10,000 that are valid as an LEI: 104
#   5493001KJTIIGC8Y1R12 -> valid, 20 characters
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import version

from stdnum import lei

print("python-stdnum", version("python-stdnum"))
print("98 ->", "valid," if lei.is_valid("98") else "refused,", "2 characters")
short = [number for number in range(10_000) if lei.is_valid(str(number))]
print(f"numbers below 10,000 that are valid as an LEI: {len(short)}")
whole = "5493001KJTIIGC8Y1R12"
print(whole, "->", "valid," if lei.is_valid(whole) else "refused,", len(whole), "characters")
assert {1, 98} <= set(short), "changed: short numbers are refused now"
assert len(short) == 104, "changed: other short numbers are valid now"
assert lei.is_valid(whole), "changed: a whole LEI is refused"
PY
