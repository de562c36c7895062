"""What commands have in common: the arguments and options that several of them take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem


class AsPath(click.ParamType):  # type: ignore[type-arg]  # generic in new versions only
    """As click's, which would have to import pathlib even to say how a command is used."""

    name = "path"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Path:
        from pathlib import Path

        return Path(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return click.Path().shell_complete(ctx, param, incomplete)


SPECS = click.argument("specs", nargs=-1, required=True, type=AsPath())
SPEC = click.argument("spec", type=AsPath())
SET = click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a key of the spec, as in layer.stride=2; may be given several times.",
)


def echo_json(value: Any) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
