"""Limits: each refuses what is too large before it costs anything, says so, and can be raised and lowered."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import conv_anim
from conv_anim import pipeline
from conv_anim.cli import main
from conv_anim.diagnostics import MOST_PROBLEMS, Code, SpecError
from conv_anim.export import budget
from conv_anim.limits import TABLE, Limits
from conv_anim.spec import estimates, formats

CONV = {"type": "conv", "kernel_size": 3}
SMALL = {"input": {"size": [5, 5]}, "layer": CONV}
EVERY = {"pace": "even", "every": 1}
"""One frame for each output."""
NINE = SMALL | {"animation": EVERY}
LARGE = {"input": {"size": [320, 320]}, "layer": CONV, "animation": EVERY}
SHORTLY = 12
"""Times the processor time of an ordinary figure that a refusal may take; most take less than the figure."""
LITTLE = 300_000_000
"""Bytes."""
PEAK = "print(next(int(line.split()[1]) * 1024 for line in open('/proc/self/status') if line.startswith('VmHWM')))"
"""Says how many bytes a process took at the most; what `resource` tells counts the memory of its parent too."""
PLENTY = Limits(**{limit.name: 10**15 for limit in TABLE})
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from Linux' /proc")


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    spec = folder / "a spec.yaml"
    spec.write_text(text, encoding="utf-8")
    return spec


def as_text(spec: dict) -> str:
    return json.dumps(spec)


# from the command line: shortly, in little memory

BOMB = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + chr(ord(name) - 1)] * 9)}]\n" for name in "bcdefghijkl"
)
MONSTERS = {
    "an alias bomb": (BOMB, "--max-values"),
    "a large input": (as_text(SMALL | {"input": {"size": [10**6, 10**6]}}), "--max-cells 1000000000000"),
    "a wide figure": (as_text(SMALL | {"size": {"width": 900_000}}), "--max-pixels"),
    "many steps": (as_text(LARGE), "--max-steps 101124"),
    "much padding": (as_text(SMALL | {"layer": CONV | {"padding": 10**6, "stride": 10**6}}), "--max-cells"),
    "a large dilation": (as_text(SMALL | {"layer": CONV | {"padding": 10**6, "dilation": 10**6}}), "--max-cells"),
    "a large kernel": (
        as_text({"input": {"size": [2000, 2000]}, "layer": CONV | {"kernel_size": 1000}}),
        "--max-work 1",
    ),
    "many kernels": (
        as_text(
            {"input": {"size": [2, 2], "channels": 9999}, "layer": CONV | {"kernel_size": 1, "out_channels": 9999}}
        ),
        "--max-cells 99980001",
    ),
    "a long strip": (as_text({"input": {"size": [10**6]}, "layer": CONV}), "--max-memory"),
    "many channels": (
        as_text({"input": {"size": [2, 2], "channels": 10**6}, "layer": CONV | {"kernel_size": 1}}),
        "--max-memory",
    ),
    "a pool over all": (as_text({"input": {"size": [3000, 3000]}, "layer": {"type": "global_avg_pool"}}), "--max-work"),
    "many brackets": ("[" * 3_999_999, None),
    "many lines": ("- 1\n" * 999_999, "--max-values"),
    "a large file": ("a" * 50_000_000, "--max-file-size"),
    "a long caption": (as_text(SMALL | {"caption": "a " * 1_900_000}), None),
    "many layers": ("input: {size: [5, 5]}\nlayers:\n" + "- {type: conv, kernel_size: 1}\n" * 100_000, "--max-values"),
    "many mistakes": ("".join(f"k{k}: 1\n" for k in range(90_000)), None),
}


def taken(spec: Path, folder: Path) -> tuple[subprocess.CompletedProcess[str], int, float]:
    """A rendering, with the bytes and the seconds of a processor that it took."""
    code = (
        "import sys, time; from conv_anim.cli import main\n"
        "try: main(sys.argv[1:])\n"
        f"finally: {PEAK}; print(time.process_time())"
    )
    args = [sys.executable, "-c", code, "render", str(spec), "-o", str(folder), "--force"]
    process = subprocess.run(args, check=False, capture_output=True, text=True, timeout=900)
    peak, seconds = process.stdout.split()
    return process, int(peak), float(seconds)


def ordinary(folder: Path) -> float:
    """Seconds of a processor that an ordinary figure takes now."""
    return taken(written(folder, as_text(SMALL)), folder)[2]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> float:
    return ordinary(tmp_path_factory.mktemp("ordinary"))


@LINUX
@pytest.mark.parametrize("name", MONSTERS)
def test_a_monster_ends_shortly_in_little_memory(name: str, usual: float, tmp_path: Path) -> None:
    """Beside an ordinary figure; one that is drawn right after it, if the machine may have become slower since."""
    text, way = MONSTERS[name]
    spec = written(tmp_path, text)
    process, peak, seconds = taken(spec, tmp_path / "out")
    assert process.returncode == 1
    assert peak < LITTLE
    assert seconds < SHORTLY * usual or seconds < SHORTLY * ordinary(tmp_path / "ordinary")
    said = process.stderr
    assert said.startswith(f"{spec}:")
    assert "Traceback" not in said
    if way is not None:
        assert "[too-large]" in said
        assert way in said
    assert not (tmp_path / "out").exists()


# each limit, raised and lowered

JUST = [
    ("file_size", "x: 1\n" * 3 + as_text(SMALL), []),
    ("depth", as_text({"input": {"values": [[1, 2], [3, 4]]}, "layer": CONV | {"kernel_size": 1}}), []),
    ("values", as_text(SMALL), []),
    ("cells", as_text(SMALL), []),
    ("work", as_text(SMALL), []),
    ("steps", as_text(SMALL), []),
    ("pixels", as_text(SMALL), ["-f", "png"]),
    ("memory", as_text(SMALL), []),
]
TOO_LOW = {"file_size": 20, "depth": 2, "values": 5, "cells": 24, "work": 100, "steps": 8, "pixels": 999, "memory": 10}


def rendered(spec: Path, *args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["render", str(spec), "-o", str(spec.parent / "out"), *args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stderr


@pytest.mark.parametrize(("name", "text", "args"), JUST[1:], ids=lambda value: value if isinstance(value, str) else "")
def test_a_lowered_limit_refuses_and_says_how_to_raise_it(
    name: str, text: str, args: list[str], tmp_path: Path
) -> None:
    spec, option = written(tmp_path, text), f"--max-{name}"
    status, said = rendered(spec, *args, option, str(TOO_LOW[name]))
    assert status == 1
    assert f"more than {TOO_LOW[name]:,} [too-large]" in said
    assert option in said
    assert not (tmp_path / "out").exists()
    assert rendered(spec, *args, option, "10G") == (0, "")
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_file_that_is_too_large_by_a_byte(tmp_path: Path) -> None:
    spec = written(tmp_path, as_text(SMALL))
    size = spec.stat().st_size
    assert rendered(spec, "--max-file-size", str(size)) == (0, "")
    status, said = rendered(spec, "--max-file-size", str(size - 1))
    assert (status, f"more than {size - 1} [too-large]" in said) == (1, True)


def test_the_number_that_a_hint_gives_is_enough(tmp_path: Path) -> None:
    spec = written(tmp_path, as_text(SMALL))
    for option, low in (("--max-steps", "3"), ("--max-cells", "7"), ("--max-pixels", "50")):
        _, said = rendered(spec, option, low)
        number = said.split(f"{option} ")[1].split(" ")[0]
        assert rendered(spec, option, number) == (0, "")


def test_more_steps_than_usual_are_drawn_if_they_are_allowed(tmp_path: Path) -> None:
    spec = written(tmp_path, as_text({"input": {"size": [103, 103]}, "layer": CONV, "animation": EVERY}))
    assert rendered(spec, "-f", "png")[0] == 1
    assert rendered(spec, "-f", "png", "--max-steps", "2e4") == (0, "")


def test_few_steps_of_a_large_layer_are_drawn(tmp_path: Path) -> None:
    spec = written(tmp_path, as_text(LARGE))
    assert rendered(spec, "--step", "0,9", "-f", "gif") == (0, "")
    assert rendered(spec, "--step", "last")[0] == 1
    assert rendered(spec, "--set", "animation.every=40000", "--step", "0", "-f", "png") == (0, "")


def test_only_the_steps_to_the_last_one_chosen_count() -> None:
    spec = conv_anim.load(NINE)
    drawn = pipeline.scene(spec)
    assert pipeline.encoded(drawn, "png", step=4, limits=Limits(steps=5))
    with pytest.raises(SpecError, match=r"goes through 6 steps, more than 5"):
        pipeline.encoded(drawn, "gif", step="0,5", limits=Limits(steps=5))
    with pytest.raises(SpecError, match=r"goes through 9 steps, more than 5"):
        pipeline.pictures(spec, "frames", "a", limits=Limits(steps=5))


@pytest.mark.parametrize("command", ["validate", "explain", "trace", "code", "render"])
def test_every_command_that_reads_specs_has_the_options(command: str, tmp_path: Path) -> None:
    spec = written(tmp_path, as_text(SMALL))
    result = CliRunner().invoke(main, [command, str(spec), "--max-values", "3"])
    assert (result.exit_code, "[too-large]" in result.stderr) == (1, True)
    result = CliRunner().invoke(main, [command, "--help"])
    told = result.output[result.output.index("\nLimits:\n") :]
    assert all(limit.option in told for limit in TABLE)


def test_draw_embed_and_trace_keep_to_the_limits(tmp_path: Path) -> None:
    drawn = ["draw", "nn.Conv2d(1, 1, 3)", "-o", str(tmp_path / "a.png")]
    result = CliRunner().invoke(main, [*drawn, "--max-pixels", "100"])
    assert (result.exit_code, "--max-pixels" in result.stderr) == (1, True)
    written(tmp_path, as_text(NINE))
    page = tmp_path / "page.md"
    page.write_text("<!-- conv-anim: 'a spec.yaml' -->\n<!-- /conv-anim -->\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["embed", str(page), "--max-steps", "2"])
    assert (result.exit_code, "--max-steps 9 allows it" in result.stderr) == (1, True)
    result = CliRunner().invoke(main, ["trace", str(tmp_path / "a spec.yaml"), "--max-work", "2"])
    assert (result.exit_code, result.stdout, "--max-work" in result.stderr) == (1, "", True)


@pytest.mark.parametrize("given", ["0", "-1", "many", "", "nan", "1e99"])
def test_an_option_that_is_no_number_is_wrong_usage(given: str, tmp_path: Path) -> None:
    spec = written(tmp_path, as_text(SMALL))
    result = CliRunner().invoke(main, ["validate", str(spec), "--max-memory", given])
    assert (result.exit_code, "is not a number of at least 1" in result.stderr) == (2, True)


# from Python


def test_limits_are_handed_to_load_trace_and_render(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        conv_anim.load(SMALL, limits=Limits(cells=24))
    assert [problem.code for problem in error.value.problems] == [Code.TOO_LARGE]
    spec = conv_anim.load(NINE)
    with pytest.raises(SpecError, match="--max-work"):
        conv_anim.trace(spec, limits=Limits(work=10))
    with pytest.raises(SpecError, match="--max-steps 9"):
        conv_anim.render(spec, tmp_path / "a.gif", limits=Limits(steps=8))
    assert conv_anim.render(spec, tmp_path / "a.gif", limits=Limits(steps=9)).is_file()


def test_a_list_that_contains_itself_is_too_deep() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(SpecError, match="--max-depth"):
        conv_anim.load({"input": {"values": endless}, "layer": CONV})


def test_data_files_have_limits_too(tmp_path: Path) -> None:
    import numpy as np

    np.save(tmp_path / "a.npy", np.zeros((20, 20)))
    (tmp_path / "a.csv").write_text("1,2\n" * 200, encoding="utf-8")
    for name in ("a.npy", "a.csv"):
        spec = written(tmp_path, as_text({"input": {"values": {"file": name}}, "layer": CONV | {"kernel_size": 1}}))
        assert conv_anim.load(spec).input.size
        with pytest.raises(SpecError, match=r"'a\.\w+' has 400 numbers, more than 399 \[too-large\]"):
            conv_anim.load(spec, limits=Limits(cells=399))
        with pytest.raises(SpecError, match="--max-memory"):
            conv_anim.load(spec, limits=Limits(memory=9000))


def test_a_format_without_room_for_a_picture_says_so() -> None:
    wide = pipeline.scene(conv_anim.load({"input": {"size": [20_000]}, "layer": CONV, "view": "sequence"}))
    with pytest.raises(SpecError, match=r"at most 65,535 along an edge(.|\n)*no option raises this"):
        pipeline.encoded(wide, "png", limits=PLENTY)


def test_more_problems_than_anyone_reads_are_not_told() -> None:
    with pytest.raises(SpecError) as error:
        conv_anim.load(SMALL | {f"key{k}": 1 for k in range(1000)})
    told = error.value.problems
    assert len(told) == MOST_PROBLEMS + 1
    assert [problem.code for problem in told].count(Code.MORE) == 1


# estimates


FIGURES = {
    "small": SMALL,
    "enlarged": SMALL | {"size": {"scale": 4}},
    "frames": {"input": {"size": [11, 11]}, "layer": CONV},
    "padded": {"input": {"size": [60, 60]}, "layer": CONV | {"padding": 60, "stride": 20}},
    "unread": {"input": {"size": [120, 120]}, "layer": CONV | {"stride": 20}},
    "inserted": {"input": {"size": [25, 25]}, "layer": {"type": "conv_transpose", "kernel_size": 3, "stride": 4}},
    "channels": {"input": {"size": [2, 2], "channels": 20_000}, "layer": CONV | {"kernel_size": 1}},
    "every": {"input": {"size": [120, 120]}, "layer": CONV, "animation": {"every": 5000}},
    "deep": {"input": {"size": [40, 40, 40]}, "layer": CONV, "animation": {"every": 20_000}},
}
MEASURED = [
    *((name, format_) for name in ("enlarged", "frames") for format_ in ("gif", "png", "svg", "webp", "apng")),
    *((name, "gif") for name in ("every",)),
    *((name, "png") for name in ("padded", "unread", "channels", "deep")),
    ("frames", "html"),
    ("frames", "pages.pdf"),
    ("inserted", "png"),
]


def measured(spec: dict, format_: str) -> int:
    """Bytes that a process took at the most to draw a spec."""
    code = (
        "import json, sys; from conv_anim import pipeline; from conv_anim.limits import TABLE, Limits\n"
        "plenty = Limits(**{limit.name: 10**15 for limit in TABLE})\n"
        "pipeline.pictures(pipeline.load(json.loads(sys.argv[1])), sys.argv[2], 'a', limits=plenty)\n"
        f"{PEAK}"
    )
    args = [sys.executable, "-c", code, as_text(spec), format_]
    return int(subprocess.run(args, check=True, capture_output=True, text=True).stdout)


@LINUX
@pytest.mark.parametrize(("name", "format_"), MEASURED)
def test_memory_is_estimated_from_above_but_not_wildly(name: str, format_: str) -> None:
    spec = conv_anim.load(FIGURES[name])
    drawn = pipeline.scene(spec, limits=PLENTY)
    estimated = estimates.computed(spec) + estimates.laid_out(spec) + budget.needed(drawn, formats.of(format_))
    taken = measured(FIGURES[name], format_)
    assert taken <= estimated <= 6 * taken


# the table


def test_the_documentation_has_the_table() -> None:
    page = (Path(__file__).parent.parent / "docs" / "limits.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `--max-")]
    assert rows == [
        f"| `{limit.option}` | {limit.default:,} | {limit.unit} {limit.doc.rstrip('.')} |" for limit in TABLE
    ]


def test_no_place_makes_a_problem_of_size_of_its_own() -> None:
    package = Path(conv_anim.__file__).parent
    users = [path.name for path in package.rglob("*.py") if "Problem(Code.TOO_LARGE" in path.read_text("utf-8")]
    assert sorted(users) == ["limits.py"]


@pytest.mark.parametrize("command", ["render", "draw", "validate", "trace"])
def test_help_lists_options_and_then_limits(command):
    said = CliRunner().invoke(main, [command, "--help"]).stdout
    options, limits = said.split("\nOptions:\n")[1].split("\nLimits:\n")
    assert all(line.startswith(("  -", "     ")) for line in options.splitlines() if line)
    assert [line.split()[0] for line in limits.splitlines() if line.startswith("  -")] == [
        "--allow-outside",
        *(limit.option for limit in TABLE),
    ]
