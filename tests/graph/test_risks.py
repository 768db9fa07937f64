"""Every risk type of one subject: each line says what the exposure to that risk type says, and unknown is never low."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.ask import ask
from api.service import Service, When
from graph.questions.declared.exposure import Exposure
from graph.questions.declared.risks import Risks
from graph.snapshot.seeds import risk_types
from visualisation.marks import Level
from visualisation.sentences import Teller
from visualisation.views import view_of
from visualisation.views.risks import level_of_line
from visualisation.words import Words

WHEN = When(valid_at=date(2026, 11, 1))


@pytest.mark.parametrize("subject", ["Region Kalmar län", "demo:contract-gloves-skane", "all"])
def test_each_line_says_what_the_exposure_to_its_risk_type_says(demo: Service, subject: str) -> None:
    told = ask(demo, WHEN, Risks(subject=subject)).data
    assert [line.risk for line in told.risks] == list(risk_types())
    for line in told.risks:
        whole: Any = ask(demo, WHEN, Exposure(subject=subject, risk=line.risk, members=0))
        assert line.levels == whole.data.levels
        assert (line.steps, line.unassessed) == (whole.completeness.steps, whole.completeness.unassessed)
        severities = [figure.severity for figure in whole.data.worst]
        assert (line.worst.severity if line.worst else None) == max(severities, default=None)
        if line.worst:
            assert (line.worst.low, line.worst.high) in {(f.low, f.high) for f in whole.data.worst}
        assert sum(row.contracts for row in line.levels) == 2 * told.contracts, "traced, and with typical tiers"


def test_a_risk_that_nobody_has_spoken_of_is_unknown_and_says_so(demo: Service) -> None:
    answer = ask(demo, WHEN, Risks(subject="Region Kalmar län"))
    silent = [line for line in answer.data.risks if not line.said]
    assert silent
    assert {level_of_line(line) for line in silent} == {Level.UNKNOWN}
    for lang, words in (("sv", "Ingen har sagt eller bedömt något"), ("en", "Nobody has said or assessed anything")):
        sheet = view_of(answer).sheet(answer.data, Teller(answer, Words(lang)))
        rows = {row[0]: row for row in sheet.rows}
        assert all(words in rows[Words(lang).risk(line.risk)] for line in silent)


def test_a_subject_that_is_not_in_the_graph_is_said_to_be_none(demo: Service) -> None:
    assert ask(demo, WHEN, Risks(subject="se-orgnr:4020000016")).data is None
