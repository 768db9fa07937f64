"""What could not be read was not withdrawn: a newer full edition takes back only what it read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

import graph.sqlite
from graph.sqlite import Store
from graph.store import At
from loaders.base import Loaded, load
from loaders.cpv import CpvLoader
from loaders.reference_data import ReferenceLoader, packaged
from loaders.se_procurement import SwedishProcurementLoader
from loaders.workbook import WorkbookLoader
from ontology.errors import FileFormatError, Reason
from ontology.records import Secrecy

ORGANISATIONS = "id,name,polarity,owns\nO1,Alfa,,\nO2,Beta,,O1\nO3,Gamma,,\n"
SITES = "id,name\nS1,Norra\nS2,Södra\n"
OPERATES = "from,to\nO1,S1\nO2,S2\n"


@dataclass
class Editions:
    """Loads one edition of a workbook of CSV files after another into one store."""

    store: Store
    folder: Path
    number: int = 0

    def load(self, **files: str) -> Loaded:
        self.number += 1
        path = self.folder / str(self.number)
        path.mkdir()
        source = f"field,value\nseries,mine\nedition,{self.number}\ntitle,T\npublisher,P\n"
        for name, text in {"source": source, **files}.items():
            (path / f"{name}.csv").write_text(text, "utf-8")
        return load(self.store, WorkbookLoader(), path, now=_day(self.number))

    @property
    def at(self) -> At:
        return _now(self.store)

    def names(self) -> list[str]:
        return sorted(record.name for record in self.store.records(self.at))

    def links(self) -> list[str]:
        def own(key: str) -> str:
            return key.rpartition("/")[2]

        return sorted(f"{own(x.source_key)} {x.type} {own(x.target_key)}" for x in self.store.links(self.at))


def _day(number: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)


def _now(store: Store) -> At:
    latest = store.latest()
    assert latest
    return At(latest.number, Secrecy.RESTRICTED)


@pytest.fixture
def editions(tmp_path: Path) -> Any:
    with graph.sqlite.open(tmp_path / "store.kedja") as store:
        yield Editions(store, tmp_path)


ALL = ["Alfa", "Beta", "Gamma", "Norra", "Södra"]
LINKS = ["O1 OPERATES S1", "O2 OPERATES S2", "O2 OWNS O1"]


def test_a_rejected_row_whose_key_can_be_read_keeps_what_it_said_and_the_rest_is_taken_back(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS, sites=SITES, operates=OPERATES)
    assert (editions.names(), editions.links()) == (ALL, LINKS)
    damaged = "id,name,polarity,owns\nO1,Alfa,,\nO2,Beta renamed,perhaps,O1\n"  # Gamma is withdrawn
    loaded = editions.load(organisations=damaged, sites=SITES, operates="from,to\nO2,S2\n")
    assert loaded.report.rejected == 1
    assert editions.names() == ["Alfa", "Beta", "Norra", "Södra"]
    assert editions.links() == ["O2 OPERATES S2", "O2 OWNS O1"]
    assert (loaded.settled.kept, loaded.settled.kept_in, loaded.settled.retracted) == (2, ("Organisation",), 2)
    assert editions.store.runs()[-1].counts["kept"] == 2


def test_a_rejected_row_whose_key_cannot_be_read_stops_retraction_in_its_table_only(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS, sites=SITES, operates=OPERATES)
    damaged = "id,name,polarity,owns\nO1,Alfa,,\n#REF!,Beta,,\n"
    loaded = editions.load(organisations=damaged, sites="id,name\nS1,Norra\n", operates="from,to\nO1,S1\n")
    assert editions.names() == ["Alfa", "Beta", "Gamma", "Norra"]
    assert editions.links() == ["O1 OPERATES S1", "O2 OWNS O1"]
    assert loaded.settled.kept_in == ("Organisation",)


def test_what_the_table_says_anew_takes_the_place_of_what_it_said(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS)
    editions.load(organisations="id,name,polarity,owns\nO1,Alfa AB,,\n,Beta,,\n")
    assert editions.names() == ["Alfa AB", "Beta", "Gamma"]


def test_a_link_whose_end_was_rejected_stays_and_its_end_is_no_ghost(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS, sites=SITES, operates=OPERATES)
    editions.load(organisations=ORGANISATIONS.replace("O2,", ","), sites=SITES, operates=OPERATES)
    assert (editions.names(), editions.links()) == (ALL, LINKS)
    editions.load(organisations=ORGANISATIONS.replace("O1,Alfa", ",Alfa"), sites=SITES, operates=OPERATES)
    assert (editions.names(), editions.links()) == (ALL, LINKS)
    assert not [entity for entity in editions.store.entities(editions.at) if entity.ghost]


def test_a_short_cut_that_cannot_be_read_keeps_its_link(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS)
    for cell in ("#REF!", "lei:123", "okänt"):
        editions.load(organisations=ORGANISATIONS.replace(",O1\n", f",{cell}\n"))
        assert editions.links() == ["O2 OWNS O1"], cell
    editions.load(organisations=ORGANISATIONS.replace(",O1\n", ",\n"))
    assert editions.links() == []


def test_short_cuts_under_a_heading_that_is_not_known_keep_their_links(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS)
    editions.load(organisations=ORGANISATIONS.replace("owns", "ownz"))
    assert editions.links() == ["O2 OWNS O1"]
    editions.load(organisations="id,name\nO1,Alfa\nO2,Beta\nO3,Gamma\n")
    assert editions.links() == []


@pytest.mark.parametrize("cells", ["most,", ",perhaps", "1.5,"])
def test_an_owner_whose_share_cannot_be_read_is_not_read_as_without_control(editions: Editions, cells: str) -> None:
    editions.load(organisations="id,name\nO1,Alfa\nO2,Beta\n", owns="from,to,share,control\nO1,O2,60 %,yes\n")
    loaded = editions.load(organisations="id,name\nO1,Alfa\nO2,Beta\n", owns=f"from,to,share,control\nO1,O2,{cells}\n")
    assert (loaded.report.rejected, loaded.settled.kept) == (1, 1)
    (link,) = editions.store.links(editions.at)
    assert link.properties == {"share": 0.6, "control": True}


def test_a_sheet_that_is_not_there_says_nothing_and_an_empty_one_says_that_there_is_nothing(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS, sites=SITES, operates=OPERATES)
    loaded = editions.load(organisations=ORGANISATIONS)
    assert (editions.names(), loaded.settled.kept_in) == (ALL, ("OPERATES", "Site"))
    editions.load(organisations=ORGANISATIONS, sites="id,name\n", operates="from,to\n")
    assert editions.names() == ["Alfa", "Beta", "Gamma"]
    assert editions.links() == ["O2 OWNS O1"]


@pytest.mark.parametrize("damaged", ["nothing,here\n1,2\n", 'id,name\n"S1,Norra\n', "\0"])
def test_in_a_folder_each_file_stands_for_itself(editions: Editions, damaged: str) -> None:
    editions.load(organisations=ORGANISATIONS, sites=SITES, operates=OPERATES)
    loaded = editions.load(organisations="id,name\nO1,Alfa AB\nO2,Beta\n", sites=damaged, operates=OPERATES)
    assert "Gamma" not in editions.names()
    assert {"Alfa AB", "Norra", "Södra"} <= set(editions.names())
    assert {"O1 OPERATES S1", "O2 OPERATES S2"} <= set(editions.links())
    assert [reject.file for reject in loaded.report.rejects if reject.reason is Reason.FILE_NOT_READ] == ["sites.csv"]
    assert "sites.csv" in str(loaded.report.refused[0])


def test_a_folder_of_which_no_file_can_be_read_publishes_nothing(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS)
    with pytest.raises(FileFormatError, match=r"organisations\.csv"):
        editions.load(organisations="nothing,here\n1,2\n")
    assert editions.names() == ["Alfa", "Beta", "Gamma"]


def test_a_statement_that_moves_to_another_table_stays_once(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS)
    editions.load(organisations="id,name\nO1,Alfa\nO2,Beta\n", owns="from,to\nO2,O1\n")
    assert editions.links() == ["O2 OWNS O1"]
    editions.load(organisations="id,name\nO1,Alfa\nO2,Beta\n", owns="from,to\n")
    assert editions.links() == []


def test_an_edition_that_is_read_whole_takes_back_what_was_kept(editions: Editions) -> None:
    editions.load(organisations=ORGANISATIONS, sites=SITES)
    editions.load(organisations="id,name,polarity\nO1,Alfa,perhaps\n,Beta,\n", sites=SITES)
    assert editions.names() == ALL
    loaded = editions.load(organisations="id,name\nO1,Alfa\n", sites=SITES)
    assert (editions.names(), loaded.settled.kept) == (["Alfa", "Norra", "Södra"], 0)


def test_an_xlsx_of_which_a_row_is_rejected_keeps_it_too(tmp_path: Path) -> None:
    def book(edition: str, rows: list[list[str]]) -> Path:
        path = tmp_path / f"{edition}.xlsx"
        with xlsxwriter.Workbook(path) as made:
            said = {"series": "mine", "edition": edition, "title": "T", "publisher": "P"}
            for number, pair in enumerate(said.items()):
                (made.get_worksheet_by_name("source") or made.add_worksheet("source")).write_row(number, 0, pair)
            sheet = made.add_worksheet("Organisationer")
            for number, row in enumerate([["id", "namn", "status"], *rows]):
                sheet.write_row(number, 0, row)
        return path

    with graph.sqlite.open(tmp_path / "store.kedja") as store:
        load(store, WorkbookLoader(), book("1", [["O1", "Alfa"], ["O2", "Beta"]]), now=_day(1))
        load(store, WorkbookLoader(), book("2", [["O1", "Alfa", "kanske"]]), now=_day(2))
        assert [record.name for record in store.records(_now(store))] == ["Alfa"]


IDS = ("O1", "O2", "O3", "O4")
rows = st.lists(st.sampled_from(IDS), unique=True, max_size=4)
damage: st.SearchStrategy[Callable[[str], str] | None] = st.sampled_from([
    None, None,
    lambda id_: f"{id_},{id_} again,perhaps,\n",  # no such polarity
    lambda id_: f"#REF!,{id_} again,,\n",
    lambda id_: f",{id_} again,,\n",
    lambda id_: f"{id_},,,\n",  # no name
])  # fmt: skip


@st.composite
def edition(draw: st.DrawFn) -> tuple[str, dict[str, str | None]]:
    """A sheet, and each of its ids: the name that it has now, or None where its row is damaged."""
    lines, said = "", dict[str, str | None]()
    for id_ in draw(rows):
        broken = draw(damage)
        name = f"{id_} {draw(st.sampled_from('ab'))}"
        lines += broken(id_) if broken else f"{id_},{name},,\n"
        said[id_] = None if broken else name
    return f"id,name,polarity,owns\n{lines}", said


@settings(max_examples=40, deadline=None)
@given(st.lists(edition(), min_size=2, max_size=5))
def test_whatever_the_editions_and_their_damage_only_what_was_read_goes(script: list[tuple[str, Any]]) -> None:
    with TemporaryDirectory() as folder, graph.sqlite.open(Path(folder) / "store.kedja") as store:
        editions = Editions(store, Path(folder))
        expected: dict[str, str] = {}
        for text, said in script:
            loaded = editions.load(organisations=text)
            unread = any(row.startswith((",", "#REF!")) for row in text.splitlines())
            kept = {id_: name for id_, name in expected.items() if unread or (id_ in said and said[id_] is None)}
            expected = kept | {id_: name for id_, name in said.items() if name}
            assert editions.names() == sorted(expected.values())
            report = loaded.report
            assert report.rows_in == report.accepted + report.rejected == len(said)
            assert loaded.settled.kept == len({i for i in kept if not said.get(i)})
        assert store.check() == []


TENDERS = """År;Namn för köpare;Organisationsnummer för köpare;Upphandlings-ID;Upphandlingens titel;Anbudsområdes-ID;\
Namn för leverantör
2022;PÅHITTAD REGION;232100-0131;P1;Handskar;L1;Handsk AB
2022;PÅHITTAD REGION;232100-0131;P2;Sprutor;L2;Sprut AB
2022;PÅHITTAD REGION;232100-0131;P3;Bandage;L3;Bandage AB
"""
VALUES = """Namn för köpare;Organisationsnummer för köpare;Upphandlings-ID;Upphandlingens titel;\
Kontrakterat värde, Summa
PÅHITTAD REGION;232100-0131;P1;Handskar;1000
PÅHITTAD REGION;232100-0131;P2;Sprutor;2000
"""


def _statistics(store: Store, folder: Path, edition: str, tenders: str, values: str) -> Loaded:
    path = folder / edition
    path.mkdir()
    for name, text in {"tenders": tenders, "values": values}.items():
        (path / f"{name}.csv").write_text(text, "utf-8")
    return load(store, SwedishProcurementLoader(), path, now=_day(int(edition)), options={"edition": edition})


def _told(store: Store) -> set[str]:
    facts = {(r.type, r.name, str(r.properties.get("awarded_value", ""))) for r in store.records(_now(store))}
    return {" ".join(fact).strip() for fact in facts}


def test_the_statistics_keep_the_contract_of_a_rejected_row_and_withdraw_another(tmp_path: Path) -> None:
    with graph.sqlite.open(tmp_path / "store.kedja") as store:
        _statistics(store, tmp_path, "1", TENDERS, VALUES)
        before = len(list(store.links(_now(store))))
        lines = TENDERS.splitlines(keepends=True)
        loaded = _statistics(store, tmp_path, "2", "".join([*lines[:2], lines[2].replace("P2", "")]), VALUES)
        assert (loaded.report.rejected, loaded.settled.kept_in) == (1, ("tenders",))
        assert {"Organisation Sprut AB", "Contract Sprutor", "Lot Sprutor"} <= _told(store)
        assert not {"Organisation Bandage AB", "Contract Bandage", "Procurement Bandage"} & _told(store)
        assert len(list(store.links(_now(store)))) == before - 4  # of Bandage: the lot, its contract, holder and buyer


@pytest.mark.parametrize("damaged", [VALUES.replace("1000", '"1000'), "\0"])
def test_a_file_of_the_statistics_that_cannot_be_read_takes_no_value_back(tmp_path: Path, damaged: str) -> None:
    with graph.sqlite.open(tmp_path / "store.kedja") as store:
        _statistics(store, tmp_path, "1", TENDERS, VALUES)
        loaded = _statistics(store, tmp_path, "2", TENDERS.replace("Bandage AB", "Plåster AB"), damaged)
        assert [error.message.split(",")[0].split()[0] for error in loaded.report.refused] == ["values.csv"]
        assert {"Procurement Handskar 1000", "Organisation Plåster AB"} <= _told(store)
        assert "Organisation Bandage AB" not in _told(store)
        _statistics(store, tmp_path, "3", TENDERS, VALUES.replace("1000", "1500"))
        assert "Procurement Handskar 1500" in _told(store)
        assert not {"Procurement Handskar", "Procurement Handskar 1000"} & _told(store)


def test_a_file_in_the_folder_of_the_statistics_that_is_none_of_them_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for name, text in {"tenders.csv": TENDERS, "other.csv": "a;b\n1;2\n", "notes.docx": "x"}.items():
        (tmp_path / "mine" / name).write_text(text, "utf-8")
    with graph.sqlite.open(tmp_path / "store.kedja") as store:
        report = load(store, SwedishProcurementLoader(), tmp_path / "mine", now=_day(1)).report
    named = [reject.file for reject in report.rejects if reject.reason is Reason.PASSED_OVER]
    assert named == ["notes.docx", "other.csv"]


def test_statistics_whose_table_of_tenders_cannot_be_read_publish_nothing(tmp_path: Path) -> None:
    with graph.sqlite.open(tmp_path / "store.kedja") as store, pytest.raises(FileFormatError, match=r"tenders\.csv"):
        _statistics(store, tmp_path, "1", "\0", VALUES)


def test_a_rejected_code_keeps_its_names_and_one_that_is_gone_is_withdrawn(tmp_path: Path) -> None:
    def codes(**files: dict[str, str]) -> Path:
        path = tmp_path / str(len(list(tmp_path.iterdir())))
        path.mkdir()
        for language, names in files.items():
            entries = "".join(f'<entry key="code|name|cpv.{code}">{name}</entry>' for code, name in names.items())
            (path / f"code_{language}.xml").write_text(f"<properties>{entries}</properties>", "utf-8")
        return path

    def told(path: Path, edition: str) -> set[tuple[str, str]]:
        load(store, CpvLoader(), path, now=_day(int(edition)), options={"edition": edition})
        return {(r.name, str(r.properties.get("name_sv", ""))) for r in store.records(_now(store))}

    english = {"33000000": "Medical", "33100000": "Devices", "33140000": "Consumables"}
    swedish = {"33000000": "Medicin", "33100000": "Utrustning", "33140000": "Material"}
    with graph.sqlite.open(tmp_path / "store.kedja") as store:
        told(codes(en=english, sv=swedish), "1")
        now = told(codes(en=english | {"33140000": ""}, sv=swedish | {"33100000": "", "33140000": ""}), "2")
        assert {("Medical", "Medicin"), ("Devices", "Utrustning"), ("Consumables", "Material")} <= now
        now = told(codes(en={"33000000": "Medical"}, sv={"33000000": "Medicin", "3310": "Utrustning"}), "3")
        assert {("Medical", "Medicin"), ("Devices", "Utrustning")} <= now
        assert told(codes(en={"33000000": "Medical"}), "4") >= {("Medical", "Medicin"), ("Devices", "Utrustning")}
        now = told(codes(en={"33000000": "Medical"}, sv={"33000000": "Medicin"}), "5")
        assert now == {("Medical", "Medicin")}


def test_reference_data_keep_what_a_rejected_row_or_a_damaged_file_said(tmp_path: Path) -> None:
    def edition(number: int, **changed: Callable[[str], str]) -> Loaded:
        path = tmp_path / str(number)
        copytree(packaged(), path)
        for name, change in changed.items():
            file = path / f"{name}.csv"
            file.write_text(change(file.read_text("utf-8")), "utf-8")
        return load(store, ReferenceLoader(), path, now=_day(number), options={"edition": str(number)})

    def told() -> set[tuple[str, str, str]]:
        return {(record.type, record.keys[0], record.name) for record in store.records(_now(store))}

    with graph.sqlite.open(tmp_path / "store.kedja") as store:
        edition(1)
        before, links = told(), len(list(store.links(_now(store))))
        loaded = edition(2, places=lambda _: "\0")
        assert loaded.report.refused
        assert before <= told()
        assert len(list(store.links(_now(store)))) >= links


PAIRS = [(a, b) for a in IDS for b in IDS if a != b]
link_damage = st.sampled_from([None, None, "{a},{b},perhaps\n", "#REF!,{b},\n", "{a},,\n", "{a},lei:12,\n"])


@st.composite
def edition_of_links(draw: st.DrawFn) -> tuple[str, set[tuple[str, str]], set[tuple[str, str]], bool]:
    """A sheet of links; what it says, what its damaged rows name, and whether one of them names nothing."""
    lines, said, named, unread = "", set[tuple[str, str]](), set[tuple[str, str]](), False
    for a, b in draw(st.lists(st.sampled_from(PAIRS), unique=True, max_size=5)):
        broken = draw(link_damage)
        lines += (broken or "{a},{b},\n").format(a=a, b=b)
        if not broken:
            said.add((a, b))
        elif "perhaps" in broken:
            named.add((a, b))
        else:
            unread = True
    return f"from,to,polarity\n{lines}", said, named, unread


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(edition(), edition_of_links()), min_size=2, max_size=4))
def test_whatever_the_editions_of_links_and_things_no_link_that_was_not_read_goes(
    script: list[tuple[Any, Any]],
) -> None:
    with TemporaryDirectory() as folder, graph.sqlite.open(Path(folder) / "store.kedja") as store:
        editions = Editions(store, Path(folder))
        before: set[tuple[str, str]] = set()
        for (things, _), (links, said, named, unread) in script:
            editions.load(organisations=things, owns=links)
            now = {(text.split()[0], text.split()[2]) for text in editions.links()}
            assert before & (named | (before if unread else set())) <= now
            assert now <= before | said
            # A link that is read and is not there goes; one whose end's row is damaged or gone was not read.
            if not unread and not any(row.startswith((",", "#REF!")) for row in things.splitlines()):
                assert not (before - said - named) & now
            before = now
        assert store.check() == []
