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
