"""``draw``: a layer as PyTorch or Keras write it to a picture, without a spec."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from conv_anim.commands.options import DIAGNOSTICS, SET, AsPath, Limited, Named, let_option, limited, size_option
from conv_anim.commands.render import FormatName, FormatOption, Steps, directed
from conv_anim.spec import formats as known

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.drawings import Drawing
    from conv_anim.frameworks.feeding import Feed
    from conv_anim.frameworks.whole import Whole
    from conv_anim.pipeline import Loaded
    from conv_anim.spec.model import Size
    from conv_anim.spec.overrides import Option

FILES = (".onnx", ".pt2", ".keras", ".py", ".txt", ".yaml", ".yml")
"""Suffixes of files that have several layers."""
NETWORK = "network"
"""The view of a whole model."""


@click.command(cls=Limited)
@click.argument("layer")
@size_option("The input's size: 32x32, 3x32x32 with the channels first, or 32. Default: what shows the layer well.")
@click.option("--channels", type=click.IntRange(1), metavar="N", help="Input channels, where the layer does not say.")
@click.option(
    "-o", "--output", type=AsPath(), metavar="FILE", help="A file, whose suffix says the format, or a folder."
)
@click.option(
    *("-f", "--format", "formats"),
    multiple=True,
    type=FormatName(),
    cls=FormatOption,
    metavar="FORMAT",
    help="As render.",
)
@click.option(
    "--view", type=Named("view"), metavar="VIEW", help="isometric, flat, channels, volume, matrix, sequence or network."
)
@click.option("--theme", type=Named("theme"), metavar="THEME", help="The colours; 'conv-anim themes' lists them.")
@SET
@click.option("--step", type=Steps(), metavar="STEPS", help="Only these steps, as render.")
@click.option("--spec", "as_spec", is_flag=True, help="Print the spec that the layer stands for; draw nothing.")
@click.option(
    "--node",
    metavar="NAME",
    help="Which node of a model: its name, an output's, or its number; by default all. "
    "Of a Python file, which class, or which function that makes a model.",
)
@let_option("The value of a name in the text.")
@DIAGNOSTICS
@limited
def draw(  # noqa: PLR0917  # click hands its options over by name
    layer: str,
    shape: Size | None,
    channels: int | None,
    output: Path | None,
    formats: tuple[str, ...],
    view: str | None,
    theme: str | None,
    changes: tuple[str, ...],
    step: str | None,
    node: str | None,
    names: tuple[tuple[str, Any], ...],
    *,
    as_spec: bool,
) -> None:
    """Draw a layer as you write it in PyTorch or Keras, or a model in a file: whole, or one of its nodes.

    Text is read, never run.

    \b
    Examples:
      conv-anim draw 'nn.Conv2d(3, 8, kernel_size=3, stride=2, padding=1)' --input 32x32
      conv-anim draw 'Conv2D(8, 3, strides=2, padding="same")' --input 3x9x9 -o figures/conv.gif
      conv-anim draw 'nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2))'
      conv-anim draw 'nn.ConvTranspose2d(1, 1, 3, stride=2)' --spec > my.yaml
      conv-anim draw model.onnx
      conv-anim draw model.onnx --node /conv1/Conv
      conv-anim draw resnet.py --node ResNet18
      conv-anim draw net.py --node Generator --let ngf=64
      conv-anim draw yolov8.yaml --let scale=s
      conv-anim draw - < layer.py
    """
    from conv_anim.app.console import fail, limits
    from conv_anim.diagnostics import SpecError
    from conv_anim.frameworks.drawings import Drawing
    from conv_anim.frameworks.feeding import said
    from conv_anim.pipeline import drawable
    from conv_anim.spec.overrides import Option

    to_file = output is not None and output.suffix.lower() in {".yaml", ".yml"}
    _used(layer, node=node, as_spec=as_spec, drawing={"-o": output and not to_file, "-f": formats, "--step": step})
    asked = {"view": view, "theme": theme}
    named = [Option(f"--{key}", key, name) for key, name in asked.items() if name is not None]
    try:
        made = _read(layer, said(shape, channels), view, dict(names), node=node, as_spec=as_spec)
        if as_spec and isinstance(made, Drawing):
            _write(made, (*named, *changes), output)
            return
        folder, directed_ = directed(output, (*named, *changes), formats)
        loaded = drawable(made.loaded(directed_, limits()), limits())
    except SpecError as error:
        fail(error.problems)
    _draw(made, loaded, folder=folder, formats=formats, step=step)


def _read(
    layer: str, feed: Feed, view: str | None, names: Names, *, node: str | None, as_spec: bool
) -> Drawing | Whole:
    """What is to be drawn, or a spec; notes about it go to stderr. Raises SpecError."""
    from conv_anim.app.console import limits
    from conv_anim.claims import STANDARD_INPUT, check_stdout
    from conv_anim.frameworks.drawings import drawing
    from conv_anim.frameworks.files_of_text import is_python_file

    if as_spec or (node is not None and not is_python_file(layer.strip())):
        made: Drawing | Whole = drawing(_text(layer), feed, node, limits(), names=names)
    else:
        made = _made(layer, feed, view, names, node)
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
    check_stdout((STANDARD_INPUT, *made.read) if layer == "-" else made.read)
    return made


def _made(layer: str, feed: Feed, view: str | None, names: Names, node: str | None) -> Drawing | Whole:
    """A whole model, or its only layer; or a text's layers, as a network if requested. Raises SpecError."""
    from conv_anim.app.console import limits
    from conv_anim.frameworks import drawings, whole
    from conv_anim.frameworks.files_of_text import source_of
    from conv_anim.frameworks.followed.attempt import attempt

    text = _text(layer)
    tried = None if whole.is_model(layer) else attempt(source_of(text), feed, names, node)
    if view == NETWORK or (view is None and (tried is None or tried.is_large)):
        found = whole.whole(text, feed, names, node) if tried is None else whole.of_attempt(tried)
        if view == NETWORK or found.is_large:
            return found
    if tried is None:
        return drawings.drawing(text, feed, node, limits(), names=names)
    return drawings.of_attempt(tried, limits())


def _used(layer: str, *, node: str | None, as_spec: bool, drawing: Mapping[str, object]) -> None:
    """Raise click.UsageError for an option that would have no effect."""
    if node is not None and layer != "-" and not layer.strip().lower().endswith(FILES):
        *most, last = FILES
        ends = f"{', '.join(most)} or {last}"
        raise click.UsageError(f"--node chooses a node of a file that ends in {ends}; this is not one")
    idle = [name for name, value in drawing.items() if value]
    if as_spec and idle:
        what = f"--spec prints the spec and draws nothing: leave out {' and '.join(idle)}, or --spec"
        raise click.UsageError(what + ("; -o NAME.yaml writes it to a file" if "-o" in idle else ""))


def _write(made: Drawing, changes: tuple[str | Option, ...], output: Path | None) -> None:
    """Print the spec, or write it to a file and its large arrays beside it, which come first."""
    from conv_anim.app.console import limits
    from conv_anim.commands.options import write_text
    from conv_anim.export import files

    if output is None:
        click.echo(made.yaml(changes, limits()), nl=False)
        return
    written = made.written(output.stem, changes, limits())
    for name, data in written.files.items():
        files.write(output.parent / name, data)
    write_text(output, written.text)
    names = " and ".join([str(output), *(str(output.parent / name) for name in written.files)])
    click.echo(f"wrote {names}", err=True)


def _text(layer: str) -> str:
    from conv_anim.app.console import standard_input

    return standard_input().text if layer == "-" else layer


def _draw(
    made: Drawing | Whole, loaded: Loaded, *, folder: Path | None, formats: tuple[str, ...], step: str | None
) -> None:
    from pathlib import Path

    from conv_anim.app.console import limits
    from conv_anim.app.plan import Origin, Wanted, jobs
    from conv_anim.app.report import draw_all, is_stream

    wanted = Wanted(folder, tuple(map(known.whole, formats)), step=step, limits=limits())
    origin = Origin(Path(made.name))
    bad = draw_all([(origin, loaded)], wanted, 1, verbose=False)
    if not bad and not is_stream(folder):
        for job in jobs(origin, loaded, wanted):
            click.echo(f"drew {job.first}", err=True)
    sys.exit(1 if bad else 0)
