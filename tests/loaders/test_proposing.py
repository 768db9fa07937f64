"""`kedja map FILE` proposes a mapping: by headings and values, each line with its reason, nothing guessed in force."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from loaders.mapping.files import parse_map, presets
from loaders.mapping.proposing import propose_table
from tests.loaders.mapped import read_file

WHO = {"publisher": "P", "series": "s", "title": "T"}
SUPPLIERS = """Factory,Country,Org no,Supplier,Goods,Risk,Checked
Kota Plant 2,Malaysia,5560360793,Handsk AB,Examination gloves,High,2025-06-02
Sialkot Works,PK,,Instrument GmbH,Scissors,Low,-
"""


def proposed(folder: Path, text: str, name: str = "t.csv") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return propose_table(folder / name)


def in_force(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def test_a_proposal_is_a_mapping_that_loads_once_it_is_said_who_says_it(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(proposed(tmp_path, SUPPLIERS), "utf-8")
    found = read_file(tmp_path / "t.csv", map=str(tmp_path / "map.toml"), **WHO)
    assert [r.key for r in found.records("Organisation")] == ["se-orgnr:5560360793", "local:s/Instrument GmbH"]
    assert [r.properties["name"] for r in found.records("Site")] == ["Kota Plant 2", "Sialkot Works"]
    assert [(k.source.key, k.target.key) for k in found.links("PERFORMS")] == [
        ("local:s/Kota Plant 2", "local:s/Kota Plant 2: Examination gloves"),
        ("local:s/Sialkot Works", "local:s/Sialkot Works: Scissors"),
    ]
    assert {column for _, column, _, reason in found.told() if reason == "not_mapped"} == {"Country", "Risk", "Checked"}


def test_what_is_not_known_stands_as_comments_and_says_what_is_seen(tmp_path: Path) -> None:
    text = proposed(tmp_path, SUPPLIERS)
    assert '# ignore = ["Country", "Risk", "Checked"]' in text
    assert '# "Country": 2 of 2 values are countries; what to do with it is not told' in text
    assert "SELLS_TO" not in in_force(text), "a factory and a supplier on one row: how they are related is not told"
    assert "how they are related is not told: SELLS_TO" in text
    assert 'missing = ["-"]' in in_force(text)


def test_each_line_in_force_that_is_a_choice_says_why(tmp_path: Path) -> None:
    for line in in_force(proposed(tmp_path, SUPPLIERS)).splitlines():
        if line.startswith(("type =", "missing")) and '"Place"' not in line and "SELLS" not in line:
            assert "   # " in line or line in ('type = "OUTPUTS"', 'type = "PERFORMS"', 'type = "RUNS"'), line


@pytest.mark.parametrize(
    ("header", "value", "wanted"),
    [
        ("Leverantör;Org.nr", "Handsk AB;556036-0793", 'key = ["se-orgnr:{Org.nr}", "{Leverantör}"]'),
        ("Company;Code", "Alfa;5493001KJTIIGC8Y1R12", 'key = ["lei:{Code}", "{Company}"]'),
        ("Bolag;Land", "Alfa;Sydkorea", 'key = "iso3166-1:{Land}"'),
        ("Varugrupp;Kod", "Handskar;33141420-0", 'key = "cpv:{Kod}"'),
        ("Namn;Gatuadress;Lat", "Norra;Vägen 1;58.1", 'type = "Site"'),
    ],
)  # fmt: skip
def test_swedish_and_english_headings_and_values_tell(tmp_path: Path, header: str, value: str, wanted: str) -> None:
    other = value.replace("Sydkorea", "Japan")
    text = proposed(tmp_path, f"{header}\n{value}\n{other}\n")
    assert wanted in in_force(text)
    parse_map(text.encode(), "t.toml")


def test_a_heading_that_says_lei_over_values_that_are_none_is_not_believed(tmp_path: Path) -> None:
    assert "lei:" not in proposed(tmp_path, "Company,LEI\nAlfa,12345\nBeta,23456\n")


def test_a_heading_that_says_country_over_values_that_are_none_is_not_believed(tmp_path: Path) -> None:
    text = proposed(tmp_path, "Company,Country\nAlfa,EEUU\nBeta,Russian\n")
    assert "Country" not in in_force(text)
    assert "its heading says country, and 0 of 2 values are one" in text


def test_a_table_of_which_nothing_is_understood_gets_a_frame_and_no_guess(tmp_path: Path) -> None:
    assert in_force(proposed(tmp_path, "foo,bar\n1,2\n3,4\n")).count("[") == 3, "[source] and [[rows]]"


def test_a_mapping_that_comes_with_kedja_is_proposed_where_it_fits(kedja_data: Path) -> None:
    text = propose_table(kedja_data / "osh-facility-lists" / "12.xlsx")
    assert text.startswith("# The mapping facility-list comes with Kedja and fits")


def test_the_command_lists_writes_and_refuses(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert all(name in run(app, ["map", "--list"]).stdout for name in presets())
    (tmp_path / "t.csv").write_text(SUPPLIERS, "utf-8")
    assert run(app, ["map", str(tmp_path / "t.csv"), "--out", str(tmp_path / "m.toml")]).exit_code == 0
    assert "[rows.node.supplier]" in (tmp_path / "m.toml").read_text("utf-8")
    assert "There is no file" in str(run(app, ["map", str(tmp_path / "absent.csv")]).exception)
