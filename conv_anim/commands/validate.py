"""``validate``: what is wrong with specs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import DIAGNOSTICS, SET, SPECS, Limited, limited

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Limited)
@SPECS
@SET
@DIAGNOSTICS
@limited
def validate(specs: tuple[Path, ...], changes: tuple[str, ...]) -> None:
    """Check specs without drawing them; all problems of all files are reported together."""
    from conv_anim.app.console import limits, read_all, tell
    from conv_anim.app.plan import Wanted

    found, bad = read_all(specs, Wanted(changes=changes, limits=limits())), 0
    for _, read in found:
        if isinstance(read, tuple):
            tell(read)
            bad += 1
    if sys.stderr.isatty():
        good = len(found) - bad
        click.echo(f"{good} good, {bad} with problems", err=True)
    sys.exit(1 if bad else 0)
