"""`kedja review` and its page: what is proposed, decided once, reused at the next load, undone, and never merged."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from api.app import create_app
from api.cli import app
from api.service import Service, When
from api.settings import Settings
from ontology.records import Secrecy

SOURCE = "field,value\nseries,{0}\nedition,{1}\ntitle,{0}\npublisher,Publisher of {0}\n"
OURS = """id,name,address
local:a1,Volvo Cars AB,"Gropegårdsgatan 1, 417 15 Göteborg"
local:a2,Björkvik Vårdgrossist AB,"Storgatan 1, 411 01 Göteborg"
local:a3,Selat Biru Glove Sdn. Bhd.,
local:a4,Personuppgift,
local:a5,Krautstein Medizintechnik GmbH,
"""
THEIRS = """id,name,address
local:b1,Volvo Trucks AB,"Gropegårdsgatan 1, 417 15 Göteborg"
local:b2,BJORKVIK VARDGROSSIST,"Storgatan 1, Göteborg"
local:b3,Selat Biru Gloves,
local:b4,Personuppgift,
local:b5,Krautstein Medizin-Technik,
"""


def folder(place: Path, series: str, organisations: str, edition: str = "1", **more: str) -> str:
    place.mkdir(exist_ok=True)
    tables = {"source": SOURCE.format(series, edition), "organisations": organisations, **more}
    for name, text in tables.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return str(place)


@pytest.fixture
def kedja(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEDJA_LANG", "en")
    monkeypatch.setenv("KEDJA_STORE", f"sqlite:///{tmp_path / 'k.sqlite'}")

    def run(*arguments: str, fails: bool = False) -> Result:
        done = CliRunner().invoke(app, arguments)
        assert (done.exit_code != 0) == fails, done.output
        return done

    return run


@pytest.fixture
def loaded(kedja: Callable[..., Result], tmp_path: Path) -> Callable[..., Result]:
    kedja("load", folder(tmp_path / "a", "ours", OURS))
    told = kedja("load", folder(tmp_path / "b", "theirs", THEIRS))
    assert "3 names may be known already: kedja review" in told.stderr
    return kedja


def proposed(kedja: Callable[..., Result], *more: str) -> dict[frozenset[str], dict[str, Any]]:
    found = json.loads(kedja("review", "--json", "--limit", "100", *more).stdout)
    return {frozenset((one["a"]["key"], one["b"]["key"])): one for one in found}


def pair(n: int) -> frozenset[str]:
    return frozenset((f"local:a{n}", f"local:b{n}"))


def test_a_load_says_how_many_names_may_be_known_already_and_a_dry_run_which(
    kedja: Callable[..., Result], tmp_path: Path
) -> None:
    kedja("load", folder(tmp_path / "a", "ours", OURS))
    tried = kedja("load", folder(tmp_path / "b", "theirs", THEIRS), "--dry-run").stdout
    assert "Names that may be known already: 3" in tried
    assert "Selat Biru" in tried
    assert proposed(kedja) == {}, "a dry run stores nothing"
    assert "may be known already" in kedja("load", str(tmp_path / "b")).stderr
    assert "may be known already" not in kedja("load", str(tmp_path / "b")).stderr, "the same file brings nothing"


def test_masked_persons_placeholders_and_group_companies_are_not_proposed(loaded: Callable[..., Result]) -> None:
    assert set(proposed(loaded)) == {pair(2), pair(3), pair(5)}
    likely = proposed(loaded, "--least", "0")
    assert pair(4) not in likely
    assert likely.get(pair(1), {"probability": 0})["probability"] < 0.1


def test_a_proposal_is_shown_with_both_sides_reasons_and_what_a_merge_would_change(
    kedja: Callable[..., Result], tmp_path: Path
) -> None:
    chain = {
        "contracts": "id,name\nlocal:c,Gloves\n",
        "steps": "id,name\nlocal:step,Making gloves\n",
        "delivered_under": "from,to\nlocal:step,local:c\n",
        "runs": "from,to\nlocal:a3,local:step\n",
    }
    kedja("load", folder(tmp_path / "a", "ours", OURS, **chain))
    harm = "id,name,of type,about,severity,standing\nlocal:f,Listed,risk:sanctions,local:b3,4,alleged\n"
    kedja("load", folder(tmp_path / "b", "theirs", THEIRS, findings=harm))
    told = kedja("review", proposed(kedja)[pair(3)]["proposal"]).stdout
    for said in (
        "Selat Biru Glove Sdn. Bhd.",
        "Selat Biru Gloves",
        "local:a3",
        "Beforehand",
        "bits",
        "If they are the same",
    ):
        assert said in told
    assert re.search(r"1 contracts change", told), told


def test_decided_once_holds_at_the_next_load(loaded: Callable[..., Result], tmp_path: Path) -> None:
    found = proposed(loaded)
    loaded("review", found[pair(2)]["proposal"], "--same", "--why", "asked them")
    loaded("review", found[pair(3)]["proposal"], "--different")
    loaded("review", found[pair(5)]["proposal"], "--unsure")
    assert proposed(loaded) == {}
    # A newer edition with another name, another address and one identifier more: other records of the same keys.
    newer = THEIRS.replace('"Storgatan 1, Göteborg"', '"Nygatan 2, Göteborg"')
    newer = newer.replace("id,name", "id,identifiers,name").replace("local:b2,", "local:b2,se-orgnr:5560360793,")
    newer = re.sub(r"^(local:b[1345]),", r"\1,,", newer, flags=re.MULTILINE)
    loaded("load", folder(tmp_path / "b", "theirs", newer, "2"))
    assert proposed(loaded) == {}
    entity = json.loads(loaded("entity", "local:b2", "--json").stdout)["data"]
    assert {"local:a2", "local:b2", "se-orgnr:5560360793"} <= set(entity["node"]["keys"])
    assert {said["properties"]["name"] for said in entity["said"]} == {
        "Björkvik Vårdgrossist AB",
        "BJORKVIK VARDGROSSIST",
    }
    assert len({one["source"] for one in entity["said"]}) == 2, "an alias keeps its source"
    assert json.loads(loaded("entity", "local:b3", "--json").stdout)["data"]["node"]["keys"] == ["local:b3"]


def test_decisions_come_back_in_a_file(loaded: Callable[..., Result], tmp_path: Path) -> None:
    loaded("review", "--out", "p.csv")
    rows = list(csv.DictReader(io.StringIO(Path("p.csv").read_text("utf-8-sig"))))
    assert len(rows) == 3
    for row, said in zip(rows, ("same", "Olika", ""), strict=True):
        row["Decision"] = said
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    Path("q.csv").write_text(out.getvalue(), "utf-8-sig")
    assert "Decided 2 of 2" in loaded("review", "--decisions", "q.csv").stdout
    assert len(proposed(loaded)) == 1
    again = loaded("review", "--decisions", "q.csv")
    assert "is not an open proposal" in again.stderr
    Path("bad.csv").write_text("proposal,decision\np1,perhaps\n", "utf-8")
    refused = loaded("review", "--decisions", "bad.csv", fails=True)
    assert "line 2" in str(refused.exception)
    Path("none.csv").write_text("a,b\n1,2\n", "utf-8")
    assert "proposal and decision" in str(loaded("review", "--decisions", "none.csv", fails=True).exception)


def hash_of(tmp_path: Path) -> str:
    from datetime import date

    settings = Settings(f"sqlite:///{tmp_path / 'k.sqlite'}", tmp_path / "cache")
    with Service(settings) as service:
        return service.snapshot(When(valid_at=date(2026, 11, 1), clearance=Secrecy.RESTRICTED)).hash


def test_decisions_undone_in_any_order_leave_the_same_hash(loaded: Callable[..., Result], tmp_path: Path) -> None:
    before = hash_of(tmp_path)
    hashes = set()
    for order in permutations(range(3)):
        found = proposed(loaded)
        for n, verdict in ((2, "--same"), (3, "--same"), (5, "--different")):
            loaded("review", found[pair(n)]["proposal"], verdict)
        hashes.add(hash_of(tmp_path))
        made = json.loads(loaded("review", "--decided", "--json").stdout)
        assert len(made) == 3
        for place in order:
            loaded("review", "--undo", made[place]["id"], "--why", "to see")
        assert hash_of(tmp_path) == before
        assert set(proposed(loaded)) == {pair(2), pair(3), pair(5)}
    assert len(hashes) == 1
    assert hashes != {before}


def test_who_is_a_natural_person_is_never_made_one_with_another(kedja: Callable[..., Result], tmp_path: Path) -> None:
    from api.settings import now
    from graph.store import Judgement, Verdict
    from ontology.errors import InputError

    persons = "id,name,natural person\nlocal:a1,Anna Andersson,yes\nlocal:a2,Anna Andersson,yes\n"
    kedja("load", folder(tmp_path / "a", "ours", persons))
    assert proposed(kedja, "--least", "0") == {}
    with Service(Settings(f"sqlite:///{tmp_path / 'k.sqlite'}", tmp_path / "cache")) as service:
        at = service.at(When(clearance=Secrecy.RESTRICTED))
        one, other = (entity.id for entity in service.store.entities(at, types=["Organisation"]))
        with pytest.raises(InputError, match="natural person"):
            service.store.judge(Judgement(one, other, Verdict.SAME, "me", "why"), now())
        service.store.judge(Judgement(one, other, Verdict.DIFFERENT, "me", "why"), now())


# -- the page ---------------------------------------------------------------------------------------------------
@pytest.fixture
def client(loaded: Callable[..., Result], tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(f"sqlite:///{tmp_path / 'k.sqlite'}", tmp_path / "cache")
    application = create_app(settings, reviewer="A. Buyer", clearance=Secrecy.RESTRICTED)
    with TestClient(application, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


ORIGIN = {"origin": "http://127.0.0.1"}


def first(client: TestClient) -> tuple[str, str]:
    """The address of the first proposal, and the token of its form."""
    address = re.search(r'href="(/review/p[0-9a-f]+)', client.get("/review?lang=en").text)
    assert address
    token = re.search(r'name="token" value="([^"]+)"', client.get(address[1]).text)
    assert token
    return address[1], token[1]


def test_the_page_decides_goes_on_to_the_next_and_takes_back(client: TestClient) -> None:
    address, token = first(client)
    done = client.post(f"{address}?lang=en", data={"token": token, "verdict": "same", "why": "asked"}, headers=ORIGIN)
    assert done.status_code == 303
    assert re.match(r"/review/p[0-9a-f]+\?", done.headers["location"])
    listed = client.get("/review?lang=en").text
    assert address not in listed
    assert "A. Buyer: asked" in listed
    undo = re.search(r'action="(/review/undo/j[0-9a-f]+)', listed)
    assert undo
    assert client.post(undo[1], data={"token": token}, headers=ORIGIN).status_code == 303
    assert address in client.get("/review?lang=en").text


@pytest.mark.parametrize(
    ("headers", "token"),
    [({}, True), ({"origin": "http://evil.example"}, True), ({"origin": "null"}, True), (ORIGIN, False)],
)
def test_a_form_from_elsewhere_decides_nothing(client: TestClient, headers: dict[str, str], token: bool) -> None:
    address, own = first(client)
    said = {"token": own if token else "guessed", "verdict": "same"}
    assert client.post(address, data=said, headers=headers).status_code == 422
    assert address in client.get("/review").text
    assert client.post(address, data={"token": own, "verdict": "perhaps"}, headers=ORIGIN).status_code == 422
    assert client.post(address, content=b"token=" + b"x" * 20_000, headers=ORIGIN).status_code == 422


def test_without_a_reviewer_the_page_only_shows(loaded: Callable[..., Result], tmp_path: Path) -> None:
    settings = Settings(f"sqlite:///{tmp_path / 'k.sqlite'}", tmp_path / "cache")
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        page = client.get("/review?lang=en").text
        assert "kedja serve --review" in page
        address = re.search(r'href="(/review/p[0-9a-f]+)', page)
        assert address
        shown = client.get(address[1] + "?lang=en").text
        assert '<form class="asof" method="post"' not in shown
        assert f"kedja review {address[1].rpartition('/')[2]} --same" in shown
        assert client.post(address[1], data={"token": "", "verdict": "same"}, headers=ORIGIN).status_code == 422
        assert client.get("/review/p000000000000").status_code == 404
        assert client.get("/review?pgae=2").status_code == 422


def test_serving_it_to_others_with_review_is_refused(kedja: Callable[..., Result]) -> None:
    refused = kedja("serve", "--review", "--host", "0.0.0.0", fails=True)
    assert "no login" in str(refused.exception)
