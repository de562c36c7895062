"""``new``: a spec to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv_anim.commands.options import AsPath

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("template")
@click.option(
    "-o",
    "--output",
    type=AsPath(),
    metavar="FILE",
    help="Where to; - for standard output. Default: TEMPLATE.yaml here.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def new(template: str, output: Path | None, *, force: bool) -> None:
    """Begin a spec: a copy of a template.

    \b
    Examples:
      conv-anim new con_9
      conv-anim new con_9 -o figures/dilated.yaml
    """
    from pathlib import Path

    from conv_anim.catalog import templates as all_templates
    from conv_anim.diagnostics import nearest

    found = {t.name: t for t in all_templates()}
    template = template.rsplit("/", 1)[-1].removesuffix(".yaml")
    if template not in found:
        near = nearest(template, list(found))
        hint = "'conv-anim templates' lists them" if near is None else f"did you mean '{near}'?"
        raise click.BadParameter(f"there is no template '{template}'; {hint}", param_hint="TEMPLATE")
    text = found[template].text
    if output is not None and str(output) == "-":
        click.echo(text, nl=False)
        return
    path = output or Path(f"{template}.yaml")
    if path.exists() and not force:
        raise click.UsageError(f"{path} is there already; choose another name with -o, or --force to write over it")
    write_text(path, text)
    click.echo(f"wrote {path}; draw it with: conv-anim render {quoted(path)}", err=True)


def quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))


def write_text(path: Path, text: str) -> None:
    from conv_anim.export import files

    try:
        files.write(path, text.encode("utf-8"))
    except OSError as error:
        raise click.FileError(str(path), error.strerror or str(error)) from None
