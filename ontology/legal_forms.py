"""Legal forms of companies (AB, Aktiebolag, Sdn. Bhd.), which people leave out or write in another way."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("legal_forms.csv")


@cache
def legal_forms() -> tuple[str, ...]:
    """The forms as they are written, each once, from ``legal_forms.csv``.

    Names and abbreviations of ISO 20275, with the code of the list of 2023-09-28 (GLEIF), for the countries that
    health care buys from; a form without a code is in use and not in that list. Left out are forms that are words of
    names as well (foundation, university).
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(dict.fromkeys(row["form"] for row in csv.DictReader(file)))


@cache
def _by_code() -> dict[str, str]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        found: dict[str, str] = {}
        for row in csv.DictReader(file):
            found.setdefault(row["elf"], row["form"])
    return found


def form_of_code(code: str) -> str:
    """The form of a code of ISO 20275, as it is written there; empty where we do not know it."""
    return _by_code().get(code, "") if code else ""


@cache
def coded_forms() -> tuple[tuple[str, str, str], ...]:
    """Each form as it is written, the country that has it and its code of ISO 20275 (empty: none in that list)."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple((row["form"], row["country"], row["elf"]) for row in csv.DictReader(file))
