"""``code``: a spec as a program in a framework."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import DIAGNOSTICS, SET, SPEC, Limited, limited

if TYPE_CHECKING:
    from pathlib import Path

FRAMEWORKS = ("torch", "keras", "jax", "numpy", "flax", "equinox", "haiku", "tinygrad", "paddle", "mlx")


@click.command(cls=Limited)
@SPEC
@click.option(
    "--framework",
    type=click.Choice(FRAMEWORKS),
    default="torch",
    show_default=True,
    help="What the program is written for; numpy needs nothing else, and shows the loops.",
)
@SET
@DIAGNOSTICS
@limited
def code(spec: Path, framework: str, changes: tuple[str, ...]) -> None:
    """Print a program that computes a spec, with the same input, weights and bias; - reads it from standard input.

    \b
    Examples:
      conv-anim code con_5.yaml
      conv-anim code con_5.yaml --framework numpy > con_5.py
      conv-anim draw 'nn.Conv2d(1, 1, 3)' --spec | conv-anim code - --framework jax
    """
    from conv_anim.app.console import fail, read_one
    from conv_anim.coding.programs import program
    from conv_anim.diagnostics import SpecError

    made = read_one(spec, changes)
    try:
        click.echo(program(made, framework), nl=False)
    except SpecError as error:
        fail(error.problems)
