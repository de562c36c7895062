"""What is wrong in any way ends in problems that can be told: in specs, texts, arguments, pages and data files."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from math import prod
from random import Random

import numpy as np
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import conv_anim
from conv_anim import pipeline
from conv_anim.cli import main
from conv_anim.diagnostics import Code, SpecError
from tests.fuzzing import targets
from tests.fuzzing.damage import damaged
from tests.fuzzing.words import ODD, words
from tests.random_specs import spec

FEW = 2000
"""Cells of a figure that is drawn here."""
SEEDS = st.integers(0, 10**9)
WORDS = st.sampled_from(words())
TEXTS = st.lists(WORDS | st.text(max_size=8) | st.sampled_from(ODD), max_size=8).map("".join)
CALLS = tuple(word for word in words() if word[-1] == "(")
FEW_RUNS = settings(max_examples=max(10, settings().max_examples // 5))


def draw(loaded: pipeline.Loaded) -> None:
    """A picture, if it is a small one."""
    made = loaded.spec
    ends = [layer.ends for layer in made.layers]
    if max(prod(made.input.size) * made.input.channels, *(prod(end.out_size) * end.out_channels for end in ends)) < FEW:
        drawn = pipeline.scene(pipeline.drawable(loaded).spec)
        assert len(drawn.frames[-1].shown) + len(drawn.static) > 0


def good(r: Random) -> dict[str, object]:
    """A spec that can be drawn."""
    while True:
        made = spec(r)
        with suppress(SpecError):
            conv_anim.load(made)
            return made


def codes(seed: int) -> set[Code]:
    """The problems of a damaged spec."""
    r = Random(seed)
    data = damaged(yaml.safe_dump(good(r), sort_keys=False, allow_unicode=True).encode(), r)
    try:
        draw(pipeline.loaded(targets.text(data, "spec.yaml"), files=targets.DATA))
    except SpecError as error:
        targets.told(error)
        return {problem.code for problem in error.problems}
    return set()


@given(SEEDS)
def test_a_damaged_spec_is_drawn_or_says_why_not(seed):
    codes(seed)


def test_the_damage_is_worth_something():
    """Of these specs some are still drawn, and the others have problems of many kinds."""
    found = [codes(seed) for seed in range(300)]
    assert sum(not some for some in found) > 20
    assert len(set().union(*found)) >= 12


@given(TEXTS)
def test_any_text_as_a_spec(said):
    targets.spec(said.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_any_bytes_as_anything(data):
    for target in targets.TARGETS.values():
        target.attempt(data)


# the command line


def ran(*arguments: str, data: bytes | None = None) -> int:
    """The exit status of the command line, which says something in place of a traceback."""
    result = CliRunner().invoke(main, arguments, input=data)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in {0, 1, 2}
    assert "Traceback" not in result.stderr
    assert "[internal]" not in result.stderr
    assert result.exit_code == 0 or result.stderr.strip()
    return result.exit_code


ARGUMENTS = TEXTS | st.text(st.characters(min_codepoint=0xD7F0, max_codepoint=0xE010), max_size=3)
"""And what Python makes of bytes that are no UTF-8."""
SPEC = b"input: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 2}\n"


@FEW_RUNS
@given(ARGUMENTS, ARGUMENTS)
def test_any_text_as_an_argument(first, second):
    targets.argument(first.encode("utf-8", "surrogatepass"))
    for diagnostics in ("human", "short", "json"):
        ran("validate", "-", f"--set={first}", f"--set={second}={first}", f"--diagnostics={diagnostics}", data=SPEC)


@FEW_RUNS
@given(ARGUMENTS, st.sampled_from(["--step", "-f", "--view", "--theme", "--input", "--node", "--set"]))
def test_any_text_as_an_option(tmp_path_factory, said, option):
    folder = str(tmp_path_factory.mktemp("out"))
    ran("draw", "nn.Conv2d(1, 1, 2)", "-o", folder, f"{option}{'=' if option[1] == '-' else ''}{said}")


@FEW_RUNS
@given(ARGUMENTS)
def test_any_text_as_a_layer_to_draw(said):
    ran("draw", "--spec", "--", said)


# the texts of frameworks


def call(r: Random, depth: int = 0) -> str:
    """A layer as frameworks write it, with arguments of any kind."""
    values = ("1", "2", "3", "0", "-1", "(2, 2)", "[1]", '"same"', "None", "True", "1e3", "x", "2 ** 70", "'卷'", "*a")
    inner = [call(r, depth + 1) for _ in range(r.randint(0, 3))] if depth < 2 and r.random() < 0.3 else []
    given_ = [r.choice(values[:6] if r.random() < 0.7 else values) for _ in range(r.randint(0, 4))]
    keys = [word for word in words() if word.endswith("=") and word[:-1].isidentifier()]
    named = [f"{r.choice(keys)}{r.choice(values)}" for _ in range(r.choice([0, 0, 1, 2]))]
    return f"{r.choice(CALLS)}{', '.join([*given_, *inner, *named])}{')' if r.random() < 0.95 else ''}"


@given(SEEDS)
def test_a_layer_is_drawn_or_says_why_not(seed):
    targets.layer(call(Random(seed)).encode())


# pages


PIECES = (
    "<!-- conv-anim: axes_fold.yaml -->", "<!-- conv-anim output=a.gif spec=code", "<!-- conv-anim output=b.svg step=1",
    "\ninput: {size: [3, 3]}\nlayer: {type: conv, kernel_size: 2}\n", "-->", "<!-- /conv-anim -->", "<!--", "\n\n",
    "```", "~~~\n", "> ", "- ", "`", "text", "\r\n", "    ", "卷積",
)  # fmt: skip
BLOCK = (*PIECES[1:2], *PIECES[3:6])


@given(st.lists(st.sampled_from(PIECES) | st.just("".join(BLOCK)) | WORDS, max_size=12).map("".join))
def test_a_page_is_filled_once_for_all_or_says_why_not(said):
    targets.page(said.encode("utf-8", "replace"))


# data files


def saved(seed: int) -> bytes:
    """A file of numbers of any type and shape, or a picture, maybe damaged."""
    r, out = Random(seed), BytesIO()
    shape = [r.choice([0, 1, 2, 5]) for _ in range(r.randint(0, 4))]
    kind = r.choice(["?", "i1", ">i4", "u8", "f2", "f4", "f8", "g", "c8", "U3", "M8[s]", "O", "i4,f4"])
    match r.choice(["npy", "npy", "png", "csv", "npz"]):
        case "npy":
            np.save(out, np.full(shape, r.choice([0, 1, 1]), kind), allow_pickle=True)
        case "npz":
            np.savez(out, np.zeros(shape))
        case "png":
            mode = r.choice(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
            Image.new(mode, (r.randint(1, 5), r.randint(1, 5))).save(out, "PNG")
        case "csv":
            out.write("\n".join(",".join(r.choice(words()) for _ in shape) for _ in range(3)).encode())
    data = out.getvalue()
    at = r.randrange(len(data) + 1)
    return r.choice([data, data[:at], data[:at] + bytes([r.randrange(256)]) + data[at + 1 :]])


@given(SEEDS)
def test_a_data_file_is_read_or_says_why_not(seed):
    targets.table(saved(seed))
