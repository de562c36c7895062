"""``trace``: the numbers of a spec, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import DIAGNOSTICS, SET, SPEC, Limited, limited

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Limited)
@SPEC
@click.option("--steps", is_flag=True, help="Every step with its taps too: which input cell meets which weight.")
@SET
@DIAGNOSTICS
@limited
def trace(spec: Path, changes: tuple[str, ...], *, steps: bool) -> None:
    """Print the numbers of a spec as JSON: each layer's input, weight, bias and output."""
    from conv_anim.diagnostics import SpecError
    from conv_anim.fatal_errors import check_room

    check_room()
    from conv_anim.app.console import fail, limits, read_one
    from conv_anim.tracing.listing import listed, pieces
    from conv_anim.tracing.trace import trace as traced

    read = read_one(spec, changes)
    try:
        made = [traced(one, limits=limits()) for one in read.figures]
    except SpecError as error:
        fail(error.problems)
    for piece in listed(made, steps=steps) if read.panels else pieces(made[0], steps=steps):
        click.echo(piece, nl=False)
