"""Faults of the machine: each is a clear error that names the place and what to do; questions are still answered."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

import graph.sqlite
from api.app import create_app
from api.cli import app
from api.service import Service, When
from api.settings import Settings
from ontology.errors import DiskFullError, KedjaError, PlaceError
from tests.contract.saying import company, load, now, source

ROOT = Path(__file__).resolve().parents[2]
ADA = "local:ada"
MOUNTS = os.geteuid() == 0 and sys.platform == "linux"


class Disk:
    """A small disk of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def remount(self, *options: str) -> None:
        subprocess.run(["mount", "-o", ",".join(("remount", *options)), self.place], check=True)

    def read_only(self) -> None:
        self.remount("ro")

    def fill(self) -> None:
        with (self.place / "filling").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    def make_room(self) -> None:
        (self.place / "filling").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if not MOUNTS:
        pytest.skip("only root can mount a disk")
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield Disk(place)
    subprocess.run(["umount", "-l", place], check=True)


def made(file: Path) -> Settings:
    """A store with one company."""
    with graph.sqlite.open(file) as store:
        load(store, source("register"), [company(ADA, "Ada AB")])
    return Settings(f"sqlite:///{file}", file.parent / "cache")


@contextmanager
def spoken(settings: Settings) -> Iterator[None]:
    """The entity is told by a service and over HTTP."""
    with Service(settings) as service:
        assert service.resolve("Ada AB", When()).keys == (ADA,)
        assert service.snapshot(When()).n == 1
    with TestClient(create_app(settings, seconds=1_000), base_url="http://127.0.0.1") as client:
        found = client.get(f"/v1/entities/{ADA}")
        assert (found.status_code, found.json()["data"]["node"]["name"]) == (200, "Ada AB")
    yield


def refused(*arguments: object) -> KedjaError:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    assert isinstance(result.exception, KedjaError), (result.output, result.exception)
    assert result.exception.remedy
    return result.exception


# -- a folder of snapshots that cannot be used --------------------------------------------------------------------
def as_a_file(place: Path) -> None:
    place.write_text("here is no folder")


def below_a_file(place: Path) -> None:
    place.parent.rmdir()
    place.parent.write_text("here is no folder")


def with_a_folder_for_its_lock(place: Path) -> None:
    (place / "lock").mkdir(parents=True)


@pytest.mark.parametrize("spoil", [as_a_file, below_a_file, with_a_folder_for_its_lock])
def test_questions_are_answered_without_a_cache_and_a_warning_says_why(
    spoil: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = made(tmp_path / "a.sqlite")
    cache = tmp_path / "deep" / "cache"
    cache.parent.mkdir()
    spoil(cache)
    with caplog.at_level(logging.WARNING, "kedja"), spoken(Settings(settings.store, cache)):
        told = [r.getMessage() for r in caplog.records if r.name == "kedja"]
    assert len(told) == 2, "once in each process"
    assert all(str(tmp_path / "deep") in text and "another folder" in text for text in told)


def writing(settings: Settings, disk: Disk) -> list[tuple[str | Path, ...]]:
    """Commands that would write on a disk."""
    return [
        ("load", "reference", "--store", settings.store),
        ("load", "reference", "--store", f"sqlite:///{disk.place}/new.sqlite"),
        ("backup", disk.place / "x.gz", "--store", settings.store),
        ("export", "graph", "--format", "ttl", "--out", disk.place / "x.ttl", "--store", settings.store),
        ("template", "--out", disk.place / "x.xlsx"),
        ("template", "--csv", disk.place / "folder"),
    ]


def test_on_a_read_only_disk_everything_is_answered_and_nothing_written(disk: Disk, tmp_path: Path) -> None:
    file = disk.place / "a.sqlite"
    settings = made(file)
    disk.read_only()
    deeper = f"sqlite:///{disk.place}/deeper/new.sqlite"
    with spoken(settings):
        pass
    for arguments in (*writing(settings, disk), ("load", "reference", "--store", deeper)):
        error = refused(*arguments)
        assert isinstance(error, PlaceError), arguments
        assert str(disk.place) in error.message
        assert "read-only" in error.remedy


def test_on_a_full_disk_questions_are_answered_and_a_load_can_be_made_again(disk: Disk) -> None:
    file = disk.place / "a.sqlite"
    settings = made(file)
    disk.fill()
    with spoken(settings):
        pass
    for arguments in writing(settings, disk):
        error = refused(*arguments)
        assert isinstance(error, DiskFullError), (arguments, error)
        assert str(disk.place) in error.message
    assert not (disk.place / "x.gz").exists()
    assert not (disk.place / "x.ttl").exists()
    disk.make_room()
    assert CliRunner().invoke(app, ["load", "reference", "--store", settings.store]).exit_code == 0


def test_a_disk_that_fills_while_a_load_writes_leaves_what_was_published(disk: Disk) -> None:
    file = disk.place / "a.sqlite"
    settings = made(file)
    disk.remount(f"size={(sum(f.stat().st_size for f in disk.place.rglob('*') if f.is_file()) >> 10) + 200}k")
    assert isinstance(refused("load", "reference", "--store", settings.store), DiskFullError)
    disk.remount("size=16m")
    with graph.sqlite.open(file) as store:
        assert [record.name for record in store.records(now(store))] == ["Ada AB"]
        assert not store.check()
    assert CliRunner().invoke(app, ["load", "reference", "--store", settings.store]).exit_code == 0


def test_a_snapshot_that_does_not_fit_on_the_disk_leaves_nothing_there(disk: Disk, tmp_path: Path) -> None:
    settings = made(tmp_path / "a.sqlite")
    cache = disk.place / "cache"
    cache.mkdir()
    disk.remount("size=16k")
    with spoken(Settings(settings.store, cache)):
        pass
    assert [path.name for path in cache.iterdir()] == ["lock"]


def test_what_is_cut_short_in_the_cache_is_frozen_anew(tmp_path: Path) -> None:
    settings = made(tmp_path / "a.sqlite")
    with spoken(settings):
        pass
    (column,) = settings.cache.glob("*/v-name-blob.npy")
    column.write_bytes(column.read_bytes()[:-2])
    with spoken(settings):
        pass
    for side in settings.cache.glob("*.json"):
        side.write_text("{")
    with spoken(settings):
        pass


def test_a_log_that_cannot_be_read_is_never_left_out_of_an_answer(disk: Disk) -> None:
    file = disk.place / "a.sqlite"
    made(file)
    crashed = "import os, sys, graph.sqlite; from tests.contract.saying import *; from pathlib import Path\n"
    crashed += f"s = graph.sqlite.open(Path({str(file)!r}))\n"
    crashed += "load(s, source('more'), [company('local:bo', 'Bo AB')], 2); os._exit(0)"
    subprocess.run([sys.executable, "-c", crashed], check=True, cwd=ROOT)
    assert (disk.place / "a.sqlite-wal").stat().st_size
    (disk.place / "a.sqlite-shm").unlink()
    disk.read_only()
    with pytest.raises(PlaceError, match="Read-only"):
        graph.sqlite.open(file, create=False)


# -- what is served -----------------------------------------------------------------------------------------------
def test_a_store_that_goes_while_it_is_served_is_a_problem_with_a_remedy(tmp_path: Path) -> None:
    settings = made(tmp_path / "a.sqlite")
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        for file in tmp_path.glob("a.sqlite*"):
            if file.is_file():
                file.unlink()
        answer = client.get("/v1/search", params={"q": "Ada"})
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "place"
        assert answer.json()["detail"]
    assert not list(tmp_path.glob("a.sqlite")), "no empty store is made in its place"


def test_a_store_in_a_folder_without_rights_is_no_traceback(tmp_path: Path) -> None:
    made(tmp_path / "a.sqlite")
    below = f"sqlite:///{tmp_path}/a.sqlite/below.sqlite"
    for command in (("entity", ADA), ("runs",), ("load", "reference"), ("serve", "--port", "0")):
        assert str(tmp_path) in refused(*command, "--store", below).message


def test_standard_output_that_is_full_is_said_without_a_traceback(tmp_path: Path) -> None:
    settings = made(tmp_path / "a.sqlite")
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "api.cli", "runs", "--store", settings.store]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert done.stderr.startswith("kedja: ")
    assert "Traceback" not in done.stderr


def test_kernels_run_where_compiled_code_can_be_kept_nowhere(disk: Disk) -> None:
    script = disk.place / "kernel.py"
    script.write_text(
        "from graph.kernels.common import compiled\n@compiled\ndef twice(x):\n    return 2 * x\nprint(twice(3))\n"
    )
    disk.read_only()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(disk.place / "nobody")}
    done = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.stdout.strip(), done.returncode) == ("6", 0), done.stderr
