"""What a model's text stands for while it is read: modules, the maps between them, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    import ast
    from collections.abc import MutableMapping
    from pathlib import Path

    from conv_anim.diagnostics import Span
    from conv_anim.frameworks.calls import Call


NO_LAYERS = {"Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict", "Module"}
"""Classes of PyTorch that are no layer."""


class UnreadError(Exception):
    """What cannot be known without running the text: why, and where."""

    def __init__(self, why: str, span: Span | None = None, hint: str | None = None) -> None:
        super().__init__(why)
        self.why, self.span, self.hint = why, span, hint


class FitError(UnreadError):
    """Shapes that do not fit each other: those of another input may."""


class ReturnError(Exception):
    """The end of a function, with what it returns."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


@dataclass(frozen=True, slots=True)
class Name:
    """What a library has under a whole name: ``torch.nn.Conv2d``."""

    whole: str

    @property
    def short(self) -> str:
        """Without its modules."""
        return self.whole.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known, and may be handed around as long as nothing depends on it."""

    why: str
    exists: bool = False
    """Whether it is known not to be None."""


@dataclass(frozen=True, slots=True)
class Map:
    """What a node makes: its number, and its shape, the batch first."""

    node: int
    shape: tuple[int, ...]


@dataclass(eq=False)
class Trained:
    """A parameter of a model, by how many numbers it has; ``counted`` once a node has them."""

    size: int
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """An array that does not depend on the input, by its shape."""

    shape: tuple[int, ...]
    trained: tuple[Trained, ...] = ()
    """The parameters that it is made of."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function or a method of the text, with the names that it sees."""

    definition: ast.FunctionDef | ast.Lambda
    scope: MutableMapping[str, Any]
    of: Any = None
    """The instance that it is a method of."""
    owner: Class | None = None
    """The class that has it, whose parents ``super()`` means."""
    defaults: dict[str, Any] | None = None
    """What its parameters are if nobody says it; None where that is followed only when it is called."""


class Globals(dict[str, Any]):
    """What the names of a file stand for; of one that is imported, once one of them is asked for."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self.path = path
        self.is_read = path is None
        self.pending: dict[str, list[ast.stmt]] = {}
        """Statements that give something to a name, not followed yet."""
        self.done: set[int] = set()
        """The statements that were followed for another of their names."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A name of another file."""

    scope: Globals
    name: str


@dataclass(frozen=True, slots=True)
class File:
    """Another file as a whole."""

    scope: Globals


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of the text. ``parents`` are classes of the text or names of a library."""

    definition: ast.ClassDef
    scope: MutableMapping[str, Any]
    parents: tuple[Any, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    """What its names stand for, as far as they were asked for."""

    def lineage(self) -> tuple[Any, ...]:
        """Itself and all that it inherits from, in the order in which Python looks for a method."""
        rows = [each.lineage() if isinstance(each, Class) else (each,) for each in self.parents]
        return (self, *_merged([*rows, self.parents]))

    def method(self, name: str, after: Class | None = None) -> tuple[Class, ast.FunctionDef] | None:
        """What it or a parent defines under a name; behind a class, what that class's ``super()`` means."""
        lineage = self.lineage()
        for each in lineage if after is None else lineage[lineage.index(after) + 1 :]:
            if isinstance(each, Class):
                for made in reversed(each.definition.body):
                    if getattr(made, "name", None) == name and hasattr(made, "args") and not _sets(made):
                        return each, made  # type: ignore[return-value]
        return None

    @property
    def layer(self) -> str | None:
        """The layer of PyTorch that it inherits from."""
        found = [root.rpartition(".") for root in self.roots]
        return next((name for owner, _, name in found if owner == "torch.nn" and name not in NO_LAYERS), None)

    @property
    def roots(self) -> tuple[str, ...]:
        """The classes of libraries that it inherits from."""
        return tuple(each.whole for each in self.lineage() if isinstance(each, Name))


def _merged(rows: list[tuple[Any, ...]]) -> list[Any]:
    """The order of Python (C3): each class before its parents, and parents as they are listed."""
    found: list[Any] = []
    rows = [row for row in rows if row]
    while rows:
        heads = [row[0] for row in rows]
        head = next((each for each in heads if not any(each in row[1:] for row in rows)), heads[0])
        found.append(head)
        rows = [row for row in (tuple(each for each in row if each != head) for row in rows) if row]
    return found


def _sets(definition: Any) -> bool:
    """Whether it is what a property does when it is set."""
    return any(getattr(each, "attr", None) in {"setter", "deleter"} for each in definition.decorator_list)


@dataclass(eq=False)
class Module:
    """A module: a layer of the library (``call``), a container, or an instance of a class of the text (``of``)."""

    kind: str
    call: Call | None = None
    of: Class | None = None
    parts: dict[str, Any] = field(default_factory=dict)
    """Modules in it, in the order in which they were given."""
    fields: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    counted: bool = False
    """Whether its parameters are those of an earlier node."""
    arrays: dict[str, Held] = field(default_factory=dict)
    """What it trains, as far as the text asks for it."""
    more: int = 0
    """Numbers that are trained for its weight besides those of the layer."""

    def place(self, path: str) -> None:
        """Say to it and to all in it what the model calls them; the first name stays."""
        for name, part in self.parts.items():
            if isinstance(part, Module) and not part.path:
                part.path = f"{path}.{name}" if path else name
                part.place(part.path)


@dataclass(frozen=True, slots=True)
class Super:
    """What ``super()`` is: an instance, seen as one of the parents of a class."""

    of: Module
    owner: Class


@dataclass(frozen=True, slots=True)
class Bound:
    """A method that is built in: of a list, a text, a module or a map."""

    of: Any
    name: str


@dataclass(frozen=True, slots=True)
class Partial:
    """What ``functools.partial`` makes: something to call, with some of what it is given."""

    called: Any
    given: tuple[Any, ...]
    named: dict[str, Any]
