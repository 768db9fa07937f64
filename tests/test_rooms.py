"""The drawing of the rooms is what the import contracts say."""

from __future__ import annotations

import re
from itertools import pairwise

from tools import rooms


def test_the_drawing_is_current() -> None:
    assert rooms.PAGE.read_text(encoding="utf-8") == rooms.page(), "run: python -m tools.rooms"


def test_every_room_of_a_contract_is_drawn_said_of_and_a_package() -> None:
    assert not rooms.undescribed()
    page = rooms.page()
    for contract in rooms.contracts():
        for container in contract.get("containers") or [""]:
            of = rooms.layers(contract, container)
            for room in (room for layer in of for room in layer):
                assert f"- `{room}`: " in page
                assert (rooms.ROOT / room.replace(".", "/") / "__init__.py").is_file(), room
            arrows = {(a, b) for upper, lower in pairwise(of) for a in upper for b in lower}
            drawn = set(re.findall(r"room_(\w+) --> room_(\w+)", rooms.drawing(of)))
            assert drawn == {(a.replace(".", "_"), b.replace(".", "_")) for a, b in arrows}
