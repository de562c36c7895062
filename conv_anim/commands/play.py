"""``play``: a page to write a spec in, with the figure beside it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from conv_anim.commands.options import Limited, Named, SpecPath, limited
from conv_anim.commands.serving import PORT, serving

FIRST = "con_5"
"""The template that is played with where nothing is named."""


@click.command(cls=Limited)
@click.argument("spec", required=False, type=SpecPath())
@click.option("--template", type=Named("template"), metavar="NAME", help="Begin with a copy of a template.")
@PORT
@click.option("--no-open", "stays", is_flag=True, help="Print the address alone; open no browser.")
@limited
def play(spec: Path | None, template: str | None, port: int, *, stays: bool) -> None:
    """Write a spec in the browser, with the figure beside it; Ctrl-C ends it.

    Nothing is written to your disk but what you save from the page.

    \b
    Examples:
      conv-anim play
      conv-anim play con_5.yaml
      conv-anim play --template con_9
    """
    from conv_anim.app import play_page
    from conv_anim.app.console import limits

    if spec is not None and template is not None:
        raise click.UsageError("a spec and --template are two texts to begin with; leave one of them out")
    name, text = _begun(spec, template)
    folder = Path() if spec is None or str(spec) == "-" else spec.parent
    page = partial(play_page.server, name, text, folder, port=port, limits=limits())
    with serving(page, port, doing="playing", opens=not stays) as server:
        server.serve_forever(poll_interval=0.1)


def _begun(spec: Path | None, template: str | None) -> tuple[str, str]:
    """What the text is called, and the text that the page begins with."""
    from conv_anim import inputs
    from conv_anim.app.console import fail, limits, standard_input
    from conv_anim.catalog import templates
    from conv_anim.diagnostics import SpecError, nearest

    if spec is not None:
        try:
            source = standard_input() if str(spec) == "-" else inputs.source(spec, limits(), pipes=True)
        except SpecError as error:
            fail(error.problems)
        return ("figure.yaml" if str(spec) == "-" else spec.name), source.text
    name = (template or FIRST).rsplit("/", 1)[-1].removesuffix(".yaml")
    found = {each.name: each for each in templates()}
    if name not in found:
        near = nearest(name, list(found))
        hint = "'conv-anim templates' lists them" if near is None else f"did you mean '{near}'?"
        raise click.BadParameter(f"there is no template '{name}'; {hint}", param_hint="--template")
    return f"{name}.yaml", found[name].spec
