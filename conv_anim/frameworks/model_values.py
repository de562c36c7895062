"""What a model's text stands for while it is read: modules, the maps between them, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, MutableMapping

    from conv_anim.diagnostics import Span
    from conv_anim.frameworks.calls import Call


class UnreadError(Exception):
    """What cannot be known without running the text: why, and where."""

    def __init__(self, why: str, span: Span | None = None, hint: str | None = None) -> None:
        super().__init__(why)
        self.why, self.span, self.hint = why, span, hint


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


@dataclass(frozen=True, slots=True)
class Map:
    """What a node makes: its number, and its shape, the batch first."""

    node: int
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """An array that does not depend on the input, by its shape."""

    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function or a method of the text, with the names that it sees."""

    definition: ast.FunctionDef | ast.Lambda
    scope: MutableMapping[str, Any]
    of: Any = None
    """The instance that it is a method of."""
    owner: Class | None = None
    """The class that has it, whose parents ``super()`` means."""


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the text. ``parents`` are classes of the text or names of a library."""

    definition: ast.ClassDef
    scope: MutableMapping[str, Any]
    parents: tuple[Any, ...] = ()

    def lineage(self) -> Iterator[Any]:
        """Itself and all that it inherits from, in the order in which a method is looked for."""
        yield self
        for parent in self.parents:
            if isinstance(parent, Class):
                yield from parent.lineage()
            else:
                yield parent

    def method(self, name: str) -> tuple[Class, ast.FunctionDef] | None:
        """What it or a parent defines under a name."""
        import ast as python

        for each in self.lineage():
            if isinstance(each, Class):
                for made in each.definition.body:
                    if isinstance(made, python.FunctionDef) and made.name == name:
                        return each, made
        return None

    @property
    def roots(self) -> tuple[str, ...]:
        """The classes of libraries that it inherits from."""
        return tuple(each.whole for each in self.lineage() if isinstance(each, Name))


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
