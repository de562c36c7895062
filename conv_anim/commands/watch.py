"""``watch``: a picture that follows its spec."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import SET, SPEC, Limited, limited

if TYPE_CHECKING:
    from pathlib import Path


@click.command(cls=Limited)
@SPEC
@SET
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Where it listens. Default: any free port.")
@click.option("--open", "opens", is_flag=True, help="Open the page in your browser.")
@limited
def watch(spec: Path, changes: tuple[str, ...], port: int, *, opens: bool) -> None:
    """Show a spec in the browser, and show it anew whenever it is saved; Ctrl-C ends it.

    A mistake is reported in the page and here; the last good picture stays.
    """
    from conv_anim import signals
    from conv_anim.app.console import limits
    from conv_anim.app.preview import Watcher, server, watching
    from conv_anim.app.server import Ended
    from conv_anim.fatal_errors import way
    from conv_anim.signals import Stopped

    if str(spec) == "-":
        raise click.UsageError("standard input cannot be watched; name a file")
    try:
        serving = server(port)
    except OSError as error:
        way_out = way(error, "choose another with --port")
        raise click.ClickException(f"port {port} cannot be used: {error.strerror}; {way_out}") from None
    click.echo(f"watching {spec} at {serving.address} (Ctrl-C ends it)", err=True)
    if opens:
        click.launch(serving.address)
    try:
        for state in watching(Watcher(spec, changes, limits=limits()), serving):
            with suppress(OSError):  # stderr may be closed; the page shows it too
                click.echo(state.problem or f"drawn {state.version}", err=True)
    except Stopped:  # which is how it is meant to end
        signals.raised.clear()
        sys.exit(0)
    except Ended as end:
        why = "".join(f": {error}" for error in end.args)
        raise click.ClickException(f"the page at {serving.address} can be served no longer{why}") from None
