"""The pages as they leave the server: every word escaped, nothing inline, unknown said, the stamp on each."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from graph.answer import Answer, Knowledge
from graph.data import TraceData
from graph.questions.found import Found, Named
from graph.store import Publication, RunInfo, RunState
from tests.visualisation import made
from visualisation import pages
from visualisation.export_csv import answer_csv
from visualisation.export_xlsx import answer_xlsx
from visualisation.page import Page, RegionLine, Start
from visualisation.terminal import answer_text
from visualisation.words import LANGUAGES, Words

NASTY = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "href",
    "</script><script>alert(1)</script>",
    "</title></svg><b>",
    "{{ 7*7 }}{% raw %}",
    "evil\u202etxt.exe",
    "x" * 300,
    "🧤 handskar 🧤",
    "' onfocus=alert(1) autofocus '",
    "javascript:alert(1)",
)


def page(path: str = "/tier", lang: str = "sv") -> Page:
    return Page(lang, path, (("start", "contract"), ("risk", "forced-labour"), ("valid_at", "2026-11-01")))


def start(name: str = "Region Exempel") -> Start:
    at = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    run = RunInfo(
        1,
        "load",
        RunState.PUBLISHED,
        None,
        "workbook",
        "1",
        {},
        {"rows_in": 3, "accepted": 2, "rejected": 1},
        at,
        Publication(1, 1, at),
    )
    region = made.node("r", "Organisation", name)
    return Start(
        made.AS_OF,
        {"Contract": 76, "Site": 1},
        900,
        [RegionLine(region, 5)],
        [made.node("i", "Incident", name)],
        [run],
        "ab12" * 8,
        True,
    )


Render = Callable[[str], str]
RENDERED: dict[str, Render] = {
    "start": lambda lang: pages.render_start(start(), page("/", lang)),
    "search": lambda lang: pages.render_search(
        "klang",
        [Found(id="site", type="Site", name="Klang", keys=("demo:x",), exact=True, country="MY")],
        page("/search", lang),
        as_of=made.AS_OF,
        demonstration=True,
    ),
    "tier": lambda lang: pages.render(made.gloves(), page("/tier", lang), exposure=made.exposed()),
    "selected": lambda lang: pages.render(made.gloves(), page("/tier", lang), selected="dipping", paths=made.paths()),
    "exposure": lambda lang: pages.render(made.exposed(), page("/exposure", lang)),
    "affected": lambda lang: pages.render(made.affected(), page("/affected", lang)),
    "paths": lambda lang: pages.render(made.paths(), page("/paths", lang)),
    "entity": lambda lang: pages.render(made.entity(), page("/entity/site", lang)),
}
every_page = pytest.mark.parametrize("name", RENDERED)


class Tags(HTMLParser):
    """Collects (tag, attributes) and the visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    return tags


@every_page
def test_nothing_is_inline_and_nothing_comes_from_outside(name: str) -> None:
    for tag, attributes in parsed(RENDERED[name]("sv")).tags:
        assert not any(key.startswith("on") for key in attributes), (tag, attributes)
        assert "style" not in attributes
        assert tag not in ("style", "base", "iframe", "object", "embed")
        if tag == "script":
            assert attributes.get("src", "").startswith("/static/")  # type: ignore[union-attr]
        if tag in ("link", "img", "script", "use", "image"):
            address = attributes.get("src") or attributes.get("href") or ""
            assert address.startswith("/static/")


@every_page
def test_every_page_says_as_of_when_and_that_demonstration_data_is_invented(name: str) -> None:
    sv, en = RENDERED[name]("sv"), RENDERED[name]("en")
    assert '<html lang="sv">' in sv
    assert '<html lang="en">' in en
    assert "Demonstrationsdata: avtal, företag och exponering är påhittade" in sv
    assert "Demonstration data: contracts, companies and exposure are invented" in en
    assert "2026-11-01" in parsed(sv).text
    assert "2026-11-02 09:30 UTC" in parsed(sv).text


@pytest.mark.parametrize("name", ["tier", "exposure", "affected", "paths", "entity"])
def test_every_answer_names_snapshot_and_method(name: str) -> None:
    text = parsed(RENDERED[name]("en")).text
    assert "ab12cd34ef56" in text
    assert "spine 2" in text


@every_page
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_is_well_formed_for_its_reader(name: str, lang: str) -> None:
    tags = parsed(RENDERED[name](lang))
    names = [tag for tag, _ in tags.tags]
    assert names.count("h1") == 1
    assert names.count("main") == 1
    ids = [attributes["id"] or "" for _, attributes in tags.tags if attributes.get("id")]
    assert sorted(ids) == sorted(set(ids)), "an id stands once"
    labels = {attributes["for"] for tag, attributes in tags.tags if tag == "label" and attributes.get("for")}
    assert labels <= set(ids)
    assert not re.search(r"\{[a-z_]+\}", tags.text), "no blank of a text is left unfilled"


def renamed(answer: Answer[TraceData], name: str) -> Answer[TraceData]:
    assert answer.data is not None
    nodes = tuple(
        item.model_copy(update={"node": item.node.model_copy(update={"name": name})}) for item in answer.data.nodes
    )
    statement = made.STATEMENT.model_copy(update={"name": name, "name_sv": name, "reply": name, "cites": name})
    return answer.model_copy(
        update={"data": answer.data.model_copy(update={"nodes": nodes, "statements": (statement,)})}
    )


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_name_is_text_and_nothing_else(name: str) -> None:
    plain = parsed(pages.render(made.gloves(), page(), selected="dipping"))
    nasty = parsed(pages.render(renamed(made.gloves(), name), page(), selected="dipping"))
    assert [tag for tag, _ in nasty.tags if tag != "tspan"] == [tag for tag, _ in plain.tags if tag != "tspan"]
    assert all(not key.startswith("on") for _, attributes in nasty.tags for key in attributes)
    addresses = [a["href"] or "" for _, a in nasty.tags if "href" in a]
    assert all(a.startswith(("/", "https://", "#")) for a in addresses)
    assert "\u202e" not in nasty.text


def test_a_character_that_turns_the_text_is_written_out() -> None:
    html = pages.render(renamed(made.gloves(), "evil\u202etxt.exe"), page())
    assert "evil⟨U+202E⟩txt.exe" in html


def test_a_source_address_that_is_no_web_address_is_not_a_link() -> None:
    answer = made.exposed()
    cited = made.SOURCE.model_copy(update={"url": "javascript:alert(1)"})
    evidence = answer.evidence.model_copy(update={"cited": (cited,)})
    html = pages.render(answer.model_copy(update={"evidence": evidence}), page("/exposure"))
    assert "javascript:" not in html


def test_a_search_text_is_escaped() -> None:
    html = pages.render_search("<script>alert(1)</script>", [], page("/search"))
    assert "<script>alert" not in html
    assert Words("sv")("search.none")[:30] in html


def test_the_table_has_a_row_for_every_mark_drawn_and_no_other() -> None:
    for answer in (made.gloves(), made.network(150), made.network(1500)):
        html = pages.render(answer, page())
        drawn = re.findall(r'<a class="n [^>]*data-id="([^"]+)"', html)
        rows = re.findall(r'<tr data-i="(\d+)"', html)
        assert rows == [str(i) for i in range(len(drawn))]
        assert len(drawn) > 4


def test_a_page_with_150_nodes_is_under_40_kb_with_all_that_it_loads() -> None:
    html = pages.render(made.network(135), page())
    assert html.count('<a class="n ') >= 149
    folder = Path(pages.static_files())
    loaded = [
        html.encode(),
        *((folder / name).read_bytes() for name in ("kedja.css", "tier.mjs", "search.mjs", "icon.svg")),
    ]
    assert sum(len(gzip.compress(part, 6)) for part in loaded) < 40_000


def test_the_same_answer_gives_the_same_page() -> None:
    assert RENDERED["tier"]("sv") == RENDERED["tier"]("sv")


def test_all_state_is_in_the_address() -> None:
    where = page()
    assert where.url(selected="a b&c") == (
        "/tier?start=contract&risk=forced-labour&valid_at=2026-11-01&selected=a+b%26c&lang=sv"
    )
    assert Page("sv", "/tier", (("start", "a"), ("start", "b"))).url() == "/tier?start=a&start=b&lang=sv"
    assert page(lang="en").url("/entity/x") == "/entity/x?valid_at=2026-11-01&lang=en"
    assert where.url(lang="en").endswith("&lang=en")


def test_what_nobody_assessed_reads_unknown_and_asks_the_one_who_must_answer() -> None:
    text = " ".join(parsed(pages.render(made.gloves(), page(lang="en"), selected="spare")).text.split())
    assert "Forced labour: Unknown (not assessed)" in text
    assert (
        "Kartonger: inputs known: Refused. Ask Nordsken Grossist AB: Avtal handskar 2025 gives a right to an answer"
        in text
    )
    assert "No statement in the sources is about this one. That means unknown, not low risk." in text


def test_a_statement_is_attributed_dated_and_has_its_standing_and_the_reply() -> None:
    text = " ".join(parsed(pages.render(made.gloves(), page(lang="en"), selected="dipping")).text.split())
    assert "According to Invented Watch (2025-03-01): “Workers paid recruitment fees”" in text
    assert "Found by audit" in text
    assert "The company disputes the figure (2025-04-02)." in text
    assert " uses " not in text


def test_a_path_says_linked_to_and_may_contain_and_names_its_weakest_link() -> None:
    html = pages.render(made.gloves(), page(lang="en"), selected="dipping", paths=made.paths())
    text = " ".join(parsed(html).text.split())
    assert "Avtal handskar 2025 is linked to Klang plant 4 by 2 links and may contain goods from there." in text
    assert "Weakest link: Doppning av nitrilhandskar → Avtal handskar 2025 (Declared, confidence 0.95)." in text
    assert html.count(" chosen") == 1, "of the path, the one link between marks is drawn thick"


def test_a_contract_with_only_a_supplier_link_is_not_counted_and_not_clear() -> None:
    text = " ".join(parsed(RENDERED["exposure"]("en")).text.split())
    assert "Supplier link only, goods unknown: not counted" in text
    affected = " ".join(parsed(RENDERED["affected"]("en")).text.split())
    assert "1 affected contract, traced to the article for 1 buyer" in affected
    assert "1 contract with a company link only: not counted for 2 buyers" in affected


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_told_and_what_is_affected_on_another_day_is_said_in_every_format(lang: str) -> None:
    answer, words = made.affected(), Words(lang)
    assert answer.data is not None
    untold = words("affected.count.untold", n=7)
    ended = words("formerly.until", contract="Avtal 2019", until=date(2020, 12, 31))
    html = parsed(pages.render(answer, page("/affected", lang))).text
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer_xlsx(answer, words)))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    for text in (html, answer_text(answer, words), answer_csv(answer, words).decode()):
        assert untold in " ".join(text.split())
        assert ended in " ".join(text.split())
    assert any(untold in row and 7 in row for row in sheets[words("affected.figures")])
    assert any("Avtal 2019" in row and date(2020, 12, 31) in row for row in sheets[words("formerly.sheet")])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_in_the_graph_is_unknown_not_clean(lang: str) -> None:
    absent = made.gloves().model_copy(update={"data": None, "knowledge": Knowledge.NOT_IN_GRAPH})
    for html in (
        pages.render(absent, page(lang=lang)),
        pages.render(absent, page("/exposure", lang)),
        pages.render(absent, page("/affected", lang)),
        pages.render(absent, page("/paths", lang)),
        pages.render(absent, page("/entity/x", lang)),
    ):
        assert Words(lang)("not_in_graph.title") in html
        assert Words(lang)("unknown") in html.casefold() or "okända" in html


def test_a_name_that_fits_several_lists_them() -> None:
    html = pages.render_problem(
        409, "ambiguous", "<b>fits several</b>", page(lang="en"), candidates=[("a/b", "<i>A</i>")]
    )
    assert 'href="/entity/a%2Fb?' in html
    assert "<i>" not in html
    assert "<b>fits" not in html


def visible(html: str) -> str:
    """What a reader sees without opening anything, as one line."""
    shown = re.sub(r"(?s)<(style|script|details|head).*?</\1>", " ", html)
    return " ".join(re.sub(r"<[^>]+>", " ", shown).split())


@pytest.mark.parametrize("code", ["not_in_graph", "ambiguous"])
def test_what_went_wrong_with_a_name_is_said_in_the_language_of_the_page(code: str) -> None:
    message = "“Nobody AB” is not in the graph."
    html = pages.render_problem(404, code, message, page(lang="sv"), remedy="Try kedja search.")
    assert Words("sv")(f"problem.help.{code}") in visible(html)
    assert message not in visible(html)
    assert f'<p lang="en"><bdi>{message}' in html


def test_all_contracts_are_called_so() -> None:
    everything = made.exposed()
    assert everything.data is not None
    subject = made.node("all", "all", "all")
    data = everything.data.model_copy(update={"subject": subject, "view": "all"})
    html = pages.render(everything.model_copy(update={"data": data}), page("/exposure"))
    assert "<h1><bdi>Alla avtal: Tvångsarbete</bdi></h1>" in html
    assert "start=all" not in html, "there is no chain of everything to draw"


def test_a_buyer_is_not_said_to_lack_an_actor() -> None:
    row = re.search(r"(?s)<tr data-i.*?Region Exempel.*?</tr>", pages.render(made.gloves(), page()))
    assert row is not None
    assert Words("sv")("table.no_actor") not in row[0]


def test_where_sources_differ_on_a_number_it_is_written_as_one() -> None:
    answer = made.entity()
    assert answer.data is not None
    conflict = answer.data.conflicts[0].model_copy(update={"values": ("4100", "5400")})
    data = answer.data.model_copy(update={"conflicts": (conflict,)})
    html = pages.render(answer.model_copy(update={"data": data}), page("/entity/x"))
    assert "4 100" in html.replace("\xa0", " ")
    assert "4100" not in html


def test_a_search_keeps_the_clocks_and_the_risk() -> None:
    form = re.search(r"(?s)<form class=\"search\".*?</form>", pages.render(made.gloves(), page()))
    assert form is not None
    assert '<input type="hidden" name="valid_at" value="2026-11-01">' in form[0]
    assert '<input type="hidden" name="risk" value="forced-labour">' in form[0]


def test_the_start_page_counts_in_the_order_of_the_ontology() -> None:
    html = pages.render_start(start(), page("/", "en"))
    assert "1 site 76 contracts 900 links" in visible(html)


def test_an_empty_store_says_what_to_do() -> None:
    empty = Start(made.AS_OF, {}, 0)
    assert "kedja load --help" in pages.render_start(empty, page("/"))


def test_without_a_risk_no_mark_claims_anything() -> None:
    answer = made.gloves()
    assert answer.data is not None
    nodes = tuple(item.model_copy(update={"reach": None}) for item in answer.data.nodes)
    html = pages.render(
        answer.model_copy(update={"data": answer.data.model_copy(update={"risk": None, "nodes": nodes})}), page()
    )
    assert not re.search(r'<a class="n m[0-4u]', html)
    assert Words("sv")("panel.no_risk") in html
    assert '<option value="" selected>Ingen risk vald</option>' in html
    assert f'aria-label="{Words("sv")("legend.title")}"' not in html


@pytest.mark.parametrize(("lang", "told"), [("sv", "Tyskland · slag: Handskar"), ("en", "Germany · kind: Gloves")])
def test_a_hit_says_what_it_is_and_where(lang: str, told: str) -> None:
    kind = Named(id="k", type="Category", name="Gloves", name_sv="Handskar")
    hit = Found(id="p", type="Product", name="<i>Soft", keys=(), exact=False, countries=("DE",), kinds=(kind,))
    html = pages.render_search("soft", [hit], page("/search", lang))
    assert told in html
    assert "<i>Soft" not in html
