"""Contracts in categories with goods on a published list: the goods, the contracts, and what is told of suppliers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ontology.label import Label
from visualisation.views import Headline, Rich, Sheet, View, filled

if TYPE_CHECKING:
    from graph.questions.listed import ListedData
    from visualisation.sentences import Teller

_GOODS = (
    Label("Vara på listan", "Listed good"), Label("Länder", "Countries"), Label("Risktyper", "Risk types"),
    Label("Avtal", "Contracts"), Label("Avtal i bredare kategorier, okänt", "Contracts of broader categories, unknown"),
)  # fmt: skip
_CONTRACTS = (
    Label("Avtal", "Contract"), Label("Köpare", "Buyer"), Label("Kategori", "Category"),
    Label("Vara på listan", "Listed good"), Label("Länder", "Countries"), Label("Leverantör", "Supplier"),
)  # fmt: skip
_SUPPLIERS = (
    Label("Leverantör", "Supplier"), Label("Avtal", "Contracts"),
    Label("Anläggningar (företagslista)", "Sites (company list)"), Label("Ägare", "Owners"),
)  # fmt: skip
_UNTOLD = Label("inte redovisat", "not told")
_NONE = Label(
    "Inget avtal ligger säkert i en kategori med varor på listan: det är inte detsamma som att ingen risk finns.",
    "No contract surely lies in a category with listed goods: that is not the same as no risk.",
)
_TITLE = Label("Avtal i kategorier med varor på en lista", "Contracts in categories with listed goods")


def _page(id: str, name: str) -> Rich:
    from visualisation.pages import entity_path

    return Rich(name, entity_path(id))


def _names(ids: Iterable[str], teller: Teller) -> str:
    return ", ".join(map(teller.name, ids)) or _UNTOLD.get(teller.words.lang)


def _sheet(title: Label, header: Iterable[Label], rows: Iterable[tuple[str | int, ...]], teller: Teller) -> Sheet:
    lang = teller.words.lang
    made = Sheet(title.get(lang)[:31], tuple(one.get(lang) for one in header), tuple(rows))
    return filled(made, _NONE.get(lang), teller.words)


def contracts(data: ListedData, teller: Teller) -> Sheet:
    rows = (
        (
            _page(one.contract, teller.name(one.contract)),
            *(_names(ids, teller) for ids in (one.buyers, one.categories, one.goods, one.places, one.suppliers)),
        )
        for one in data.rows
    )
    return _sheet(Label("Avtal", "Contracts"), _CONTRACTS, rows, teller)


def more(data: ListedData, teller: Teller) -> Iterable[Sheet]:
    words = teller.words
    goods = (
        (
            _page(one.good, teller.name(one.good)), _names(one.places, teller),
            ", ".join(words.term("risk-types", risk) for risk in one.risks), one.contracts, one.may,
        )
        for one in data.goods
    )  # fmt: skip
    yield _sheet(Label("Varor på listan", "Listed goods"), _GOODS, goods, teller)
    suppliers = (
        (
            _page(one.supplier, teller.name(one.supplier)), one.contracts,
            _names(one.sites, teller), _names(one.owners, teller),
        )
        for one in data.suppliers
    )  # fmt: skip
    yield _sheet(Label("Leverantörer", "Suppliers"), _SUPPLIERS, suppliers, teller)


def headline(data: ListedData, teller: Teller) -> Headline:
    lang, number = teller.words.lang, teller.words.number
    figures = (
        (
            number(data.total),
            Label("avtal i kategorier med varor på listan", "contracts in categories with listed goods"),
        ),
        (number(data.may), Label("avtal där det är okänt", "contracts where it is unknown")),
        (number(data.suppliers_total), Label("leverantörer", "suppliers")),
        (number(data.buyers), Label("köpare", "buyers")),
    )
    note = Label(
        "Anläggningar och ägare är en företagslista: ingen länk säger att varorna kommer därifrån.",
        "Sites and owners are a company list: no link says that the goods come from there.",
    )
    return Headline(tuple((figure, what.get(lang)) for figure, what in figures), note.get(lang))


def unknown(data: ListedData, teller: Teller) -> Iterable[str]:
    for n, said in (
        (data.may, "may"),
        (data.uncategorised, "uncategorised"),
        (data.sites_untold, "sites_untold"),
        (data.owners_untold, "owners_untold"),
    ):
        if n:
            yield teller.words(f"goods.{said}", n=n)


VIEW = View(
    "listed",
    _TITLE,
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=contracts,
    more=more,
    headline=headline,
    unknown=unknown,
)
