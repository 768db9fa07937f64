"""UNTP credentials of every version: what is read, who signed it, what is not read."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWS

from loaders.base import Report
from loaders.registry import find
from loaders.untp.loader import UntpLoader
from ontology.errors import FileFormatError, Reason
from ontology.records import Link, Record
from tests.conftest import ROOT
from tests.loaders.damage import Items, read, survives

OURS = ROOT / "tests" / "data" / "untp"
FACILITY = OURS / "glove-facility-0.7.json"


def of(path: Path, **options: str) -> tuple[Items, Report]:
    assert find(str(path)).kind == "untp"
    return read(UntpLoader(), path, options)


def records(items: Items, type_: str) -> list[Record]:
    return [one for one in items if isinstance(one, Record) and one.type == type_]


def links(items: Items, type_: str) -> list[Link]:
    return [one for one in items if isinstance(one, Link) and one.type == type_]


def tail(key: str) -> str:
    return key.rpartition("/")[2]


# -- the real samples ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("DigitalFacilityRecord_instance-v0.5.0", {"Site": 1, "Organisation": 1, "Step": 1, "Category": 1}),
        ("DigitalConformityCredential_instance-v0.5.0", {"Audit": 1, "Organisation": 1, "Site": 1, "Product": 1}),
        ("DigitalProductPassport_instance-v0.5.0",
         {"Product": 1, "Category": 1, "Site": 1, "Organisation": 1, "Step": 2, "Material": 1}),
        ("DigitalTraceabilityEvent_instance-v0.5.0", {"Step": 1, "Product": 1}),
        ("DigitalIdentityAnchor_instance-v0.2.1", {"Organisation": 1}),
    ],
)  # fmt: skip
def test_the_samples_of_0_5_say_what_they_say(kedja_data: Path, name: str, said: dict[str, int]) -> None:
    items, report = of(kedja_data / "untp" / f"{name}.json")
    assert (report.rows_in, report.rejected) == (1, 0)
    assert {
        type_: len(records(items, type_)) for type_ in {one.type for one in items if isinstance(one, Record)}
    } == said
    assert report.notes["proof_not_checked"] == 1


def test_credentials_of_several_kinds_that_share_an_id_are_several_series(kedja_data: Path) -> None:
    """Four of the samples bear one id."""
    found = [UntpLoader().source(file, {}).series for file in sorted((kedja_data / "untp").glob("*.json"))]
    assert len(set(found)) == 5


def test_what_is_not_read_is_named_and_counted(kedja_data: Path) -> None:
    _, report = of(kedja_data / "untp" / "DigitalProductPassport_instance-v0.5.0.json")
    named = {one.column: one.value for one in report.rejects if one.reason is Reason.FIELD_NOT_READ}
    assert named["credentialSubject.emissionsScorecard"] == "1"
    assert named["credentialSubject.materialsProvenance.hazardous"] == "2"
    assert report.notes["fields_not_read"] == sum(map(int, named.values()))


def test_a_product_number_is_no_number_of_a_company(kedja_data: Path) -> None:
    """In the samples the operator has a GTIN for its id: it identifies the article, and nobody's company."""
    items, _ = of(kedja_data / "untp" / "DigitalFacilityRecord_instance-v0.5.0.json")
    (company,) = records(items, "Organisation")
    assert not [key for key in company.keys if key.startswith("gtin:")]
    (site,) = records(items, "Site")
    assert site.key == "gln:0614141123452"


# -- versions ------------------------------------------------------------------------------------------------------
def test_a_facility_of_0_7_says_where_it_is_who_runs_it_and_what_it_makes() -> None:
    items, report = of(FACILITY)
    (site,) = records(items, "Site")
    assert (site.properties["latitude"], site.properties["longitude"]) == (3.0, 101.4)
    assert [(tail(x.source.key), x.target.key) for x in links(items, "LOCATED_IN")] == [("klang-4", "iso3166-1:MY")]
    assert [(x.source.key, tail(x.target.key)) for x in links(items, "OPERATES")] == [("gln:7350053850019", "klang-4")]
    assert [x.target.key for x in links(items, "OUTPUTS")] == ["hs:401512"]
    assert report.notes["role_not_read"] == 1, "an owner of a site is not its operator"
    assert (str(site.common.valid_from), str(site.common.valid_to)) == ("2026-01-15", "2028-01-15")


def test_an_admitted_non_conformity_is_a_finding_whose_severity_is_not_told() -> None:
    items, _ = of(FACILITY)
    (finding,) = records(items, "Finding")
    assert finding.properties["standing"] == "admitted"
    assert "severity" not in finding.properties
    assert [x.target.key for x in links(items, "OF_TYPE")] == ["risk:forced-labour"]
    assert [tail(x.target.key) for x in links(items, "ABOUT")] == ["klang-4"]


def test_a_passport_of_0_6_says_what_goods_are_made_of_and_from_where() -> None:
    items, report = of(OURS / "gloves-passport-0.6.json")
    shares = {tail(x.target.key): x.properties.get("share") for x in links(items, "MADE_OF")}
    assert shares == {"natural rubber latex": 0.6, "nitrile": None}
    places = {x.source.key: x.target.key for x in links(items, "LOCATED_IN")}
    assert {places.get(x.source.key) for x in links(items, "SUPPLIES")} == {"iso3166-1:TH", None}
    assert [(r.column, r.value, r.reason) for r in report.rejects if r.row] == [
        ("massFraction", "1.4", Reason.OUT_OF_RANGE)
    ]
    assert [x.target.key for x in links(items, "IN_CATEGORY")] == ["unspsc:42132203"]


def test_a_passport_and_an_event_of_one_site_and_article_speak_of_one_step() -> None:
    passport, _ = of(OURS / "gloves-passport-0.6.json")
    events, _ = of(OURS / "events-0.7.json")
    made = {x.source.key for x in links(passport, "OUTPUTS") if x.target.key == "gtin:7350053850026"}
    assert made <= {x.source.key for x in links(events, "OUTPUTS")}


def test_events_in_any_order_make_a_chain_by_lot() -> None:
    items, report = of(OURS / "events-0.7.json")
    names = {one.key: str(one.properties["name"]) for one in records(items, "Step")}
    assert sorted((names[x.source.key], names[x.target.key]) for x in links(items, "SUPPLIES")) == [
        ("Latex, Songkhla latex", "Nitrile gloves, M, Klang plant 4"),
        ("Nitrile", "Nitrile gloves, M, Klang plant 4"),
    ]
    assert report.notes["maker_not_told"] == 1
    assert report.notes["event_not_read"] == 1, "an inspection makes and moves nothing"
    assert [(x.source.key, tail(x.target.key)) for x in links(items, "SELLS_TO")] == [
        ("gln:7350053850019", "did:web:grossist.example")
    ]


def test_a_second_event_with_the_id_of_another_is_left_out_and_the_rest_counts(tmp_path: Path) -> None:
    whole = json.loads((OURS / "events-0.7.json").read_text("utf-8"))
    before, _ = read(UntpLoader(), OURS / "events-0.7.json")
    twin = {**whole["credentialSubject"][0], "eventDate": "2026-05-05T14:00:00Z"}
    whole["credentialSubject"].insert(2, twin)
    (tmp_path / "events-0.7.json").write_text(json.dumps(whole), "utf-8")
    after, report = read(UntpLoader(), tmp_path / "events-0.7.json")
    assert (report.rows_in, report.accepted, report.rejected) == (1, 1, 0)
    assert [one.value for one in report.rejects if one.reason is Reason.DUPLICATE_KEY] == [twin["id"]]
    assert repr(after) == repr(before)


def test_a_check_makes_nothing_clean(kedja_data: Path) -> None:
    items, _ = of(kedja_data / "untp" / "DigitalConformityCredential_instance-v0.5.0.json")
    (check,) = records(items, "Audit")
    assert "could_find" not in check.properties
    assert not records(items, "Finding")


def test_a_personal_number_hides_its_party(tmp_path: Path) -> None:
    given = json.loads(FACILITY.read_text("utf-8"))
    party = given["credentialSubject"]["relatedParty"][0]["party"]
    party |= {"name": "Påhittad Person", "registeredId": "8112189876", "idScheme": {"id": "https://bolagsverket.se/"}}
    (tmp_path / "f.json").write_text(json.dumps(given), "utf-8")
    items, report = of(tmp_path / "f.json")
    assert report.notes["hidden_person"] == 1
    assert "Påhittad Person" not in repr(items)
    assert "8112189876" not in repr(items)


# -- proofs --------------------------------------------------------------------------------------------------------
def base58(data: bytes) -> str:
    signs = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = signs[rest] + text
    return text


ED, EC = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
DID_ED = "did:key:z" + base58(b"\xed\x01" + ED.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
DID_EC = "did:key:z" + base58(b"\x80\x24" + EC.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def credential(issuer: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(FACILITY.read_text("utf-8"))
    given["issuer"] = {"id": issuer, "name": "Selat Biru Glove Sdn. Bhd."}
    return given


def signed(given: dict[str, Any], key: Any, algorithm: str, kid: str) -> str:
    return PyJWS().encode(json.dumps(given).encode(), key, algorithm, headers={"kid": kid, "typ": "vc+jwt"})


def enveloped(token: str) -> dict[str, Any]:
    return {"@context": "https://www.w3.org/ns/credentials/v2", "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/vc+jwt,{token}"}  # fmt: skip


FORMS: dict[str, Callable[[str], str]] = {
    "enveloped": lambda token: json.dumps(enveloped(token)),
    "wrapped": lambda token: json.dumps({"verifiableCredential": enveloped(token)}),
    "presentation": lambda token: json.dumps({"type": "VerifiablePresentation",
                                              "verifiableCredential": [enveloped(token)]}),
    "bare": lambda token: token,
    "line": lambda token: token + "\n",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("did", "key", "algorithm"), [(DID_ED, ED, "EdDSA"), (DID_EC, EC, "ES256")], ids=["EdDSA", "ES256"]
)
def test_a_signature_by_the_key_in_the_identifier_is_checked(
    tmp_path: Path, form: str, did: str, key: Any, algorithm: str
) -> None:
    token = signed(credential(did), key, algorithm, f"{did}#{did.removeprefix('did:key:')}")
    (tmp_path / "f.json").write_text(FORMS[form](token), "utf-8")
    items, report = of(tmp_path / "f.json")
    assert (report.notes["proof_checked"], report.rejected) == (1, 0)
    assert "signature checked" in items[0].common.cites
    plain, _ = of(FACILITY)
    assert [one.raw for one in items] != [one.raw for one in plain]
    assert [(x.type, getattr(x, "key", "")) for x in items] == [(x.type, getattr(x, "key", "")) for x in plain]


def test_a_changed_credential_is_rejected_and_says_nothing(tmp_path: Path) -> None:
    head, body, mark = signed(credential(DID_ED), ED, "EdDSA", DID_ED).split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed["credentialSubject"]["name"] = "Another plant"
    body = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
    (tmp_path / "f.json").write_text(json.dumps(enveloped(f"{head}.{body}.{mark}")), "utf-8")
    items, report = of(tmp_path / "f.json")
    assert (items, report.rejected) == ([], 1)
    assert report.rejects[0].reason is Reason.PROOF_FAILED


def test_a_key_of_another_proves_nothing(tmp_path: Path) -> None:
    token = signed(credential("did:web:somebody.example"), ED, "EdDSA", DID_ED)
    (tmp_path / "f.json").write_text(json.dumps(enveloped(token)), "utf-8")
    items, report = of(tmp_path / "f.json")
    assert report.notes["proof_not_checked"] == 1
    assert "not by its issuer" in items[0].common.cites


def test_without_a_key_it_is_said_not_to_be_checked_and_with_one_it_is(tmp_path: Path) -> None:
    did = "did:web:selatbiru.example"
    (tmp_path / "f.json").write_text(json.dumps(enveloped(signed(credential(did), ED, "EdDSA", f"{did}#k1"))), "utf-8")
    items, report = of(tmp_path / "f.json")
    assert report.notes["proof_not_checked"] == 1
    assert f"signature not checked: no key of {did}" in items[0].common.cites
    raw = base64.urlsafe_b64encode(ED.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode().rstrip("=")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": raw}
    for n, keys in enumerate((
        {"keys": [jwk | {"kid": f"{did}#k1"}]},
        {"id": did, "verificationMethod": [{"id": "#k1", "type": "JsonWebKey", "publicKeyJwk": jwk}]},
        {"id": did, "verificationMethod": [{"id": f"{did}#k1", "publicKeyMultibase": DID_ED.removeprefix("did:key:")}]},
    )):  # fmt: skip
        (tmp_path / f"keys{n}").write_text(json.dumps(keys), "utf-8")
        items, report = of(tmp_path / "f.json", keys=str(tmp_path / f"keys{n}"))
        assert report.notes["proof_checked"] == 1, keys
        assert "EdDSA, key file" in str(items[0].raw["proof"])


def test_a_shared_secret_and_no_algorithm_prove_nothing(tmp_path: Path) -> None:
    for algorithm, key in (("HS256", "k" * 32), ("none", "")):
        token = signed(credential(DID_ED), key, algorithm, DID_ED)
        (tmp_path / "f.json").write_text(json.dumps(enveloped(token)), "utf-8")
        _, report = of(tmp_path / "f.json")
        assert (report.notes["proof_checked"], report.notes["proof_not_checked"]) == (0, 1)


def test_a_file_of_keys_without_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("{}", "utf-8")
    with pytest.raises(FileFormatError, match="no public key"):
        of(FACILITY, keys=str(tmp_path / "keys"))


# -- forms and damage ----------------------------------------------------------------------------------------------
def test_several_credentials_in_one_file_are_each_read(tmp_path: Path) -> None:
    every = [json.loads(file.read_text("utf-8")) for file in sorted(OURS.glob("*.json"))]
    forms = {"list": json.dumps(every), "lines": "\n".join(map(json.dumps, every)),
             "held": json.dumps({"credentials": every})}  # fmt: skip
    for name, text in forms.items():
        (tmp_path / f"{name}.json").write_text(text, "utf-8")
        _, report = of(tmp_path / f"{name}.json")
        assert (report.rows_in, report.rejected) == (3, 0), name


def test_one_bad_credential_costs_itself(tmp_path: Path) -> None:
    given = [json.loads(FACILITY.read_text("utf-8")), {"type": ["VerifiableCredential"], "credentialSubject": {}}]
    (tmp_path / "f.json").write_text(json.dumps(given), "utf-8")
    items, report = of(tmp_path / "f.json")
    assert (report.accepted, report.rejected) == (1, 1)
    assert items


@pytest.mark.parametrize("name", sorted(file.name for file in OURS.glob("*.json")))
def test_damage_gives_an_error_or_a_report(tmp_path: Path, name: str) -> None:
    refused = survives(UntpLoader(), tmp_path / name, (OURS / name).read_bytes(), range(60))
    assert 0 < refused < 60
