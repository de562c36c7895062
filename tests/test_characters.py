"""Characters without ink: those that scripts need are text, those that deceive are not, and no terminal obeys any."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

import conv_anim
from conv_anim.diagnostics import Code, Problem, SpecError, is_line
from conv_anim.painting import fonts
from conv_anim.painting.compiled import font
from conv_anim.painting.fonts import face
from tests import test_faults
from tests.test_faults import SPEC, run

here = test_faults.here
PERSIAN = "می\u200cرود"
SPEC_OF = {"input": {"size": [3, 3]}, "layer": {"type": "conv", "kernel_size": 2}}


@pytest.mark.parametrize("text", [
    PERSIAN, "a\u200eb\u200f", "\u2067שלום\u2069 1", "\u2066a \u2068b\u2069\u2069", "\u061c1",
    "卷積\u3000核", "3\u00a0px", "1\u202f000",
])  # fmt: skip
def test_what_scripts_need_is_text(text, tmp_path):
    assert is_line(text)
    spec = conv_anim.load({**SPEC_OF, "title": text})
    assert spec.title == text
    conv_anim.render(spec, tmp_path / "a.png")


@pytest.fixture
def no_system(monkeypatch):
    """Without fonts of the machine that the tests run on."""
    monkeypatch.setattr(fonts, "FOLDERS", ())
    fonts.face.cache_clear()
    yield
    fonts.face.cache_clear()


def missing(made, path):
    """The characters that are told when it is drawn."""
    with pytest.raises(SpecError) as error:
        conv_anim.render(conv_anim.load(made), path)
    assert not path.exists()
    assert {problem.code for problem in error.value.problems} == {Code.GLYPH}
    return "".join(problem.path for problem in error.value.problems)


@pytest.mark.parametrize("key", ["title", "takeaway", "caption"])
@pytest.mark.parametrize(("text", "letters"), [("क्\u200dष", "क्ष"), ("ក\u200bខ", "កខ")])
def test_letters_without_a_font_are_all_told_and_marks_without_ink_are_not(text, letters, key, tmp_path, no_system):
    assert is_line(text)
    assert missing({**SPEC_OF, key: text}, tmp_path / "a.png") == letters


def test_letters_of_a_font_of_ones_own_are_not_missing(tmp_path, no_system):
    made = TTFont(font("DejaVuSans.ttf"))
    for table in made["cmap"].tables:
        table.cmap[ord("क")] = "A"
    made.save(tmp_path / "own.ttf")
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps({**SPEC_OF, "title": "कख", "theme": {"font": "own.ttf"}}), encoding="utf-8")
    assert missing(spec, tmp_path / "a.png") == "ख"
    conv_anim.render(conv_anim.load(spec, changes=["title=क"]), tmp_path / "a.png")


@pytest.mark.parametrize("character", [
    *"\u202a\u202b\u202d\u202e\u202c", *"\u2066\u2067\u2068\u2069", "\u2066\u2066\u2069", "\u2069\u2066",
    *"\u2028\u2029\n\t\x1b\x07\x9b\ufeff\ufff9", "\U000e0041", "\ue000",
])  # fmt: skip
def test_what_deceives_is_not(character):
    assert not is_line(f"a{character}b")
    with pytest.raises(SpecError, match="must be a line of text") as error:
        conv_anim.load({**SPEC_OF, "title": f"a{character}b"})
    assert str(error.value).replace("\n", "").isprintable()


@pytest.mark.parametrize("format_", ["gif", "png", "svg", "pdf", "html"])
def test_it_is_drawn_without_ink(tmp_path, format_):
    """Whether a font has it or not."""
    for name, caption in (("plain", "ab"), ("joined", "a\u200c\u2067\u2069\u061cb")):
        conv_anim.render(conv_anim.load({**SPEC_OF, "caption": caption}), tmp_path / f"{name}.{format_}")
    if format_ in {"gif", "png"}:
        with Image.open(tmp_path / f"plain.{format_}") as plain, Image.open(tmp_path / f"joined.{format_}") as joined:
            assert plain.convert("RGB").tobytes() == joined.convert("RGB").tobytes()


def test_how_wide_it_is():
    letters = face(bold=False, own="")
    assert letters.width("a\u200d\u2067b\u2069") == letters.width("ab")
    assert letters.width("\u3000") == 1
    assert "".join(text for _, text in letters.runs("a\u200d\u3000b")) == "a\u2003b"


def test_json_holds_nothing_that_a_terminal_obeys():
    problem = Problem(Code.SYNTAX, "a\x1b[31m\u202eb\x9b\U000e0041", hint="\u2028", file="x\u200f")
    told = problem.json()
    assert told.isprintable()
    assert json.loads(told)["message"] == problem.message
    assert json.loads(told)["hint"] == problem.hint


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_names_of_files_are_told_so_that_no_terminal_obeys(here):
    name = "\x1b[31m\u202egnp.yaml"
    folder = here / "specs"
    folder.mkdir()
    (folder / name).write_text(SPEC)
    (folder / f"bad{name}").write_text("nope: 1\n")
    (folder / "good.yaml").write_text(SPEC)
    done = run("render", "specs", "-f", "png", "-v")
    assert done.returncode == 1
    for told in (done.stdout.decode(), done.stderr.decode()):
        assert told.replace("\n", "").isprintable()
        assert "\\x1b[31m\\u202egnp" in told
    assert Path(folder, "\x1b[31m\u202egnp.png").exists()


def test_a_name_with_a_joiner(here):
    Path("fig.yaml").write_text(f"{SPEC}output: {PERSIAN}.png\n", encoding="utf-8")
    assert run("render", "fig.yaml").returncode == 0
    assert Path(f"{PERSIAN}.png").exists()
