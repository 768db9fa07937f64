"""The registers of org-id.guide whose numbers are checked: how OCDS and BODS name them, and our scheme for each."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ontology.values import make_key


@cache
def lists() -> Mapping[str, tuple[str, str]]:
    """A register's code -> (our scheme, what stands before the number there). The first of a scheme is the one that we
    write."""
    text = (files("ontology") / "org_ids.csv").read_text("utf-8")
    return {row["list"]: (row["scheme"], row["prefix"]) for row in csv.DictReader(text.splitlines())}


def register_key(register: str, number: str) -> str:
    """The key of a number in a register; empty where the register is not known.

    Raises:
        ValueProblem: the number is none of that register.
    """
    scheme, before = lists().get(register.upper(), ("", ""))
    if not scheme or not number:
        return ""
    if scheme == "gb-coh" and len(number) == 7 and number.isdecimal():
        number = number.zfill(8)  # as spreadsheets write one that begins with 0
    return make_key(scheme, number if number.upper().startswith(before) else before + number)


def register_number(key: str) -> tuple[str, str] | None:
    """(register, number) of a key; None where org-id.guide has no register for it."""
    scheme, _, value = key.partition(":")
    for register, (ours, before) in lists().items():
        if ours == scheme and value.startswith(before):
            return register, value.removeprefix(before)
    return None
