"""What drawing costs: every goal with its measure, in CPU time of whole processes, each beside what it is compared to.

``bench.py`` prints them all and fails if one is worse by more than a quarter than in ``baseline.json``, which holds
ratios, so that it does for any machine; ``bench.py --update`` writes it anew. Rows that need what is not installed
are skipped, and say so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click
from measure import Row, Skipped, fastest, paired, run

from conv_anim.catalog import templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from measure import Command

HERE = Path(__file__).parent
BASELINE = HERE / "baseline.json"
TOLERATED = 1.25
ORIGINALS = 2_931_414
"""Bytes of conv_arithmetic's 15 GIFs without numbers, without their colour profiles."""
TEMPLATES = {template.name: template.path for template in templates()}
FIGURE = TEMPLATES["arbitrary_padding_no_strides"]
ARITHMETIC = FIGURE.parent
LIBRARIES = "import numpy, matplotlib.backends.backend_agg, PIL.Image, click, yaml"
FLAT = """
input: {{size: [5, 5]}}
layer: {{type: conv, kernel_size: 3, padding: 1}}
view: flat
animation: {{every: {every}}}
"""
VOLUME = """
input: {{size: [7, 7], channels: 3}}
layer: {{type: conv, kernel_size: 3, out_channels: 4}}
view: volume
size: {{width: 800}}
animation: {{every: {every}}}
"""
SQUARE = """
input: {{size: [{side}, {side}]}}
layer: {{type: conv, kernel_size: 3}}
view: isometric
size: {{width: 500}}
animation: {{every: {every}}}
"""
SMALL = """
title: number {k}
input: {{size: [3, 3]}}
layer: {{type: conv, kernel_size: {kernel}}}
view: flat
"""
LARGE = """
input: {size: [224, 224]}
layer: {type: conv, kernel_size: 7, stride: 2}
view: isometric
animation: {every: 64}
"""


def cli(*arguments: str | Path) -> Command:
    return ["-m", "conv_anim", *arguments]


def drawn(specs: Path, folder: Path, *more: str) -> Command:
    return cli("render", specs, "-o", folder, "-f", "gif", "-j", "1", "--force", *more)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def copies(path: Path, count: int, folder: Path) -> Path:
    folder.mkdir()
    for k in range(count):
        shutil.copy(path, folder / f"figure{k}.yaml")
    return folder


# the rows


def a_figure(folder: Path) -> Iterator[Row | Skipped]:
    figure = drawn(FIGURE, folder, "--set", "theme=classic")
    found = paired({"ours": figure, "imports": ["-c", LIBRARIES]}, 7)
    naive = paired({"naive": [HERE / "naive.py", folder / "naive.gif"], "ours": figure}, 2)
    yield Row(
        "a figure: times less than FuncAnimation", naive["naive"].cpu / naive["ours"].cpu, 8, ".1f", at_least=True
    )
    yield Row("a figure: times importing the libraries", found["ours"].cpu / found["imports"].cpu, 1.5)


def many_figures(folder: Path) -> Iterator[Row | Skipped]:
    specs = copies(TEMPLATES["con_10"], 11, folder / "eleven")
    one = specs / "figure0.yaml"
    commands = {
        "all": drawn(ARITHMETIC, folder),
        "one": drawn(one, folder),
        "eleven": drawn(specs, folder),
        "imports": ["-c", LIBRARIES],
    }
    found = paired(commands, 3)
    unit = found["imports"].cpu
    yield Row("all 19 of conv_arithmetic's animations, s", found["all"].cpu, 4.2, unit=unit)
    further = 1000 * (found["eleven"].cpu - found["one"].cpu) / 10
    yield Row("a further figure of 25 frames, ms", further, 120, ".0f", unit=1000 * unit)


def a_frame(folder: Path) -> Iterator[Row | Skipped]:
    unit = 1000 * paired({"imports": ["-c", LIBRARIES]}, 3)["imports"].cpu
    plain = ("--set", "theme=classic", "--set", "caption=false")
    isometric = [drawn(FIGURE, folder, *plain, "--set", f"animation.every={n}") for n in (1, 35)]
    flat = [drawn(written(folder / f"flat{n}.yaml", FLAT.format(every=n)), folder) for n in (1, 24)]
    volume = [drawn(written(folder / f"volume{n}.yaml", VOLUME.format(every=n)), folder) for n in (1, 99)]
    for name, commands, frames, goal in (
        ("isometric 495x542", isometric, 36, 4),
        ("flat with 50 numbers", flat, 25, 6),
        ("volume 800 px wide", volume, 100, 12),
    ):
        found = paired(dict(zip(("all", "two"), commands, strict=True)), 5)
        cost = 1000 * (found["all"].cpu - found["two"].cpu) / (frames - 2)
        yield Row(f"a further frame, {name}, ms", cost, goal, unit=unit)


def a_smooth_figure(folder: Path) -> Iterator[Row | Skipped]:
    plain = ("--set", "theme=classic", "--set", "caption=false")
    motions = ("smooth", "step")
    commands = {m: drawn(FIGURE, folder / m, *plain, "--set", f"animation.motion={m}") for m in motions}
    found = paired({**commands, "imports": ["-c", LIBRARIES]}, 5)
    frames, size = {}, {}
    for motion in motions:
        path = folder / motion / f"{FIGURE.stem}.gif"
        frames[motion], size[motion] = frames_of(path), path.stat().st_size
    further = 1000 * (found["smooth"].cpu - found["step"].cpu) / (frames["smooth"] - frames["step"])
    yield Row("a frame of smooth motion, ms", further, 3, unit=1000 * found["imports"].cpu)
    yield Row("smooth motion: times the bytes of steps", size["smooth"] / size["step"], 4)


def frames_of(path: Path) -> int:
    from PIL import Image

    with Image.open(path) as image:
        return int(getattr(image, "n_frames", 1))


def many_frames(folder: Path) -> Iterator[Row | Skipped]:
    cost: dict[int, float] = {}
    peak: dict[int, float] = {}
    for side, rounds in ((14, 3), (52, 1)):
        frames = (side - 2) ** 2
        texts = {n: SQUARE.format(side=side, every=n) for n in (1, frames - 1)}
        specs = {n: written(folder / f"square{side}-{n}.yaml", text) for n, text in texts.items()}
        found = paired({str(n): drawn(path, folder) for n, path in specs.items()}, rounds)
        cost[side] = (found["1"].cpu - found[str(frames - 1)].cpu) / (frames - 2)
        peak[side] = found["1"].peak
    yield Row("2,500 frames: times the cost per frame of 144", cost[52] / cost[14], 1.5)
    yield Row("2,500 frames: times the memory of 144", peak[52] / peak[14], 1.15)


def a_large_input(folder: Path) -> Iterator[Row | Skipped]:
    path = written(folder / "large.yaml", LARGE)
    found = paired({"large": drawn(path, folder), "imports": ["-c", LIBRARIES]}, 2)
    yield Row("a 224x224 input, s", found["large"].cpu, 3, unit=found["imports"].cpu)
    yield Row("a 224x224 input, MiB", found["large"].peak, 300, ".0f")
    name = "its output: times scipy's correlate2d"
    try:
        from scipy.signal import correlate2d
    except ImportError:
        yield Skipped(name, "scipy is not installed")
        return
    from conv_anim import pipeline
    from conv_anim.tracing.trace import trace

    spec = pipeline.load(path)
    layer = trace(spec).layers[0]
    weights = layer.kernels
    assert weights is not None
    x, kernel = layer.input[0], weights[0, 0]
    yield Row(name, fastest(lambda: trace(spec).output) / fastest(lambda: correlate2d(x, kernel, "valid")[::2, ::2]), 3)


def files(folder: Path) -> Iterator[Row | Skipped]:
    run(drawn(ARITHMETIC, folder, "--set", "theme=classic"))
    made = {path.stem: path.stat().st_size for path in folder.glob("*.gif")}
    yield Row("arbitrary_padding_no_strides, kB", made[FIGURE.stem] / 1000, 210, ".1f")
    decibels, off = fidelity(folder / f"{FIGURE.stem}.gif")
    yield Row("  against the true colours, dB", decibels, 44, ".1f", at_least=True)
    yield Row("  pixels whose flat colour is not exact", off, 0, ".0f")
    plain = [size for name, size in made.items() if not name.startswith("numerical")]
    yield Row("the 15 without numbers, of the originals' bytes", sum(plain) / ORIGINALS, 0.55)
    name = "what gifsicle -O3 saves at the most, %"
    if shutil.which("gifsicle") is None:
        yield Skipped(name, "gifsicle is not on PATH")
        return
    run(cli("render", TEMPLATES["con_1"].parent, "-o", folder / "themed", "-f", "gif"))
    yield Row(name, max(map(saved, folder.rglob("*.gif"))), 5, ".1f", unit=100)


def fidelity(path: Path) -> tuple[float, int]:
    """Of the figure's GIF: decibels of its noise, and how many pixels of a flat colour have another."""
    import numpy as np
    from PIL import Image

    from conv_anim import pipeline
    from conv_anim.export.palette import key, keys
    from conv_anim.painting.agg import flat_colors, frames

    scene = pipeline.scene(pipeline.load(FIGURE, changes=["theme=classic"]))
    items = [*scene.static, *(item for frame in scene.frames for item in (*frame.kept, *frame.shown))]
    flat = [key(color) for color in flat_colors(tuple(items)) | {scene.background}]
    squares, off = 0.0, 0
    with Image.open(path) as image:
        for k, pixels in enumerate(frames(scene)):
            image.seek(k)
            differs = np.asarray(image.convert("RGB"), float) - pixels[..., :3]
            squares += float(np.mean(differs**2))
            off += int(np.count_nonzero(differs[np.isin(keys(pixels), flat)].any(axis=-1)))
    return float(10 * np.log10(255**2 / (squares / len(scene.frames)))), off


def saved(path: Path) -> float:
    made = subprocess.run(["gifsicle", "-O3", path], capture_output=True, check=True).stdout
    return 100 * (1 - len(made) / path.stat().st_size)


def two_processes(folder: Path) -> Iterator[Row | Skipped]:
    name = "-j 2: times faster, 40 figures"
    cores, busy = os.cpu_count() or 1, os.getloadavg()[0]
    if cores < 2 or busy > 0.75 * cores:
        yield Skipped(name, f"this machine has {cores} cores and a load of {busy:.1f}")
        return
    specs = copies(FIGURE, 40, folder / "forty")
    best: dict[str, list[float]] = {"1": [], "2": []}
    for _ in range(3):
        for jobs, times in best.items():
            shutil.rmtree(folder / jobs, ignore_errors=True)
            times.append(run(cli("render", specs, "-o", folder / jobs, "-f", "gif", "-j", jobs, "--force")).wall)
    yield Row(name, min(best["1"]) / min(best["2"]), 1.7, at_least=True)
    differ = sum(path.read_bytes() != (folder / "2" / path.name).read_bytes() for path in (folder / "1").iterdir())
    yield Row("-j 2: files that differ", differ, 0, ".0f")


def commands(_folder: Path) -> Iterator[Row | Skipped]:
    wanted: dict[str, Command] = {
        "click": ["-c", "import click"],
        "--help": cli("--help"),
        "templates": cli("templates"),
    }
    found = paired({**wanted, "validate": cli("validate", FIGURE)}, 15)
    for name, goal in (("--help", 1.3), ("templates", 1.5), ("validate", 2.5)):
        yield Row(f"{name}: times importing click", found[name].cpu / found["click"].cpu, goal)


def many_specs(folder: Path) -> Iterator[Row | Skipped]:
    """2,000 small ones, every hundredth bad, by two processes with an empty cache; then again."""
    peak: dict[int, float] = {}
    for count in (500, 2000):
        specs = folder / str(count)
        specs.mkdir()
        for k in range(count):
            written(specs / f"{k}.yaml", SMALL.format(k=k, kernel="none" if k % 100 == 7 else 2))
        command = cli("render", specs, "-f", "png", "-j", "2", "--diagnostics", "short")
        first, again = (run(command, status=1) for _ in range(2))
        peak[count] = first.peak
    yield Row("2,000 specs: times the memory of 500", peak[2000] / peak[500], 1.1)
    yield Row("2,000 specs, s", first.wall, 240, ".0f")
    yield Row("2,000 specs that are up to date, s", again.wall, 10, ".1f")
    missing = 1980 - len(list(specs.glob("*.png")))
    yield Row("2,000 specs: good ones that are not drawn", missing, 0, ".0f")


def a_save(folder: Path) -> Iterator[Row | Skipped]:
    """What `watch` answers, from a save on."""
    from conv_anim.app.preview import Publisher, Server, Watcher, watching

    spec = written(folder / "watched.yaml", "title: 0\n" + FLAT.format(every=1))
    board = Publisher()
    told = watching(Watcher(spec), Server(board))
    next(told)
    times = []
    for k in range(1, 12):
        version, began = board.after(0).version, perf_counter()
        written(spec, f"title: {k}\n" + FLAT.format(every=1))
        board.after(version)
        times.append(1000 * (perf_counter() - began))
    told.close()
    yield Row("watch: from a save to the new figure, ms", sorted(times)[5], 300, ".0f")


SECTIONS = (
    a_figure,
    many_figures,
    a_frame,
    a_smooth_figure,
    many_frames,
    a_large_input,
    files,
    two_processes,
    many_specs,
    commands,
    a_save,
)


# what is said of them


def told(row: Row | Skipped, before: Mapping[str, float]) -> str:
    if isinstance(row, Skipped):
        return f"{row.name:52} skipped: {row.why}"
    sign = "≥" if row.at_least else "≤"
    goal = f"{sign} {row.goal:g}"
    text = f"{row.name:52} {row.value:>8{row.form}}  {goal:>7}  {'' if row.met else 'MISSED'}"
    worse = declined(row, before)
    return text if worse is None else f"{text}  {worse:.2f} times worse than before"


def declined(row: Row, before: Mapping[str, float]) -> float | None:
    """How many times worse a row is than in the baseline, if that is more than is tolerated."""
    ratio = before.get(row.name)
    if not ratio or not row.ratio:
        return None
    worse = row.worse(ratio)
    return worse if worse > TOLERATED else None


@click.command(help=__doc__)
@click.option("--update", is_flag=True, help="Write baseline.json anew.")
@click.argument("sections", nargs=-1, type=click.Choice([section.__name__ for section in SECTIONS]))
def main(sections: tuple[str, ...], *, update: bool) -> None:
    before = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
    rows: list[Row] = []
    for section in SECTIONS:
        if sections and section.__name__ not in sections:
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_CACHE_HOME"] = str(Path(folder, "cache"))
            for row in section(Path(folder)):
                click.echo(told(row, before).rstrip())
                rows += [row] if isinstance(row, Row) else []
    if update:
        ratios = before | {row.name: float(f"{row.ratio:.3g}") for row in rows}
        BASELINE.write_text(json.dumps(ratios, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    elif any(declined(row, before) for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
