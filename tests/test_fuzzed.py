"""What the fuzzer keeps and what it found, tried in every test run; `tests.fuzzing` looks for more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from conv_anim.diagnostics import SpecError
from conv_anim.spec import document
from tests.fuzzing.targets import LOADERS, TARGETS, files, text
from tests.fuzzing.words import dictionary, words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fuzzing.targets import Target

FOUND = {
    "argument/escape_in_a_key": "a message held what a terminal obeys",
    "argument/item_of_5000_digits": "a traceback: Python makes no number of so many",
    "argument/key_of_1500_parts": "a traceback: nested too deep",
    "argument/line_break_in_a_key": "the place was behind the end of its line",
    "argument/no_utf8": "a traceback of libyaml's, which takes no half of a pair",
    "layer/unmatched_behind_a_next_line": "Python counts fewer ends of lines: the place was behind the end of its line",
    "page/byte_behind_a_file_separator": "the place was behind the end of its line",
    "spec/byte_behind_a_vertical_tab": "the same in a spec",
    "spec/control_character_behind_han": "libyaml counts bytes: the place was too far right, or none",
    "spec/escape_beyond_unicode": "a traceback of the YAML reader in Python",
    "spec/escape_in_a_tag": "a message held what a terminal obeys",
    "spec/whole_number_of_320_digits": "a traceback: no float is as large",
    "table/npy_header_without_end": "a traceback of the tokenizer's",
    "table/npy_that_is_a_zip": "a traceback: an archive has no size",
    "table/npy_that_is_no_zip": "a traceback of the module for archives",
}
"""By file in ``fuzzing/found``, what was wrong."""
MOST_CALLS = 3_000_000
"""Of functions, for one input; a hang is more."""

KEPT = [(target, path) for target in TARGETS.values() for path in files(target.corpus, target.found)]


def tried(target: Target, data: bytes) -> int:
    """How many functions are called to try some bytes. Fails when they are too many."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}
        assert calls < MOST_CALLS

    sys.setprofile(count)
    try:
        target.attempt(data)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(("target", "path"), KEPT, ids=[f"{target.name}-{path.name}" for target, path in KEPT])
def test_what_the_fuzzer_keeps_breaks_nothing(target: Target, path: Path) -> None:
    tried(target, path.read_bytes())


def test_every_find_is_told() -> None:
    assert {f"{target.name}/{path.name}" for target in TARGETS.values() for path in files(target.found)} == set(FOUND)


def test_the_corpus_is_small() -> None:
    sizes = [path.stat().st_size for target in TARGETS.values() for path in files(target.corpus, target.found)]
    assert sum(sizes) < 300_000
    assert all(files(target.corpus) for target in TARGETS.values())


@pytest.mark.parametrize("loader", LOADERS)
def test_a_forbidden_character_is_found_behind_others(loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "LOADER", loader)
    with pytest.raises(SpecError) as raised:
        document.parsed(text("a: 卷\n標題: 卷積\x0c\n".encode(), "spec.yaml"))
    (problem,) = raised.value.problems
    assert (problem.place, problem.message[-8:]) == ("spec.yaml:2:7", "(U+000C)")


def test_the_words_are_those_of_the_tables() -> None:
    assert {"kernel_size: ", "conv_transpose", "nn.Conv2d(", "Conv2D(", "output="} <= set(words())
    lines = dictionary().splitlines()
    assert len(lines) == len(words())
    assert all(line.isascii() and line[0] == line[-1] == '"' for line in lines)
