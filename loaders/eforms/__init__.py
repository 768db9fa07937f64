"""Notices in the EU's eForms: how they are recognised and told of."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import Format
from ontology.label import Label

VERSION = "eforms-"
"""How the version of a notice begins: ``eforms-sdk-1.13``, or a country's own, ``eforms-de-2.1``."""
_MARKS = re.compile(rf"CustomizationID[^<>]*>\s*{VERSION}|<(?:[\w-]+:)?EformsExtension\b")
"""Its version, or the part with its organisations and results, which stands first and may be long."""


def _recognises(seen: Glimpse) -> bool:
    return any(_MARKS.search(file.text) for file in seen.each())


FORMAT = Format(
    kind="eforms",
    title=Label("Annonser i eForms", "Notices in eForms"),
    help=Label(
        "Upphandlingsannonser i EU:s eForms, som TED publicerar dem: en XML-fil, eller en mapp med sådana.",
        "Procurement notices in the EU's eForms, as TED publishes them: one XML file, or a folder of them.",
    ),
    takes=Label("XML, XML.GZ eller mapp med sådana", "XML, XML.GZ, or a folder of them"),
    looks_for=Label(
        f"en CustomizationID som börjar med {VERSION}, eller EformsExtension",
        f"a CustomizationID that begins with {VERSION}, or EformsExtension",
    ),
    example="kedja load eforms notices/",
    loader="loaders.eforms.loader:EformsLoader",
    recognises=_recognises,
    each_file=True,
    notes={
        "winner_uncertain": Label(
            "Anbudsområden vars vinnare inte är säker: alla som resultatet nämner står som kandidater",
            "Lots whose winner is not certain: all that the result names stand as candidates",
        ),
        "sole_tender": Label(
            "Anbudsområden utan avtal i annonsen, där resultatet nämner ett enda anbud: det vann",
            "Lots without a contract in the notice, whose result names one tender only: it won",
        ),
        "lot_without_result": Label(
            "Anbudsområden som annonsens resultat inte nämner: vem som vann är inte känt",
            "Lots that no result of the notice names: who won is not known",
        ),
        "not_awarded": Label("Anbudsområden utan vinnare", "Lots without a winner"),
        "amount_in_doubt": Label(
            "Avtal vars belopp är osäkert: ett anbud nämner ett annat anbudsområde än resultatet",
            "Contracts whose amount is in doubt: a tender names another lot than its result",
        ),
        "several_currencies": Label(
            "Avtal med anbud i flera valutor: ingen summa", "Contracts with tenders in several currencies: no sum"
        ),
        "other_currency": Label(
            "Upphandlingens belopp i en annan valuta än dess summa, bara som källan skrev dem",
            "Amounts of a procurement in another currency than its total, kept only as written",
        ),
        "withheld": Label("Belopp som annonsen håller inne", "Amounts that the notice withholds"),
        "masked_unsaid": Label(
            "Belopp som är dolda utan att annonsen säger det: inte angivna",
            "Amounts that are masked without the notice saying so: not stated",
        ),
        "disclosed": Label(
            "Belopp som lämnats ut trots att de fått hållas inne", "Amounts disclosed that might be withheld"
        ),
        "amount_unreadable": Label("Belopp som inte är tal", "Amounts that are no numbers"),
        "lots_group": Label("Grupper av anbudsområden, inte räknade", "Groups of lots, not counted"),
        "intended": Label("Aviserade tilldelningar: inga avtal än", "Intended awards: no contracts yet"),
        "cancelled": Label("Annonser som drar in upphandlingen", "Notices that cancel the procurement"),
        "change_notice": Label("Ändringar av en tidigare annons", "Changes of an earlier notice"),
        "planning_only": Label("Annonser om planer, utan upphandling", "Notices of plans, without a procurement"),
        "superseded": Label(
            "Annonser som en senare redan ersatt: inget av dem syns",
            "Notices that a later one has replaced already: nothing of them shows",
        ),
        "loaded_before": Label("Annonser som redan var inlästa", "Notices that were loaded already"),
        "unknown_sdk": Label(
            "Annonser i en version av eForms som inte är känd: lästa ändå",
            "Notices in a version of eForms that is not known: read all the same",
        ),
        "unknown_organisation": Label(
            "Hänvisningar till organisationer som annonsen inte beskriver",
            "References to organisations that the notice does not describe",
        ),
        "number_not_read": Label(
            "Organisationer vars nummer inte är ett känt nummer: de slås inte ihop med andra",
            "Organisations whose number is none that is known: they are not merged with others",
        ),
        "number_absent": Label("Organisationer utan nummer", "Organisations without a number"),
        "same_number": Label(
            "Organisationer som delar nummer med en annan i samma annons: de slås inte ihop",
            "Organisations that share a number with another of the notice: they are not merged",
        ),
        "hidden_person": Label("Fysiska personer, utan namn och nummer", "Natural persons, without name and number"),
        "country_not_read": Label("Adresser i ett land som inte är känt", "Addresses in a country that is not known"),
        "category_unknown": Label("Avtal utan CPV-kod", "Contracts without a CPV code"),
    },
)
