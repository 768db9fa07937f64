"""A Neo4j of a pinned image in Docker, for machines that have Docker and no Maven."""

from __future__ import annotations

import shutil
import subprocess
import time

from docker.errors import DockerException
from testcontainers.core.container import DockerContainer

from tools.neo4j_parts import NeoServerError, Release
from tools.neo4j_server import HEAP_MB, PAGE_CACHE_MB, START_SECONDS, answers, free_port

PASSWORD = "only-for-tests"


def as_variable(setting: str) -> str:
    """The environment variable by which the image takes a setting: `_` doubled, then `.` as `_`."""
    return "NEO4J_" + setting.replace("_", "__").replace(".", "_")


def check_daemon() -> None:
    """Raise NeoServerError where no Docker daemon answers. Asked by its own program, which knows where to look."""
    program = shutil.which("docker")
    remedy = "Install Docker, or Maven and a JDK."
    if program is None:
        raise NeoServerError("Docker was not found.", remedy=remedy)
    try:
        said = subprocess.run([program, "info"], text=True, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired as late:
        raise NeoServerError("The Docker daemon does not answer.", remedy="Start it again.") from late
    if said.returncode != 0:
        raise NeoServerError("No Docker daemon answers.", remedy="Start it.")


class Container:
    """A server in a container; testcontainers' reaper removes it when the tests end, however they end."""

    def __init__(self, release: Release) -> None:
        check_daemon()
        self.line, self.version, self.auth = release.line, release.version, ("neo4j", PASSWORD)
        port = free_port()
        self.uri = f"bolt://127.0.0.1:{port}"
        settings = {
            "server.bolt.advertised_address": f"127.0.0.1:{port}",
            "server.memory.heap.max_size": f"{HEAP_MB}m",
            "server.memory.pagecache.size": f"{PAGE_CACHE_MB}m",
            "dbms.usage_report.enabled": "false",
            "db.logs.query.enabled": "OFF",
            **release.settings,
        }
        try:
            container = DockerContainer(release.image, env={as_variable(k): v for k, v in settings.items()})
            # A fixed port, so that it is the same after a restart.
            container.with_env("NEO4J_AUTH", f"neo4j/{PASSWORD}").with_bind_ports(7687, port).start()
        except DockerException as problem:
            raise NeoServerError(
                f"Docker cannot run {release.image} ({problem}).", remedy="Pull the image, or install Maven and a JDK."
            ) from problem
        self._container = container
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not answers(self.uri, self.auth):
            if time.monotonic() > end:
                said = self._container.get_wrapped_container().logs(tail=20).decode(errors="replace")
                raise RuntimeError(f"Neo4j {self.version} in Docker did not answer within {START_SECONDS} s:\n{said}")
            time.sleep(0.2)

    def start(self) -> None:
        """Start it again after `kill` or `stop`."""
        self._container.get_wrapped_container().start()  # nothing happens where it runs
        self._wait()

    def kill(self) -> None:
        """SIGKILL."""
        self._container.get_wrapped_container().kill()

    def stop(self) -> None:
        """As an operator would."""
        self._container.get_wrapped_container().stop(timeout=60)

    def close(self) -> None:
        """Remove it with its data."""
        self._container.stop()
