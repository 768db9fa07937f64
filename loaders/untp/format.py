"""UNTP credentials, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, Format, Option
from ontology.label import Label

NAMES = (
    "DigitalFacilityRecord", "DigitalConformityCredential", "DigitalProductPassport", "DigitalTraceabilityEvent",
    "DigitalIdentityAnchor",
)  # fmt: skip
_NAMED = re.compile(rf'"(?:{"|".join(NAMES)}|EnvelopedVerifiableCredential)"')
_JWT = re.compile(
    r"\s*(?:[A-Za-z0-9_-]{10,}\.){2}[A-Za-z0-9_-]*\s*(?:$|\n)|\s*eyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]*$"
)


def _untp(seen: Glimpse) -> bool:
    files = list(seen.each())
    return bool(files) and any(_NAMED.search(file.text) or _JWT.match(file.text) for file in files)


UNTP = Format(
    kind="untp",
    title=Label("Intyg enligt UNTP", "Credentials of UNTP"),
    help=Label(
        "UNTP-intyg 0.5 till 0.7: anläggningar, produktpass, intyg om uppfyllda krav, händelser, identitet.",
        "UNTP credentials 0.5 to 0.7: facility records, product passports, conformity, events, identity anchors.",
    ),
    takes=Label(
        "JSON-LD, JSON Lines eller JWT (även .zip eller .gz), eller en mapp",
        "JSON-LD, JSON Lines or JWT (also .zip or .gz), or a folder of them",
    ),
    looks_for=Label(
        "intyg vars type är " + ", ".join(NAMES) + ", eller som är ett JWT",
        "credentials whose type is " + ", ".join(NAMES) + ", or that are a JWT",
    ),
    example="kedja load untp facility.json --keys keys.json",
    loader="loaders.untp.loader:UntpLoader",
    recognises=_untp,
    each_file=True,
    options=(
        EDITION,
        LICENCE,
        Option(
            "keys",
            Label(
                "Utfärdares nycklar (JWKS eller DID-dokument), för intyg vars nyckel inte står i dem (did:key). "
                "Inget hämtas.",
                "Keys of issuers (JWKS or DID documents), for credentials whose key is not in them (did:key). "
                "Nothing is fetched.",
            ),
            file=True,
        ),
        Option(
            "publisher",
            Label(
                "Utgivare, om filen har intyg av flera utfärdare.",
                "Publisher, where the file has credentials of several issuers.",
            ),
        ),
    ),
    notes={
        "proof_checked": Label("Intyg vars underskrift är kontrollerad", "Credentials whose signature was checked"),
        "proof_not_checked": Label(
            "Intyg vars underskrift inte är kontrollerad: det står vid varje uppgift",
            "Credentials whose signature was not checked: each statement says so",
        ),
        "status_not_checked": Label(
            "Intyg som kan vara återkallade: listan hämtas inte",
            "Credentials that may be revoked: the list is not fetched",
        ),
        "fields_not_read": Label(
            "Fält som inte lästes: vilka och hur ofta står bland avvisningarna",
            "Fields that were not read: which, and how often, stands among the rejects",
        ),
        "register_number_not_valid": Label(
            "Registernummer som inte stämmer: de identifierar inget",
            "Register numbers that are not valid: they identify nothing",
        ),
        "name_not_told": Label(
            "Saker utan namn: deras id står i dess ställe", "Things without a name: their id stands"
        ),
        "hidden_person": Label(
            "Parter med personnummer: varken namn eller nummer visas",
            "Parties with a personal number: neither name nor number is shown",
        ),
        "role_not_read": Label(
            "Parter i en roll som inte läses: ingen länk görs", "Parties in a role that is not read: no link is made"
        ),
        "product_examined": Label(
            "Granskade produkter: granskningen står vid anläggning eller företag, inte vid produkten",
            "Assessed products: the check stands with a site or a company, not with the product",
        ),
        "topic_not_known": Label(
            "Ämnen för avvikelser som inte är någon risk här", "Topics of non-conformity that are no risk here"
        ),
        "category_not_hs": Label(
            "Varukoder av andra system än HS, UNSPSC och CPV: egna kategorier",
            "Codes of goods of other systems than HS, UNSPSC and CPV: categories of their own",
        ),
        "maker_not_told": Label(
            "Insatser vars tillverkare inte sägs: ett steg utan namngiven utförare",
            "Inputs whose maker is not told: a step without a named actor",
        ),
        "event_not_read": Label(
            "Händelser som varken gör eller flyttar något", "Events that neither make nor move anything"
        ),
    },
)
