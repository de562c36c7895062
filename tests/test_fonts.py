"""Fonts: which font a character comes from, that text is as wide as it is painted, and what happens without a font."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

import numpy as np
import pytest
from fontTools.pens.boundsPen import ControlBoundsPen
from fontTools.ttLib import TTFont

import conv_anim
from conv_anim import pipeline
from conv_anim.diagnostics import Code, SpecError
from conv_anim.painting import fonts
from conv_anim.painting.fonts import OURS, DejaVu, Face, GlyphError, Opened, of_system, paths

ASCII = "".join(map(chr, range(32, 127)))
RARE = "龘"
"""A character that our own texts do not have."""


@pytest.fixture
def no_system(monkeypatch):
    """Without fonts of the machine that the tests run on."""
    monkeypatch.setattr(fonts, "FOLDERS", ())
    fonts.face.cache_clear()
    yield
    fonts.face.cache_clear()


def opened(face):
    return len(face._files._fonts)


@pytest.mark.parametrize("bold", [False, True])
def test_latin_opens_no_other_font(bold):
    face = Face(bold=bold)
    face.width(ASCII + "×−→⌊⌋⌈⌉·∗⋮…≈")
    assert opened(face) == 1
    face.width("卷積")
    assert opened(face) == 2


def test_a_latin_figure_opens_no_other_font():
    fonts.face.cache_clear()
    spec = {"input": {"size": [4, 4]}, "layer": {"type": "conv", "kernel_size": 3}, "caption": True}
    conv_anim.pipeline.encoded(pipeline.scene(conv_anim.load(spec)), "png")
    assert opened(fonts.face(bold=False, own="")) == 1
    assert opened(fonts.face(bold=True, own="")) == 1


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("text", ["卷積", "kernel", "輸入 5×5，步幅 2", ""])
def test_text_is_as_wide_as_its_characters_and_as_it_is_painted(bold, text):
    face = Face(bold=bold)
    assert face.width(text) == pytest.approx(sum(face.width(character) for character in text))
    assert DejaVu().width(text, size=10, bold=bold) == pytest.approx(10 * face.width(text))
    outline, _ = face.outline(text)
    assert len(outline) == 0 or outline[:, 0].max() <= face.width(text)
    apart = [face.outline(c)[0] + (face.width(text[:k]), 0) for k, c in enumerate(text)]
    assert np.allclose(outline, np.concatenate([np.empty((0, 2)), *apart]))


def test_han_goes_with_latin():
    """It stands on the line as tall as capitals and a little more, a whole em wide."""
    face = Face(bold=False)
    bottom, top = face.outline("輸")[0][:, 1].min(), face.outline("輸")[0][:, 1].max()
    assert face.width("輸") == pytest.approx(1, abs=1e-5)
    assert (bottom + top) / 2 == pytest.approx(DejaVu.cap_height / 2, abs=0.03)
    assert 1.1 < (top - bottom) / DejaVu.cap_height < 1.35


def test_our_fonts_are_the_first_ones():
    for bold, weight in ((False, "Regular"), (True, "Bold")):
        _, own, *_ = paths(bold=bold)
        assert own == OURS / f"NotoSansTC-{weight}-subset.ttf"
        assert own.is_file()


def test_a_system_font_has_what_ours_lacks(no_system, monkeypatch, tmp_path):
    """Here DejaVu under such a name, and not in its own place."""
    latin = next(paths(bold=False))
    copy(latin, tmp_path / "NotoSansTC-Regular.otf")
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    face = Face(bold=False)
    face._files = Opened(path for path in paths(bold=False) if path != latin)
    assert face.width("輸") == pytest.approx(1, abs=1e-5)
    assert opened(face) == 1
    assert face.width("a") < 1.0
    assert opened(face) == 2


def test_fonts_for_taiwan_come_first(tmp_path):
    for name in (
        "SourceHanSans-Regular.ttc",
        "deep/NotoSansCJK-Regular.ttc",
        "NotoSansTC-Regular.otf",
        "NotoSansTC-Bold.otf",
        "NotoSansCJK-Bold.ttc",
        "NotoSerifTC-Regular.otf",
        "NotoSansJP-Regular.ttf",
        "NotoSansTC-Regular.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    regular = [
        "NotoSansTC-Regular.otf",
        "NotoSansCJK-Regular.ttc",
        "SourceHanSans-Regular.ttc",
        "NotoSansJP-Regular.ttf",
    ]
    found = of_system([tmp_path / "missing", tmp_path], ("Regular",))
    assert [path.name for path in found] == regular
    found = of_system([tmp_path], ("Bold", "Regular"))
    assert [path.name for path in found] == ["NotoSansTC-Bold.otf", "NotoSansCJK-Bold.ttc", *regular]


def test_a_damaged_font_is_passed_over(tmp_path):
    latin, own, *_ = paths(bold=False)
    broken = tmp_path / "NotoSansTC-Regular.otf"
    broken.write_bytes(b"no font at all")
    face = Face(bold=False)
    face._files = Opened(iter([latin, broken, tmp_path / "missing.otf", own]))
    assert face.width("輸") == pytest.approx(1, abs=1e-5)


def test_a_character_that_no_font_has(no_system):
    with pytest.raises(GlyphError) as caught:
        Face(bold=False).width(f"a{RARE}")
    assert str(caught.value) == f"no font here has the character '{RARE}' (U+9F98)"


@pytest.mark.parametrize(
    ("character", "hint"),
    [(RARE, "install Noto Sans TC"), ("𠀀", "install Noto Sans TC"), ("🐍", "use other characters")],
)
def test_an_error_says_how_to_get_a_font(no_system, character, hint):
    labels = {"input": f"輸入{character}"}
    spec = conv_anim.load({"input": {"size": [4, 4]}, "layer": {"type": "conv", "kernel_size": 3}, "labels": labels})
    with pytest.raises(SpecError) as caught:
        pipeline.scene(spec)
    (problem,) = caught.value.problems
    assert problem.code is Code.GLYPH
    assert character in problem.message
    assert problem.hint is not None
    assert problem.hint.startswith(hint)


def test_the_usual_folders_are_known():
    assert Path("/usr/share/fonts") in fonts.FOLDERS


def test_processes_that_are_forked_do_not_read_from_one_open_file(tmp_path):
    (path, *_) = fonts.paths(bold=False)
    copy = tmp_path / "copy.ttf"
    copy.write_bytes(path.read_bytes())
    opened = fonts.FontFile(copy)
    copy.write_bytes(b"")
    assert opened.glyph("7").advance == fonts.FontFile(path).glyph("7").advance


CLOSED = 79
"""matplotlib's code of a vertex that only closes an outline."""


@pytest.mark.parametrize("character", "xé½₁₂₃ⁿ⁴")
def test_outlines_are_those_of_the_font_file(character):
    """Those made of others, too: some releases of FreeType set the parts of a glyph on whole pixels."""
    glyph = fonts.face(bold=False, own="").glyph(character)
    font = TTFont(glyph.font)
    pen = ControlBoundsPen(font.getGlyphSet())
    font.getGlyphSet()[font.getBestCmap()[ord(character)]].draw(pen)
    drawn = glyph.vertices[glyph.codes != CLOSED] * font["head"].unitsPerEm
    assert (*drawn.min(axis=0), *drawn.max(axis=0)) == pen.bounds
