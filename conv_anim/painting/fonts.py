"""Glyphs: their outlines and how far they advance.

Latin and digits are matplotlib's own DejaVu Sans, Chinese is a part of Noto Sans TC that comes with this package: so
pictures are the same on every machine. What neither has is looked for in the system's Noto or Source Han fonts.
"""

from __future__ import annotations

import errno
from contextlib import suppress
from functools import cache, lru_cache
from io import BytesIO
from itertools import chain, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unicodedata import name

import numpy as np

from conv_anim import opening
from conv_anim.diagnostics import MARKS
from conv_anim.painting.compiled import compiled, font
from conv_anim.painting.folders import FOLDERS, files
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

EM = 2048
"""Outlines are loaded at this size, unhinted, and scaled; some releases of FreeType put parts on whole pixels."""
BLANK: Final = {**dict.fromkeys(MARKS, 0.0), "\u3000": 1.0}
"""Characters without ink, whether a font has them or not, and how far they advance."""
PRINTED: Final = str.maketrans({**dict.fromkeys(MARKS), "\u3000": "\u2003"})
"""The same as DejaVu Sans has them: none, or a space that is as wide."""
OURS = Path(__file__).parent / "data"
"""What `tools/subset_font.py` makes, with its licence."""
LARGEST = 1 << 28
"""Bytes of a font file."""
FAMILIES: Final = (
    *("NotoSansTC", "NotoSansCJKtc", "NotoSansCJK", "SourceHanSansTC", "SourceHanSansTW", "SourceHanSans"),
    *("NotoSansSC", "NotoSansCJKsc", "NotoSansHK", "NotoSansJP", "NotoSansCJKjp", "NotoSansKR", "NotoSansCJKkr"),
)


class GlyphError(Exception):
    """No font has a character."""

    def __init__(self, character: str) -> None:
        super().__init__(f"no font here has the character {character!r} (U+{ord(character):04X})")
        self.character = character

    def __eq__(self, other: object) -> bool:
        """Equal if the same character is missing."""
        return isinstance(other, GlyphError) and other.character == self.character

    def __hash__(self) -> int:
        return hash(self.character)

    @property
    def chinese(self) -> bool:
        """Whether a Chinese font could have it."""
        return name(self.character, "").startswith(("CJK", "FULLWIDTH", "IDEOGRAPHIC", "BOPOMOFO"))


@dataclass(frozen=True, slots=True)
class Glyph:
    """An outline with y up, for an em of 1."""

    vertices: NDArray[np.float64]
    codes: NDArray[np.uint8]
    advance: float
    font: Path
    """The file that it is from."""


class FontFile:
    """One font file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # From memory: processes forked from this one would share a file's position, and read each other's bytes.
        self._font = compiled("ft2font").FT2Font(BytesIO(_data(path)))
        self._font.set_size(EM, 72)

    def glyph(self, character: str) -> Glyph | None:
        """None if the font does not have it."""
        if self._font.get_char_index(ord(character)) == 0:
            return None
        loaded = self._font.load_char(ord(character), compiled("ft2font").LoadFlags.NO_HINTING)
        vertices, codes = self._font.get_path()
        return Glyph(np.asarray(vertices) / EM, np.asarray(codes), loaded.linearHoriAdvance / 65536 / EM, self.path)


def _data(path: Path) -> bytes:
    """Raises OSError, also for what is too large to be a font."""
    data = opening.content(path, LARGEST)
    if data is None:
        raise OSError(errno.EFBIG, "too large to be a font", str(path))
    return data


class Opened:
    """Font files, opened one after the other on demand."""

    def __init__(self, files: Iterator[Path]) -> None:
        self._waiting = files
        self._fonts: list[FontFile] = []

    def __iter__(self) -> Iterator[FontFile]:
        yield from self._fonts
        compiled("ft2font")  # should it fail, no font is to blame
        for path in self._waiting:
            with suppress(OSError, RuntimeError):  # a damaged system font is skipped
                self._fonts.append(FontFile(path))
                yield self._fonts[-1]


class Face:
    """A weight of text: the fonts that its characters are looked for in, in turn, each opened when it is needed."""

    def __init__(self, *, bold: bool, own: str = "") -> None:
        """``own`` is a file that comes before all others."""
        self._files = Opened(chain([Path(own)] if own else [], paths(bold=bold)))
        self._glyphs: dict[str, Glyph] = {}

    def glyph(self, character: str) -> Glyph:
        """Raises GlyphError if no font has it."""
        if character not in self._glyphs:
            self._glyphs[character] = self._load(character)
        return self._glyphs[character]

    def _load(self, character: str) -> Glyph:
        if character in BLANK:
            return Glyph(np.empty((0, 2)), np.empty(0, np.uint8), BLANK[character], next(iter(self._files)).path)
        found = next(filter(None, (font.glyph(character) for font in self._files)), None)
        if found is None:
            raise GlyphError(character)
        return found

    def width(self, text: str) -> float:
        """How far a text advances, for an em of 1."""
        return sum(self.glyph(character).advance for character in text)

    def runs(self, text: str) -> Iterator[tuple[Path, str]]:
        """A line of text in parts, each with the font file that has all of its characters."""
        inked = text.translate(PRINTED)
        for file, characters in groupby(inked, lambda character: self.glyph(character).font):
            yield file, "".join(characters)

    def outline(self, text: str) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        """The outlines of a line of text in one, from its start on the baseline, for an em of 1."""
        vertices, codes, x = [np.empty((0, 2))], [np.empty(0, np.uint8)], 0.0
        for character in text:
            glyph = self.glyph(character)
            vertices.append(glyph.vertices + np.array((x, 0.0)))
            codes.append(glyph.codes)
            x += glyph.advance
        return np.concatenate(vertices), np.concatenate(codes)


@cache
def face(*, bold: bool, own: str) -> Face:
    """A weight; ``own`` is the file of a font that comes before ours, or empty.

    It has no default: a call that leaves it out would not be the same to the cache, and open all fonts once more.
    """
    return Face(bold=bold, own=own)


def paths(*, bold: bool) -> Iterator[Path]:
    """The font files of a weight: DejaVu Sans, our part of Noto Sans TC, and what the system has."""
    yield font("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    weights = ("Bold", "Regular") if bold else ("Regular",)
    yield OURS / f"NotoSansTC-{weights[0]}-subset.ttf"
    yield from of_system(FOLDERS, weights)


def ours(text: str) -> bool:
    """Whether every character of a text is from the first two of them, bold or not: the same on every machine."""
    if text.isascii():
        return True
    weights = [(face(bold=bold, own=""), set(islice(paths(bold=bold), 2))) for bold in (False, True)]
    try:
        return all(weight.glyph(character).font in own for weight, own in weights for character in text)
    except GlyphError:
        return False


def of_system(folders: Iterable[Path], weights: Iterable[str]) -> Iterator[Path]:
    """Chinese fonts in some folders, those for Taiwan first."""
    found = list(files(folders))
    for weight in weights:
        for family in FAMILIES:
            yield from (path for path in found if path.stem == f"{family}-{weight}")


@dataclass(frozen=True)
class Measures:
    """The measuring half of a font, for the scene: ours, or files of another one, usual and bold, that come first."""

    own: tuple[str, ...] = ()
    cap_height: float = 0.729

    def width(self, text: str, *, size: float, bold: bool = False) -> float:
        return size * _advance(face(bold=bold, own=self.own[bold] if self.own else ""), text)


@lru_cache(maxsize=1 << 14)
def _advance(letters: Face, text: str) -> float:
    """How far a text advances, for an em of 1: a figure says most of its texts in many frames."""
    return letters.width(text)


DejaVu = Measures
"""Our own font."""
