"""What is written is read back: a store of what a source says, its files, and a store of what those say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from api.export import given
from api.service import Service, When
from api.settings import Settings
from graph.answer import Answer
from graph.store import Entity, StoredLink
from loaders.base import checked, load
from loaders.registry import formats
from ontology.records import Link, Record, Secrecy
from tests.contract.saying import START, open_store, source
from tests.contract.saying import load as said
from visualisation.exporters import exporters
from visualisation.words import Words

DAY = date(2026, 11, 1)


class World:
    """A store and what may be read of it, on ``DAY``."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.at = service.at(When())
        self.entities: dict[str, Entity] = {one.id: one for one in service.store.entities(self.at)}
        self.links = list(service.store.links(self.at))

    def of(self, type: str) -> list[Entity]:
        return [one for one in self.entities.values() if one.type == type]

    def facts(self, entity: Entity) -> dict[str, object]:
        """What is known of a thing on the day."""
        snapshot = self.service.snapshot(When())
        vertex = snapshot.vertex(entity.id)
        assert vertex is not None
        return snapshot.properties(vertex)

    def linked(self, type: str) -> list[tuple[str, str, StoredLink]]:
        """(name of the source, name of the target, link)."""
        found = [(self.entities[one.source].name, self.entities[one.target].name, one) for one in self.links]
        return sorted((row for row in found if row[2].type == type), key=lambda row: row[:2])


class Exchange:
    """Loads, writes, and loads what was written."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack, self.made = folder, stack, 0

    def _opened(self, name: str) -> World:
        settings = Settings(f"sqlite:///{self.folder / f'{name}.kedja'}", self.folder / "snapshots")
        return World(self.stack.enter_context(Service(settings, valid_at=DAY)))

    def saying(self, items: Iterable[Record | Link]) -> World:
        """A store of what one source says."""
        self.made += 1
        with ExitStack() as closing:
            store = open_store(self.folder, f"s{self.made}")
            closing.callback(store.close)
            said(store, source(), map(checked, items))
        return self._opened(f"s{self.made}")

    def loaded(self, kind: str, path: Path, **options: str) -> World:
        """A store of what a file says."""
        self.made += 1
        store = open_store(self.folder, f"s{self.made}")
        loaded = load(store, formats().known[kind].make(), path, now=START, options=options)
        store.close()
        assert not loaded.report.rejects, loaded.report.rejects
        return self._opened(f"s{self.made}")

    def written(
        self, world: World, format: str, clearance: Secrecy = Secrecy.PUBLIC, answer: Answer[object] | None = None
    ) -> tuple[bytes, Counter[str]]:
        """A file, and what was left out of it."""
        told = given(world.service, When(clearance=clearance), Words("en"), answer)
        return exporters().known[format].write(told), told.left_out

    def file(self, world: World, format: str) -> Path:
        exporter = exporters().known[format]
        path = self.folder / f"written-{self.made}.{exporter.file_ending}"
        path.write_bytes(self.written(world, format)[0])
        return path


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    with ExitStack() as stack:
        yield Exchange(tmp_path, stack)
