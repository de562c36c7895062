"""Glyphs of matplotlib's own DejaVu Sans: their outlines and how far they advance, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.ft2font import FT2Font, LoadFlags

if TYPE_CHECKING:
    from numpy.typing import NDArray

EM = 64
"""Outlines are loaded at this size, unhinted, and scaled."""


class GlyphError(Exception):
    """No font has a character."""

    def __init__(self, character: str) -> None:
        super().__init__(f"no font here has the character {character!r} (U+{ord(character):04X})")
        self.character = character


@dataclass(frozen=True, slots=True)
class Glyph:
    """An outline with y up, for an em of 1."""

    vertices: NDArray[np.float64]
    codes: NDArray[np.uint8]
    advance: float


class Face:
    """One font file; glyphs are read once."""

    def __init__(self, name: str) -> None:
        self._font = FT2Font(str(Path(mpl.get_data_path(), "fonts", "ttf", name)))
        self._font.set_size(EM, 72)
        self._glyphs: dict[str, Glyph] = {}

    def glyph(self, character: str) -> Glyph:
        """Raises GlyphError if the font does not have it."""
        if character not in self._glyphs:
            self._glyphs[character] = self._load(character)
        return self._glyphs[character]

    def _load(self, character: str) -> Glyph:
        if self._font.get_char_index(ord(character)) == 0:
            raise GlyphError(character)
        loaded: Any = self._font.load_char(ord(character), LoadFlags.NO_HINTING)
        vertices, codes = self._font.get_path()
        return Glyph(np.asarray(vertices) / EM, np.asarray(codes), loaded.linearHoriAdvance / 65536 / EM)

    def width(self, text: str) -> float:
        return sum(self.glyph(character).advance for character in text)

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
def face(*, bold: bool) -> Face:
    return Face("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


class DejaVu:
    """The measuring half of a font, for the scene."""

    cap_height = 0.729

    def width(self, text: str, *, size: float, bold: bool = False) -> float:
        return size * face(bold=bold).width(text)
