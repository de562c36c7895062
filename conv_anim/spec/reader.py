"""From a tree of nodes to a spec: every key checked, every default filled in, every size computed."""

from __future__ import annotations

from functools import cache, partial
from math import prod
from typing import TYPE_CHECKING, TypeVar

from conv_anim.diagnostics import Code, SpecError
from conv_anim.limits import MOST_LAYERS, USUAL, Asked, exceeded
from conv_anim.spec import backward, controls, estimates, source_map
from conv_anim.spec.active import ACTIVE, active
from conv_anim.spec.appearance import (
    ANIMATION,
    CAPTION,
    COST,
    FORMULA,
    LABELS,
    LANG,
    OUTPUT,
    SIZE,
    TAKEAWAY,
    THEME,
    TITLE,
    animation_of,
    figure_size,
    labels_of,
)
from conv_anim.spec.arrays import FromFile, ValuesKind, read, resolved
from conv_anim.spec.backward import PASS, UPSTREAM
from conv_anim.spec.controls import CONTROLS
from conv_anim.spec.entering import LARGEST, MOST_AXES, axes_of, count_of_channels
from conv_anim.spec.foreign_yaml import check_foreign
from conv_anim.spec.graph import Graph
from conv_anim.spec.kinds import INVALID, Invalid, ListOf, Report, SkippedError, Whole
from conv_anim.spec.model import Given, Input, NetworkView, Random, Spec
from conv_anim.spec.nodes import Entries
from conv_anim.spec.op import Shape
from conv_anim.spec.op_types import LAYER
from conv_anim.spec.panels import DIFFERENCES, LETTERS, PANELS, Board, comparable
from conv_anim.spec.records import Field, Object, tables
from conv_anim.spec.view_choice import VIEW, leaps, view_of
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.diagnostics import Problem
    from conv_anim.limits import Limits
    from conv_anim.spec.arrays import Files, Written
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Size, View
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Chosen, Record

T = TypeVar("T")

INPUT_SIZE = Field(
    "size",
    ListOf(Whole(1, LARGEST), "a list with the size of each axis, 1 to 3 of them: [rows, columns]", 1, MOST_AXES),
    "Cells along each axis: [length], [rows, columns] or [depth, rows, columns].",
    example=[5, 5],
)
CHANNELS = Field("channels", Whole(1, LARGEST), "How many maps the input has; by default 1.", example=3)
VALUES: Field[Written] = Field(
    "values",
    ValuesKind(),
    "The numbers; by default small whole ones drawn at random. A list says the size too.",
    example="arange",
)
INPUT: Field[Record] = Field(
    "input",
    Object("the input", (INPUT_SIZE, CHANNELS, VALUES, ACTIVE)),
    "What the first layer is fed.",
    required=True,
    example={"size": [5, 5]},
)
ONE_LAYER: Field[Chosen] = Field("layer", LAYER, "The layer that is shown.")
MORE_LAYERS: Field[tuple[Chosen, ...]] = Field(
    "layers",
    ListOf(LAYER, f"a list of 1 to {MOST_LAYERS:,} layers", 1, MOST_LAYERS),
    "Several layers, in place of 'layer': each is fed by the one before, unless its 'from' says otherwise.",
    example=[{"type": "conv", "kernel_size": 3}, {"type": "max_pool", "kernel_size": 2}],
)
SPEC = Object(
    "a spec",
    (
        *(TITLE, INPUT, ONE_LAYER, MORE_LAYERS, PASS, UPSTREAM),
        *(PANELS, DIFFERENCES, LETTERS, VIEW, THEME, ANIMATION, SIZE),
        *(LABELS, TAKEAWAY, CAPTION, FORMULA, COST, CONTROLS, LANG, OUTPUT),
    ),
)
BOARD = Board(
    of_panels=(
        TITLE,
        INPUT,
        ONE_LAYER,
        MORE_LAYERS,
        PASS,
        UPSTREAM,
        VIEW,
        LABELS,
        TAKEAWAY,
        CAPTION,
        FORMULA,
        COST,
    ),
    of_whole=(
        TITLE,
        PANELS,
        DIFFERENCES,
        LETTERS,
        THEME,
        ANIMATION,
        SIZE,
        TAKEAWAY,
        CAPTION,
        FORMULA,
        CONTROLS,
        LANG,
        OUTPUT,
    ),
)


def spec(node: Node, files: Files, limits: Limits = USUAL) -> Spec:
    """The figure that a tree describes; ``files`` reads the data files that it names.

    Raises SpecError with all problems of the tree.
    """
    check_foreign(node)
    report = Report(limits=limits, homes=homes)
    several = isinstance(node, Entries) and node.get(PANELS.name) is not None
    made = _board(node, files, report) if several else _one(node, files, report)
    problems = [*report.problems, *_too_large(None if isinstance(made, Invalid) else made, node, report)]
    plain, asked = controls.without(node)
    read = partial(spec, files=cache(files), limits=limits)
    if asked is not None:
        problems += controls.mistakes(plain, asked, read)
    if isinstance(made, Invalid) or problems:
        raise SpecError(dict.fromkeys(problems))
    return made if asked is None else controls.controlled(made, plain, asked, read)


def _too_large(made: Spec | None, node: Node, report: Report) -> list[Problem]:
    """The limits that the maps are larger than; if there are any, with all others that the spec takes too much of."""
    if made is not None and all(isinstance(one.view, NetworkView) for one in made.figures):
        return []  # only sizes are drawn; what is computed of it is asked then
    if made is None or not exceeded(report.large, report.limits):
        return exceeded(report.large, report.limits)
    found = exceeded([*report.large, *estimates.asked(made)], report.limits)
    return list(source_map.located(SpecError(found), node).problems)


def _one(node: Node, files: Files, report: Report) -> Maybe[Spec]:
    record = SPEC.decode(node, report)
    if isinstance(record, Invalid):
        return INVALID
    alone = {DIFFERENCES: "'differences' compares panels", LETTERS: "'letters' are for panels"}
    for field, what in alone.items():
        if record.has(field):
            hint = "leave it out, or list 'panels'"
            report.add(Code.MISSING_KEY, f"{what}, and this spec has none", record.at(field), hint)
    several = attempt(report, lambda: backward.asks_for_all(record))
    return _spec(record, files, report) if several is not True else _both(record, files, report)


def _both(record: Record, files: Files, report: Report) -> Maybe[Spec]:
    """The forward pass, and beside it the gradients of the input and of the weight, as far as there are any."""
    once = cache(files)
    whole = _spec(record.instead(PASS, "forward").without(UPSTREAM), once, report)
    if isinstance(whole, Invalid):
        return INVALID
    specs = [_spec(backward.panel(record, pass_), once, report) for pass_ in backward.passes(whole.nodes)]
    good = [spec for spec in specs if not isinstance(spec, Invalid)]
    return INVALID if len(good) < len(specs) else attempt(report, lambda: backward.together(whole, good))


def _board(node: Node, files: Files, report: Report) -> Maybe[Spec]:
    """The figures of all panels, each read as a spec of its own: what they share has its problems once."""
    whole = BOARD.whole.decode(node, report)
    panels = INVALID if isinstance(whole, Invalid) else attempt(report, lambda: whole.of(PANELS))
    if isinstance(whole, Invalid) or isinstance(panels, Invalid):
        return INVALID
    BOARD.unused(node, panels, report)
    made = [_panel(BOARD.merged(node, panel), whole, files, report) for panel in panels]
    specs = [spec for spec in made if not isinstance(spec, Invalid)]
    if len(specs) < len(panels):
        return INVALID
    comparable(specs, whole, report)
    return attempt(report, lambda: _around(whole, specs))


def _panel(node: Entries, whole: Record, files: Files, report: Report) -> Maybe[Spec]:
    record = BOARD.panel.decode(node, report)
    if isinstance(record, Invalid):
        return INVALID
    return _spec(record.under(whole.without(*BOARD.of_panels, OUTPUT)), files, report)


def _around(whole: Record, specs: list[Spec]) -> Spec:
    """The spec of all panels: besides them, it is as the first one."""
    asked = (whole.of(TAKEAWAY), whole.of(CAPTION), whole.of(FORMULA))
    takeaway, caption, formula = ((said if isinstance(said, str) else False) for said in asked)
    return replace(
        specs[0],
        title=whole.get(TITLE),
        takeaway=takeaway,
        caption=caption,
        formula=formula,
        cost=False,
        output=whole.of(OUTPUT),
        panels=tuple(specs),
        differences=whole.of(DIFFERENCES),
        letters=whole.of(LETTERS),
    )


def homes() -> dict[str, list[tuple[str, str]]]:
    """By the name of a key, where it belongs: each as the key of the spec that has it, and what that mapping is called.

    The key of the spec is "" for what stands at its top.
    """
    found = {field.name: [("", SPEC.name)] for field in SPEC.fields}
    for outer in SPEC.fields:
        for table in () if outer is MORE_LAYERS else tables(outer.kind):
            for inner in table.fields:
                found.setdefault(inner.name, []).append((outer.name, table.name))
    return found


def attempt(report: Report, part: Callable[[], Maybe[T]]) -> Maybe[T]:
    """A part of the spec, unless it depends on something that has a problem."""
    try:
        return part()
    except SkippedError:
        assert report.problems
        return INVALID


def _spec(record: Record, files: Files, report: Report) -> Maybe[Spec]:
    input_ = attempt(report, lambda: _input(record.of(INPUT), files, report))
    chosen = attempt(report, lambda: _chosen(record, report))
    size = attempt(report, lambda: figure_size(record, report))
    if isinstance(input_, Invalid) or isinstance(chosen, Invalid):
        return INVALID
    nodes = Graph(Shape(input_.channels, input_.size), files, report, input_.active).nodes(chosen)
    if isinstance(nodes, Invalid):
        return INVALID
    passed = attempt(report, lambda: backward.passed(record, input_, nodes, files, report))
    if isinstance(passed, Invalid) or isinstance(size, Invalid):
        return INVALID
    view: Maybe[View] = attempt(report, lambda: view_of(record, passed.input, passed.nodes, report))
    if isinstance(view, Invalid):
        return INVALID
    theme = attempt(report, lambda: record.of(THEME))
    if isinstance(theme, Invalid):
        return INVALID
    made = Spec(passed.input, passed.nodes, view, theme, size=size, backward=passed.backward)
    return attempt(report, lambda: _appearance(record, made, report))


def _moving(record: Record, made: Spec, report: Report) -> None:
    """Whether the view can move as it is asked to."""
    node, why = record.at(ANIMATION), leaps(made.view, made.nodes)
    if made.animation.motion == "smooth" and why is not None:
        place = node.get("motion") if isinstance(node, Entries) else None
        report.add(Code.VIEW, why, place or node, "motion: step, or a view that comes with conv-anim")


def _appearance(record: Record, made: Spec, report: Report) -> Spec:
    made = replace(made, animation=animation_of(record, made.theme))
    _moving(record, made, report)
    return replace(
        made,
        title=record.get(TITLE),
        takeaway=record.of(TAKEAWAY),
        labels=labels_of(record, made.theme),
        caption=record.of(CAPTION),
        formula=record.of(FORMULA),
        cost=record.of(COST),
        output=record.of(OUTPUT),
        lang=record.of(LANG),
    )


# input


def _input(record: Record, files: Files, report: Report) -> Maybe[Input]:
    written = record.get(VALUES)
    node = record.at(VALUES)
    if isinstance(written, FromFile):
        values = read(written, node, files, report)
        if isinstance(values, Invalid):
            return INVALID
        written = values
    shape = _shape(record, written, report)
    if isinstance(shape, Invalid):
        return INVALID
    channels, *size = shape
    what = f"the input has {prod(shape):,} cells"
    report.counted(Asked("cells", prod(shape), what, "a smaller input shows the same"), record.at(INPUT_SIZE))
    there = attempt(report, lambda: active(record, tuple(size), files, report))
    if isinstance(there, Invalid):
        return INVALID
    if written is None:
        low = 0 if there is None else 1  # what is active is not to look like nothing
        return Input(tuple(size), channels, Random(seed=1, low=low, high=3), there)
    numbers = resolved(written, shape, len(size), node=node, files=files, report=report)
    return INVALID if isinstance(numbers, Invalid) else Input(tuple(size), channels, numbers, there)


def _shape(record: Record, written: Written | None, report: Report) -> Maybe[Size]:
    """(channels, *size): as given, or as the list of values has it. Three levels of a list are channels of maps."""
    size, channels = record.get(INPUT_SIZE), record.get(CHANNELS)
    if size is not None and isinstance(written, Given) and channels is None and len(written.shape) == len(size) + 1:
        channels = written.shape[0]
    if size is not None:
        return (channels or 1, *size)
    if not isinstance(written, Given):
        what = "the input needs the key 'size'"
        return report.add(Code.MISSING_KEY, what, record.node, "size: [5, 5], or 'values' as a list of rows")
    if len(written.shape) > MOST_AXES + 1:
        what = f"'values' has {len(written.shape)} axes; an input has at most {MOST_AXES}, and its channels before them"
        return report.add(
            Code.AXES, what, record.at(VALUES), "[channels, depth, rows, columns] is the most there can be"
        )
    if len(written.shape) < MOST_AXES:
        return (channels or 1, *written.shape)
    if channels not in {None, written.shape[0]}:
        what = f"'values' has {count_of_channels(written.shape[0])}, but 'channels' says {channels}"
        hint = f"a volume with {axes_of(3)} needs its 'size' said too"
        return report.add(Code.SHAPE, what, record.at(VALUES), hint)
    return written.shape


# layers


def _chosen(record: Record, report: Report) -> Maybe[tuple[Chosen, ...]]:
    one, more = record.get(ONE_LAYER), record.get(MORE_LAYERS)
    if one is not None and more is None:
        return (one,)
    if more is not None and one is None:
        return more
    if one is None:
        hint = "layer: {type: conv, kernel_size: 3}"
        return report.add(Code.MISSING_KEY, "a spec needs the key 'layer' or 'layers'", record.node, hint)
    what = "a spec takes 'layer' or 'layers', not both"
    return report.add(Code.EXCLUSIVE_KEYS, what, record.at(MORE_LAYERS), "put all layers into 'layers'")
