"""The command line: what commands there are. The module of one is imported when it is called, not to list them."""

from __future__ import annotations

from conv_anim.signals import abrupt

with abrupt():
    import atexit
    import gc
    import os

    # Nearly all that a run makes lasts until its end: to look for garbage so often, and through all of it at the end,
    # costs a fifth of a small figure.
    gc.set_threshold(20_000, 20, 20)
    atexit.register(gc.freeze)

    from importlib import import_module
    from typing import TYPE_CHECKING, Any

    import click

    from conv_anim import __version__, fatal_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

HELP = {"help_option_names": ["-h", "--help"]}
COMMANDS = {
    "render": "Draw specs: files, folders of them, or - for standard input.",
    "embed": "Put figures into Markdown pages, and keep them up to date.",
    "draw": "Draw a layer as PyTorch or Keras write it; no spec needed.",
    "watch": "Show a spec in the browser, anew whenever it is saved.",
    "play": "Write a spec in the browser, with the figure beside it.",
    "validate": "Check specs without drawing them.",
    "explain": "Say what a spec does: sizes, costs, receptive fields.",
    "code": "Print code that computes a spec: PyTorch, Keras, JAX or NumPy.",
    "trace": "Print the numbers of a spec as JSON.",
    "new": "Begin a spec: every key explained, or a copy of a template.",
    "templates": "List the templates.",
    "themes": "List the themes.",
    "schema": "Print the JSON Schema of a spec, for editors.",
}
"""The commands in the order of ``--help``, each a function of its name in a module of its name."""


class Commands(click.Group):
    """A group that knows its commands by name, and imports the one that is called."""

    def main(self, *args: Any, **extra: Any) -> Any:
        if "_CONV_ANIM_COMPLETE" in os.environ:
            from conv_anim.commands.completion import register

            register()
        with fatal_errors.reported():
            return super().main(*args, **extra)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"conv_anim.commands.{name}"), name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=said) for name, said in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that a word names; a near miss is suggested."""
        self._suggest(ctx, args)
        return super().resolve_command(ctx, args)

    @staticmethod
    def _suggest(ctx: click.Context, args: Sequence[str]) -> None:
        """The nearest command for one that does not exist."""
        if not args or args[0] in COMMANDS or args[0].startswith("-"):
            return
        from conv_anim.diagnostics import nearest

        near = nearest(args[0], list(COMMANDS))
        if near is not None:
            ctx.fail(f"No such command '{args[0]}': did you mean '{near}'?")


@click.group(cls=Commands, context_settings=HELP)
@click.version_option(__version__, "-V", "--version", prog_name="conv-anim")
def main() -> None:
    """Turn a short YAML spec of a convolution into an animated GIF or a figure.

    \b
    Begin with a template:
      conv-anim templates                 what there is
      conv-anim new con_5                 a copy of one, con_5.yaml; without a name every key, explained
      conv-anim render con_5.yaml         draws con_5.gif

    Exit status: 0 done, 1 the spec or the drawing is at fault, 2 wrong usage.
    """
    # numpy's threads are for large matrices; there are none here, and they cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
