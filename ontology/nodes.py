"""The node types and their properties: declared here, once. See docs/ontology.md."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ontology.model import Properties, Settle, node, prop

Text = str | None
Many = tuple[str, ...] | None


class Named(Properties):
    name: str = prop(
        "Namn", "Name", "The name as the source writes it.", required=True, wording=True, min_length=1, max_length=500
    )
    name_sv: Text = prop("Svenskt namn", "Swedish name", "The name in Swedish.", wording=True)


@node("Organisation", "Organisation", "Organisationer", "Organisations")
class Organisation(Named):
    """A legal entity or a unit of one: buyer, supplier, producer, wholesaler, authority or cooperation area."""

    roles: Many = prop("Roller", "Roles", "What it does in the chain.", vocabulary="organisation-roles")
    legal_form: Text = prop("Juridisk form", "Legal form", "As registered.")
    natural_person: bool | None = prop(
        "Fysisk person",
        "Natural person",
        "A sole trader: name and number are hidden and it is never merged.",
        settle=Settle.GREATEST,
        blank_says=True,
    )
    address: Text = prop("Adress", "Address", "Registered address; none of a natural person.", wording=True)
    register_status: Text = prop(
        "Registerstatus", "Register status", "What its register says of it, in the register's words.", wording=True
    )
    owner_not_told: Many = prop(
        "Ägare som inte redovisas",
        "Owners not told",
        "Why owners are not told: natural persons, and once for each that is unknown, anonymous or exempt.",
        vocabulary="owners-not-told",
    )
    ultimate_owner_not_told: Many = prop(
        "Yttersta ägare som inte redovisas",
        "Ultimate owner not told",
        "Why the ultimate owner is not told.",
        vocabulary="owners-not-told",
    )
    persons: int | None = prop("Ägande personer", "Owning persons", "How many natural persons own or control it.", ge=0)
    persons_share: float | None = prop(
        "Fysiska personers andel", "Share of natural persons", "Share that natural persons own at least, 0 to 1.", ge=0
    )
    size: Text = prop("Storlek", "Size", "Size class as the source gives it.")
    industry: Text = prop("Näringsgren", "Industry", "Industry code (SNI, NACE) as the source gives it.")


@node("Anläggning", "Site", "Anläggningar", "Sites")
class Site(Named):
    """A place where work is done: factory, workshop, farm, mine, plant or warehouse."""

    address: Text = prop("Adress", "Address", "Street address as disclosed.", wording=True)
    latitude: float | None = prop("Latitud", "Latitude", "Degrees north.", ge=-90, le=90)
    longitude: float | None = prop("Longitud", "Longitude", "Degrees east.", ge=-180, le=180)
    workers: int | None = prop("Antal arbetare", "Workers", "Number of workers.", ge=0)


@node("Plats", "Place", "Platser", "Places")
class Place(Named):
    """A country or a place within one."""


@node("Steg", "Step", "Steg", "Steps")
class Step(Named):
    """One output made, handled or performed by one actor at one stage, for one buyer or for anyone, in a period."""

    stage: Text = prop("Led i kedjan", "Stage", "Where in the chain the step stands.", vocabulary="chain-stages")
    inputs_known: Text = prop(
        "Insatser kända",
        "Inputs known",
        "Whether all inputs of the step are known.",
        vocabulary="inputs-known",
        settle=Settle.GREATEST,
    )
    custody_model: Text = prop(
        "Spårbarhetsmodell", "Chain-of-custody model", "ISO 22095 model of the goods.", vocabulary="custody-models"
    )


@node("Produkt", "Product", "Produkter", "Products")
class Product(Named):
    """An article under one name; goods or a service."""

    service: bool | None = prop("Tjänst", "Service", "Whether it is a service rather than goods.")


@node("Råvara", "Material", "Råvaror", "Materials")
class Material(Named):
    """A raw or processed material."""


@node("Kategori", "Category", "Kategorier", "Categories")
class Category(Named):
    """A kind of goods or services in a scheme: the regions' own, CPV, HS, ATC or DoL."""

    scheme: Text = prop("Schema", "Scheme", "The scheme that it belongs to.")


@node("Upphandling", "Procurement", "Upphandlingar", "Procurements")
class Procurement(Named):
    """A procurement as advertised."""

    reference: Text = prop("Diarienummer", "Reference", "The buyer's record number.")
    procedure: Text = prop("Förfarande", "Procedure", "Procurement procedure as the source names it.")
    estimated_value: Decimal | None = prop("Uppskattat värde", "Estimated value", "Estimated, excluding VAT.", ge=0)
    ceiling_value: Decimal | None = prop("Takvärde", "Ceiling value", "Ceiling of a framework, excluding VAT.", ge=0)
    awarded_value: Decimal | None = prop(
        "Kontrakterat värde", "Awarded value", "Awarded for the whole procurement; never split on contracts.", ge=0
    )
    currency: Text = prop("Valuta", "Currency", "ISO 4217.", pattern=r"^[A-Z]{3}$", example="SEK")
    environmental: bool | None = prop("Miljöhänsyn", "Environmental", "Whether environmental terms are stated.")
    social: bool | None = prop("Sociala hänsyn", "Social", "Whether social terms are stated.")
    innovation: bool | None = prop("Innovation", "Innovation", "Whether innovation terms are stated.")


@node("Anbudsområde", "Lot", "Anbudsområden", "Lots")
class Lot(Named):
    """A lot of a procurement."""

    number: Text = prop("Nummer", "Number", "The lot's number in its procurement.")


@node("Avtal", "Contract", "Avtal", "Contracts")
class Contract(Named):
    """One supplier on one lot: the last vertex that risk reaches."""

    kind: Text = prop("Avtalsform", "Kind", "Contract, framework or call-off.", vocabulary="contract-kinds")
    rank: int | None = prop("Rangordning", "Rank", "Rank in a framework, 1 first.", ge=1)
    clause_level: Text = prop(
        "Klausulnivå",
        "Clause level",
        "Level of the sustainability clause.",
        vocabulary="clause-levels",
        settle=Settle.GREATEST,
    )
    clause_version: Text = prop("Klausulversion", "Clause version", "Version of the clause.")
    inputs_known: Text = prop(
        "Leveranser kända",
        "Deliveries known",
        "Whether all that is delivered is known.",
        vocabulary="inputs-known",
        settle=Settle.GREATEST,
    )
    awarded_value: Decimal | None = prop(
        "Kontrakterat värde", "Awarded value", "Awarded to this contract, excluding VAT.", ge=0
    )
    shared_value: Decimal | None = prop(
        "Gemensamt värde",
        "Shared value",
        "Awarded to several suppliers together; the share of each is unknown.",
        ge=0,
    )
    may_be_replaced_by: Text = prop(
        "Kan vara ersatt av",
        "May be replaced by",
        "A later award to the same supplier that may correct this one: the two are never summed.",
        wording=True,
    )
    spent_value: Decimal | None = prop("Inköpt värde", "Spent value", "Spent under this contract, excluding VAT.")
    currency: Text = prop("Valuta", "Currency", "ISO 4217.", pattern=r"^[A-Z]{3}$", example="SEK")


@node("Risktyp", "RiskType", "Risktyper", "Risk types")
class RiskType(Named):
    """A sub-risk inside one of the four areas, or one of own conduct, sanctions and disruption."""


class Statement(Named):
    """What an assessment and a finding share: a scope is its links ABOUT and its stage, all of them together."""

    name_sv: Text = prop("Svensk lydelse", "Swedish wording", "The statement in Swedish.", wording=True)
    stage: Text = prop(
        "Led i kedjan",
        "Stage",
        "The stage that the statement is about; absent: any.",
        vocabulary="chain-stages",
        blank_says=True,
    )
    severity: int | None = prop(
        "Allvarlighet",
        "Severity",
        "0 to 4: the worst of scale, scope, irremediability.",
        words="severity",
        ge=0,
        le=4,
        settle=Settle.GREATEST,
    )
    rights_holders: Many = prop(
        "Rättighetshavare", "Rights-holders", "The groups affected.", vocabulary="rights-holder-groups"
    )
    issued: date | None = prop("Utfärdad", "Issued", "When it was said.", settle=Settle.LEAST)


@node("Riskbedömning", "RiskAssessment", "Riskbedömningar", "Risk assessments")
class RiskAssessment(Statement):
    """A potential adverse impact: somebody's judgement of what may happen within a scope."""

    likelihood: float | None = prop(
        "Sannolikhet", "Likelihood", "Probability per 12 months, 0 to 1.", ge=0, le=1, settle=Settle.GREATEST
    )
    level: Text = prop(
        "Publicerad nivå",
        "Published level",
        "The level in its publisher's own scale.",
        vocabulary="levels",
        settle=Settle.GREATEST,
    )
    harm_country: Text = prop(
        "Skadan sker i",
        "Harm occurs in",
        "ISO 3166 code of the country of the harm, where it is that of inputs and not the scope's.",
        pattern=r"^[A-Z]{2}$",
        example="CD",
    )
    score: float | None = prop("Publicerat värde", "Published score", "The figure in its publisher's own scale.")
    scale: Text = prop("Skala", "Scale", "The scale of the score and the edition that it belongs to.")
    score_error: float | None = prop(
        "Medelfel", "Standard error", "Standard error of the score, in its own scale.", ge=0
    )
    score_sources: int | None = prop("Antal källor", "Number of sources", "How many sources the score rests on.", ge=0)


@node("Iakttagelse", "Finding", "Iakttagelser", "Findings")
class Finding(Statement):
    """An actual impact: something said to have happened, listings and import bans included."""

    standing: Text = prop(
        "Ställning", "Standing", "How far it is established.", vocabulary="standings", settle=Settle.GREATEST
    )
    indicators: Many = prop(
        "ILO-indikatorer",
        "ILO indicators",
        "Indicators of forced labour that were seen.",
        vocabulary="ilo-forced-labour-indicators",
    )
    severe_deviation: Text = prop(
        "Allvarlig avvikelse", "Severe deviation", "Which severe deviation it is.", vocabulary="severe-deviations"
    )
    modified: date | None = prop("Ändrad", "Modified", "When the decision was modified.")
    revoked: date | None = prop("Upphävd", "Revoked", "When the decision was revoked.", settle=Settle.GREATEST)
    reply: Text = prop(
        "Företagets svar", "Company's reply", "What the company answered, attributed and dated.", wording=True
    )


@node("Granskning", "Audit", "Granskningar", "Audits")
class Audit(Named):
    """A check of an actor: audit, self-assessment, certificate or origin test."""

    kind: Text = prop("Slag", "Kind", "What kind of check.", vocabulary="audit-kinds")
    could_find: Many = prop(
        "Kunde finna",
        "Could find",
        "The risk types that its method could find.",
        vocabulary="risk-types",
        settle=Settle.COMMON,
    )
    performed: date | None = prop("Utförd", "Performed", "When it was done.", settle=Settle.GREATEST)
    custody_model: Text = prop(
        "Spårbarhetsmodell", "Chain-of-custody model", "ISO 22095, for a certificate.", vocabulary="custody-models"
    )
    clause_level: Text = prop(
        "Klausulnivå",
        "Clause level",
        "The clause it was done under.",
        vocabulary="clause-levels",
        settle=Settle.GREATEST,
    )


@node("Åtgärd", "Measure", "Åtgärder", "Measures")
class Measure(Named):
    """A corrective or preventive action, or a remedy."""

    kind: Text = prop("Slag", "Kind", "Corrective, preventive or remedy.", vocabulary="measure-kinds")
    due: date | None = prop("Senast", "Due", "When it must be done.")
    closed: date | None = prop("Avslutad", "Closed", "When it was closed.", settle=Settle.GREATEST)


@node("Händelse", "Incident", "Händelser", "Incidents")
class Incident(Named):
    """A case that gathers findings."""

    started: date | None = prop("Inträffade", "Started", "When it began or became known.")
    description: Text = prop("Beskrivning", "Description", "What is reported, attributed.", wording=True)
