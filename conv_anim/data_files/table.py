"""Numbers as text: a row on each line, with commas between them."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING, BinaryIO

from conv_anim.data_files.numbers import limited, whole
from conv_anim.spec.arrays import DataFileError
from conv_anim.spec.model import Given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.limits import Limits
    from conv_anim.spec.model import Number

WRITTEN = 50
"""Bytes of memory for each byte of numbers written as text."""
COMMAS = "a row of numbers on each line, with commas between them"
WHOLE = re.compile(r"[-+]?[0-9]{1,400}")
REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def read(file: BinaryIO, name: str, limits: Limits) -> Given:
    """The rows and columns of a file. Raises DataFileError."""
    data = whole(file, name, limits, each=WRITTEN)
    try:
        rows = list(_rows(data.decode("utf-8-sig"), name))
    except (UnicodeDecodeError, csv.Error) as error:
        what = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise DataFileError(f"'{name}' is not a CSV file: {what}", "save it as CSV in UTF-8") from None
    if not rows:
        raise DataFileError(f"'{name}' is empty", COMMAS)
    width = len(rows[0])
    limited(len(rows) * width, name, limits)
    return Given((len(rows), width), tuple(cell for row in rows for cell in row))


def _rows(text: str, name: str) -> Iterator[list[Number]]:
    """All alike in length; empty lines between them do not count."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    width = None
    for row in reader:
        if not row:
            continue
        line = reader.line_num
        yield [_number(cell.strip(), line, name) for cell in row]
        width = width or len(row)
        if len(row) != width:
            count = "1 number" if len(row) == 1 else f"{len(row)} numbers"
            raise DataFileError(f"'{name}': line {line} has {count}, the first one {width}", COMMAS)


def _number(cell: str, line: int, name: str) -> Number:
    """In decimal digits only: what else spreadsheets and YAML take for a number, others take for another one."""
    value: Number | None = int(cell) if WHOLE.fullmatch(cell) else float(cell) if REAL.fullmatch(cell) else None
    if value is None or not abs(value) < 2**53:
        what = f"'{name}': '{cell[:40]}' in line {line} is not a number that can be drawn"
        raise DataFileError(what, _way(cell))
    return value


def _way(cell: str) -> str:
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", cell):
        return "a decimal point in place of the comma, and nothing between thousands"
    if ";" in cell:
        return f"save it with commas in place of the semicolons: {COMMAS}"
    return COMMAS
