"""What ``watch`` and ``play`` share: a page on this machine, from its address to its end."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conv_anim.app.server import Server

PORT = click.option(
    "--port", type=click.IntRange(0, 65_535), default=0, help="Where it listens. Default: any free port."
)


@contextmanager
def serving(server: Callable[[], Server], port: int, *, doing: str, opens: bool) -> Iterator[Server]:
    """A server, whose address is printed and perhaps opened, until Ctrl-C ends it; its errors are the command's."""
    from conv_anim import signals
    from conv_anim.app.server import Ended
    from conv_anim.fatal_errors import way
    from conv_anim.signals import Stopped

    try:
        made = server()
    except OSError as error:
        way_out = way(error, "choose another with --port")
        raise click.ClickException(f"port {port} cannot be used: {error.strerror}; {way_out}") from None
    click.echo(f"{doing} at {made.address} (Ctrl-C ends it)", err=True)
    if opens:
        click.launch(made.address)
    try:
        yield made
    except Stopped:  # which is how it is meant to end
        signals.raised.clear()
        sys.exit(0)
    except Ended as end:
        why = "".join(f": {error}" for error in end.args)
        raise click.ClickException(f"the page at {made.address} can be served no longer{why}") from None
    finally:
        made.server_close()
