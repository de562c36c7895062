"""A step of a PyTorch graph that is about to be drawn, as operators ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.frameworks.arrays import array
from conv_anim.spec.nodes import Scalar
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.diagnostics import SpecError
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.frameworks.torch.export import Step, Traced
    from conv_anim.spec.model import Given


Draw: TypeAlias = "Callable[[Call, Sketch], None]"


@dataclass(frozen=True, slots=True)
class Call:
    """A step that is about to be drawn: what is known, and which entry of the sketch made what."""

    step: Step
    traced: Traced
    held: dict[str, Given]
    entries: dict[str, int] = field(repr=False)
    """By the names of nodes."""

    @property
    def at(self) -> Scalar:
        """The place of the call, for messages about all of it."""
        return Scalar(None, "", self.step.place)

    def get(self, name: str) -> Any:
        """An argument, or None."""
        return self.step.values.get(name)

    def each(self, name: str, count: int, default: int = 1) -> list[int]:
        """One number for each axis."""
        given = self.get(name)
        listed = [given] if isinstance(given, int) else list(given or [])
        return listed * count if len(listed) == 1 else listed or [default] * count

    def tensor(self, name: str) -> Any:
        """One that is known; None if it is left out. Raises SpecError for one that is computed from the input."""
        node = self.get(name)
        if node is None:
            return None
        if node.name not in self.traced.tensors:
            raise self.step.problem(f"the {name} of this {self.step.name} is computed from the input")
        return self.traced.tensors[node.name]

    def weight(self, weight: Any, suffix: str = "weight") -> dict[str, str]:
        """A weight, held under its place."""
        name = f"{self.step.node.name}.{suffix}"
        self.held[name] = array(weight, f"{self.step.place}.{suffix}")
        return {"file": name}

    def numbers(self, tensor: Any, name: str) -> list[Any] | None:
        """The numbers of a tensor, called ``name`` in messages; None for None."""
        return None if tensor is None else list(array(tensor, f"{self.step.place}.{name}").numbers)

    def fed(self, node: Any) -> int:
        """The entry that makes an input. Raises SpecError if it is not drawn."""
        if getattr(node, "name", None) not in self.entries:
            raise self.step.problem(f"{self.step.name} reads what is not drawn")
        return self.entries[node.name]

    def problem(self, message: str, hint: str | None = None) -> SpecError:
        """What is wrong with the call, at its place."""
        return self.step.problem(message, hint)
