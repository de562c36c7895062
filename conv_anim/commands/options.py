"""What commands have in common: the arguments and options that several of them take."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from conv_anim.limits import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from conv_anim.spec.model import Size


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


class Shape(click.ParamType):  # type: ignore[type-arg]  # generic in new versions only
    """``32x32`` as numbers."""

    name = "shape"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Size:
        from conv_anim.frameworks.feeding import shape_of

        found = shape_of(str(value))
        if found is None:
            self.fail(f"'{value}' is not a size; write 32x32, or 3x32x32 with the channels first.", param, ctx)
        return found


class Let(click.ParamType):  # type: ignore[type-arg]  # generic in new versions only
    """``ngf=64``: a name, and the number, the text or the shape that it stands for."""

    name = "let"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        from conv_anim.frameworks.feeding import held

        name, equals, text = str(value).partition("=")
        if not equals or not all(part.isidentifier() for part in name.strip().split(".")):
            self.fail(f"'{value}' does not give a name a value; write ngf=64, or w=8x3x3x3.", param, ctx)
        return name.strip(), held(text.strip())


def size_option(about: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--input``, for commands that read a layer's text or a model."""
    return click.option("--input", "shape", type=Shape(), metavar="SIZE", help=about)


def let_option(about: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--let``, for the same commands."""
    return click.option("--let", "names", multiple=True, type=Let(), metavar="NAME=VALUE", help=about)


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
        from conv_anim.app.console import FORM

        ctx.meta[FORM] = form


DIAGNOSTICS = click.option(
    "--diagnostics",
    type=click.Choice(("human", "short", "json")),
    default="human",
    envvar="CONV_ANIM_DIAGNOSTICS",
    show_default=True,
    expose_value=False,
    callback=_keep,
    help="How problems are reported: for people, a line each for editors, or a JSON object each.",
)
"""For every command that reads specs; the problems of `conv_anim.app.console` follow it."""


class Amount(click.ParamType):  # type: ignore[type-arg]
    """A whole number from 1: ``40000000``, ``40_000_000``, ``4e7`` or ``40M``."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text, factor = str(value).strip(), 1
        if text[-1:] in FACTORS:
            text, factor = text[:-1], FACTORS[text[-1]]
        try:
            number = float(text) * factor if not text.isdecimal() else int(text) * factor
            if 1 <= number < MOST:
                return int(number)
        except ValueError:
            pass
        return self.fail(f"'{value}' is not a number of at least 1, like 5000, 2e6, 40M or 2G.", param, ctx)


FACTORS = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
MOST = 10**30


class LimitOption(click.Option):
    """An option that raises or lowers a limit."""


class Limited(click.Command):
    """A command whose help lists the options for limits last, and that remembers its arguments."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it; the arguments are kept for messages that repeat the command."""
        ctx.meta["conv_anim.arguments"] = tuple(args)  # as conv_anim.app.console calls it, whose import takes a while
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        plain, limits = list[tuple[str, str]](), list[tuple[str, str]]()
        for param in self.get_params(ctx):
            told = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if told is not None:
                (limits if isinstance(param, LimitOption) else plain).append(told)
        for title, told_all in (("Options", plain), ("Limits", limits)):
            with formatter.section(title):
                formatter.write_dl(told_all)


def _raise(ctx: click.Context, param: click.Parameter, number: int | bool | None) -> None:  # noqa: FBT001  # as click calls it
    if number is not None and not ctx.resilient_parsing:
        from conv_anim.app.console import LIMITS as KEPT

        ctx.meta.setdefault(KEPT, {})[str(param.name).removeprefix("max_")] = number


def limited(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options for limits, for every command that reads specs; the limits of `conv_anim.app.console` follow them."""
    for limit in reversed(TABLE):
        option = click.option(
            limit.option,
            cls=LimitOption,
            type=Amount(),
            expose_value=False,
            callback=_raise,
            metavar="N",
            help=f"{limit.unit.capitalize()} {limit.doc} Default: {limit.default:,}.",
        )
        command = option(command)
    return _outside(command)


_outside = click.option(
    "--allow-outside",
    "max_outside",
    cls=LimitOption,
    is_flag=True,
    default=None,
    expose_value=False,
    callback=_raise,
    help="Let specs name files, and write pictures, outside the folders that this command names.",
)


def echo_json(value: Any) -> None:
    """Print a value as indented JSON."""
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def write_text(path: Path, text: str, *, new: bool = False, pipes: bool = False) -> None:
    """Write a file, whole or not at all; with ``new`` only if there is none. An error ends the command.

    With ``pipes`` an existing pipe is written to.
    """
    from conv_anim import opening
    from conv_anim.export import files

    try:
        if pipes and opening.stream(path) is not None:
            opening.send(text.encode("utf-8"), path)
        else:
            files.write(path, text.encode("utf-8"), new=new)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or str(error)) from None
