"""``watch``: a picture that follows its spec."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import SET, SPEC, Limited, limited
from conv_anim.commands.serving import PORT, serving

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Limited)
@SPEC
@SET
@PORT
@click.option("--open", "opens", is_flag=True, help="Open the page in your browser.")
@limited
def watch(spec: Path, changes: tuple[str, ...], port: int, *, opens: bool) -> None:
    """Show a spec in the browser, and show it anew whenever it is saved; Ctrl-C ends it.

    A mistake is reported in the page and here; the last good picture stays.
    """
    from conv_anim.app.console import limits
    from conv_anim.app.preview import Watcher, server, watching

    if str(spec) == "-":
        raise click.UsageError("standard input cannot be watched; name a file")
    with serving(partial(server, port), port, doing=f"watching {spec}", opens=opens) as page:
        for state in watching(Watcher(spec, changes, limits=limits()), page):
            click.echo(state.problem or f"drawn {state.version}", err=True)
