"""From a tree of nodes to a spec: every key checked, every default filled in, every size computed."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

from conv_anim.diagnostics import Code, SpecError
from conv_anim.limits import MOST_LAYERS, USUAL, exceeded
from conv_anim.spec import backward, controls, estimates, source_map
from conv_anim.spec.appearance import (
    ANIMATION,
    CAPTION,
    COST,
    FORMULA,
    LABELS,
    LANG,
    TAKEAWAY,
    TITLE,
    animation_of,
    labels_of,
)
from conv_anim.spec.backward import PASS, UPSTREAM
from conv_anim.spec.controls import CONTROLS
from conv_anim.spec.figure_size import SIZE, figure_size
from conv_anim.spec.file_names import OUTPUT
from conv_anim.spec.foreign_yaml import check_foreign
from conv_anim.spec.graph import Graph
from conv_anim.spec.input_keys import INPUT, input_of
from conv_anim.spec.kinds import INVALID, Invalid, ListOf, Report
from conv_anim.spec.model import Spec
from conv_anim.spec.nodes import Entries
from conv_anim.spec.op import Shape
from conv_anim.spec.op_types import LAYER
from conv_anim.spec.panels import DIFFERENCES, LETTERS, PANELS, Board, comparable
from conv_anim.spec.records import Field, Object, tables
from conv_anim.spec.theme_keys import THEME
from conv_anim.spec.view_choice import VIEW, leaps, view_of
from conv_anim.spec.view_values import NetworkView
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.diagnostics import Problem
    from conv_anim.limits import Limits
    from conv_anim.spec.arrays import Files
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Chosen, Record
    from conv_anim.spec.view_values import View

T = TypeVar("T")

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
        *(TITLE, INPUT, ONE_LAYER, MORE_LAYERS, PASS, UPSTREAM, VIEW),
        *(LABELS, TAKEAWAY, CAPTION, FORMULA, COST),
    ),
    of_whole=(
        *(TITLE, PANELS, DIFFERENCES, LETTERS, THEME, ANIMATION, SIZE),
        *(TAKEAWAY, CAPTION, FORMULA, CONTROLS, LANG, OUTPUT),
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
        return []  # only sizes are drawn; the limits on computing are checked later
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
    several = report.attempt(lambda: backward.asks_for_all(record))
    return _spec(record, files, report) if several is not True else _both(record, files, report)


def _both(record: Record, files: Files, report: Report) -> Maybe[Spec]:
    """The forward pass, and beside it the gradients of the input and of the weight, as far as there are any."""
    once = cache(files)
    whole = _spec(record.instead(PASS, "forward").without(UPSTREAM), once, report)
    if isinstance(whole, Invalid):
        return INVALID
    specs = [_spec(backward.panel(record, pass_), once, report) for pass_ in backward.passes(whole.nodes)]
    good = [spec for spec in specs if not isinstance(spec, Invalid)]
    return INVALID if len(good) < len(specs) else report.attempt(lambda: backward.together(whole, good))


def _board(node: Node, files: Files, report: Report) -> Maybe[Spec]:
    """The figures of all panels, each read as a spec of its own: what they share has its problems once."""
    whole = BOARD.whole.decode(node, report)
    panels = INVALID if isinstance(whole, Invalid) else report.attempt(lambda: whole.of(PANELS))
    if isinstance(whole, Invalid) or isinstance(panels, Invalid):
        return INVALID
    BOARD.unused(node, panels, report)
    made = [_panel(BOARD.merged(node, panel), whole, files, report) for panel in panels]
    specs = [spec for spec in made if not isinstance(spec, Invalid)]
    if len(specs) < len(panels):
        return INVALID
    comparable(specs, whole, report)
    return report.attempt(lambda: _around(whole, specs))


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


def _spec(record: Record, files: Files, report: Report) -> Maybe[Spec]:
    input_ = report.attempt(lambda: input_of(record.of(INPUT), files, report))
    chosen = report.attempt(lambda: _chosen(record, report))
    size = report.attempt(lambda: figure_size(record, report))
    if isinstance(input_, Invalid) or isinstance(chosen, Invalid):
        return INVALID
    nodes = Graph(Shape(input_.channels, input_.size), files, report, input_.active).nodes(chosen)
    if isinstance(nodes, Invalid):
        return INVALID
    passed = report.attempt(lambda: backward.passed(record, input_, nodes, files, report))
    if isinstance(passed, Invalid) or isinstance(size, Invalid):
        return INVALID
    view: Maybe[View] = report.attempt(lambda: view_of(record, passed.input, passed.nodes, report))
    if isinstance(view, Invalid):
        return INVALID
    theme = report.attempt(lambda: record.of(THEME))
    if isinstance(theme, Invalid):
        return INVALID
    made = Spec(passed.input, passed.nodes, view, theme, size=size, backward=passed.backward)
    return report.attempt(lambda: _appearance(record, made, report))


def _moving(record: Record, made: Spec, report: Report) -> None:
    """Report a motion that the view does not have."""
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
