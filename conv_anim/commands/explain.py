"""``explain``: what a spec does, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import DIAGNOSTICS, SET, SPEC, Limited, echo_json, limited
from conv_anim.diagnostics import SpecError

if TYPE_CHECKING:
    from pathlib import Path

    from conv_anim.spec.model import Spec


@click.command(cls=Limited)
@SPEC
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
@click.option("--latex", "as_latex", is_flag=True, help="Its sums, in symbols and in numbers, for a paper in LaTeX.")
@SET
@DIAGNOSTICS
@limited
def explain(spec: Path, changes: tuple[str, ...], *, as_json: bool, as_latex: bool) -> None:
    """Say what a spec does: sizes with their formulas, padding, parameters, multiply-adds, receptive fields.

    \b
    Examples:
      conv-anim explain con_9.yaml
      conv-anim explain con_9.yaml --set layer.stride=2 --set lang=zh-TW
    """
    from conv_anim.app.console import read_one
    from conv_anim.explain import data, text

    if as_json and as_latex:
        raise click.UsageError("--json and --latex are two ways to say it: give one of them")
    made = read_one(spec, changes)
    if as_latex:
        click.echo(_latex(made), nl=False)
    elif as_json:
        echo_json(data(made))
    else:
        click.echo(text(made), nl=False)


def _latex(made: Spec) -> str:
    """The formulas, or what is in their way."""
    from conv_anim.app.console import fail
    from conv_anim.latex import latex
    from conv_anim.tracing.trace import trace

    try:
        return latex(trace(made))
    except SpecError as error:
        fail(error.problems)
