"""``schema``: what a spec can hold, for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import AsPath, write_text

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option("-o", "--output", type=AsPath(), metavar="FILE", help="A file to write, in place of standard output.")
def schema(output: Path | None) -> None:
    """Print the JSON Schema of a spec, for editors that complete and check.

    \b
    Example:
      conv-anim schema -o conv-anim.schema.json   the schema for a project, or anew after an update
    """
    from conv_anim.catalog import schema_text

    if output is None or str(output) == "-":
        click.echo(schema_text(), nl=False)
    else:
        write_text(output, schema_text(), pipes=True)
