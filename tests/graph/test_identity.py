"""The rule of identity by itself: what it may never do, and that nothing which may join stays apart."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from graph.identity import UNSEEN, Base, Joined, Manual, canonical_order, ghost_id, is_strong_key, join, ordinal
from ontology.records import Secrecy

KEYS = {100: "lei", 101: "se-orgnr", 102: "local", 103: "gln"}


@st.composite
def parts(draw: st.DrawFn) -> tuple[list[Base], list[Manual]]:
    levels = st.sampled_from([0, 0, 0, 1, 2])
    bases = []
    for node in range(draw(st.integers(1, 6))):
        keys = draw(st.lists(st.sampled_from(sorted(KEYS)), max_size=3, unique=True))
        level = draw(levels) if keys else UNSEEN
        apart = draw(st.integers(0, 6)) == 0
        bases.append(Base(node, f"r{node:020x}", False, tuple(sorted(keys)), level, draw(st.integers(1, 3)), apart))
    for key in sorted({k for b in bases for k in b.keys}):
        bases.append(Base(key, f"g{key:020x}", True, (), draw(st.sampled_from([0, 2, UNSEEN])), 2**62))
    nodes = st.sampled_from([b.node for b in bases])
    judged = draw(st.lists(st.tuples(nodes, nodes, st.booleans()), max_size=4))
    return bases, [Manual(a, b, same) for a, b, same in judged if a != b]


def heads(bases: list[Base], joined: dict[int, Joined]) -> dict[int, int]:
    return {b.node: joined[b.node].entity if b.node in joined else b.node for b in bases}


@given(parts())
def test_an_entity_is_named_by_its_first_base(part: tuple[list[Base], list[Manual]]) -> None:
    bases, manual = part
    stands = heads(bases, join(bases, manual, KEYS))
    by_node = {b.node: b for b in bases}
    for node, head in stands.items():
        assert canonical_order(by_node[head]) <= canonical_order(by_node[node])
        assert stands[head] == head


@given(parts(), st.randoms())
def test_the_order_in_which_bases_are_given_does_not_matter(
    part: tuple[list[Base], list[Manual]],
    random: st.randoms,  # type: ignore[valid-type]
) -> None:
    bases, manual = part
    shuffled = list(bases)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert join(shuffled, manual, KEYS) == join(bases, manual, KEYS)


def persons(bases: list[Base]) -> set[int]:
    """Natural persons, and the keys that they have."""
    return {node for base in bases if base.apart for node in (base.node, *base.keys)}


@given(parts())
def test_a_natural_person_stands_under_no_other_record_whatever_is_judged(
    part: tuple[list[Base], list[Manual]],
) -> None:
    bases, manual = part
    stands = heads(bases, join(bases, [m for m in manual if m.same], KEYS))
    records = [b for b in bases if not b.ghost]
    for one in (b for b in records if b.apart):
        shared = {b.node for b in records if set(b.keys) & set(one.keys)}
        assert {b.node for b in records if stands[b.node] == stands[one.node]} <= {one.node, *shared}


@given(parts())
def test_two_keys_that_people_call_different_keep_the_records_apart_that_have_them(
    part: tuple[list[Base], list[Manual]],
) -> None:
    bases, manual = part
    different = [m for m in manual if not m.same and m.a in KEYS and m.b in KEYS]
    stands = heads(bases, join(bases, different, KEYS))
    for judged in different:
        for one, other in combinations([b for b in bases if not b.ghost], 2):
            for x, y in ((one, other), (other, one)):
                if judged.a in x.keys and judged.b in y.keys and judged.b not in x.keys and judged.a not in y.keys:
                    assert stands[x.node] != stands[y.node]


@given(parts())
def test_what_people_call_different_never_stands_under_one_entity(part: tuple[list[Base], list[Manual]]) -> None:
    """Unless a newer judgement had made the two one: the newest comes first."""
    bases, manual = part
    only_different = [m for m in manual if not m.same]
    stands = heads(bases, join(bases, only_different, KEYS))
    for judged in only_different:
        assert stands[judged.a] != stands[judged.b]
    if manual:
        newest = manual[0]
        stands = heads(bases, join(bases, manual, KEYS))
        if not {newest.a, newest.b} & persons(bases):
            assert (stands[newest.a] == stands[newest.b]) == newest.same


@given(parts())
def test_without_judgements_and_secrets_whatever_shares_a_key_is_one(part: tuple[list[Base], list[Manual]]) -> None:
    bases = [Base(b.node, b.id, b.ghost, b.keys, UNSEEN if b.level == UNSEEN else 0, b.since) for b in part[0]]
    stands = heads(bases, join(bases, [], KEYS))
    for a, b in combinations([b for b in bases if not b.ghost], 2):
        if set(a.keys) & set(b.keys):
            assert stands[a.node] == stands[b.node]
    linked = {b.node: b.keys for b in bases}
    for base in bases:
        if not base.ghost and not base.keys:
            assert [n for n, head in stands.items() if head == stands[base.node]] == [base.node]
        for key in linked[base.node]:
            assert stands[key] == stands[base.node]


@given(parts())
def test_a_clearance_sees_the_entities_that_it_would_see_without_the_rest(
    part: tuple[list[Base], list[Manual]],
) -> None:
    bases, _ = part
    stands = heads(bases, join(bases, [], KEYS))
    for clearance in Secrecy:
        seen = [b for b in bases if b.level <= clearance]
        keyed = {k for b in seen for k in b.keys}
        alone = seen + [
            Base(b.node, b.id, True, (), UNSEEN, b.since)
            for b in bases
            if b.ghost and b not in seen and b.node in keyed
        ]
        without = heads(alone, join(alone, [], KEYS))
        for base in seen:
            assert stands[base.node] == without[base.node]


@given(parts())
def test_two_that_share_a_key_stay_apart_only_for_a_reason(part: tuple[list[Base], list[Manual]]) -> None:
    bases, manual = part
    stands = heads(bases, join(bases, manual, KEYS))
    members: dict[int, list[Base]] = {}
    for base in bases:
        members.setdefault(stands[base.node], []).append(base)
    hostile = {frozenset((m.a, m.b)) for m in manual if not m.same}
    for a, b in combinations([b for b in bases if not b.ghost], 2):
        if not set(a.keys) & set(b.keys) or stands[a.node] == stands[b.node]:
            continue
        one, other = members[stands[a.node]], members[stands[b.node]]
        said = [[{b.node, *b.keys} for b in members] for members in (one, other)]
        judged = any(frozenset((m, n)) in hostile for x in said[0] for y in said[1] for m in x for n in y)
        level = max(a.level, b.level)
        secret = min(x.level for x in one) < level and min(x.level for x in other) < level
        assert judged or secret or a.apart or b.apart


def test_a_rule_names_the_scheme_that_joined() -> None:
    one = Base(0, "r" + "0" * 20, False, (101,), 0, 1)
    two = Base(1, "r" + "1" * 20, False, (101,), 0, 2)
    ghost = Base(101, "g" + "5" * 20, True, (), 0, 2**62)
    assert join([ghost, two, one], [], KEYS) == {1: Joined(0, 0, "identifier:se-orgnr"), 101: Joined(0, 0, "ghost")}


def test_an_unknown_scheme_never_identifies() -> None:
    assert not is_strong_key("nonsense:1")
    assert is_strong_key("lei:213800KUD8LAJWSQ9D15")


@given(st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=2, unique=True))
def test_ordinals_sort_as_ids_do(keys: list[str]) -> None:
    ids = [ghost_id("Site", key) for key in keys]
    assert sorted(ids) == sorted(ids, key=ordinal)
