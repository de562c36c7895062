"""``validate``: what is wrong with specs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import DIAGNOSTICS, SET, SPECS

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@SPECS
@SET
@DIAGNOSTICS
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
