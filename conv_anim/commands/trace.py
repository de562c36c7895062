"""``trace``: the numbers of a spec, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import DIAGNOSTICS, SET, SPEC

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@SPEC
@click.option("--steps", is_flag=True, help="Every step with its taps too: which input cell meets which weight.")
@SET
@DIAGNOSTICS
def trace(spec: Path, changes: tuple[str, ...], *, steps: bool) -> None:
    """Print the numbers of a spec as JSON: each layer's input, weight, bias and output."""
    from conv_anim.runs import read_one
    from conv_anim.tracing.listing import pieces
    from conv_anim.tracing.trace import trace as traced

    for piece in pieces(traced(read_one(spec, changes)), steps=steps):
        click.echo(piece, nl=False)
