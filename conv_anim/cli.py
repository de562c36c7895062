"""The command line: click's commands, diagnostics on stderr, exit statuses. Each command imports only what it needs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from conv_anim import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem


HELP = {"help_option_names": ["-h", "--help"]}
FORMATS = ("gif", "png", "frames")
OTHER_FORMATS = frozenset(
    {".apng", ".bmp", ".eps", ".html", ".jpeg", ".jpg", ".mp4", ".pdf", ".svg", ".tif", ".tiff", ".webm", ".webp"}
)
"""Suffixes of pictures that are not drawn: a folder is not called like this."""


class AsPath(click.ParamType):  # type: ignore[type-arg]  # generic in new versions only
    """As click's, which would have to import pathlib even to say how a command is used."""

    name = "path"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Path:
        from pathlib import Path

        return Path(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return click.Path().shell_complete(ctx, param, incomplete)


SPECS = click.argument("specs", nargs=-1, required=True, type=AsPath())
SPEC = click.argument("spec", type=AsPath())
SET = click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a key of the spec, as in layer.stride=2; may be given several times.",
)


@click.group(context_settings=HELP)
@click.version_option(__version__, "-V", "--version", prog_name="conv-anim")
def main() -> None:
    """Turn a short YAML spec of a convolution into an animated GIF or a figure.

    \b
    Begin with a template:
      conv-anim templates                 what there is
      conv-anim new con_5                 a copy of one, con_5.yaml
      conv-anim render con_5.yaml         draws con_5.gif

    Exit status: 0 done, 1 the spec or the drawing is at fault, 2 wrong usage.
    """
    # numpy's threads for large matrices, of which there are none here, cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@main.command()
@SPECS
@click.option(
    "-o",
    "--output",
    type=AsPath(),
    metavar="DIR",
    help="Folder for the pictures, made if needed; with one spec also a file name. Default: beside the spec.",
)
@click.option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    help="gif, png, or frames: a PNG for each step.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    default=lambda: os.cpu_count() or 1,
    show_default="one per core",
    help="Processes that draw at the same time.",
)
@SET
@click.option(
    "--step",
    type=click.IntRange(0),
    metavar="K",
    help="Draw step K only, counted from 0; a PNG unless -f says otherwise.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if a file would change.")
@click.option("-v", "--verbose", is_flag=True, help="Say what became of every file.")
def render(  # noqa: PLR0917  # click hands its options over by name
    specs: tuple[Path, ...],
    output: Path | None,
    formats: tuple[str, ...],
    jobs: int,
    changes: tuple[str, ...],
    step: int | None,
    *,
    check: bool,
    verbose: bool,
) -> None:
    """Draw specs: files, folders of them, or - for standard input.

    \b
    Examples:
      conv-anim render con_5.yaml                        con_5.gif beside it
      conv-anim render specs -o figures                  a folder, all at once
      conv-anim render con_5.yaml -f png --step 3        a still of the fourth step
      conv-anim render con_5.yaml --set layer.stride=2   another stride
      conv-anim render specs -o figures --check          are they up to date?
    """
    from conv_anim.batch import Wanted
    from conv_anim.runs import draw_all, read_all

    if output is not None and output.suffix.lower() in OTHER_FORMATS and not output.is_dir():
        raise click.UsageError(f"-o {output}: no format is known by the name of '{output.suffix}'; use .gif or .png")
    if output is not None and output.suffix.lower() in {".gif", ".png"} and not output.is_dir():
        if len(specs) != 1 or specs[0].is_dir():
            raise click.UsageError(f"-o {output} names one file, but there are several specs; name a folder")
        changes = (*changes, f"output={as_yaml(output.name)}")
        output = output.parent
    wanted = Wanted(output, formats, changes, step, check)
    found = read_all(specs, wanted)
    bad = draw_all(found, wanted, jobs, verbose=verbose)
    sys.exit(1 if bad else 0)


def as_yaml(text: str) -> str:
    import json

    return json.dumps(text)


@main.command()
@SPECS
@SET
def validate(specs: tuple[Path, ...], changes: tuple[str, ...]) -> None:
    """Check specs without drawing them; all problems of all files are told at once."""
    from conv_anim.batch import Wanted
    from conv_anim.runs import read_all

    found = read_all(specs, Wanted(changes=changes))
    bad = sum(spec is None for _, spec in found)
    if sys.stderr.isatty():
        good = len(found) - bad
        click.echo(f"{good} good, {bad} with problems", err=True)
    sys.exit(1 if bad else 0)


@main.command()
@SPEC
@click.option("--steps", is_flag=True, help="Every step with its taps too: which input cell meets which weight.")
@SET
def trace(spec: Path, changes: tuple[str, ...], *, steps: bool) -> None:
    """Print the numbers of a spec as JSON: each layer's input, weight, bias and output."""
    from conv_anim.runs import read_one
    from conv_anim.tracing.listing import pieces
    from conv_anim.tracing.trace import trace as traced

    for piece in pieces(traced(read_one(spec, changes)), steps=steps):
        click.echo(piece, nl=False)


@main.command()
@SPEC
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
@SET
def explain(spec: Path, changes: tuple[str, ...], *, as_json: bool) -> None:
    """Say what a spec does: sizes with their formulas, padding, parameters, multiply-adds, receptive fields.

    \b
    Examples:
      conv-anim explain con_9.yaml
      conv-anim explain con_9.yaml --set layer.stride=2 --set lang=zh-TW
    """
    from conv_anim.explain import data, text
    from conv_anim.runs import read_one

    made = read_one(spec, changes)
    if as_json:
        echo_json(data(made))
    else:
        click.echo(text(made), nl=False)


@main.command()
@click.argument("template")
@click.option(
    "-o",
    "--output",
    type=AsPath(),
    metavar="FILE",
    help="Where to; - for standard output. Default: TEMPLATE.yaml here.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def new(template: str, output: Path | None, *, force: bool) -> None:
    """Begin a spec: a copy of a template.

    \b
    Examples:
      conv-anim new con_9
      conv-anim new con_9 -o figures/dilated.yaml
    """
    from pathlib import Path

    from conv_anim.catalog import templates as all_templates
    from conv_anim.diagnostics import nearest

    found = {t.name: t for t in all_templates()}
    template = template.rsplit("/", 1)[-1].removesuffix(".yaml")
    if template not in found:
        near = nearest(template, list(found))
        hint = "'conv-anim templates' lists them" if near is None else f"did you mean '{near}'?"
        raise click.BadParameter(f"there is no template '{template}'; {hint}", param_hint="TEMPLATE")
    text = found[template].text
    if output is not None and str(output) == "-":
        click.echo(text, nl=False)
        return
    path = output or Path(f"{template}.yaml")
    if path.exists() and not force:
        raise click.UsageError(f"{path} is there already; choose another name with -o, or --force to write over it")
    write_text(path, text)
    click.echo(f"wrote {path}; draw it with: conv-anim render {quoted(path)}", err=True)


def quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))


def write_text(path: Path, text: str) -> None:
    from conv_anim.export import files

    try:
        files.write(path, text.encode("utf-8"))
    except OSError as error:
        raise click.FileError(str(path), error.strerror or str(error)) from None


@main.command()
def templates() -> None:
    """List the templates."""
    from conv_anim.catalog import templates as all_templates

    found = all_templates()
    wide = max((len(t.name) for t in found), default=0)
    topic = ""
    for template in found:
        if template.topic != topic:
            topic = template.topic
            click.echo(f"\n{topic}/")
        click.echo(f"  {template.name:{wide}}  {template.title}")


@main.command()
def themes() -> None:
    """List the themes."""
    from conv_anim.spec.themes import THEMES

    wide = max(map(len, THEMES))
    for theme in THEMES.values():
        click.echo(f"{theme.name:{wide}}  {theme.description}")


@main.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for editors that complete and check."""
    from conv_anim.spec.reader import schema as spec_schema

    echo_json(spec_schema())


def echo_json(value: Any) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
