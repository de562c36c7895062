"""What commands have in common: the arguments and options that several of them take."""

from __future__ import annotations

import os
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


class SpecPath(AsPath):
    """The path of a spec: shells complete folders and .yaml files."""

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from conv_anim.commands.completion import specs

        return specs(incomplete)


class Setting(click.ParamType):  # type: ignore[type-arg]
    """``KEY=VALUE``: shells complete keys, and values that have names."""

    name = "setting"

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from conv_anim.commands.settings import settings

        return settings(incomplete)


class Named(click.ParamType):  # type: ignore[type-arg]
    """The name of a template, theme, view or layer, which shells complete; it is checked where it is used."""

    def __init__(self, name: str) -> None:
        self.name = name

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from conv_anim.commands.completion import names

        return names(self.name, incomplete)


SPECS = click.argument("specs", nargs=-1, required=True, type=SpecPath())
SPEC = click.argument("spec", type=SpecPath())
SET = click.option(
    "--set",
    "changes",
    multiple=True,
    type=Setting(),
    metavar="KEY=VALUE",
    help="Change a key of the spec, as in layer.stride=2; may be given several times.",
)

JOBS = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    default=lambda: os.cpu_count() or 1,
    show_default="one per core",
    help="Processes that draw at the same time.",
)


def _keep(ctx: click.Context, _param: click.Parameter, form: str) -> None:
    if not ctx.resilient_parsing:
        from conv_anim.runs import FORM

        ctx.meta[FORM] = form


DIAGNOSTICS = click.option(
    "--diagnostics",
    type=click.Choice(("human", "short", "json")),
    default="human",
    envvar="CONV_ANIM_DIAGNOSTICS",
    show_default=True,
    expose_value=False,
    callback=_keep,
    help="How problems are told: for people, a line each for editors, or a JSON object each.",
)
"""For every command that reads specs; the problems of `conv_anim.runs` follow it."""


def echo_json(value: Any) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all; a fault ends the command."""
    from conv_anim.export import files

    try:
        files.write(path, text.encode("utf-8"))
    except OSError as error:
        raise click.FileError(str(path), error.strerror or str(error)) from None
