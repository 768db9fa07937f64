"""Candidates without all pairs: things that share a seldom word, a sound, a slipped identifier, an address.

Each thing has some keys; things with one key are a block, and only pairs within blocks are looked at. A block that is
too large to tell anything is left out: what is in it meets in others, by two words, or by a word and its country.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from graph.matching.names import Name, sound_of
from graph.matching.profiles import Address, Profile
from graph.matching.words import Rarity

I64 = npt.NDArray[np.int64]

LARGEST = 50
"""Things of a block of which all pairs are looked at."""
WORDS = 4
"""Words of a name by which it is looked for, the seldomest."""
HALF = 5
"""Letters at the beginning and at the end of a name by which a slip elsewhere does not hide it."""


def keys_of(one: Profile, rarity: Rarity) -> set[str]:
    """The blocks that a thing is in."""
    found: set[str] = set()
    where = min(one.countries, default="")
    for name in one.names:
        found.update(_of_name(name, where, rarity))
    for scheme, values in one.numbers.items():
        for value in values:
            # Without any one of its characters: a wrong, missing or swapped one still leaves one in common.
            found.update(f"i{scheme}{value[:at]}{value[at + 1 :]}" for at in range(len(value)))
    for address in one.addresses:
        found.update(_of_address(address, where))
    return {one.type[0] + key for key in found}


def _of_name(name: Name, where: str, rarity: Rarity) -> Iterator[str]:
    joined = name.joined
    yield from (f"j{joined}", f"j{name.written}")
    if len(name.sound) >= 3:
        yield f"s{name.sound}"
    seldom = sorted(dict.fromkeys(name.words), key=lambda word: (-rarity.of(word), word))[:WORDS]
    for word in seldom:
        if len(word) >= 2:
            yield f"w{word}"
            yield f"c{word}{where}"
    for i, one in enumerate(seldom):
        for other in seldom[i + 1 :]:
            yield f"t{min(one, other)} {max(one, other)}"
    for word in seldom[:2]:
        sound = sound_of(word)
        if len(sound) >= 3:
            yield f"p{sound}"
        if len(word) >= HALF:
            yield f"b{word[:HALF]}{where}"
            yield f"e{word[-HALF:]}{where}"
    if len(joined) >= 2 * HALF:
        yield f"h{joined[: HALF + 3]}"
        yield f"k{joined[-HALF - 3 :]}"
    if len(name.initials) >= 2:
        yield f"a{name.initials}"
    if name.words and 2 <= len(name.words[0]) <= 6:
        yield f"a{name.words[0]}"
    yield from _of_acronym(name.words)


def _of_acronym(words: Sequence[str]) -> Iterator[str]:
    """Of a short first word and the next one, or of the initials before it: *GE Healthcare*."""
    if len(words) > 1 and 2 <= len(words[0]) <= 3:
        yield f"g{words[0]} {words[1]}"
    for size in (2, 3):
        if len(words) > size:
            yield f"g{''.join(word[0] for word in words[:size])} {words[size]}"


def _of_address(address: Address, where: str) -> Iterator[str]:
    house = sorted(address.numbers - address.postal)[:2]
    for postal in address.postal:
        for number in house:
            yield f"d{postal}/{number}{where}"
    if house and address.words:
        street = max(sorted(address.words), key=len)
        yield f"f{street}/{house[0]}{where}"


def candidates(things: Sequence[Profile], rarity: Rarity, wanted: npt.NDArray[np.bool_] | None = None,
               progress: Callable[[int, int | None], None] | None = None) -> Iterator[I64]:  # fmt: skip
    """Pairs of positions, shape (pairs, 2), the first smaller, each pair once over all batches.

    ``wanted`` (a flag for each thing): only pairs of which one is wanted.
    """
    codes, owners = _table(things, rarity, progress)
    order = np.argsort(codes, kind="stable")
    codes, owners = codes[order], owners[order]
    edges = (
        np.flatnonzero(np.diff(codes, prepend=codes[:1] - 1, append=codes[-1:] + 1))
        if len(codes)
        else np.zeros(1, np.int64)
    )
    sizes = np.diff(edges)
    found: list[I64] = []
    n = len(things)
    for distance in range(1, LARGEST):
        starts = edges[:-1][(sizes > distance) & (sizes <= LARGEST)]
        if not len(starts):
            break
        counts = sizes[(sizes > distance) & (sizes <= LARGEST)] - distance
        first = np.repeat(starts - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(counts.sum())
        a, b = owners[first], owners[first + distance]
        found.append(_coded(a, b, n, wanted))
    found += _stars(codes, owners, edges, sizes, n, wanted)
    pairs = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    for at in range(0, len(pairs), BATCH):
        some = pairs[at : at + BATCH]
        yield np.stack((some // n, some % n), axis=1)


BATCH = 100_000


def _coded(a: I64, b: I64, n: int, wanted: npt.NDArray[np.bool_] | None) -> I64:
    if wanted is not None:
        keep = wanted[a] | wanted[b]
        a, b = a[keep], b[keep]
    return np.minimum(a, b).astype(np.int64) * n + np.maximum(a, b)


def _stars(
    codes: I64, owners: I64, edges: I64, sizes: I64, n: int, wanted: npt.NDArray[np.bool_] | None
) -> Iterator[I64]:
    """Of blocks that are too large and yet say nearly all (one whole name): each with the first and with the next."""
    if not len(codes):
        return
    for block in np.flatnonzero((sizes > LARGEST) & (codes[edges[:-1]] & 1 == 1)).tolist():
        members = owners[edges[block] : edges[block + 1]]
        yield _coded(np.full(len(members) - 1, members[0]), members[1:], n, wanted)
        yield _coded(members[:-1], members[1:], n, wanted)


def _table(
    things: Sequence[Profile], rarity: Rarity, progress: Callable[[int, int | None], None] | None
) -> tuple[I64, I64]:
    """A code of each key of each thing, and whose it is. The last bit of a code says that it is of a whole name."""
    codes: list[npt.NDArray[np.int64]] = []
    owners: list[npt.NDArray[np.int64]] = []
    for at in range(0, len(things), 10_000):
        of: list[int] = []
        whose: list[int] = []
        for position, one in enumerate(things[at : at + 10_000], at):
            for key in keys_of(one, rarity):
                of.append(_code(key))
                whose.append(position)
        codes.append(np.array(of, np.int64))
        owners.append(np.array(whose, np.int32))
        if progress:
            progress(min(at + 10_000, len(things)), len(things))
    return (np.concatenate(codes), np.concatenate(owners)) if codes else (np.zeros(0, np.int64), np.zeros(0, np.int64))


def _code(key: str) -> int:
    raw = key.encode()
    whole = 1 if key[1:2] == "j" else 0
    return (zlib.crc32(raw) << 30 | (zlib.adler32(raw[::-1]) & 0x1FFFFFFF) << 1 | whole) & 0x7FFFFFFFFFFFFFFF
