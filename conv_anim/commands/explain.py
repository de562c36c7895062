"""``explain``: what a spec or a model does, in words and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from conv_anim.commands.options import DIAGNOSTICS, SET, Limited, SpecPath, echo_json, let_option, limited, size_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.spec.model import Size, Spec


class SpecOrModel(SpecPath):
    """A path as a spec's, or a layer's text, which is left as it is."""

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Any:
        return str(value)


@click.command(cls=Limited)
@click.argument("model", type=SpecOrModel(), metavar="SPEC|MODEL")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "table", "json")),
    help="Layer by layer, a line for each, or for programs. Default: text; table for models and networks.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--latex", "as_latex", is_flag=True, help="Its sums, in symbols and in numbers, for a paper in LaTeX.")
@size_option("The input's size, if the model does not say: 224x224, or 3x224x224.")
@let_option("The value of a name in a layer's text.")
@click.option("--node", metavar="NAME", help="Of a Python file, which class, or which function that makes a model.")
@SET
@DIAGNOSTICS
@limited
def explain(  # noqa: PLR0917  # click hands its options over by name
    model: str,
    changes: tuple[str, ...],
    shape: Size | None,
    form: str | None,
    names: tuple[tuple[str, Any], ...],
    node: str | None,
    *,
    as_json: bool,
    as_latex: bool,
) -> None:
    """Say what a spec does: sizes with their formulas, padding, parameters, multiply-adds, receptive fields.

    A model (.onnx, .pt2, .keras, Ultralytics' .yaml, a class of PyTorch in a .py) or a layer's text is explained in a
    table, with a line for each of its nodes.

    \b
    Examples:
      conv-anim explain con_9.yaml
      conv-anim explain con_9.yaml --set layer.stride=2 --set lang=zh-TW
      conv-anim explain network.yaml --format table
      conv-anim explain model.onnx --input 3x224x224
      conv-anim explain resnet.py --node ResNet18
      conv-anim explain 'nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())' --input 32x32
    """
    from conv_anim.app.console import fail
    from conv_anim.diagnostics import SpecError
    from conv_anim.frameworks.files_of_text import is_python_file

    if as_json and form not in {None, "json"}:
        raise click.UsageError(f"--json and --format {form} exclude each other: leave one of them out")
    if as_latex and (as_json or form is not None):
        raise click.UsageError("--latex stands alone: give neither --json nor --format")
    if node is not None and not is_python_file(model):
        raise click.UsageError("--node chooses a class of a file that ends in .py; this is not one")
    of_model = _is_model(model)
    if of_model and as_latex:
        raise click.UsageError("--latex is for specs: --spec of draw makes one of a layer")
    if not of_model and (shape is not None or names):
        raise click.UsageError("--input and --let are for models; in a spec, --set input.size='[224, 224]'")
    form = "latex" if as_latex else "json" if as_json else form
    try:
        if of_model:
            _of_model(model, changes, shape, form, names=dict(names), node=node)
        else:
            _of_spec(model, changes, form)
    except SpecError as error:
        fail(error.problems)


def _is_model(model: str) -> bool:
    """Whether it is a model's file or a layer's text, not the path of a spec."""
    from pathlib import Path

    from conv_anim.frameworks.files_of_text import is_python_file
    from conv_anim.frameworks.whole import is_model

    is_text = ("(" in model or "\n" in model) and not Path(model).exists()
    return is_model(model) or is_python_file(model) or is_text


def _of_model(
    model: str, changes: Sequence[str], shape: Size | None, form: str | None, *, names: Names, node: str | None
) -> None:
    """Raises SpecError."""
    from conv_anim import summary
    from conv_anim.frameworks.feeding import said
    from conv_anim.frameworks.whole import whole
    from conv_anim.tracing.reach import reaches

    if form == "text":
        raise click.UsageError("a model is explained as a table, or as json; text is for specs")
    made = whole(model, said(shape, None), names, node)
    lang = made.loaded(changes).spec.lang
    found = reaches(made.network)
    if form == "json":
        echo_json(summary.data(made.network, found))
        return
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(summary.text(made.network, found, lang), nl=False)


def _of_spec(path: str, changes: tuple[str, ...], form: str | None) -> None:
    """Raises SpecError."""
    from pathlib import Path

    from conv_anim import summary
    from conv_anim.app.console import read_one
    from conv_anim.explain import data, text
    from conv_anim.tracing import networks
    from conv_anim.tracing.reach import reaches

    made = read_one(Path(path), changes)
    if form == "latex":
        click.echo(_latex(made), nl=False)
    elif form == "json":
        echo_json(data(made))
    elif form == "text" or (form is None and made.view.kind != "network"):
        click.echo(text(made), nl=False)
    else:
        for one in made.figures:
            network = networks.of_spec(one)
            click.echo(summary.text(network, reaches(network, one), one.lang), nl=False)


def _latex(made: Spec) -> str:
    """The formulas. Raises SpecError with what is in their way."""
    from conv_anim.latex import latex
    from conv_anim.tracing.trace import trace

    return latex(trace(made))
