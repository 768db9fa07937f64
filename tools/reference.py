"""Write docs/reference/: commands, HTTP API, settings, formats, exports, Cypher, each from the program itself.

`python -m tools.reference`. The same program gives the same bytes; a test holds the files equal.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
from fastapi import FastAPI
from fastapi.routing import APIRoute

import api.commands  # noqa: F401  (registers the commands)
from api import docs_page, names, pages, problems, review_pages, settings
from api.app import create_app
from api.cli import app as command_line
from api.commands.kinds import finder, metavar
from api.commands.load import run_found as load_found
from api.export import exported
from graph.neo4j.questions import Question, questions
from graph.questions.question import questions as asked_for
from loaders.registry import Format, formats
from ontology import errors
from tools import surface
from visualisation.exporters import Exporter, exporters, of_graph
from visualisation.facts import codes

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
MADE = "Made by `python -m tools.reference` from the program itself; do not edit."

# What each variable of the environment does. Those under tests are read by the tests alone.
VARIABLES = {
    "KEDJA_STORE": "Store of every command without `--store`: `sqlite:///relative/path` or `sqlite:////absolute/path`. "
    "`kedja demo` has a store of its own and does not read it.",
    "KEDJA_GRAPH": "The published graph that is asked, `neo4j://host:port`: by `kedja cypher` and `/v1/cypher`, and by "
    "`kedja serve` and the commands that ask, in place of a record, unless `--store` names one. None if not set.",
    "KEDJA_PUBLISH": "A graph in Neo4j that follows the record: published to after every load, withdrawal and erasure.",
    "KEDJA_NEO4J_USER": "User of the Neo4j server that the graph is published to.",
    "KEDJA_NEO4J_PASSWORD": "The user's password: never in an address, which logs and process lists show.",
    "KEDJA_LANG": "Language of answers in the terminal, `sv` or `en`. A page takes its own from the address, else from "
    "the browser.",
    "LC_ALL": "Read when `KEDJA_LANG` is not set: Swedish where it begins with `sv`, else English.",
    "LC_MESSAGES": "Read when none of those above is set.",
    "LANG": "Read when none of those above is set; without any, English.",
}
TEST_VARIABLES = {
    "KEDJA_DATA": "Folder of real data sets that the tests of the loaders read.",
    "KEDJA_ORACLES": "Folder of results computed elsewhere that the tests of the questions compare with.",
    "KEDJA_TEST_NEO4J": "Address of a Neo4j server, `bolt://user:password@host:port`, that the tests use instead of "
    "starting their own. They delete everything in its database, and refuse one that is not empty.",
    "CI": "`true`: a missing folder or server fails the tests that need it; else they are skipped and counted.",
}
LIMITS = {
    "MAX_TEXT": "longest search text, name or identifier, in characters",
    "MAX_BODY": "largest request that is read, in bytes",
    "MAX_SECONDS": "longest time that a request over HTTP may take, in seconds",
}
LINUX, MACOS = "~/.local/share/kedja", "~/Library/Application Support/kedja"
LINUX_CACHE, MACOS_CACHE = "~/.cache/kedja", "~/Library/Caches/kedja"
FILES = f"""## Files

| what | Linux | macOS |
| --- | --- | --- |
| your store, unless you name another | `{LINUX}/kedja.sqlite` | `{MACOS}/kedja.sqlite` |
| the demonstration's store | `{LINUX}/demo.sqlite` | `{MACOS}/demo.sqlite` |
| snapshots: made from a store when asked, safe to delete | `{LINUX_CACHE}/snapshots` | `{MACOS_CACHE}/snapshots` |

On Linux `XDG_DATA_HOME` and `XDG_CACHE_HOME` move them. Beside a store lies a folder `NAME.sqlite.locks` and, while it
is in use, SQLite's own `-wal` and `-shm`; delete them only together with the store. Kedja reads no configuration file.
It writes nothing else but what a command is told to write, and `NAME.rejects.csv` where a load rejected something.
"""

# Shapes that frame another one: the field that holds it, and what that is.
FRAMES = {
    "Answer": ("data", "the question's own shape; null when what was asked about is not in the graph"),
    "Line": ("answer", "the answer, or what it comes to; null where the line is not answered"),
}
API_INTRO = """The machine-readable form is `/v1/openapi.json` of a running server.

Everything is read, with GET, and with POST where a list is sent; DELETE ends a job. There is no login: the server
answers on this machine only, unless `kedja serve --host` says otherwise. The clearance is the server's, never the
caller's.
"""
PROBLEMS_INTRO = """## Problems

An error is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `code` and `detail` (the remedy);
`ambiguous` adds `candidates`. A valid identifier that is not in the graph is no error: it answers 200 with
`knowledge: not_in_graph`.
"""
CYPHER_INTRO = """\
For a graph that `kedja publish` has put in Neo4j (5.26 or 2026.x). The same questions are answered by `kedja trace`,
`exposure`, `affected` and `paths` from a snapshot, faster, with evidence, typical links and whom to ask; these are for
those who know Cypher and want to go on from there. Tests hold both equal on random graphs, where both answer: along
item links, with the fewest tier, the company list, and statements that are of a risk type.

`kedja cypher NAME` asks one, `kedja cypher` lists them, `kedja cypher NAME --show` prints its text. That text, which is
also the file `graph/cypher/NAME.cypher`, runs in Neo4j Browser as it stands: its first clause gives the parameters
their values. A number in a pattern, marked by its name, changes with it. The pages of the explorer show their question
in the same way, and `GET /v1/cypher/NAME` gives it with the values of its query.

Every walk is asked for a day. A relationship's `valid_from` and `valid_to` say when it holds. Properties of nodes are
those of the day of the mark `(:KedjaPublication)`: a question that needs them says `day_is_marks: false` on others. The
graph is of one publication at one clearance; for another, publish another.

A company, site or step is given by id or by the first of its keys; `kedja cypher` takes its other keys and names too.
"""
PAGES_INTRO = """## Pages and files

The explorer, for a browser. All of a page's state stands in its address; `lang` is `sv` or `en`. The clocks of the API
(`valid_at`, `during_from`, `during_to`, `known_at`) may stand in any of them.
"""
FORMATS_INTRO = """\
`kedja load KIND FILE` loads, `kedja load FILE` finds the kind, `kedja formats` lists them. Each format declares itself;
other packages [add theirs](../how-to/extend.md). [How to load data](../how-to/load.md) tells what becomes of a row.
"""
EXPORTS_INTRO = """\
`kedja export QUESTION NAME --format FORMAT` writes an answer, `kedja export graph --format FORMAT` all that you may
see; without `--format` the ending of `--out` tells. Each page has its answer's files, at `/export/QUESTION.FORMAT`, and
`/v1/exports` lists them. Each format declares itself; other packages [add theirs](../how-to/extend.md). No file holds
what the reader's clearance does not see.

What a format of others has no place for is counted as it is written: the command says it on standard error, the header
`Kedja-Left-Out` of a download by node type, link type and property. So are links and things that a source denies
(*denied*), values that another source disputes (*conflict*), marks of secrecy (*secrecy*), and links of other days
where a format has no days (*other_day*).
"""
LIMITS_INTRO = """## Limits

Those of a question stand with its parameters in [HTTP API](api.md); these hold for all. What goes
beyond is refused (`over_limit`, `bad_input`) or said to be cut.
"""


def cell(text: str) -> str:
    """Text that stays in one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(cell, row)) + " |" for row in lines) + "\n"


# -- the command line ------------------------------------------------------------------------------------------


def all_commands(command: Any = None, name: str = "kedja") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name, in the order of `kedja --help`."""
    command = typer.main.get_command(command_line) if command is None else command
    if not hasattr(command, "list_commands"):
        yield name, command
        return
    if name == "kedja load":
        yield name, finder(load_found)
    context = typer.Context(command, info_name=name)
    for word in command.list_commands(context):
        yield from all_commands(command.get_command(context, word), f"{name} {word}")


def example_of(command: Any) -> str:
    """The command line that a command's help gives as its example; empty if it gives none."""
    return " ".join(command.help.partition("Example:")[2].split())


def command_page(name: str, command: Any) -> str:
    context = typer.Context(command, info_name=name)
    said = " ".join(command.help.partition("Example:")[0].split())
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    # --help stands in every command and is said once, at the top of the page
    records = [param.get_help_record(context) for param in command.params]
    rows = [(f"`{record[0]}`", record[1]) for record in records if record]
    given = table(("argument or option", "meaning"), rows) + "\n" if rows else ""
    return f"## {name}\n\n{said}\n\n```\n{usage}\n```\n\n{given}Example:\n\n```\n{example_of(command)}\n```\n"


def cli_page() -> str:
    intro = (
        f"# Commands\n\n{MADE}\n\n"
        "Every command has `--help`. Exit status: 0 done; 1 nothing found (`search`) or something wrong (`doctor`);\n"
        "2 what was asked could not be done: a message and a remedy stand on standard error; 130 stopped by Ctrl+C.\n\n"
    )
    return intro + "\n".join(command_page(name, command) for name, command in all_commands())


# -- the HTTP API ----------------------------------------------------------------------------------------------


def application() -> FastAPI:
    """The app on no store in particular; it opens none until it starts."""
    return create_app(settings.Settings("sqlite:///kedja.sqlite", Path("snapshots")))


def type_of(schema: dict[str, Any]) -> str:
    """A JSON Schema as a reader writes it: `integer 1 to 50`, `list of string`, `string or null`."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        frame, _, framed = name.partition("_")
        if frame in FRAMES and framed:
            return f"[{frame}](#{frame.lower()}) of {type_of({'$ref': framed.removesuffix('_')})}"
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(type_of, schema["anyOf"])))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        inner = schema["prefixItems"] if "prefixItems" in schema else [schema.get("items", {})]
        return "list of " + ", ".join(map(type_of, inner))
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_of(schema['additionalProperties'])}"
    parts = [schema.get("format") or schema.get("type", "any value")]
    ends = [f"{word} {schema[end]:g}" for word, end in (("from", "minimum"), ("to", "maximum")) if end in schema]
    parts += ends
    if "maxLength" in schema:
        parts.append(f"of at most {schema['maxLength']} characters")
    if "pattern" in schema:
        parts.append(f"`{schema['pattern']}`")
    return " ".join(parts)


def parameter_row(parameter: dict[str, Any]) -> tuple[str, ...]:
    schema = parameter["schema"]
    examples = schema.get("examples") or parameter.get("examples") or []
    default = f"`{json.dumps(schema['default'])}`" if "default" in schema else ""
    example = f"`{examples[0][0] if isinstance(examples[0], list) else examples[0]}`" if examples else ""
    said = parameter.get("description") or schema.get("description", "")
    return f"`{parameter['name']}`", type_of(schema), "required" if parameter["required"] else default, said, example


def route_page(method: str, path: str, operation: dict[str, Any]) -> str:
    good = next(told for status, told in operation["responses"].items() if status.startswith("2"))
    answered: dict[str, dict[str, Any]] = good.get("content", {})
    kind, answers = next(iter(answered.items()), ("", {}))
    said = operation.get("description", "")
    rows = [parameter_row(parameter) for parameter in operation.get("parameters", ())]
    given = table(("parameter", "type", "default", "meaning", "example"), rows) + "\n" if rows else ""
    told = f"Answers {type_of(answers['schema'])}" if kind else "Answers nothing"
    told += f" as `{kind}`." if kind not in ("", "application/json") else "."
    sends = operation.get("requestBody", {}).get("content", {}).items()
    taken = [
        f"Takes `{form}`: {type_of(body['schema'])}. {body['schema'].get('description', '')}" for form, body in sends
    ]
    lines = [
        f"## {method} {path}",
        f"{operation['summary']}. {said}".strip(),
        given.strip(),
        *map(str.strip, taken),
        told,
    ]
    return "\n\n".join(line for line in lines if line) + "\n"


def error_rows() -> list[tuple[str, ...]]:
    """Each code that a problem may carry, with its status: of the exception tree, and those made elsewhere in `api`."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.KedjaError)]
    rows = {(kind.code, status_of(kind)): first_paragraph(kind) for kind in kinds}
    for status, code, title in literal_problems():
        rows.setdefault((code, status), title)
    return [(f"`{code}`", status, said) for (code, status), said in sorted(rows.items())]


def status_of(kind: type[errors.KedjaError]) -> str:
    return str(next(status for above, status in problems.STATUS if issubclass(kind, above)))


def first_paragraph(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def literal_problems() -> Iterator[tuple[str, str, str]]:
    """(status, code, title) of every `problem(...)` that names its code as a text of its own."""
    for file in sorted((ROOT / "api").glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "problem"):
                continue
            status, code, title = call.args[:3]
            if isinstance(code, ast.Constant):
                yield literal(status, "the status"), str(code.value), literal(title, "What went wrong.")


def literal(node: ast.expr, otherwise: str) -> str:
    """The value of a constant; of a text with gaps, the text with `...` in them."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "..." for part in node.values)
    return otherwise


def shape_page(name: str, schema: dict[str, Any]) -> str:
    """One shape of the answers: its fields, or its values."""
    said = schema.get("description", "").split("\n\n")[0]
    lines = [f"### {name}", " ".join(said.split())]
    if "enum" in schema:
        lines.append(f"One of {type_of(schema)}.")
    fields = schema.get("properties", {}).items()
    rows = [(f"`{field}`", type_of(inner), inner.get("description", "")) for field, inner in fields]
    lines.append(table(("field", "type", "meaning"), rows).strip() if rows else "")
    return "\n\n".join(line for line in lines if line) + "\n"


def page_rows() -> list[tuple[str, ...]]:
    """The explorer's pages and files: address, what may stand in the query, what it is."""
    rows: list[tuple[str, ...]] = []
    asking = {pages.path_of(asked): list(asked.params()) for asked in asked_for().values()}
    for route in (*pages.router.routes, *docs_page.router.routes, *review_pages.router.routes):
        assert isinstance(route, APIRoute)
        if "GET" not in (route.methods or ()):
            continue
        names_ = [name for name in asking.get(route.path, ()) if f"{{{name}:" not in route.path]
        names_ += [param.alias for param in route.dependant.query_params]
        said = first_paragraph(route.endpoint) or route.description
        rows.append((f"`{route.path}`", ", ".join(f"`{name}`" for name in names_), said))
    return rows


def shapes(schemas: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The shapes of what is answered, by name. A frame is the same for every shape but for the one that it holds."""
    # what FastAPI says of a bad request is not what is sent: that is a problem document
    left = {name: schema for name, schema in schemas.items() if name not in ("HTTPValidationError", "ValidationError")}
    for name, (field, said) in FRAMES.items():
        frames = [left.pop(one) for one in list(left) if one.startswith(f"{name}_")]
        assert len({tuple(frame["properties"]) for frame in frames}) == 1
        held = {field: {"type": "object or null", "description": said}}
        left[name] = {**frames[0], "properties": {**frames[0]["properties"], **held}}
    return dict(sorted(left.items()))


def api_page() -> str:
    document = application().openapi()
    routes = [
        route_page(method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    offered = [(f"`{question}`", ", ".join(f"`{f}`" for f in formats)) for question, formats in exported().items()]
    offered.append(("the whole graph (command line only)", ", ".join(f"`{f}`" for f in of_graph())))
    parts = [
        f"# HTTP API\n\n{MADE}\n{API_INTRO}",
        *routes,
        PROBLEMS_INTRO,
        table(("code", "status", "meaning"), error_rows()),
        "## Shapes\n",
        *(shape_page(name, schema) for name, schema in shapes(document["components"]["schemas"]).items()),
        PAGES_INTRO,
        table(("address", "query", ""), page_rows()),
        "Formats of `/export` and of `kedja export` ([what stands in each](exports.md)):\n",
        table(("question", "formats"), offered),
    ]
    return "\n".join(parts)


# -- settings --------------------------------------------------------------------------------------------------


def settings_page() -> str:
    limits = [(f"`{name}`", f"{getattr(settings, name):,g}", said) for name, said in LIMITS.items()]
    limits.append(("`MAX_NAMES`", f"{names.MAX_NAMES:,}", "most names in a list given to `kedja affected --names`"))
    return "\n".join(
        [
            f"# Settings\n\n{MADE}\n",
            "## Environment\n\nAn option on the command line goes before the environment.\n",
            table(("variable", "meaning"), [(f"`{name}`", said) for name, said in VARIABLES.items()]),
            "Read by the tests only:\n",
            table(("variable", "meaning"), [(f"`{name}`", said) for name, said in TEST_VARIABLES.items()]),
            FILES,
            LIMITS_INTRO,
            table(("name", "limit", "of what"), limits),
        ]
    )


# -- the questions as Cypher -----------------------------------------------------------------------------------


def question_page(asked: Question) -> str:
    given = [
        (f"`{p.name}`", p.kind, f"`{p.default}`" if p.default else "required", p.meaning) for p in asked.parameters
    ]
    return "\n".join(
        [
            f"## {asked.name}\n\n{asked.title}. {asked.question}\n",
            table(("parameter", "kind", "default", "meaning"), given),
            table(("column", "meaning"), [(f"`{name}`", meaning) for name, meaning in asked.returns]),
            f"Cost: {asked.cost}\n\nExample:\n\n```\n{asked.example}\n```\n",
        ]
    )


def cypher_page() -> str:
    return "\n".join([f"# Questions as Cypher\n\n{MADE}\n{CYPHER_INTRO}", *map(question_page, questions().values())])


# -- the formats that are loaded -------------------------------------------------------------------------------


def format_page(format: Format) -> str:
    options = [(f"`--{option.name}`", option.help.en) for option in format.options]
    notes = [(f"`{code}`", said.en) for code, said in format.notes.items()]
    parts = [
        f"## {format.kind}\n\n{format.title.en}. {format.help.en}\n",
        f"`kedja load {format.kind} {metavar(format)}` ({format.takes.en}). Recognised by {format.looks_for.en}.\n",
        table(("option", "meaning"), options) if options else "",
        table(("counted remark", "meaning"), notes) if notes else "",
        f"Example:\n\n```\n{format.example}\n```\n",
    ]
    return "\n".join(filter(None, parts))


def formats_page() -> str:
    """The formats of Kedja and of every other package that is installed."""
    every = formats().known.values()
    rows = [(f"[`{format.kind}`](#{format.kind})", format.title.en, format.takes.en) for format in every]
    overview = table(("kind", "what", "given as"), rows)
    return "\n".join([f"# Formats\n\n{MADE}\n\n{FORMATS_INTRO}", overview, *map(format_page, every)])


# -- the formats that are written ------------------------------------------------------------------------------


def export_page(exporter: Exporter) -> str:
    name, asked = exporter.name, [question for question, formats in exported().items() if exporter.name in formats]
    held = [*(("the whole graph",) if exporter.graph else ()), *(f"`{question}`" for question in asked)]
    lines = [
        f"## {name}\n\n{exporter.title.en}. {exporter.help.en}\n",
        f"Of {', '.join(held)}. A file `*.{exporter.file_ending}`, `{exporter.media_type}`.\n",
    ]
    if exporter.holds is not None:
        lines.append(table(("what", "where"), [(f"`{what}`", where) for what, where in exporter.holds.items()]))
        said = [what for what in codes() if "." not in what or what.partition(".")[0] in exporter.holds]
        missing = [what for what in said if what not in exporter.holds]
        lines.append(f"No place for {', '.join(f'`{what}`' for what in missing)}.\n")
    return "\n".join(lines)


def exports_page() -> str:
    """The formats of Kedja and of every other package that is installed."""
    return "\n".join([f"# Exports\n\n{MADE}\n\n{EXPORTS_INTRO}", *map(export_page, exporters().known.values())])


PAGES = {
    "cli.md": cli_page,
    "api.md": api_page,
    "settings.md": settings_page,
    "cypher.md": cypher_page,
    "formats.md": formats_page,
    "exports.md": exports_page,
}


def main() -> None:
    """Write the pages, and the methods of the Python package."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    surface.main()
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        print(f"wrote docs/reference/{name}")


if __name__ == "__main__":
    main()
