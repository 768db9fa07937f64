"""The US Department of Labor's list of goods produced by child or forced labour: how it is recognised and told of."""

from __future__ import annotations

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, Format
from ontology.label import Label

_MARKS = ("<Good_Name>", "<Forced_Child_Labor>")


def _recognises(seen: Glimpse) -> bool:
    return all(mark in seen.text for mark in _MARKS)


FORMAT = Format(
    kind="dol",
    title=Label("DoL:s varulista", "DoL list of goods"),
    help=Label(
        "USA:s arbetsmarknadsdepartements lista över varor framställda med barn- eller tvångsarbete, som XML.",
        "The US Department of Labor's list of goods produced by child or forced labour, as XML.",
    ),
    takes=Label(
        "XML eller XML.GZ, ordnad efter vara eller efter land", "XML or XML.GZ, arranged by good or by country"
    ),
    looks_for=Label("Good_Name och Forced_Child_Labor i XML", "Good_Name and Forced_Child_Labor in XML"),
    example="kedja load dol goods.xml --edition 2022",
    loader="loaders.dol.loader:DolLoader",
    recognises=_recognises,
    options=(EDITION,),
    notes={
        "derived": Label(
            "Varor som görs av insatser framställda med barn- eller tvångsarbete; listan säger inte vilket av dem",
            "Goods made with inputs produced by child or forced labour; the list does not say which of the two",
        ),
        "uncrossed_goods": Label(
            "Varor utan granskad motsvarighet bland CPV-koderna: avtal i deras kategorier hittas inte genom listan",
            "Goods without a reviewed match among the CPV codes: the list leads to no contracts in their categories",
        ),
        "edition_not_stated": Label(
            "Filer som inte säger sin utgåva: ange den med --edition",
            "Files that do not say their edition: give it with --edition",
        ),
    },
)
