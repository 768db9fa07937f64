"""The one exception tree, and the reasons for which a value or a row is rejected.

Reasons are codes with parameters: the words, in Swedish and English, stand in ``visualisation/strings``.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path


class KedjaError(Exception):
    """Base of everything Kedja raises on purpose.

    ``code`` is stable and machine readable, ``remedy`` says what to do about it (English, one sentence).
    """

    code = "error"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InputError(KedjaError):
    """What the user gave cannot be used: a file, a parameter, a name."""

    code = "bad_input"


class NotInGraphError(InputError):
    """A well-formed identifier or name that the graph does not hold."""

    code = "not_in_graph"


class NoGraphError(InputError):
    """No graph has been published where one is asked, or it holds more than the reader may see."""

    code = "no_graph"


class AmbiguousError(InputError):
    """A name that fits several entities; ``candidates`` are their (id, name) pairs."""

    code = "ambiguous"

    def __init__(self, message: str, candidates: list[tuple[str, str]], *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.candidates = candidates


class CursorError(InputError):
    """A cursor that is none, or that is bound to another question or snapshot."""

    code = "cursor"


class LimitError(InputError):
    """A request over a limit on size, depth or time."""

    code = "over_limit"


class TimeLimitError(LimitError):
    """A question that took too long, or that nobody waits for any more."""


class BusyError(KedjaError):
    """The server has as many heavy questions to answer as it takes on."""

    code = "busy"


class FileFormatError(InputError):
    """A file that is not what the loader reads; names the file and, where known, the place in it."""

    code = "file_format"


class StoreError(KedjaError):
    """The store cannot do what was asked; nothing that was stored is lost."""

    code = "store"


class PlaceError(StoreError):
    """A file or folder that the machine does not let us use: read-only, gone, without the right, broken."""

    code = "place"


class DiskFullError(PlaceError):
    """No room is left where something was to be written."""

    code = "disk_full"


_REMEDIES = {
    errno.EROFS: "The disk is read-only: name a folder that can be written.",
    errno.EACCES: "Give the user that runs Kedja the right to it, or name another folder.",
    errno.EPERM: "Give the user that runs Kedja the right to it, or name another folder.",
    errno.ENOENT: "Check the name, and that its disk is there.",
    errno.EEXIST: "Something else stands there: name another folder.",
    errno.ENOTDIR: "A file stands where a folder should: name another folder.",
    errno.EISDIR: "A folder stands where a file should: remove it, or name another folder.",
    errno.EIO: "The disk gives errors: have it looked at before anything more is written.",
    errno.EMFILE: "Too many files are open: raise the limit (ulimit -n).",
    errno.ENFILE: "Too many files are open: raise the limit (ulimit -n).",
    errno.ENAMETOOLONG: "Give a shorter name.",
}
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def of_os_error(error: OSError, path: Path | str | None = None) -> PlaceError:
    """What the operating system refused, with the file and what to do about it."""
    where = path if path is not None else error.filename or "A file"
    why = error.strerror or str(error)
    if error.errno in _FULL:
        return DiskFullError(
            f"{where} cannot be written: {why}.",
            remedy="Make room on that disk, or name another place; what was stored before is whole.",
        )
    remedy = _REMEDIES.get(error.errno or 0, "Check the disk and the rights.")
    return PlaceError(f"{where} cannot be used: {why}.", remedy=remedy)


class SchemaMismatchError(StoreError):
    """The store file was written under another schema number."""

    code = "schema_mismatch"


class StoreBusyError(StoreError):
    """Somebody else holds the store's lock."""

    code = "store_busy"


class LeaseLostError(StoreError):
    """The run's lease on the publication lock was taken over; the run must be made again."""

    code = "lease_lost"


class DeclarationError(KedjaError):
    """The ontology, a vocabulary or a method file contradicts itself."""

    code = "declaration"


class Reason(StrEnum):
    """Why a value or a row is rejected. Parameters are named in the comment."""

    MISSING = "missing"  # column
    NOT_A_NUMBER = "not_a_number"  # whole
    NOT_AN_AMOUNT = "not_an_amount"
    AMBIGUOUS_AMOUNT = "ambiguous_amount"
    OTHER_CURRENCY = "other_currency"  # currency
    NOT_A_DATE = "not_a_date"  # day
    TWO_DIGIT_YEAR = "two_digit_year"  # day
    YEAR_OUT_OF_RANGE = "year_out_of_range"
    NOT_A_BOOLEAN = "not_a_boolean"
    NOT_IN_VOCABULARY = "not_in_vocabulary"  # vocabulary, nearest
    OUT_OF_RANGE = "out_of_range"  # ge, le, gt, lt, max_length, digits
    BAD_IDENTIFIER = "bad_identifier"  # scheme
    UNKNOWN_COUNTRY = "unknown_country"
    PLACEHOLDER = "placeholder"
    SHARED_IDENTIFIER = "shared_identifier"  # first_row
    UNKNOWN_SCHEME = "unknown_scheme"  # schemes
    UNKNOWN_TYPE = "unknown_type"  # types
    UNKNOWN_SHEET = "unknown_sheet"  # rows, sheets
    UNKNOWN_COLUMN = "unknown_column"  # nearest
    UNKNOWN_FIELD = "unknown_field"  # nearest
    NOT_MAPPED = "not_mapped"
    OF_NOTHING = "of_nothing"
    NO_HEADING = "no_heading"
    WRONG_END = "wrong_end"  # link, ends, types
    PERIOD_REVERSED = "period_reversed"
    DUPLICATE_KEY = "duplicate_key"  # first_row
    DUPLICATE_LINK = "duplicate_link"  # first_row
    DUPLICATE_COLUMN = "duplicate_column"
    UNKNOWN_KEY = "unknown_key"  # nearest, several, country, sheets
    PERSONAL_NUMBER = "personal_number"
    NOT_UNDERSTOOD = "not_understood"  # one_of, example
    CELL_ERROR = "cell_error"
    NOT_CALCULATED = "not_calculated"
    HIDDEN_CELLS = "hidden_cells"
    FIELD_NOT_READ = "field_not_read"
    PROOF_FAILED = "proof_failed"
    NOT_BALANCED = "not_balanced"  # total
    PASSED_OVER = "passed_over"
    FILE_NOT_READ = "file_not_read"


class ValueProblem(KedjaError):
    """One value that cannot be accepted; the caller adds where it stood."""

    code = "bad_value"

    def __init__(self, reason: Reason, value: object, **parameters: str) -> None:
        super().__init__(f"{reason}: {value!r} {parameters or ''}".strip())
        self.reason = reason
        self.value = value
        self.parameters: Mapping[str, str] = parameters
