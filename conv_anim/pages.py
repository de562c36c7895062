"""What stands in a page: a figure or all combinations of its controls, each with its formulas, programs and spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import SpecError
from conv_anim.export.figures import Beside, Book, Sheet
from conv_anim.spec.controls import CANNOT
from conv_anim.spec.view_values import NetworkView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conv_anim.scene.primitives import Scene
    from conv_anim.spec.model import Spec, State


def book(spec: Spec, draw: Callable[[Spec], Scene]) -> Book:
    """The figures of all combinations of a spec's controls. Raises SpecError if one of them is a mistake."""
    controls = tuple(
        {"path": each.path, "label": label, "values": list(each.values), "kind": each.kind}
        for each, label in zip(spec.controls, labels([each.path for each in spec.controls]), strict=True)
    )
    return Book(tuple(_sheet(state, draw) for state in spec.states), controls, spec.first_state)


def labels(paths: Sequence[str]) -> list[str]:
    """The keys' last words, where these tell them apart."""
    last = [path.rpartition(".")[2].replace("_", " ") for path in paths]
    return [name if last.count(name) == 1 else path for name, path in zip(last, paths, strict=True)]


def _sheet(state: State, draw: Callable[[Spec], Scene]) -> Sheet | str:
    if state.spec is None:
        return state.why
    try:
        return Sheet(draw(state.spec), beside(state.spec, state.text))
    except SpecError as error:
        if any(problem.code not in CANNOT for problem in error.problems):
            raise
        return "; ".join(problem.message for problem in error.problems)


def beside(spec: Spec, text: str = "", *, code: bool = True) -> Beside:
    """What accompanies a figure on its page; ``text`` is its spec."""
    from conv_anim.scene.wording import captions

    formulas = () if spec.formula is True else tuple(_formulas(spec))  # else they are in the picture
    said = captions.description(spec) if spec.panels else captions.caption(spec)
    caption = "" if spec.caption is True else said
    return Beside(formulas, caption, dict(programs(spec)) if code else {}, text)


def _formulas(spec: Spec) -> Iterator[str]:
    from conv_anim.scene.wording.formulas import formulas
    from conv_anim.scene.wording.language import Language

    for one in spec.figures:
        for line in formulas(one, Language(one.lang)):
            yield f"{one.title}: {line}" if spec.panels and one.title else line


def programs(spec: Spec) -> Iterator[tuple[str, str]]:
    """By the name of each framework that can write it; none of a network, whose numbers are not computed."""
    from conv_anim.coding.programs import FRAMEWORKS, program

    if any(isinstance(one.view, NetworkView) for one in spec.figures):
        return
    for key, framework in FRAMEWORKS.items():
        try:
            yield framework.name, program(spec, key)
        except SpecError:
            continue
