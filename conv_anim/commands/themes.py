"""``themes``: what a figure can look like."""

from __future__ import annotations

import click


@click.command()
def themes() -> None:
    """List the themes."""
    from conv_anim.spec.themes import THEMES

    wide = max(map(len, THEMES))
    for theme in THEMES.values():
        click.echo(f"{theme.name:{wide}}  {theme.description}")
