"""The columns of the Swedish procurement statistics: those known here, and those that would change what a row means."""

from __future__ import annotations

from loaders.se_procurement_rows import CONTRACTED

_EXACT = frozenset(
    {
        "år",
        CONTRACTED.casefold(),
        "huvudsaklig cpv-kod",
        "upphandlingsslag",
        "rättslig grund",
        "direktivstyrd",
        "förfarande",
        "typ av avtal",
        "dynamiskt inköpssystem",
        "elektronisk auktion",
        "anbudsområden",
        "samordnad upphandling",
        "miljömässigt hållbar upphandling",
        "socialt hållbar upphandling",
        "innovationsupphandling",
        "reserverad upphandling",
        "reserverat genomförande",
        "annonsdatabas",
        "överprövad",
        "upphandlings-id",
        "upphandlingens titel",
        "publiceringsdatum",
        "anbudsområdes-id",
    }
)
_BEGINNINGS = ("cpv-", "antal kontrakterade anbud", "antal upphandlingar", "kontrakterat värde")
_ABOUT = (
    "namn",
    "organisationsnummer",
    "sektor",
    "delsektor",
    "juridisk form",
    "företagsstorlek",
    "sni-avdelning",
    "sni-huvudgrupp",
    "sni-grupp",
    "sni-undergrupp",
    "sni-detaljgrupp",
)
_ACTORS = ("köpare", "leverantör")
_KNOWN = _EXACT | {f"{what} för {whom}" for what in _ABOUT for whom in _ACTORS}
_OUTCOMES = ("kontrakt", "tilldel", "status", "utfall", "resultat", "avbr", "vinn", "makuler", "annuller", "antagen")


def is_known_column(column: str) -> bool:
    """Whether an edition that this loader was written for has the column."""
    name = column.casefold()
    return name in _KNOWN or name.startswith(_BEGINNINGS)


def changes_rows(column: str) -> bool:
    """Whether a column that is not known tells, by its name, what became of a tender."""
    return any(stem in column.casefold() for stem in _OUTCOMES)


_NUMBERS = ("nummer", "orgnr", "org.nr", "org nr", "personnr")


def holds_numbers(column: str) -> bool:
    """Whether a column that is not known holds the numbers of suppliers or buyers by its name: unread, the names of
    natural persons would show, and one company would be several."""
    name = column.casefold()
    of_somebody = any(stem in name for stem in ("leverant", "anbudsgivare", "köpare", "upphandlande"))
    return any(stem in name for stem in _NUMBERS) and (of_somebody or "org" in name or "person" in name)
