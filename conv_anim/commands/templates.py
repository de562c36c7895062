"""``templates``: what there is to begin with."""

from __future__ import annotations

import click


@click.command()
def templates() -> None:
    """List the templates."""
    from conv_anim.catalog import templates as all_templates

    found = all_templates()
    wide = max((len(t.name) for t in found), default=0)
    topic = ""
    for template in found:
        if template.topic != topic:
            topic = template.topic
            click.echo(f"\n{topic}/")
        click.echo(f"  {template.name:{wide}}  {template.title}")
