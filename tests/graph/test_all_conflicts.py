"""Every conflict of a store: who says what, what counts, by which rule; and where each fact and word comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.ask import ask
from api.cli import app
from api.service import Service, When
from api.settings import DEMO_VALID_AT, Settings
from graph.questions.declared.conflicts import Conflicts
from graph.questions.declared.entity import Entity
from graph.questions.declared.loads import Loads
from graph.questions.declared.sources import Sources
from graph.questions.declared.terms import Terms
from ontology.errors import InputError, NotInGraphError
from ontology.model import LINKS, NODES, Settle
from ontology.vocabulary import vocabulary, vocabulary_names
from visualisation.sentences import Teller
from visualisation.views import view_of
from visualisation.views.terms import vocabulary_name
from visualisation.words import LANGUAGES, Words


def rows(answer: Any, lang: str = "en") -> list[tuple[Any, ...]]:
    return list(view_of(answer).sheet(answer.data, Teller(answer, Words(lang))).rows)


def test_each_conflict_says_who_says_what_and_what_counts_by_which_rule(demo: Service) -> None:
    answer: Any = ask(demo, When(), Conflicts())
    told = {row[0]: row[1:] for row in rows(answer)}
    workers = told["Selat Biru Plant 4"]
    assert workers[1] == "Workers"
    assert workers[2].startswith("4,100: ")
    assert " ≠ 5,400: Exempelstiftelsen" in workers[2]
    assert workers[3:] == ("4,100", "most sources, then the newest")
    inputs = told["Gloves under own brand, Rheinhügel, Köln"]
    assert inputs[3:] == ("Some known", "the worst, or the least known")
    (link,) = (row for name, row in told.items() if " → " in name)
    assert link[3:] == ("asserted", "counts, and the denial is shown beside")
    assert "denied: Vitklöver Tvätteri AB" in link[2]


def test_what_counts_is_what_the_entity_has_and_each_conflict_of_an_entity_is_here(demo: Service) -> None:
    answer: Any = ask(demo, When(), Conflicts())
    listed = {(one.node, one.property) for one in answer.data.conflicts if not one.target}
    for node in {one.node for one in answer.data.conflicts}:
        entity: Any = ask(demo, When(), Entity(id=node))
        own = {
            (node, one.property)
            for one in entity.data.conflicts
            if one.property in NODES[entity.data.node.type].properties
        }
        assert own <= listed
    for one in answer.data.conflicts:
        assert sum(position.counts for position in one.positions) == 1
        assert len({fact for position in one.positions for fact in position.facts}) >= 2
        assert all(fact in {f.id for f in answer.evidence.facts} for p in one.positions for fact in p.facts)


def test_conflicts_are_chosen_by_type_and_property_and_counted_over_all(demo: Service) -> None:
    workers: Any = ask(demo, When(), Conflicts(type="Site", property="workers"))
    assert (workers.data.total, workers.data.everything) == (2, 4)
    assert sum(row.conflicts for row in workers.data.counts) == 4
    cut: Any = ask(demo, When(), Conflicts(rows=1, skip=1))
    assert (len(cut.data.conflicts), cut.data.total) == (1, 4)
    assert [(one.list, one.listed, one.total) for one in cut.completeness.cut] == [("conflicts", 1, 4)]
    with pytest.raises(InputError):
        ask(demo, When(), Conflicts(type="Nonsense"))


def test_every_visible_record_and_link_rests_on_a_source_that_is_listed(demo: Service) -> None:
    answer: Any = ask(demo, When(), Sources())
    at = demo.at(When())
    said = [type for line in answer.data.sources for type, n in line.said.items() for _ in range(n)]
    records, links = list(demo.store.records(at)), list(demo.store.links(at))
    assert sorted(said) == sorted([*(r.type for r in records), *(k.type for k in links)])
    assert {k for k in said if k in LINKS}
    for line in answer.data.sources:
        own = sum(r.source == line.id for r in records) + sum(k.origin == line.id for k in links)
        assert own == sum(line.said.values())


def test_a_source_without_licence_or_day_is_said_to_be_so(demo: Service) -> None:
    answer: Any = ask(demo, When(), Sources())
    for lang, licence, age in (("sv", "licens ej angiven", "ålder okänd"), ("en", "no licence stated", "age unknown")):
        (row,) = (row for row in rows(answer, lang) if row[0] == "Kedja reference data")
        assert (row[3], row[5]) == (licence, age)
        assert licence in row[7], "the attribution too"


def test_a_load_that_rejected_says_what_where_why_and_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    told = "field,value\nseries,ours\nedition,1\ntitle,Ours\npublisher,Region Kalmar län\n"
    (folder / "source.csv").write_text(told, encoding="utf-8")
    (folder / "steps.csv").write_text("id,name,stage\na,Dyeing,processing\nb,Weaving,nonsense\n", encoding="utf-8")
    store = f"sqlite:///{tmp_path}/store.sqlite"
    loaded = CliRunner().invoke(
        app, ["load", "workbook", str(folder), "--store", store, "--rejects", str(tmp_path / "r")]
    )
    assert loaded.exit_code == 0, loaded.output
    with Service(Settings(store, tmp_path / "snapshots"), valid_at=DEMO_VALID_AT) as service:
        answer: Any = ask(service, When(), Loads(run=1))
        (reject,) = answer.data.rejects
        assert (reject.value, reject.column, answer.data.run) == ("nonsense", "stage", 1)
        assert (answer.data.total, answer.data.rejected) == (1, 1)
        for lang in LANGUAGES:
            words = Words(lang)
            (sheet,) = view_of(answer).more(answer.data, Teller(answer, words))
            assert sheet.rows[0][-1] == words.remedy(reject.reason, reject.parameters)
        with pytest.raises(NotInGraphError):
            ask(service, When(), Loads(run=2))


def test_every_term_has_its_definition_in_both_languages_and_every_list_a_name(demo: Service) -> None:
    answer: Any = ask(demo, When(), Terms())
    assert answer.data.vocabularies[0] == "method-rules"
    assert set(answer.data.vocabularies) == set(vocabulary_names())
    assert len(answer.data.terms) == sum(len(vocabulary(name).terms) for name in vocabulary_names())
    for lang in LANGUAGES:
        words = Words(lang)
        assert all(vocabulary_name(name, words) != name for name in vocabulary_names())
        assert all(all(str(cell) for cell in row) for row in rows(answer, lang))


def test_every_rule_of_a_conflict_and_of_a_map_has_a_place_to_link_to(demo: Service) -> None:
    rules = set(vocabulary("method-rules").terms)
    assert {f"conflict-{rule.value}" for rule in Settle} | {"conflict-beside", "heat", "coverage"} <= rules
    answer: Any = ask(demo, When(), Terms())
    anchors = [row[0].anchor for row in rows(answer)]
    assert len(set(anchors)) == len(anchors)
    assert {"risk-types.forced-labour", "chain-stages.cultivation", "statuses.verified"} <= set(anchors)
