"""What each kind of credential says of its subject: facility, product, attestation, registered identity."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files

from loaders.fields import Fields
from loaders.tracing.chain import step_key
from loaders.untp.things import NAME, Things, own_key
from ontology.errors import Reason, ValueProblem
from ontology.records import PropertyProblem, Ref
from ontology.values import make_key

CLAIMS = ("conformityClaim", "performanceClaim")
"""What an issuer says of itself, in 0.5 and 0.6, and in 0.7."""
RUNS = frozenset({"operator", "manufacturer", "producer", "processor", "remanufacturer", "recycler"})
MARKETS = frozenset({"brandowner", "importer"})


@cache
def _topics() -> dict[str, str]:
    given = (files("loaders.untp") / "topics.csv").read_text("utf-8")
    return {row["topic"]: row["risk_type"] for row in csv.DictReader(given.splitlines())}


def risks(of: Fields) -> Iterator[tuple[str, str]]:
    """(topic, risk type, empty where it is none here) of the topics that something names: in 0.7 objects."""
    told = of.texts("conformityTopic")
    for one in of.each("conformityTopic"):
        one.leave("type", "name", "definition")
        told.append(one.text("id").rstrip("/").rpartition("/")[2].rpartition("#")[2])
    for topic in dict.fromkeys(told):
        yield topic, _topics().get(topic.casefold(), "")


def parties(of: Fields) -> list[tuple[str, Fields]]:
    """(role, party) of each: named by the field up to 0.6, by its role in 0.7."""
    found = [("operator", one) for one in of.each("operatedByParty")]
    found += [("manufacturer", one) for one in of.each("producedByParty")]
    for one in of.each("relatedParty"):
        one.leave("type")
        role = one.text("role").casefold().replace("_", "").replace("-", "").replace(" ", "")
        found += [(role, party) for party in one.each("party")]
    return found


def day(text: str) -> date | None:
    """The civil day of a moment, as it is written."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def facility(things: Things, subject: Fields) -> None:
    """A facility, who operates it, where it is and what it makes."""
    whole = subject.inner("facility") or subject
    if whole is not subject:
        subject.leave("id", "type")
    site = things.site(whole)
    runners = []
    for role, party in parties(whole):
        body = things.organisation(party)
        if role == "operator":
            things.link("OPERATES", body, site)
            runners.append(body)
        else:
            things.report.notes["role_not_read"] += 1
    for one in whole.each("processCategory"):
        kind = things.category(one)
        label = one.text("name") or one.text("code")
        key = step_key("make", site.key, kind.key)
        step = things.say("Step", key, (), {"name": f"{label}, {things.name(whole, site.key)}"[:NAME]})
        things.link("PERFORMS", site, step)
        things.link("OUTPUTS", step, kind)
        for body in runners:
            things.link("RUNS", body, step)
    for one in (*whole.each(*CLAIMS), *(subject.each(*CLAIMS) if whole is not subject else ())):
        not_met(things, one, [site], "admitted")


def passport(things: Things, subject: Fields) -> None:
    """A product, where and by whom it is made, and what it is made of."""
    whole = subject.inner("product") or subject
    if whole is not subject:
        subject.leave("id", "type")
    product = things.product(whole)
    name = things.name(whole, product.key)
    sites = [things.site(one) for one in whole.each("producedAtFacility")]
    known = [(role, things.organisation(party)) for role, party in parties(whole)]
    country = things.country(whole, "countryOfProduction")
    makers = [*sites, *(body for role, body in known if role in RUNS)]
    key = step_key("make", makers[0].key if makers else country, product.key)
    step = things.say("Step", key, (), {"name": f"{name}, made"[:NAME]})
    things.link("OUTPUTS", step, product)
    for site in sites:
        things.link("PERFORMS", site, step)
    for role, body in known:
        if role in RUNS:
            things.link("RUNS", body, step)
        elif role in MARKETS:
            things.link("MARKETED_BY", product, body)
        else:
            things.report.notes["role_not_read"] += 1
    things.located(step, country)
    for one in [*whole.each("materialsProvenance", "materialProvenance"), *_of(subject, whole)]:
        _material(things, one, product, step)
    for one in [*whole.each(*CLAIMS), *(subject.each(*CLAIMS) if whole is not subject else ())]:
        not_met(things, one, [product, *sites], "admitted")


def _of(subject: Fields, whole: Fields) -> list[Fields]:
    return [] if whole is subject else subject.each("materialsProvenance", "materialProvenance")


def _material(things: Things, of: Fields, product: Ref, step: Ref) -> None:
    """A material and the country that it is said to come from: a step of that place, whose actor is not told."""
    name = of.text("name") or of.inner("materialType").text("name")
    if not name:
        things.leave_out("name", PropertyProblem("name", Reason.MISSING, "", column=of.place))
        return
    origin = things.country(of, "originCountry")
    share = of.number("massFraction")
    if share is not None and not 0 <= share <= 1:
        things.leave_out("massFraction", ValueProblem(Reason.OUT_OF_RANGE, share, ge="0", le="1"))
        share = None
    material = things.say("Material", own_key(f"material/{name.casefold()}"), (), {"name": name[:NAME]})
    things.link("MADE_OF", product, material, **({} if share is None else {"share": share}))
    where = f" ({origin})" if origin else ""
    source = things.say(
        "Step", own_key(f"origin/{material.key}/{origin}/{step.key}"), (), {"name": f"{name}{where}"[:NAME]}
    )
    things.link("OUTPUTS", source, material)
    things.located(source, origin)
    things.link("SUPPLIES", source, step, **({} if share is None else {"share": share, "share_unit": "mass"}))


def attestation(things: Things, subject: Fields) -> None:
    """A check by somebody: what it looked at, and where something did not conform.

    What it could have found is not read from its topics, so nothing becomes clean by it.
    """
    name = subject.text("name") or subject.text("id")
    checks = subject.each("assessment", "conformityAssessment")
    level, kind = subject.text("assessorLevel"), subject.text("attestationType")
    days = [found for one in checks if (found := day(one.text("assessmentDate")))]
    own = level.casefold() in ("self", "1stparty")
    key = own_key(f"check/{subject.text('id') or name}")
    properties: dict[str, object] = {
        "name": name[:NAME],
        "kind": "self-assessment" if own else "certificate" if kind.casefold().startswith("certif") else None,
        "performed": max(days).isoformat() if days else None,
    }
    scheme = subject.inner("scope", "referenceScheme")
    raw = {
        "attestationType": kind,
        "assessorLevel": level,
        "assessmentLevel": subject.text("assessmentLevel"),
        "scheme": scheme.text("name"),
        "description": subject.text("description")[:NAME],
    }
    check = things.say("Audit", key, (), properties, **raw)
    holder = [things.organisation(one) for one in subject.each("issuedToParty")]
    seen: list[Ref] = []
    for one in checks:
        looked_at = _assessed(things, one)
        actors = [ref for ref in looked_at if ref.type != "Product"]
        things.report.notes["product_examined"] += len(looked_at) - len(actors)
        seen += actors
        standing = "admitted" if own else "found-by-audit"
        if (finding := not_met(things, one, looked_at or holder, standing)) is not None:
            things.link("REPORTED", check, finding)
    for ref in dict.fromkeys(seen or holder):
        things.link("EXAMINED", check, ref)


def _assessed(things: Things, of: Fields) -> list[Ref]:
    """What an assessment looked at: flat in 0.5, with its verification around it later."""
    made = {
        "assessedFacility": ("facility", things.site),
        "assessedProduct": ("product", things.product),
        "assessedOrganisation": ("organisation", things.organisation),
    }
    found = []
    for name, (within, make) in made.items():
        for one in of.each(name):
            inner = one.inner(within)
            one.leave("type", "IDverifiedByCAB", "idVerifiedByCAB")
            found.append(make(inner or one))
    return found


def not_met(things: Things, of: Fields, about: list[Ref], standing: str) -> Ref | None:
    """A finding where a claim or an assessment says that a criterion is not met; None where it says nothing of it."""
    if of.flag("conformance") is not False:
        return None
    said = of.text("name") or ", ".join(
        filter(None, (one.text("name") for one in of.each("assessmentCriteria", "referenceCriteria")))
    )
    title = said or of.inner("referenceStandard").text("name") or of.text("id")
    issued = day(of.text("assessmentDate", "claimDate"))
    key = own_key(f"finding/{of.text('id') or title}/{about[0].key if about else ''}")
    properties: dict[str, object] = {
        "name": f"Not conformant: {title}"[:NAME],
        "name_sv": f"Uppfyller inte: {title}"[:NAME],
        "standing": standing,
        "issued": issued.isoformat() if issued else None,
    }
    finding = things.say("Finding", key, (), properties)
    for topic, risk in risks(of):
        if risk:
            things.link("OF_TYPE", finding, Ref("RiskType", make_key("risk", risk)))
        else:
            things.report.notes["topic_not_known"] += 1
            del topic
    for ref in about:
        things.link("ABOUT", finding, ref)
    return finding


def anchor(things: Things, subject: Fields) -> None:
    """An identity as its register has it: a company's or a facility's number beside its address."""
    kind = subject.text("registerType").casefold()
    subject.leave("registrationScopeList", "publicInformation")
    if kind in ("facility", "land"):
        things.site(subject)
    elif kind == "product":
        things.product(subject)
    elif kind in ("business", ""):
        things.organisation(subject)
    else:
        raise ValueProblem(Reason.NOT_UNDERSTOOD, kind, one_of="Business, Facility, Product")
