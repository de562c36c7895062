"""``new``: a spec to begin with, that editors can complete and check."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from conv_anim import opening
from conv_anim.commands.options import AsPath, Named, write_text
from conv_anim.export import files

if TYPE_CHECKING:
    from pathlib import Path

STARTER = "starter"


@click.command()
@click.argument("template", default=STARTER, type=Named("template"), metavar="[TEMPLATE]")
@click.option(
    "-o",
    "--output",
    type=AsPath(),
    metavar="FILE",
    help="Where to; - for standard output. Default: TEMPLATE.yaml here.",
)
@click.option("--layer", "type_", type=Named("layer"), metavar="TYPE", help="The starter for another type of layer.")
@click.option(
    "--schema/--no-schema", "with_schema", default=True, help="Whether to say where the schema is, for editors."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def new(template: str, output: Path | None, type_: str | None, *, with_schema: bool, force: bool) -> None:
    """Begin a spec: one that explains every key, or a copy of a template.

    The schema, with which editors complete and check specs, is written beside it, unless the project has it already
    in a folder above.

    \b
    Examples:
      conv-anim new                              starter.yaml: every key, explained
      conv-anim new --layer max_pool             the same for another type of layer
      conv-anim new con_9                        a copy of a template
      conv-anim new con_9 -o figures/dilated.yaml
    """
    from pathlib import Path

    piped = output is not None and (str(output) == "-" or opening.stream(output) is not None)
    path = Path(f"{_bare(template)}.yaml") if output is None or piped else output
    text = _text(_bare(template), type_, path)
    if output is not None and piped:
        _send(text, output)
        return
    if os.path.lexists(path) and not force:
        raise click.UsageError(f"{path} is there already; choose another name with -o, or --force to write over it")
    _check(_bare(template), path, with_schema=with_schema)
    data = _data(_bare(template), path, force=force)
    first, also = _for_editors(path) if with_schema else ("", None)
    write_text(path, first + text, new=not force)
    for file, content in data.items():
        files.write(file, content)
    more = "".join(f", {file}" for file in data)
    more += "" if also is None else f" and {also}, with which editors complete and check it"
    click.echo(f"wrote {path}{more}; draw it with: conv-anim render {quoted(path)}", err=True)


def _check(template: str, path: Path, *, with_schema: bool) -> None:
    """Raise UsageError for a spec in the place of its template, or of the schema beside it."""
    from conv_anim.catalog import SCHEMA, templates
    from conv_anim.claims import marks

    if with_schema and marks(path) & marks(path.with_name(SCHEMA)):
        raise click.UsageError(f"{path} is the file of the schema; choose another name with -o")
    copied = next((each.path for each in templates() if each.name == template), None)
    if copied is not None and marks(path) & marks(copied):
        raise click.UsageError(f"{path} is the template itself, {copied}; choose another name with -o")


def _data(template: str, path: Path, *, force: bool) -> dict[Path, bytes]:
    """The files of numbers that a template reads, to be written beside its copy; those that are there need not be.

    Raises UsageError for another file of such a name.
    """
    from conv_anim.catalog import templates

    copied = next((each for each in templates() if each.name == template), None)
    wanted = {} if copied is None else {path.with_name(file.name): file.read_bytes() for file in copied.data}
    missing = {file: content for file, content in wanted.items() if _content(file, len(content)) != content}
    taken = next((file for file in missing if os.path.lexists(file)), None)
    if taken is not None and not force:
        raise click.UsageError(
            f"{taken} is there already, with something else; choose another folder with -o, or --force"
        )
    return missing


def _content(path: Path, size: int) -> bytes | None:
    """What a file holds, if it is there and no larger."""
    try:
        return opening.content(path, size)
    except OSError:
        return None


def _send(text: str, place: Path) -> None:
    """To standard output, or into a pipe."""
    if str(place) == "-":
        click.echo(text, nl=False)
    else:
        write_text(place, text, pipes=True)


def _bare(template: str) -> str:
    return template.rsplit("/", 1)[-1].removesuffix(".yaml")


def _text(template: str, type_: str | None, path: Path) -> str:
    """The spec, without the line for editors."""
    from conv_anim.catalog import templates
    from conv_anim.diagnostics import nearest

    if template == STARTER:
        return _starter(type_ or "conv", path)
    if type_ is not None:
        raise click.UsageError(f"--layer is for the starter; the template '{template}' has its layers")
    found = {t.name: t for t in templates()}
    if template not in found:
        near = nearest(template, [STARTER, *found])
        hint = "'conv-anim templates' lists them" if near is None else f"did you mean '{near}'?"
        raise click.BadParameter(f"there is no template '{template}'; {hint}", param_hint="TEMPLATE")
    return found[template].spec


def _starter(type_: str, path: Path) -> str:
    from conv_anim.spec import near_misses, starter

    if type_ == "max_unpool":
        raise click.BadParameter(
            "max_unpool follows a max_pool: 'conv-anim new max_unpool' is one", param_hint="--layer"
        )
    if type_ not in starter.STARTED:
        hint = near_misses.unknown_type(type_, starter.STARTED)
        raise click.BadParameter(f"there is no type of layer '{type_}'; {hint}", param_hint="--layer")
    return starter.text(type_, name=quoted(path))


def _for_editors(path: Path) -> tuple[str, Path | None]:
    """The line that says where the schema is, and the file of the schema if it had to be written."""
    from os.path import relpath

    from conv_anim.catalog import SCHEMA, TOLD_TO_EDITORS, schema_near, schema_text

    folder = path.parent.resolve()
    there = schema_near(folder)
    if there is not None:
        return f"{TOLD_TO_EDITORS}{_address(relpath(there, folder))}\n", None
    made = path.with_name(SCHEMA)
    write_text(made, schema_text())
    return f"{TOLD_TO_EDITORS}{SCHEMA}\n", made


def _address(path: str) -> str:
    """A relative path as part of a URL."""
    from pathlib import PurePath
    from urllib.parse import quote

    return quote(PurePath(path).as_posix())


def quoted(path: Path) -> str:
    """A path as a shell takes it."""
    import shlex

    return shlex.quote(str(path))
