"""The page of the commands, from the commands: what ``--help`` says, as Markdown."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from conv_anim.cli import COMMANDS, main

if TYPE_CHECKING:
    from collections.abc import Iterator

INTRODUCTION = """# Commands

What `conv-anim --help` and `conv-anim COMMAND --help` say, on one page.
"""


def text() -> str:
    """The page."""
    with click.Context(main, info_name="conv-anim") as root:
        commands = [click.Context(_command(root, name), root, info_name=name) for name in COMMANDS]
        return "\n".join([INTRODUCTION, *_body(root), *(part for ctx in commands for part in _section(ctx))])


def _command(root: click.Context, name: str) -> click.Command:
    found = main.get_command(root, name)
    assert found is not None
    return found


def _section(ctx: click.Context) -> Iterator[str]:
    yield f"## {ctx.info_name}\n"
    yield f"```text\n{' '.join([ctx.command_path, *ctx.command.collect_usage_pieces(ctx)])}\n```\n"
    yield from _body(ctx)


def _body(ctx: click.Context) -> Iterator[str]:
    """What a command says of itself, and its options."""
    for paragraph in inspect.cleandoc(ctx.command.help or "").split("\n\n"):
        kept = paragraph.removeprefix("\b\n")
        yield f"{_prose(paragraph)}\n" if kept == paragraph else f"```text\n{kept}\n```\n"
    options = [option for option in ctx.command.params if isinstance(option, click.Option)]
    records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
    if records:
        yield "| option | what it does |\n|---|---|"
        yield "".join(f"| `{_prose(names)}` | {_prose(said)} |\n" for names, said in records)


def _prose(said: str) -> str:
    return " ".join(said.split()).replace("|", "\\|").replace("<", "&lt;")
