"""The backward pass in a spec: which gradient is shown, what comes from above, and the nodes that compute it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.spec.arrays import FromFile, ValuesKind, read, resolved
from conv_anim.spec.kinds import INVALID, Invalid, OneOf
from conv_anim.spec.model import Backward, Given, Spec
from conv_anim.spec.records import Field
from conv_anim.spec.registry import named
from conv_anim.spec.view_values import Flat
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.arrays import Files, Written
    from conv_anim.spec.kinds import Maybe, Report
    from conv_anim.spec.model import Input, Node, Values
    from conv_anim.spec.records import Record

    Builder: TypeAlias = Callable[[Backward], "tuple[Input, tuple[Node, ...], Backward]"]

Pass: TypeAlias = Literal["forward", "grad_input", "grad_weight", "both"]
PASSES: tuple[Pass, ...] = ("forward", "grad_input", "grad_weight", "both")
PASS: Field[Pass] = Field(
    "pass",
    OneOf(PASSES),
    "What is computed: the output, the gradient with respect to the input or the weights, or all of it side by side.",
    default="forward",
    example="grad_input",
)
UPSTREAM: Field[Written] = Field(
    "upstream",
    ValuesKind(),
    "The gradient that arrives at the output, in its shape; by default ones.",
    example="arange",
)
BUILDER = "conv_anim.ops.gradients:backward"
"""What makes the nodes of a backward pass, as a text: the spec imports no op."""


class Passed(NamedTuple):
    """What is computed: an input, the nodes that it goes through, and what these are the backward pass of."""

    input: Input
    nodes: tuple[Node, ...]
    backward: Backward | None = None


def passed(record: Record, input_: Input, nodes: tuple[Node, ...], files: Files, report: Report) -> Maybe[Passed]:
    """The pass that a spec asks for, or INVALID after what is wrong was reported. Raises SkippedError."""
    wanted = record.of(PASS)
    if wanted == "forward":
        return INVALID if _misplaced(record, report) else Passed(input_, nodes)
    if wanted == "both":
        what = "'both' is a figure of several panels: put it at the top of a spec without 'panels'"
        return report.add(Code.EXCLUSIVE_KEYS, what, record.at(PASS), "a panel for each: pass: grad_input, grad_weight")
    upstream = _upstream(record, nodes, files, report)
    if not _has_gradient(record, wanted, nodes, report) or isinstance(upstream, Invalid):
        return INVALID
    weight = weighted(nodes) if wanted == "grad_weight" else None
    builds: Builder = named(BUILDER)
    return Passed(*builds(Backward(wanted, input_, nodes, upstream, weight)))


def weighted(nodes: tuple[Node, ...]) -> int | None:
    """The number of the first node with weights, whose gradient is meant; None without any."""
    return next((k for k, node in enumerate(nodes) if node.op.weight_shape is not None), None)


def _upstream(record: Record, nodes: tuple[Node, ...], files: Files, report: Report) -> Maybe[Values]:
    """The gradient that arrives at the output: as given, else ones."""
    ends, written, node = nodes[-1].op.ends, record.get(UPSTREAM), record.at(UPSTREAM)
    shape = (ends.out_channels, *ends.out_size)
    if written is None:
        return Given((1,) * len(shape), (1,))
    if isinstance(written, FromFile):
        found = read(written, node, files, report)
        if isinstance(found, Invalid):
            return INVALID
        written = found
    return resolved(written, shape, len(ends.out_size), node=node, files=files, report=report)


def _has_gradient(record: Record, wanted: Pass, nodes: tuple[Node, ...], report: Report) -> bool:
    """Whether the requested gradient exists; reports why not."""
    without = list(dict.fromkeys(node.op.type for node in nodes if not node.op.has_gradient))
    if without:
        what = f"no gradient of {' and '.join(without)} is known here"
        report.add(Code.UNSUPPORTED, what, record.at(PASS), "pass: forward, or leave that layer out")
    elif wanted == "grad_weight" and weighted(nodes) is None:
        types = ", ".join(dict.fromkeys(node.op.type for node in nodes))
        what = f"no layer here has weights whose gradient could be shown: {types}"
        report.add(Code.UNSUPPORTED, what, record.at(PASS), "pass: grad_input")
    else:
        return True
    return False


# side by side


def asks_for_all(record: Record) -> bool:
    """Whether the passes are to be shown side by side. Raises SkippedError."""
    return record.of(PASS) == "both"


def passes(nodes: tuple[Node, ...]) -> tuple[Pass, ...]:
    """The passes that have something to show."""
    return "grad_input", *(() if weighted(nodes) is None else ("grad_weight",))


def panel(record: Record, wanted: Pass) -> Record:
    """The spec of one pass."""
    return record.instead(PASS, wanted)


def together(forward: Spec, specs: list[Spec]) -> Spec:
    """One figure of the forward pass and some backward ones, one after the other; one that shows it is alone."""
    shown = specs if specs[0].backward is not None and specs[0].backward.gradient_of else [forward, *specs]
    if len(shown) == 1:
        return shown[0]
    panels = tuple(_as_panel(spec, number) for number, spec in enumerate(shown, start=1))
    takeaway, caption, formula = map(_text, (forward.takeaway, forward.caption, forward.formula))
    return replace(
        panels[0],
        title=forward.title,
        takeaway=takeaway,
        caption=caption,
        formula=formula,
        cost=False,
        output=forward.output,
        panels=panels,
    )


def _text(said: bool | str) -> str | bool:  # noqa: FBT001 - what a spec says, and no switch
    """A text is written once, for all panels."""
    return said if isinstance(said, str) else False


def _asked(said: bool | str) -> bool:  # noqa: FBT001 - what a spec says, and no switch
    """What is made from a spec stands below each panel."""
    return said is True


TITLES: dict[str, dict[str, str]] = {
    "en": {
        "forward": "Forward",
        "grad_input": "Backward: gradient w.r.t. the input",
        "grad_weight": "Backward: gradient w.r.t. the kernel",
    },
    "zh-TW": {"forward": "正向", "grad_input": "反向：對輸入的梯度", "grad_weight": "反向：對卷積核的梯度"},
}
"""What the panels of the passes are called."""


def _as_panel(spec: Spec, number: int) -> Spec:
    """Under the name of its pass, with its number; the flat view stamps, window by window."""
    view, last = spec.view, spec.nodes[-1].op.window
    if spec.backward is not None and isinstance(view, Flat) and last is not None and last.stamps:
        view = replace(view, mode="scatter")
    name = "forward" if spec.backward is None else spec.backward.of
    takeaway, caption, formula = map(_asked, (spec.takeaway, spec.caption, spec.formula))
    title = f"{number}. {TITLES[spec.lang][name]}"
    return replace(spec, view=view, title=title, takeaway=takeaway, caption=caption, formula=formula)


def _misplaced(record: Record, report: Report) -> bool:
    """Whether an upstream gradient is given where nothing runs backward; reports it."""
    if not record.has(UPSTREAM):
        return False
    what = "'upstream' is the gradient that a backward pass begins with, and this spec has only the forward one"
    report.add(Code.MISSING_KEY, what, record.at(UPSTREAM), "add pass: grad_input, grad_weight or both")
    return True
