"""``schema``: what a spec can hold, for editors."""

from __future__ import annotations

import click

from conv_anim.commands.options import echo_json


@click.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for editors that complete and check."""
    from conv_anim.spec.reader import schema as spec_schema

    echo_json(spec_schema())
