"""Numbers of files, against files that are written here bit by bit: the exact ones, or a word about why not."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import warnings
import zlib
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import conv_anim
from conv_anim import cli, inputs
from conv_anim.app.preview import Watcher
from conv_anim.app.publisher import Publisher
from conv_anim.limits import Limits
from conv_anim.spec.arrays import DataFileError

if TYPE_CHECKING:
    from pathlib import Path

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
KINDS = [
    *((GREY, depth) for depth in (1, 2, 4, 8, 16)), (RGB, 8), *((PALETTE, depth) for depth in (1, 2, 4, 8)),
    (GREY_ALPHA, 8), (RGB_ALPHA, 8),
]  # fmt: skip
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def numbers(data: bytes, tmp_path: Path, kind: str, **limits):
    """What is read of a file, as an array."""
    (tmp_path / f"x.{kind}").write_bytes(data)
    given = inputs.Folder(tmp_path, Limits(**limits))(f"x.{kind}")
    return np.array(given.numbers).reshape(given.shape)


def refused(data: bytes, tmp_path: Path, kind: str) -> str:
    with pytest.raises(DataFileError) as caught:
        numbers(data, tmp_path, kind)
    assert f"'x.{kind}'" in str(caught.value)
    return f"{caught.value} / {caught.value.hint}"


# pictures


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def paeth(a: int, b: int, c: int) -> int:
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(rows: list[bytes], step: int, r: Random) -> bytes:
    """Rows of bytes, each by a filter at random, as the standard writes them."""
    out, above = bytearray(), bytes(len(rows[0]))
    for row in rows:
        kind = r.randrange(5)
        out.append(kind)
        for k, byte in enumerate(row):
            a, b, c = (row[k - step] if k >= step else 0), above[k], (above[k - step] if k >= step else 0)
            guess = (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]
            out.append((byte - guess) % 256)
        above = row
    return bytes(out)


def packed(samples: np.ndarray, depth: int) -> list[bytes]:
    """(rows, columns, samples) as rows of bytes."""
    rows = []
    for row in samples.reshape(len(samples), -1).tolist():
        bits = "".join(f"{n:0{depth}b}" for n in row)
        bits += "0" * (-len(bits) % 8)
        rows.append(int(bits, 2).to_bytes(len(bits) // 8, "big"))
    return rows


def png(samples: np.ndarray, color: int, depth: int, *, interlaced=False, before=(), after=b"", pieces=1, raw=None):
    """A PNG of (rows, columns, samples); ``before`` are chunks before its pixels."""
    r, step = Random(1), max(1, SAMPLES[color] * depth // 8)
    if raw is None:
        passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [samples]
        raw = b"".join(filtered(packed(part, depth), step, r) for part in passes if part.size)
    stream = zlib.compress(raw)
    cut = -(-len(stream) // pieces)
    rows, columns = samples.shape[:2]
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, depth, color, 0, 0, interlaced))
        + b"".join(chunk(kind, data) for kind, data in before)
        + b"".join(chunk(b"IDAT", stream[k : k + cut]) for k in range(0, len(stream), cut))
        + chunk(b"IEND", b"")
        + after
    )


def drawn(color: int, depth: int, size=(11, 13)):
    """Samples at random, opaque; the chunks they need; and the numbers that they stand for, channels first."""
    r = np.random.RandomState(depth)
    samples = r.randint(0, 2**depth, (*size, SAMPLES[color]))
    if color in {GREY_ALPHA, RGB_ALPHA}:
        samples[..., -1] = 255
    if color == PALETTE:
        palette = r.randint(0, 256, (2**depth, 3))
        return samples, [(b"PLTE", bytes(palette.ravel().tolist()))], np.moveaxis(palette[samples[..., 0]], -1, 0)
    factor = 255 // (2**depth - 1) if depth < 8 else 1
    meant = np.moveaxis(samples, -1, 0) * factor
    return samples, [], meant[:3] if color in {RGB, RGB_ALPHA} else meant[0]


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("color", "depth"), KINDS)
def test_every_kind_of_picture_is_read_as_it_is_stored(color, depth, interlaced, tmp_path):
    for size in ((11, 13), (1, 1), (2, 9), (5, 1)):
        samples, before, meant = drawn(color, depth, size)
        data = png(samples, color, depth, interlaced=interlaced, before=before)
        found = numbers(data, tmp_path, "png")
        assert found.shape == meant.shape
        assert np.array_equal(found, meant)


SAID = [
    (b"gAMA", struct.pack(">I", 100_000)), (b"gAMA", struct.pack(">I", 1)), (b"sRGB", b"\0"),
    (b"iCCP", b"wide\0\0" + zlib.compress(b"no profile")), (b"cHRM", bytes(32)), (b"sBIT", b"\1\1\1"),
    (b"bKGD", bytes(6)), (b"tEXt", b"Comment\0hello"), (b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 9_000_000)),
    (b"pHYs", struct.pack(">IIB", 1, 2, 0)), (b"acTL", struct.pack(">II", 1, 0)), (b"vpAg", b"?"), (b"PLTE", b"abc"),
    (b"eXIf", b"MM\0*\0\0\0\x08\0\0"), (b"eXIf", b"no such thing"), (b"eXIf", b""),
]  # fmt: skip


@pytest.mark.parametrize("said", SAID, ids=lambda said: said[0].decode())
def test_what_is_said_besides_changes_no_number(said, tmp_path):
    samples, _, meant = drawn(RGB, 8)
    assert np.array_equal(numbers(png(samples, RGB, 8, before=[said]), tmp_path, "png"), meant)


def test_pieces_and_what_follows_the_end_change_no_number(tmp_path):
    samples, _, meant = drawn(GREY, 8)
    assert np.array_equal(numbers(png(samples, GREY, 8, pieces=9, after=b"and more"), tmp_path, "png"), meant)


def test_a_remark_between_two_pieces_of_pixels(tmp_path):
    """Against the standard, and Pillow makes zeros of what follows it."""
    samples, _, meant = drawn(GREY, 8)
    data = png(samples, GREY, 8, pieces=2)
    at = data.rindex(b"IDAT") - 4
    assert np.array_equal(numbers(data[:at] + chunk(b"tEXt", b"a\0b") + data[at:], tmp_path, "png"), meant)


def orientation(value: int, order: str = ">") -> bytes:
    mark = b"MM" if order == ">" else b"II"
    return mark + struct.pack(f"{order}HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, value, 0, 0)


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("value", range(10))
def test_a_picture_that_is_turned_when_it_is_shown(value, order, tmp_path):
    samples, _, meant = drawn(GREY, 8)
    data = png(samples, GREY, 8, before=[(b"eXIf", orientation(value, order))])
    if value in range(2, 9):
        assert f"its EXIF orientation is {value}" in refused(data, tmp_path, "png")
    else:
        assert np.array_equal(numbers(data, tmp_path, "png"), meant)


@pytest.mark.parametrize(("color", "depth"), [(GREY_ALPHA, 8), (RGB_ALPHA, 8)])
def test_one_pixel_to_be_seen_through(color, depth, tmp_path):
    samples, *_ = drawn(color, depth)
    samples[3, 4, -1] = 254
    assert "has pixels to be seen through" in refused(png(samples, color, depth), tmp_path, "png")


@pytest.mark.parametrize(("color", "depth"), [kind for kind in KINDS if kind[0] in {GREY, RGB, PALETTE}])
def test_a_colour_to_be_seen_through(color, depth, tmp_path):
    """Refused where a pixel has it, else of no effect."""
    samples, before, meant = drawn(color, depth)
    samples[samples == 1] = 0
    samples[2, 3] = 0
    unmet, met = {
        PALETTE: (bytes([255, 7]), bytes([7, 255])),
        GREY: (struct.pack(">H", 1), struct.pack(">H", 0)),
        RGB: (struct.pack(">3H", 1, 1, 1), bytes(6)),
    }[color]
    plain = numbers(png(samples, color, depth, before=before), tmp_path, "png")
    assert plain.shape == meant.shape
    assert np.array_equal(
        numbers(png(samples, color, depth, before=[*before, (b"tRNS", unmet)]), tmp_path, "png"), plain
    )
    data = png(samples, color, depth, before=[*before, (b"tRNS", met)])
    assert "has pixels to be seen through" in refused(data, tmp_path, "png")


@pytest.mark.parametrize("color", [RGB, GREY_ALPHA, RGB_ALPHA])
def test_sixteen_bits_of_a_channel(color, tmp_path):
    samples = np.full((3, 3, SAMPLES[color]), 65535)
    said = refused(png(samples, color, 16), tmp_path, "png")
    assert "has 16 bits for each channel, and only grey pictures are read with so many" in said


def broken():
    samples, *_ = drawn(GREY, 8, (4, 5))
    good, head = png(samples, GREY, 8), b"\x89PNG\r\n\x1a\n"
    rows = b"".join(b"\0" + row for row in packed(samples, 8))
    index, palette = np.arange(20).reshape(4, 5, 1) % 5, bytes(range(15))
    yield "fewer rows", png(samples, GREY, 8, raw=rows[:-6]), "it has fewer rows than it says"
    yield "less of a row", png(samples, GREY, 8, raw=rows[:-1]), "it has fewer rows than it says"
    yield "no rows", png(samples, GREY, 8, raw=b""), "it has fewer rows than it says"
    yield "more rows", png(samples, GREY, 8, raw=rows + rows[:6]), "it has more rows than it says"
    yield "an unknown filter", png(samples, GREY, 8, raw=b"\x05" + rows[1:]), "its pixels cannot be read"
    yield "no palette", png(index, PALETTE, 8), "its palette is missing"
    yield "odd palette", png(index, PALETTE, 8, before=[(b"PLTE", palette[:-1])]), "its palette is missing or no list"
    yield "short palette", png(index, PALETTE, 8, before=[(b"PLTE", palette[:-3])]), "asks for colour 4, counted from 0"
    yield "a moving picture", png(samples, GREY, 8, before=[(b"fdAT", b"?")]), "it holds several pictures"
    yield "a part that must be known", png(samples, GREY, 8, before=[(b"CgBI", b"?")]), "it has a chunk CgBI"
    yield "two sizes", png(samples, GREY, 8, before=[(b"IHDR", good[16:29])]), "does not say its size once"
    yield "no size", head + chunk(b"IDAT", b"") + chunk(b"IEND", b""), "does not begin with its size"
    yield "nothing", head, "it is cut off"
    yield "an end alone", head + chunk(b"IEND", b""), "does not say its size once"
    for what, header in {
        "no columns": (0, 4, 8, 0, 0, 0, 0), "too many": (2**31, 4, 8, 0, 0, 0, 0), "3 bits": (5, 4, 3, 0, 0, 0, 0),
        "a colour type": (5, 4, 8, 1, 0, 0, 0), "RGB of 4 bits": (5, 4, 4, 2, 0, 0, 0),
        "packing": (5, 4, 8, 0, 1, 0, 0),
        "filters": (5, 4, 8, 0, 0, 1, 0), "an interlace": (5, 4, 8, 0, 0, 0, 2),
    }.items():  # fmt: skip
        yield what, head + chunk(b"IHDR", struct.pack(">IIBBBBB", *header)) + good[33:], "is a damaged PNG"
    stream = zlib.compress(rows)
    for what, changed in {
        "rows unpacked": rows, "a wrong sum": stream[:-1] + b"!", "no sum": stream[:-4], "more behind": stream + b"!",
    }.items():  # fmt: skip
        yield what, good[:33] + chunk(b"IDAT", changed) + chunk(b"IEND", b""), "is a damaged PNG"


@pytest.mark.parametrize(("_", "data", "said"), list(broken()), ids=lambda each: each if isinstance(each, str) else "")
def test_a_damaged_picture_is_told(_, data, said, tmp_path):
    assert said in refused(data, tmp_path, "png")


def test_a_picture_cut_anywhere_or_with_any_bit_turned_is_told(tmp_path):
    """Behind the signature, a checksum covers every bit, but for those of lengths."""
    samples, before, meant = drawn(PALETTE, 4, (5, 3))
    data = png(samples, PALETTE, 4, before=before)
    for at in range(len(data)):
        refused(data[:at], tmp_path, "png")
        refused(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :], tmp_path, "png")
    assert np.array_equal(numbers(data, tmp_path, "png"), meant)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_what_pillow_writes(mode, tmp_path):
    out = BytesIO()
    image = Image.new(mode, (3, 2))
    if mode == "P":
        image.putpalette(range(6))
    image.save(out, "PNG")
    if mode in {"LA", "RGBA"}:
        assert "seen through" in refused(out.getvalue(), tmp_path, "png")
    else:
        assert numbers(out.getvalue(), tmp_path, "png").shape == ((3, 2, 3) if mode in {"RGB", "P"} else (2, 3))


def test_a_picture_beyond_what_pillow_takes(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 30)
    samples, _, meant = drawn(GREY, 8, (5, 9))
    assert np.array_equal(numbers(png(samples, GREY, 8), tmp_path, "png"), meant), "which it only warns about"
    samples, *_ = drawn(GREY, 8, (8, 9))
    assert "is too large a picture" in refused(png(samples, GREY, 8), tmp_path, "png")


# arrays


def npy(array, *, version=None) -> bytes:
    out = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a version that is newer than needed
        np.lib.format.write_array(out, np.asanyarray(array), version=version)
    return out.getvalue()


def by_hand(descr: str, shape: str, data: bytes, *, order="False", version=1) -> bytes:
    """A file whose header says anything."""
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    text += b" " * 20 + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + data


TYPES = ["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8"]
REALS = ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", [*TYPES, *REALS])
def test_every_type_of_array_is_read_exactly(kind, order, version, tmp_path):
    meant = [[0, 1, 100], [1, 2, 3]] if kind in TYPES[1:] else [[0, 1, 0], [1, 1, 0]]
    if kind in REALS:
        meant = [[0.5, -0.25, 1.0], [2.0**-14, 100.0, -0.0]]
    array = np.array(meant, kind, order=order)
    found = numbers(npy(array, version=version), tmp_path, "npy")
    assert found.tolist() == meant
    assert [type(n) for n in found.ravel().tolist()] == [float if kind in REALS else int] * 6


@pytest.mark.parametrize("kind", ["<i8", ">i8", "<u8"])
def test_whole_numbers_that_no_float_holds_are_told(kind, tmp_path):
    assert numbers(npy(np.array([2**53 - 1], kind)), tmp_path, "npy").tolist() == [2**53 - 1]
    for number in (2**53, 2**53 + 1, 2**63 - 1):
        assert "beyond ±2⁵³" in refused(npy(np.array([1, number], kind)), tmp_path, "npy")


def test_real_numbers_are_kept_to_the_last_bit(tmp_path):
    """Also those that are smaller than a float can hold in full."""
    meant = [5e-324, 2.2250738585072014e-308, 0.1, 1 / 3, 9007199254740991.0, -1e-310]
    assert numbers(npy(np.array(meant)), tmp_path, "npy").tolist() == meant


def arrays_refused():
    three = np.arange(3.0)
    good = npy(three)
    plain = three.tobytes()
    yield "cut", good[:-1], "is cut off: it has 23 of the 24 bytes"
    yield "header alone", good[:-24], "is cut off: it has 0 of the 24 bytes"
    yield "half a header", good[:40], "is not a complete .npy file"
    yield "two arrays", good + good, "has more data after its array"
    yield "one byte more", good + b"\0", "has more data after its array"
    yield "one number", npy(np.array(3.0)), "holds one number, without an axis"
    yield "structured", npy(np.zeros(3, "i4,f4")), "no number that can be drawn"
    yield "pairs", by_hand("'(2,)<f8'", "(1,)", plain[:16]), "no number that can be drawn"
    yield "complex", npy(three + 1j), "holds complex128"
    yield "dates", npy(np.zeros(3, "M8[s]")), "no number that can be drawn"
    yield "text", npy(np.array(["1"])), "no number that can be drawn"
    yield "bytes", npy(np.array([b"1"])), "no number that can be drawn"
    yield "long doubles", npy(three.astype(np.longdouble)), "not the same on every machine"
    yield "nan", npy(np.array([1, np.nan])), "infinite, not a number"
    yield "inf", npy(np.array([1, -np.inf], "f2")), "infinite, not a number"
    yield "neither true nor false", by_hand("'|b1'", "(2,)", b"\1\2"), "neither true nor false"
    yield "less than nothing", by_hand("'<f8'", "(-1, -3)", plain), "is not a complete .npy file"
    yield "true", by_hand("'<f8'", "(True, 3)", plain), "is not a complete .npy file"
    yield "much", by_hand("'<f8'", "(10**9,)".replace("10**9", "1000000000"), plain), "has 1,000,000,000 numbers"
    yield "more than there is", by_hand("'<f8'", f"({2**62}, {2**62})", plain), "numbers"
    yield "version 4", by_hand("'<f8'", "(3,)", plain, version=4), "is not a complete .npy file"
    yield "a word of code", by_hand("print('!')", "(3,)", plain), "is not a complete .npy file"
    yield "no type", by_hand("'<q9'", "(3,)", plain), "is not a complete .npy file"
    yield "escapes", by_hand("'\\d'", "(3,)", plain), "is not a complete .npy file"
    yield "a header without end", b"\x93NUMPY\x02\0" + b"\xff" * 4 + b"{" * 99, "is not a complete .npy file"


@pytest.mark.parametrize(
    ("_", "data", "said"), list(arrays_refused()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_an_array_that_is_not_what_it_says_is_told(_, data, said, tmp_path):
    assert said in refused(data, tmp_path, "npy")


# tables


TABLES = {
    "1,2\n3,4\n": [[1, 2], [3, 4]],
    "1,2\r\n3,4": [[1, 2], [3, 4]],
    "1,2\r3,4\r": [[1, 2], [3, 4]],
    "\ufeff1,2\n3,4\n": [[1, 2], [3, 4]],
    "\n1,2\n\n\n3,4\n\n": [[1, 2], [3, 4]],
    '"1","2"\n"3","4"\n': [[1, 2], [3, 4]],
    ' 1 ,\t2\n3,"4 "\n': [[1, 2], [3, 4]],
    "+1,-2\n.5,5.\n": [[1, -2], [0.5, 5]],
    "010,1e3\n1E-2,0\n": [[10, 1000], [0.01, 0]],
    "9007199254740991,0.1\n5e-324,-0.0\n": [[9007199254740991, 0.1], [5e-324, 0]],
    "1": [[1]],
}


@pytest.mark.parametrize("text", TABLES)
def test_a_table_is_read_exactly(text, tmp_path):
    assert numbers(text.encode(), tmp_path, "csv").tolist() == TABLES[text]


NO_TABLES = {
    "1;2\n3;4\n": "'1;2' in line 1 is not a number that can be drawn / save it with commas in place of the semicolons",
    "1,5;2,5\n": "'5;2' in line 1",
    '"1,5","2,5"\n': "'1,5' in line 1 is not a number that can be drawn / a decimal point in place of the comma",
    '"1,000",2\n': "nothing between thousands",
    "0x10,1\n": "'0x10'", "0o17,1\n": "'0o17'", "1_000,1\n": "'1_000'", "1 000,1\n": "'1 000'",
    "1'000,1\n": "not a number",
    "nan,1\n": "'nan'", "inf,1\n": "'inf'", ".inf,1\n": "'.inf'", "1e999,1\n": "'1e999'",
    "9007199254740992,1\n": "'9007",
    "-9007199254740993.0,1\n": "'-9007", "true,1\n": "'true'", "1,2,\n": "'' in line 1", "1,\n3,4\n": "'' in line 1",
    "1,2\n\n\n3\n": "line 4 has 1 number, the first one 2", "1,2\n3,4,5\n": "line 2 has 3 numbers, the first one 2",
    "x,y\n1,2\n": "'x' in line 1", "−1,2\n": "'−1'", "１,2\n": "'１'", "1,2%\n": "'2%'", "1\0,2\n": "in line 1",
    '"1"2,3\n': "is not a CSV file", '"1,2\n3,4\n': "is not a CSV file", '1,"\n': "is not a CSV file",
    '1"2,3\n': "'1\"2'",
    "": "is empty", "\n\n": "is empty", "\ufeff": "is empty", "#1,2\n": "'#1'", "1 2\n": "'1 2'",
    "1\t2\n": "not a number",
    "9" * 200_000: "is not a CSV file", "9" * 399: "not a number that can be drawn", "9" * 401: "not a number",
    "1,2\n \n": "line 2",
}  # fmt: skip


@pytest.mark.parametrize("text", NO_TABLES, ids=range(len(NO_TABLES)))
def test_what_is_no_table_is_told(text, tmp_path):
    assert NO_TABLES[text] in refused(text.encode(), tmp_path, "csv")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "big5", "latin-1"])
def test_a_table_in_another_encoding(encoding, tmp_path):
    text = {"big5": "一,二", "latin-1": "1,½"}.get(encoding, "1,2\n3,4")
    assert "it is not UTF-8" in refused(text.encode(encoding), tmp_path, "csv")


# everywhere


@pytest.mark.parametrize("name", ["a.npy", "a.png", "a.csv"])
def test_no_warning_of_a_library_gets_out(name, tmp_path):
    """Not even where warnings are errors, and where a library has something to warn about."""
    spec = f"input: {{values: {{file: {name}}}}}\nlayer: {{type: conv, kernel_size: 2}}\n"
    (tmp_path / "a.yaml").write_text(spec, encoding="utf-8")
    samples, *_ = drawn(GREY, 8, (3, 3))
    data = {
        "a.npy": by_hand("'<f8'", "(3L, 3L)", np.arange(9.0).tobytes()),  # as Python 2 wrote it
        "a.png": png(samples, GREY, 8, before=[(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff"), (b"iCCP", b"?")]),
        "a.csv": b"1,2,3\n4,5,6\n7,8,9\n",
    }
    (tmp_path / name).write_bytes(data[name])
    for flags in ([], ["-W", "error"]):
        done = subprocess.run(
            [sys.executable, *flags, "-c", "from conv_anim.cli import main; main()", "render", "a.yaml", "-o", "out"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


DAMAGED = {
    "a.png": png(np.zeros((3, 3, 1), int), GREY, 8)[:-1],
    "a.npy": npy(np.zeros((3, 3)))[:-1],
    "a.csv": b"1,2,3\n4,5\n",
    "b.png": png(np.zeros((3, 3, 1), int), PALETTE, 8),
    "c.png": b"\x89PNG\r\n\x1a\n" + bytes(99),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_told_in_every_host(name, tmp_path, monkeypatch):
    """By its name, as a diagnostic, and never as what a library raises."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(DAMAGED[name])
    text = f"input: {{values: {{file: {name}}}}}\nlayer: {{type: conv, kernel_size: 2}}\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "a.md").write_text("<!-- conv-anim: a.yaml -->\n<!-- /conv-anim -->\n", encoding="utf-8")
    for command in (["render"], ["validate"], ["trace"], ["explain"], ["code", "--framework", "numpy"], ["embed"]):
        done = CliRunner().invoke(cli.main, [*command, "a.md" if command == ["embed"] else "a.yaml"])
        assert (done.exit_code, type(done.exception)) == (1, SystemExit)
        assert f"'{name}'" in done.stderr
        assert "[data-file]" in done.stderr
    made = {"input": {"values": {"file": name}}, "layer": {"type": "conv", "kernel_size": 2}}
    for taken in (
        conv_anim.load,
        conv_anim.show,
        lambda _: conv_anim.load("a.yaml"),
        lambda _: conv_anim.show("a.yaml"),
    ):
        with pytest.raises(conv_anim.SpecError, match=f"'{name}'.* .data-file.") as caught:
            taken(made)
        assert caught.value.__cause__ is None
    board = Publisher()
    Watcher(tmp_path / "a.yaml").draw(board)
    assert f"'{name}'" in board.state.problem


def fed_with(name):
    return f"input: {{values: {{file: {name}}}}}\nlayer: {{type: conv, kernel_size: 2}}\n"


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_told_in_a_page_of_python_markdown(name, tmp_path, monkeypatch, caplog):
    pytest.importorskip("pymdownx")
    from tests.test_fence import rendered

    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(DAMAGED[name])
    assert name in rendered(f"```conv-anim\n{fed_with(name)}```\n") + caplog.text


def test_damaged_files_are_told_in_pages_of_sphinx(tmp_path, monkeypatch):
    pytest.importorskip("sphinx")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf.py").write_text('extensions = ["conv_anim.embed.sphinx"]\n', encoding="utf-8")
    (tmp_path / "index.rst").write_text("T\n=\n\n.. toctree::\n   :glob:\n\n   page*\n", encoding="utf-8")
    for k, (name, data) in enumerate(DAMAGED.items()):
        (tmp_path / name).write_bytes(data)
        body = "".join(f"   {line}\n" for line in fed_with(name).splitlines())
        (tmp_path / f"page{k}.rst").write_text(f"T\n=\n\n.. conv-anim::\n\n{body}", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", ".", "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    for k, name in enumerate(DAMAGED):
        assert re.search(f"page{k}.rst:.*'{re.escape(name)}'", done.stderr), name
    assert "Traceback" not in done.stderr
