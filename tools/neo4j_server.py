"""Start a real Neo4j server on this machine, without Docker: for tests, benchmarks and `make demo-neo4j`.

    python -m tools.neo4j_server --line 2026             runs until interrupted
    python -m tools.neo4j_server --line 5.26 --keep DIR  the same on a data folder that stays
    python -m tools.neo4j_server --prepare               fetches both lines, starts nothing

A server never outlives the process that started it, however that process ends.
"""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import urlsplit

from neo4j import GraphDatabase
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from tools.neo4j_parts import RELEASES, Java, NeoServerError, browser_jars, find_java, jars, release_of

HEAP_MB = 512
PAGE_CACHE_MB = 128
START_SECONDS = 240
STOP_SECONDS = 60
SHM = Path("/dev/shm")  # noqa: S108
ROOM_ON_SHM = 4 << 30  # bytes that must be free there before data go into memory
USER = "neo4j"
OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")

# Runs the server as its child and ends it when standard input ends: the kernel closes that pipe whatever happens to
# the process at its other end. argv: a folder to remove afterwards ('' for none), then the command.
WATCHER = """
import os, shutil, signal, subprocess, sys, threading
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)
signal.signal(signal.SIGTERM, lambda *_: child.terminate())
alone = threading.Event()
def watch():
    while os.read(0, 1):
        pass
    alone.set()
    child.kill()
threading.Thread(target=watch, daemon=True).start()
code = child.wait()
if alone.is_set() and sys.argv[1]:
    shutil.rmtree(sys.argv[1], ignore_errors=True)
os._exit(code & 127)
"""


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def scratch_folder() -> Path:
    """A new folder for data that need not stay: in memory where there is room, else among temporary files."""
    roomy = SHM.is_dir() and os.access(SHM, os.W_OK) and shutil.disk_usage(SHM).free > ROOM_ON_SHM
    return Path(tempfile.mkdtemp(prefix="kedja-neo4j-", dir=SHM if roomy else None))


def answers(uri: str, auth: tuple[str, str] | None) -> bool:
    """True once the server at this address answers a query; AuthError for a wrong password."""
    where = urlsplit(uri)
    with socket.socket() as probe:  # first, because the driver logs and waits where nobody listens
        probe.settimeout(1)
        if probe.connect_ex((where.hostname or "", where.port or 7687)) != 0:
            return False
    try:
        with GraphDatabase.driver(uri, auth=auth) as driver, driver.session() as session:
            session.run("RETURN 1").consume()
    except AuthError:
        raise
    except (DriverError, Neo4jError, OSError):  # listens already, but its database does not
        return False
    return True


class Server:
    """A Neo4j server of one line on a port of 127.0.0.1, and its data.

    `password` switches authentication on (user `neo4j`); it is set before the first start and kept with the data.
    `folder` keeps the data there; without it they are removed by `close`. `http_port` serves HTTP and, with
    `browser`, Neo4j Browser. `quick` starts sooner and runs slower: never in a benchmark. `java` is else
    the first on this machine that suits the line. `settings` go last into
    neo4j.conf. Heap and page cache are in megabytes. Nothing runs before `start`.
    """

    def __init__(
        self,
        line: str,
        *,
        folder: Path | None = None,
        port: int | None = None,
        password: str | None = None,
        http_port: int | None = None,
        browser: bool = False,
        heap: int = HEAP_MB,
        page_cache: int = PAGE_CACHE_MB,
        quick: bool = False,
        java: Java | None = None,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.release = release_of(line)
        self.line, self.version = self.release.line, self.release.version
        self.java = java or find_java(self.release)
        self.lib = jars(self.release)
        self.browser_lib = browser_jars() if browser else None
        self.port, self.http_port = port or free_port(), http_port
        self.password, self.heap, self.page_cache = password, heap, page_cache
        self.quick, self.more = quick, dict(settings or {})
        self.keep = folder is not None
        self.folder = scratch_folder() if folder is None else folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    # -- what clients need ---------------------------------------------------------------------------------------

    @property
    def uri(self) -> str:
        """Address for the driver, to this server and no other."""
        return f"bolt://127.0.0.1:{self.port}"

    @property
    def routing_uri(self) -> str:
        """The same server as a driver meets a cluster: with a routing table."""
        return f"neo4j://127.0.0.1:{self.port}"

    @property
    def auth(self) -> tuple[str, str] | None:
        """User and password, None while authentication is off."""
        return (USER, self.password) if self.password else None

    @property
    def running(self) -> bool:
        """True while the server's process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_group(self) -> int:
        """Id of the group of its processes, 0 while it does not run."""
        return self._process.pid if self._process is not None else 0

    # -- life and death ------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start on the data that are there and wait until it answers; may be called again after `kill` or `stop`."""
        if self.running:
            return self
        self._write_settings()
        if self.password and not (self.folder / "data" / "dbms").exists():
            self._set_password(self.password)
        with (self.folder / "console.log").open("wb") as console:
            self._process = self._spawn(console)
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """End it as an operator would, with a checkpoint (some 10 s); the data stay."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it at once with SIGKILL, as a crash would; the data stay as the crash leaves them."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def close(self) -> None:
        """Kill it and remove data that were not to be kept."""
        self.kill()
        atexit.unregister(self.close)
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- how -----------------------------------------------------------------------------------------------------

    def settings(self) -> dict[str, str]:
        """What stands in neo4j.conf."""
        written = {
            "server.default_listen_address": "127.0.0.1",
            "server.bolt.listen_address": f"127.0.0.1:{self.port}",
            "server.bolt.advertised_address": f"127.0.0.1:{self.port}",
            "server.http.enabled": str(self.http_port is not None).lower(),
            "server.https.enabled": "false",
            "dbms.security.auth_enabled": str(self.password is not None).lower(),
            "dbms.usage_report.enabled": "false",
            "client.allow_telemetry": "false",
            # Else half the machine's memory.
            "server.memory.pagecache.size": f"{self.page_cache}m",
            # Else 256 MB of empty log for each database.
            "db.tx_log.preallocate": "false",
            "db.tx_log.rotation.size": "16m",
            "db.tx_log.rotation.retention_policy": "1 files",
            # Else each statement is written to a file with all its parameters.
            "db.logs.query.enabled": "OFF",
        }
        if self.http_port is not None:
            written["server.http.listen_address"] = f"127.0.0.1:{self.http_port}"
            written["server.http.advertised_address"] = f"127.0.0.1:{self.http_port}"
        return {**written, **self.release.settings, **self.more}

    def _write_settings(self) -> None:
        conf = self.folder / "conf"
        conf.mkdir(exist_ok=True)
        lines = "".join(f"{name}={value}\n" for name, value in self.settings().items())
        (conf / "neo4j.conf").write_text(lines, encoding="utf-8")

    def _java(self, *, heap: int) -> list[str]:
        """The Java command up to the main class. Neo4j reaches into Java's own packages, which must be opened."""
        libraries = [self.lib, *([self.browser_lib] if self.browser_lib else [])]
        command = [self.java.program, f"-Xmx{heap}m", "-XX:-UsePerfData", "-Dfile.encoding=UTF-8"]
        command += [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]
        command += ["--enable-native-access=ALL-UNNAMED"]
        if self.java.major >= 24:  # unknown, and fatal, before
            command += ["--sun-misc-unsafe-memory-access=allow"]
        if self.quick:
            command += ["-XX:TieredStopAtLevel=1"]
        return [*command, "-cp", os.pathsep.join(f"{library}/*" for library in libraries)]

    def _spawn(self, console: IO[bytes]) -> subprocess.Popen[bytes]:
        arguments = [f"--home-dir={self.folder}", f"--config-dir={self.folder / 'conf'}", "--console-mode"]
        command = [*self._java(heap=self.heap), self.release.entry, *arguments]
        remove = "" if self.keep else str(self.folder)
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", WATCHER, remove, *command],
            stdin=subprocess.PIPE,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _set_password(self, password: str) -> None:
        """As `neo4j-admin dbms set-initial-password`, from the same jars; the password is in no process list."""
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="kedja-", suffix=".args") as words:
            words.write(f'dbms\nset-initial-password\n"{password}"\n')
            words.flush()
            result = self.admin(f"@{words.name}", heap=256)
        if result.returncode != 0:
            raise NeoServerError(
                f"Neo4j did not accept the password: {(result.stderr or result.stdout).strip()}",
                remedy="Choose one of at least 8 characters, without quotes.",
            )

    def admin(
        self, *arguments: str, heap: int = 1_024, seconds: int = START_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """What `neo4j-admin` does, from the same jars; most of it while the server is stopped."""
        self._write_settings()
        environment = {**os.environ, "NEO4J_HOME": str(self.folder), "NEO4J_CONF": str(self.folder / "conf")}
        return subprocess.run(
            [*self._java(heap=heap), "org.neo4j.cli.AdminTool", *arguments],
            env=environment, stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=seconds, cwd=self.folder,
        )  # fmt: skip

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if not self.running:
                raise NeoServerError(f"Neo4j {self.version} ended: {self.last_words()}", remedy=self._where_to_look())
            if self._answers():
                return
            time.sleep(0.1)
        raise NeoServerError(
            f"Neo4j {self.version} did not answer within {START_SECONDS} s.", remedy=self._where_to_look()
        )

    def _answers(self) -> bool:
        try:
            return answers(self.uri, self.auth)
        except AuthError as refused:
            raise NeoServerError(
                f"The data in {self.folder} have another password.",
                remedy="Give the password with which they were made, or another folder.",
            ) from refused

    def last_words(self) -> str:
        """What the server printed last that tells why it ended."""
        lines = (self.folder / "console.log").read_text(encoding="utf-8", errors="replace").splitlines()
        telling = [line.strip() for line in lines if "Caused by" in line or "Exception" in line or "ERROR" in line]
        return (telling or lines or ["it printed nothing"])[-1][:500]

    def _where_to_look(self) -> str:
        log = self.folder / "console.log"
        if not self.keep:  # about to be removed: show it here
            print(log.read_text(encoding="utf-8", errors="replace")[-4000:], file=sys.stderr)
            return "What it printed stands above."
        return f"Read {log} and {self.folder / 'logs' / 'debug.log'}."


def prepare() -> None:
    """Fetch what both lines need, saying what is there and what is missing; starts nothing, never fails."""
    for release in RELEASES.values():
        try:
            java = find_java(release)
            jars(release)
        except NeoServerError as problem:
            print(f"Neo4j {release.version}: {problem}", flush=True)
        else:
            print(f"Neo4j {release.version}: on Java {java.major} ({java.program})", flush=True)


def interrupted(*_: object) -> None:
    """SIGTERM ends this program as Ctrl-C does."""
    raise KeyboardInterrupt


def wait_for_the_end(server: Server) -> None:
    """Until Ctrl-C or SIGTERM; data that are kept are then closed cleanly."""
    signal.signal(signal.SIGTERM, interrupted)
    try:
        while server.running:
            time.sleep(0.5)
    except KeyboardInterrupt:
        if server.keep:
            print("Neo4j is ending, some 10 s", flush=True)
            server.stop()
        return
    sys.exit(f"Neo4j ended: {server.last_words()}")


def main() -> None:
    """Start one server and wait."""
    parser = argparse.ArgumentParser(prog="python -m tools.neo4j_server", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--line", choices=list(RELEASES), default="2026", help="which line of Neo4j")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="folder of data that stay; else they are removed")
    parser.add_argument("--port", type=int, help="Bolt port on 127.0.0.1; else a free one")
    parser.add_argument("--http-port", type=int, help="serve HTTP and Neo4j Browser on this port")
    parser.add_argument("--heap", type=int, default=HEAP_MB, help="heap in megabytes")
    parser.add_argument("--page-cache", type=int, default=PAGE_CACHE_MB, help="page cache in megabytes")
    parser.add_argument("--prepare", action="store_true", help="fetch both lines and stop")
    given = parser.parse_args()
    if given.prepare:
        prepare()
        return
    signal.signal(signal.SIGTERM, interrupted)
    try:
        with Server(
            given.line, folder=given.keep, port=given.port, http_port=given.http_port,
            browser=given.http_port is not None, heap=given.heap, page_cache=given.page_cache,
        ) as server:  # fmt: skip
            print(f"Neo4j {server.version} at {server.uri} (no password); Ctrl-C ends it", flush=True)
            wait_for_the_end(server)
    except NeoServerError as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        print("ended")


if __name__ == "__main__":
    main()
