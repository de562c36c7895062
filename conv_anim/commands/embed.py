"""``embed``: figures in Markdown pages, kept up to date."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import DIAGNOSTICS, JOBS, AsPath, Limited, limited

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Limited)
@click.argument("pages", nargs=-1, type=AsPath())
@click.option(
    "-o",
    "--output",
    type=AsPath(),
    metavar="DIR",
    help="Folder for the pictures of blocks that do not name one. Default: beside their spec.",
)
@JOBS
@click.option("--check", is_flag=True, help="Write nothing; fail if a page or a picture would change.")
@click.option("-v", "--verbose", is_flag=True, help="Say what became of every file.")
@click.option(
    "--lua-filter", "other", flag_value="conv-anim.lua", help="Print the filter for pandoc and Quarto instead."
)
@click.option("--myst-plugin", "other", flag_value="conv-anim.mjs", help="Print the plugin for MyST's mystmd instead.")
@DIAGNOSTICS
@limited
def embed(
    pages: tuple[Path, ...], output: Path | None, jobs: int, *, check: bool, verbose: bool, other: str | None
) -> None:
    """Put figures into Markdown pages: files, or folders of them.

    A page says where, and of which spec; what stands between the two comments is made anew:

    \b
      <!-- conv-anim: figures/dilated.yaml -->
      <!-- /conv-anim -->

    \b
    Examples:
      conv-anim embed README.md docs          draw the figures, and show them
      conv-anim embed README.md docs --check  are they up to date?
      conv-anim embed --lua-filter > conv-anim.lua
      conv-anim embed --myst-plugin > conv-anim.mjs
    """
    if other is not None:
        click.echo(text_for(other), nl=False)
        return
    if not pages:
        raise click.UsageError("name a page or a folder of pages, as in: conv-anim embed README.md docs")
    from conv_anim.app.console import limits
    from conv_anim.embed.markdown import Wanted
    from conv_anim.embed.run import Run

    sys.exit(1 if Run(Wanted(output, check, limits()), verbose).all(pages, jobs) else 0)


def text_for(other: str) -> str:
    """The source of what other programs load."""
    from importlib.resources import files

    return files("conv_anim.embed").joinpath(other).read_text(encoding="utf-8")
