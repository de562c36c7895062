"""``explain``: what a spec does, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import DIAGNOSTICS, SET, SPEC, Limited, echo_json, limited

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Limited)
@SPEC
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
@SET
@DIAGNOSTICS
@limited
def explain(spec: Path, changes: tuple[str, ...], *, as_json: bool) -> None:
    """Say what a spec does: sizes with their formulas, padding, parameters, multiply-adds, receptive fields.

    \b
    Examples:
      conv-anim explain con_9.yaml
      conv-anim explain con_9.yaml --set layer.stride=2 --set lang=zh-TW
    """
    from conv_anim.app.console import read_one
    from conv_anim.explain import data, text

    made = read_one(spec, changes)
    if as_json:
        echo_json(data(made))
    else:
        click.echo(text(made), nl=False)
