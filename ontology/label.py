"""A name or a sentence in both languages. Nothing heavy is imported here: declarations that ``--help`` reads use it."""

from __future__ import annotations

from typing import NamedTuple


class Label(NamedTuple):
    sv: str
    en: str

    def get(self, lang: str) -> str:
        return self.sv if lang == "sv" else self.en
