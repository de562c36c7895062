"""``render``: specs to pictures."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from conv_anim import opening
from conv_anim.commands.options import DIAGNOSTICS, JOBS, SET, SPECS, AsPath, Limited, limited
from conv_anim.spec import formats as known

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from conv_anim.spec.overrides import Option

OURS = [name for name in known.FORMATS.own if "." not in name]
OTHER_FORMATS = frozenset({".avif", ".bmp", ".eps", ".htm", ".jpeg", ".jpg", ".mov", ".ps", ".tif", ".tiff", ".webm"})
"""Suffixes of pictures that are not drawn: a folder is not called like this."""


class Steps(click.ParamType):  # type: ignore[type-arg]  # generic in new versions only
    """Steps by their numbers, as ``3``, ``last`` or ``0,4,8-last``; whether a figure has them shows later."""

    name = "steps"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from conv_anim.scene.choice import spans

        try:
            spans(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        return str(value)


class FormatName(click.ParamType):  # type: ignore[type-arg]
    """The name of a format; other packages are searched only for names that are not ours."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in known.OWN or value in known.asked():
            return str(value)
        way = known.FORMATS.broken(value)
        return self.fail(way, param, ctx) if way else click.Choice(known.asked()).convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return click.Choice(known.asked()).shell_complete(ctx, param, incomplete)


class FormatOption(click.Option):
    """``-f``, whose help lists formats of other packages too."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its help, with the formats of other packages that are installed."""
        told, others = super().get_help_record(ctx), [name for name in known.FORMATS if name not in known.FORMATS.own]
        return (told[0], f"{told[1]} From other packages: {', '.join(others)}.") if told and others else told


@click.command(cls=Limited)
@SPECS
@click.option(
    "-o",
    "--output",
    type=AsPath(),
    metavar="DIR",
    help="Folder for the pictures, made if needed; with one spec also a file name, a pipe, or - for standard output. "
    "Default: beside the spec.",
)
@click.option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    type=FormatName(),
    cls=FormatOption,
    metavar="FORMAT",
    help=f"{', '.join(OURS)}; storyboard or strip (also as strip.svg, strip.pdf): steps side by side; "
    "pages: a PDF page for each step; frames: a PNG for each. May be given several times.",
)
@JOBS
@SET
@click.option(
    "--step",
    type=Steps(),
    metavar="STEPS",
    help="Only these steps, counted from 0: '3', 'last', '0,4,8' or '2-5'. One makes a still, by default a PNG.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if a file would change.")
@click.option(
    "--force",
    is_flag=True,
    help="Also redraw files that are up to date: drawn before, from the same spec by the same versions.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say what became of every file.")
@DIAGNOSTICS
@limited
def render(  # noqa: PLR0917  # click hands its options over by name
    specs: tuple[Path, ...],
    output: Path | None,
    formats: tuple[str, ...],
    jobs: int,
    changes: tuple[str, ...],
    step: str | None,
    *,
    check: bool,
    force: bool,
    verbose: bool,
) -> None:
    """Draw specs: files, folders of them, or - for standard input.

    \b
    Examples:
      conv-anim render con_5.yaml                        con_5.gif beside it
      conv-anim render specs -o figures                  a whole folder
      conv-anim render con_5.yaml -f png --step 3        a still of the fourth step
      conv-anim render con_5.yaml -o con_5.svg           another format
      conv-anim render con_5.yaml -f storyboard          all steps side by side
      conv-anim render con_5.yaml --set layer.stride=2   another stride
      conv-anim render specs -o figures --check          are they up to date?
      conv-anim render - -o - -f svg < a.yaml > a.svg    a spec in, a picture out
    """
    from conv_anim.app.console import limits, read_all
    from conv_anim.app.plan import Wanted
    from conv_anim.app.report import draw_all

    folder, changed = directed(output, changes, formats)
    if changed != changes and (len(specs) != 1 or specs[0].is_dir()):
        raise click.UsageError(f"-o {output} names one file, but there are several specs; name a folder")
    named = tuple(map(known.whole, formats))
    wanted = Wanted(folder, named, changed, step, check, limits(), noted=True, force=force)
    bad = draw_all(read_all(specs, wanted), wanted, jobs, verbose=verbose)
    sys.exit(1 if bad else 0)


def directed(
    output: Path | None, changes: tuple[str | Option, ...], formats: tuple[str, ...]
) -> tuple[Path | None, tuple[str | Option, ...]]:
    """The folder of ``-o``, and the changes with the file's name if it names a file."""
    if output is None or output.is_dir():
        return output, changes
    parts = known.split(output.name)
    way = known.broken(output.name) if parts is None and output.suffix else None
    if parts is None and (way or output.suffix.lower() in OTHER_FORMATS):
        what = f"-o {output}: no format matches the suffix of '{output.suffix}'"
        raise click.UsageError(f"{what}; {way or f'use {known.known()}'}")
    if parts is None:
        return output, changes
    other = next((name for name in formats if known.whole(name) != parts[1]), None)
    if other is not None:
        raise click.UsageError(f"-o {output} names a {parts[1]}, and -f says {other}; leave out -f, or name a folder")
    from conv_anim.spec.overrides import Option

    named = (*changes, Option("-o", "output", output.name))
    return (output if opening.stream(output) else output.parent), named
