"""SIE 4, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, Format
from ontology.label import Label

_FIRST = re.compile(r"^#(?:FLAGGA|SIETYP|FORMAT)\b", re.MULTILINE)
_ALSO = re.compile(r"^#(?:SIETYP|FNAMN|VER)\b", re.MULTILINE)


def _sie(seen: Glimpse) -> bool:
    """Of any type: the loader tells which it needs."""
    return not seen.path.is_dir() and bool(_FIRST.search(seen.text[:4_000]) and _ALSO.search(seen.text))


SIE = Format(
    kind="sie",
    title=Label("Bokföring enligt SIE 4", "Accounts in SIE 4"),
    help=Label(
        "SIE typ 4: verifikationer, av vilka de med en leverantör (dimension 9) säger vem som sålde för hur mycket.",
        "SIE type 4: vouchers, of which those with a supplier (dimension 9) tell who sold, and for how much.",
    ),
    takes=Label("SIE (.se, .si, .sie; även .zip eller .gz)", "SIE (.se, .si, .sie; also .zip or .gz)"),
    looks_for=Label("#FLAGGA eller #FORMAT, och #SIETYP eller #FNAMN", "#FLAGGA or #FORMAT, and #SIETYP or #FNAMN"),
    example="kedja load sie 2025.se",
    loader="loaders.sie.loader:SieLoader",
    recognises=_sie,
    each_file=True,
    options=(EDITION, LICENCE),
    notes={
        "voucher_without_supplier": Label(
            "Verifikationer utan leverantör (dimension 9): de säger inte vem som sålde",
            "Vouchers without a supplier (dimension 9): they do not tell who sold",
        ),
        "payment": Label(
            "Verifikationer som betalar en leverantör, eller inte har någon kostnad: inget köp",
            "Vouchers that pay a supplier, or have no cost: no purchase",
        ),
        "struck": Label("Strukna rader (#BTRANS): räknas inte", "Struck lines (#BTRANS): not counted"),
        "added": Label(
            "Tillagda rader (#RTRANS): räknas en gång, som den #TRANS som följer",
            "Added lines (#RTRANS): counted once, as the #TRANS that follows",
        ),
        "hidden_person": Label("Fysiska personer, utan namn och nummer", "Natural persons, without name and number"),
        "name_not_told": Label(
            "Leverantörer utan namn: bokföringens nummer står i dess ställe",
            "Suppliers without a name: the accounts' number stands",
        ),
        "encoding": Label(
            "Filen är inte i PC8 (CP437) som standarden säger: läst som det den är",
            "The file is not in PC8 (CP437) as the standard says: read as what it is",
        ),
        "label_not_read": Label("Rader med andra uppgifter: inte lästa", "Lines of other kinds: not read"),
    },
)
