"""``render``: specs to pictures."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import SET, SPECS, AsPath

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("gif", "png", "frames")
OTHER_FORMATS = frozenset(
    {".apng", ".bmp", ".eps", ".html", ".jpeg", ".jpg", ".mp4", ".pdf", ".svg", ".tif", ".tiff", ".webm", ".webp"}
)
"""Suffixes of pictures that are not drawn: a folder is not called like this."""


@click.command()
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
