"""Languages: the same phrases in all of them, and figures that say all they say in the reader's."""

from __future__ import annotations

import re
from string import Formatter

import pytest

import conv_anim
from conv_anim import catalog, pipeline
from conv_anim.painting.fonts import OURS, DejaVu, FontFile, paths
from conv_anim.scene.breaks import phrases, pieces
from conv_anim.scene.primitives import Lines, Polygons, Text
from conv_anim.scene.style import Style, text_box
from conv_anim.scene.wording.language import TABLES, Language
from conv_anim.spec.themes import THEMES
from tests import pictures
from tests.figures import NAMES, mapping

TEMPLATES = {template.name: template for template in catalog.templates()}
HAN = r"[\u4e00-\u9fff]"
WORDS = re.compile(r"[A-Za-z][A-Za-z\d_]*[A-Za-z]")
SYMBOLS = {
    "dB",
    "GgG",
    "MA",
    "NCHW",
    "NHWC",
    "Winograd",
    "FFT",
    "cos",
    "sin",
    "max",
    "im2col",
    "col2im",
    "ceil_mode",
    "count_include_pad",
}
SYMBOLS |= {"ReLU", "leaky", "Leaky", "GELU", "SiLU", "Sigmoid", "sigmoid", "tanh", "Tanh", "softmax", "Softmax", "exp"}
SYMBOLS |= {
    "one",
    "three",
    "pool",
    "scores",
    "shares",
    "gate",
    "kept",
    "conv",
    "stem",
    "fc",
    "classes",
    "boxes",
    "skip",
    "in",
    "BN",
    "LN",
    "MAC",
    "ReLU6",
    "HSwish",
    "log",
    "HSigmoid",
    "hard",
    "Hard",
    "min",
    "swish",
}
"""Names of functions, of a spec's keys, and of the layers of a template."""
SAID = ("title='1'", "labels=true", "caption=true", "formula=true")
"""All that we say ourselves; a title is a spec's own text."""


def blanks(phrase):
    return sorted({name for _, name, _, _ in Formatter().parse(phrase) if name is not None})


@pytest.mark.parametrize("lang", TABLES)
def test_the_same_keys_and_blanks_in_all_tables(lang):
    assert sorted(TABLES[lang]) == sorted(TABLES["en"])
    different = [key for key, phrase in TABLES[lang].items() if blanks(phrase) != blanks(TABLES["en"][key])]
    assert different == []


def test_chinese_is_translated_and_has_its_own_punctuation():
    for key, phrase in TABLES["zh-TW"].items():
        said = re.sub(r"\{\w+\}", "", phrase)
        assert set(WORDS.findall(said)) <= SYMBOLS, key
        assert not re.search(rf"{HAN}\s*[,:;()]|[,;(]\s*{HAN}", phrase), key


def test_our_own_font_has_all_of_its_characters():
    for bold in (False, True):
        own = [FontFile(path) for path in list(paths(bold=bold))[:2]]
        texts = "".join(TABLES["zh-TW"].values())
        assert [c for c in sorted(set(texts)) if not any(font.glyph(c) for font in own)] == []


def specs(lang):
    """Every template and every kind of layer, saying all there is to say."""
    for name, template in TEMPLATES.items():
        written = "\npanels:" in template.path.read_text(encoding="utf-8")
        panels = pipeline.load(template.path).panels if written else ()
        titles = [f"panels.{k}.title='{k}'" for k in range(len(panels))]
        titles += [f"panels.{k}.takeaway=true" for k, panel in enumerate(panels) if isinstance(panel.takeaway, str)]
        yield name, pipeline.loaded(template.path, changes=[*SAID, *titles, f"lang={lang}"]).spec
    for name in NAMES:
        yield name, conv_anim.load(mapping(name, lang=lang))


@pytest.fixture(scope="module")
def figures():
    return {lang: {name: pictures.scene(spec) for name, spec in specs(lang)} for lang in TABLES}


def all_texts(drawn):
    """Of the still, and of the first, a middle and the last frame."""
    frames = [drawn.frames[k] for k in {0, len(drawn.frames) // 2, len(drawn.frames) - 1}]
    items = [*drawn.static, *(item for frame in frames for item in (*frame.kept, *frame.shown))]
    return [item for item in items if isinstance(item, Text)]


def test_no_english_is_left_in_a_chinese_figure(figures):
    for name, drawn in figures["zh-TW"].items():
        for item in all_texts(drawn):
            assert set(WORDS.findall(item.text)) <= SYMBOLS, (name, item.text)
        said = drawn.description.removeprefix(drawn.title)
        assert set(WORDS.findall(said)) <= SYMBOLS, (name, said)
        assert re.search(HAN, said), name


def test_no_chinese_is_in_an_english_figure(figures):
    for name, drawn in figures["en"].items():
        assert not any(re.search(HAN, item.text) for item in all_texts(drawn)), name


@pytest.mark.parametrize("lang", TABLES)
def test_no_text_leaves_the_picture_or_is_too_small(figures, lang):
    style = Style(THEMES["light"], 1.0, DejaVu())
    for name, drawn in figures[lang].items():
        for item in all_texts(drawn):
            left, top, width, height = text_box(style, item)
            assert left >= 0, (name, item)
            assert top >= 0, (name, item)
            assert left + width <= drawn.width, (name, item)
            assert top + height <= drawn.height, (name, item)
            assert item.size >= 9, (name, item)


def shapes(drawn):
    """Planes and what joins them in the first frame, from where the first of them begins."""
    items = [item for item in (*drawn.static, *drawn.frames[0].shown) if isinstance(item, Polygons | Lines)]
    lines = [line for item in items for line in (item.rings if isinstance(item, Polygons) else item.lines)]
    x, y = lines[0][0]
    return [tuple((round(a - x, 3), round(b - y, 3)) for a, b in line) for line in lines]


@pytest.mark.parametrize("name", ["con_1", "con_2", "con_9", "con_10", "dilation", "padding_strides_transposed"])
def test_planes_lie_alike_in_all_languages(figures, name):
    assert shapes(figures["zh-TW"][name]) == shapes(figures["en"][name])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("con_5", "labels=true"),
        ("con_6", "view.show=maps"),
        ("con_6", "view.show=sum"),
        ("con_6", "view.show=both"),
        ("numerical_padding_strides", "labels=true"),
    ],
)
def test_numbers_stand_in_the_same_places_in_all_languages(name, change):
    """Unless there are words above them, which may take another line, or between them, as of a bias."""
    changes = [*SAID, "takeaway=false", change]
    drawn = [
        pictures.scene(pipeline.loaded(TEMPLATES[name].path, changes=[*changes, f"lang={lang}"]).spec)
        for lang in TABLES
    ]
    numbers = [
        [(item.x, item.y, item.text) for item in all_texts(one) if re.fullmatch(r"[−\d.]+", item.text)] for one in drawn
    ]
    assert numbers[0] == numbers[1] != []


def test_phrases_are_filled():
    say = Language("zh-TW")
    assert say("label.input", size="5×5") == "輸入 5×5"
    assert say.joined(["甲", "", "乙"]) == "甲，乙"
    assert say.listed([1, 2, 4]) == "1、2、4"
    assert Language("en").listed([1, 2, 4]) == "1, 2 and 4"
    assert Language("en").listed(["row"]) == "row"
    assert Language("en").sentence("max pooling") == "Max pooling"
    with pytest.raises(KeyError):
        say("no such phrase")


# where lines are broken


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("kernel 3×3, stride 2", ["kernel ", "3×3, ", "stride ", "2"]),
        ("p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0", ["p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0"]),
        ("卷積核 3×3，步幅", ["卷", "積", "核 ", "3×3，", "步", "幅"]),
        ("率 2（跳過一格）：7×7", ["率 ", "2", "（跳", "過", "一", "格）：", "7×7"]),
        ("「步」", ["「步」"]),
        ("", []),
    ],
)
def test_lines_may_break_at_spaces_and_between_han(text, cut):
    assert pieces(text) == cut


def test_no_line_begins_or_ends_with_the_wrong_punctuation():
    for piece in pieces("".join(TABLES["zh-TW"].values())):
        assert piece[0] not in "，。：；、！？）」』》"
        assert piece.rstrip()[-1:] not in {*"（「『《"} or piece.rstrip() == ""


def test_phrases_end_with_commas():
    assert phrases("Max pooling, window 2×2: 4×4") == ["Max pooling, ", "window 2×2: ", "4×4"]
    assert phrases("空洞卷積，空洞率 2（跳過一格）：7×7") == ["空洞卷積，", "空洞率 2（跳過一格）：", "7×7"]


class Monospaced:
    """Every character is half as wide as it is high, Han as wide."""

    cap_height = 0.7

    def width(self, text, *, size, bold=False):
        return size * sum(1.0 if "\u2e80" < c < "\uffff" else 0.5 for c in text)


STYLE = Style(THEMES["light"], 1.0, Monospaced())


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two", 40, ["one two"]),
        ("one two three four", 60, ["one two", "three four"]),  # even, not as full as can be
        ("a long part, a short one", 80, ["a long part,", "a short one"]),
        ("incomprehensibilities", 20, ["incomprehensibilities"]),
        ("一二三四五六七八", 60, ["一二三四", "五六七八"]),
        ("一二三，四五六七八", 60, ["一二三，", "四五六七八"]),
        ("", 60, []),
        ("zeros (1 = kernel 2 − 1)", 100, ["zeros", "(1 = kernel 2 − 1)"]),  # not in the formula, nor at its "2"
        ("零的數目（1 = 核 2 − 1）", 90, ["零的數目", "（1 = 核 2 − 1）"]),
        ("10·2 + 30·4 = 140", 70, ["10·2 +", "30·4 = 140"]),  # where it has to be, at its signs
        ("10·2 + 30·4 = 140", 45, ["10·2 +", "30·4", "= 140"]),
        ("Stride 2: 5×5 → 3×3", 60, ["Stride 2:", "5×5 → 3×3"]),
    ],
)
def test_wrapping(text, width, lines):
    assert STYLE.wrapped(text, size=10, width=width) == lines


def test_the_fonts_licence_is_beside_them():
    assert "SIL OPEN FONT LICENSE" in (OURS / "NotoSansTC-OFL.txt").read_text(encoding="utf-8")
    assert all(path.stat().st_size < 300_000 for path in OURS.glob("*.ttf"))
