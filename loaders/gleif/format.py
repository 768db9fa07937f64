"""GLEIF's files, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, Format, Option
from ontology.label import Label

_TOLD = re.compile(
    r"<(?:\w+:)?(?:LEIData|RelationshipData|ReportingExceptionData)\b"
    r'|"Relationship"\s*:\s*\{\s*"StartNode"|Relationship\.StartNode\.NodeID'
    r'|"?ExceptionCategory"?\s*:|Exception\.Category'
    r'|"LEI"\s*:\s*(?:\{\s*"\$"\s*:\s*)?"[0-9A-Z]{20}"|(?:^|,)"?LEI"?,.*Entity\.LegalName'
)


def _gleif(seen: Glimpse) -> bool:
    if seen.path.is_dir():
        return False
    if seen.text.startswith("PAR1"):
        from loaders.parquet_records import columns_of

        return {"LEI", "Entity.LegalName"} <= set(columns_of(seen.path)) or bool(
            _TOLD.search(",".join(columns_of(seen.path)))
        )
    return _TOLD.search(seen.text) is not None


GLEIF = Format(
    kind="gleif",
    title=Label("Organisationer och ägare från GLEIF", "Organisations and owners from GLEIF"),
    help=Label(
        "GLEIF:s register: organisationer (nivå 1), vem som konsoliderar vem (nivå 2), varför en ägare inte redovisas.",
        "GLEIF's register: organisations (level 1), who consolidates whom (level 2), why an owner is not told.",
    ),
    takes=Label(
        "XML, JSON, CSV (även .zip eller .gz) eller Parquet", "XML, JSON or CSV (also .zip or .gz), or Parquet"
    ),
    looks_for=Label(
        "LEIData, RelationshipData, ReportingExceptionData, eller kolumnerna LEI och Entity.LegalName",
        "LEIData, RelationshipData, ReportingExceptionData, or the columns LEI and Entity.LegalName",
    ),
    example="kedja load gleif 20260211-0800-gleif-goldencopy-lei2-golden-copy.json.zip",
    loader="loaders.gleif.loader:GleifLoader",
    recognises=_gleif,
    options=(
        EDITION,
        Option(
            "mode",
            Label(
                "full: filen är hela registret; delta: bara det den nämner ersätts. Annars som filen säger.",
                "full: the file is the whole register; delta: only what it names is replaced. Else as the file says.",
            ),
        ),
    ),
    notes={
        "country_not_told": Label(
            "Poster utan land för den registrerade adressen", "Records without a country of the registered address"
        ),
        "deleted": Label(
            "Borttagna poster: det de sade gällde till den dagen", "Deleted records: what they said held to that day"
        ),
        "end_not_told": Label(
            "Upphörda förhållanden utan slutdag: de slutar senast den dag då posten senast ändrades",
            "Ended relationships without an end: they end at the latest on the day of their last change",
        ),
        "extract": Label(
            "Utdrag, vars filhuvud räknar hela utgåvan: bara det som utdraget nämner ersätts",
            "An extract, whose header counts the whole publication: only what it names is replaced",
        ),
        "fund_link": Label(
            "Fondförhållanden (förvaltare, paraply, matarfond): inget ägande",
            "Fund relationships (manager, umbrella, feeder): no ownership",
        ),
        "hidden_person": Label(
            "Enskilda näringsidkare: varken namn eller nummer visas", "Sole traders: neither name nor number is shown"
        ),
        "lei_not_valid": Label(
            "Poster vars LEI har fel kontrollsiffror: de behålls, numret identifierar inget",
            "Records whose LEI fails its check digits: kept, and the number identifies nothing",
        ),
        "percentage_doubtful": Label(
            "Procenttal på högst 1, som kan vara bråk; ingen andel läses ur något procenttal",
            "Percentages of at most 1, which may be fractions; no share is read from any",
        ),
        "period_not_told": Label(
            "Förhållanden utan egen period: utan datum", "Relationships without a period of their own: undated"
        ),
        "reason_not_known": Label(
            "Undantag med ett skäl som inte känns igen: annat skäl",
            "Exceptions with a reason that is not recognised: another reason",
        ),
        "reason_not_told": Label("Undantag utan skäl: okänt varför", "Exceptions without a reason: unknown why"),
        "register_number_not_valid": Label(
            "Registernummer som inte stämmer: de behålls som text och identifierar inget",
            "Register numbers that are not valid: kept as text, and identifying nothing",
        ),
        "relation_void": Label(
            "Förhållanden registrerade av misstag eller dubbelt: de säger inget",
            "Relationships entered in error or twice: nothing is said by them",
        ),
        "several_successors": Label(
            "Upphörda poster med flera efterträdare: ingen av dem antas vara samma",
            "Ended records with several successors: none of them is taken to be the same",
        ),
        "status_not_told": Label("Förhållanden utan status: de behålls", "Relationships without a status: kept"),
    },
)
