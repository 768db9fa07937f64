"""What Numba has no words for, in LLVM's: asking for memory ahead, and rows of sixteen float32 in one register.

LLVM lowers ``<16 x float>`` to whatever the processor has (AVX-512, AVX2, NEON), so no compiler is needed at install.
"""

# mypy: allow-untyped-calls

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

INT = ir.IntType(32)
LONG = ir.IntType(64)


def fetch_ahead(builder: Any, pointer: Any) -> None:
    """Ask for the cache line at an address, for reading, to keep."""
    byte = ir.IntType(8).as_pointer()
    asked = ir.FunctionType(ir.VoidType(), [byte, INT, INT, INT])
    function: Any = cgutils.get_or_insert_function(builder.module, asked, "llvm.prefetch.p0")
    builder.call(function, [builder.bitcast(pointer, byte), INT(0), INT(3), INT(1)])


def data(context: Any, builder: Any, type: Any, value: Any) -> Any:
    """Address of an array's first item."""
    return context.make_array(type)(context, builder, value=value).data


def _prefetch(_context: Any, array: Any, _place: Any) -> Any:
    """Ask for the item at a place of a contiguous array, which will be read soon."""

    def make(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first = data(context, builder, signature.args[0], arguments[0])
        fetch_ahead(builder, builder.gep(first, [arguments[1]]))
        return context.get_dummy_value()

    return types.void(array, types.intp), make


prefetch: Any = intrinsic(_prefetch)


def _ones(_context: Any, _word: Any) -> Any:
    """How many bits of a 64-bit word are set."""

    def make(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), make


ones: Any = intrinsic(_ones)


def _now_in(_context: Any, array: Any) -> Any:
    """The first item of an int64 array as it is in memory, whatever another thread has written there."""

    def make(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(data(context, builder, signature.args[0], arguments[0]), "monotonic", 8)

    return types.int64(array), make


now_in: Any = intrinsic(_now_in)


LANES = 16
"""Values in a row: 64 bytes, a cache line."""
ROW = ir.VectorType(ir.FloatType(), LANES)
AHEAD = 12
"""Links ahead of the one being read whose row is asked for."""


def _splat(builder: Any, value: Any) -> Any:
    first = builder.insert_element(ir.Constant(ROW, ir.Undefined), value, INT(0))
    return builder.shuffle_vector(first, ir.Constant(ROW, ir.Undefined), ir.Constant(ir.VectorType(INT, LANES), None))


def _multiplied(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, fused where the processor can."""
    function: Any = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(ROW, [ROW, ROW, ROW]), f"llvm.fmuladd.v{LANES}f32"
    )
    return builder.call(function, [a, b, c])


class _Rows:
    """An array of rows, read and written by number."""

    def __init__(self, context: Any, builder: Any, type: Any, value: Any) -> None:
        self.builder = builder
        self.first = builder.bitcast(data(context, builder, type, value), ROW.as_pointer())

    def at(self, place: Any) -> Any:
        return self.builder.gep(self.first, [place])

    def read(self, place: Any) -> Any:
        return self.builder.load(self.at(place), align=4)


def _relaxation(*, only_changed: bool) -> Any:
    """The row of one buyer: the greatest of itself and supplier * (confidence * low + high), lane by lane.

    With ``only_changed`` a supplier counts if its ``stamp`` is ``now`` or one less, modulo 256.
    """

    def make(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        types_ = signature.args
        rows, low, high = (_Rows(context, builder, types_[i], arguments[i]) for i in (0, 7, 8))
        place, begin, end = arguments[1:4]
        source, kind, confidence = (data(context, builder, types_[i], arguments[i]) for i in (4, 5, 6))
        before = rows.read(place)
        entry = builder.block
        loop, take, after, done = (builder.append_basic_block(name) for name in ("loop", "take", "after", "done"))
        builder.cbranch(builder.icmp_signed("<", begin, end), loop, done)

        builder.position_at_end(loop)
        link, best = builder.phi(LONG), builder.phi(ROW)
        supplier = builder.sext(builder.load(builder.gep(source, [link])), LONG)
        if only_changed:
            stamp, now = data(context, builder, types_[9], arguments[9]), arguments[10]
            age = builder.sub(now, builder.load(builder.gep(stamp, [supplier])))
            builder.cbranch(builder.icmp_unsigned("<=", age, age.type(1)), take, after)
        else:
            soon = builder.load(builder.gep(source, [builder.add(link, LONG(AHEAD))]))
            fetch_ahead(builder, rows.at(builder.sext(soon, LONG)))
            builder.branch(take)

        builder.position_at_end(take)
        code = builder.zext(builder.load(builder.gep(kind, [link])), LONG)
        sure = _splat(builder, builder.load(builder.gep(confidence, [link])))
        weight = _multiplied(builder, sure, low.read(code), high.read(code))
        value = builder.fmul(rows.read(supplier), weight)
        better = builder.select(builder.fcmp_ordered(">", value, best), value, best)
        builder.branch(after)

        builder.position_at_end(after)
        carried = builder.phi(ROW)
        carried.add_incoming(better, take)
        if only_changed:
            carried.add_incoming(best, loop)
        following = builder.add(link, LONG(1))
        link.add_incoming(begin, entry)
        link.add_incoming(following, after)
        best.add_incoming(before, entry)
        best.add_incoming(carried, after)
        builder.cbranch(builder.icmp_signed("<", following, end), loop, done)

        builder.position_at_end(done)
        final = builder.phi(ROW)
        final.add_incoming(before, entry)
        final.add_incoming(carried, after)
        lanes = builder.bitcast(builder.fcmp_ordered(">", final, before), ir.IntType(LANES))
        changed = builder.icmp_unsigned("!=", lanes, lanes.type(0))
        with builder.if_then(changed):
            builder.store(final, rows.at(place), align=4)
        return builder.zext(changed, LONG)

    return make


def _relax(
    _context: Any, rows: Any, _place: Any, _begin: Any, _end: Any, source: Any, kind: Any, confidence: Any, low: Any,
    high: Any,
) -> Any:  # fmt: skip
    """relax(rows, place, begin, end, source, kind, confidence, low, high) -> 1 if the row at a place rose.

    ``source`` has AHEAD more places than there are links.
    """
    arrays = (source, kind, confidence, low, high)
    return types.int64(rows, types.int64, types.int64, types.int64, *arrays), _relaxation(only_changed=False)


def _relax_changed(
    _context: Any, rows: Any, _place: Any, _begin: Any, _end: Any, source: Any, kind: Any, confidence: Any, low: Any,
    high: Any, stamp: Any, _now: Any,
) -> Any:  # fmt: skip
    """As ``relax``, of the suppliers whose stamp is ``now`` or one less."""
    arrays = (source, kind, confidence, low, high, stamp)
    return types.int64(rows, types.int64, types.int64, types.int64, *arrays, types.uint8), _relaxation(
        only_changed=True
    )


relax: Any = intrinsic(_relax)
relax_changed: Any = intrinsic(_relax_changed)
