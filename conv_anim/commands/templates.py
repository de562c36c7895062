"""``templates``: what there is to begin with."""

from __future__ import annotations

import click


@click.command()
def templates() -> None:
    """List the templates, by what ``conv-anim new`` calls them."""
    from conv_anim.catalog import templates as all_templates

    found = all_templates()
    wide = max((len(t.name) for t in found), default=0)
    click.echo(f"  {'starter':{wide}}  Every key of a spec, explained")
    topic = None
    for template in found:
        if template.topic != topic:
            topic = template.topic
            click.echo(f"\n{topic}/" if topic else "")
        click.echo(f"  {template.name:{wide}}  {template.title}")
