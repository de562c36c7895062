"""Things by their names: our own, and those that other packages bring, by an entry point of a group."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from importlib.metadata import EntryPoint


class Described(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def doc(self) -> str: ...


T = TypeVar("T", bound=Described)
V = TypeVar("V")


class Registry(Mapping[str, T]):
    """Those of other packages come last, by name; they are looked for only when a name is asked for that is not ours.

    One that cannot be loaded is left out; `hint` says why to who asks for it.
    """

    def __init__(self, group: str, kind: type[T], own: Iterable[T]) -> None:
        self.group, self.kind = group, kind
        self.own: dict[str, T] = {thing.name: thing for thing in own}

    def __getitem__(self, name: str) -> T:
        return self.own[name] if name in self.own else self._others[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.own
        yield from self._others

    def __len__(self) -> int:
        return len(self.own) + len(self._others)

    def hint(self, word: str, known: Sequence[str]) -> str:
        """What is to be said of a name that is none of these."""
        from conv_anim.spec.synonyms import unknown_name

        return self._broken.get(word) or unknown_name(word, known)

    @cached_property
    def _others(self) -> dict[str, T]:
        return {name: found for name, found in self._found.items() if isinstance(found, self.kind)}

    @property
    def _broken(self) -> dict[str, str]:
        """Why those that cannot be loaded cannot."""
        return {name: found for name, found in self._found.items() if isinstance(found, str)}

    @cached_property
    def _found(self) -> dict[str, T | str]:
        """Of several by one name the first, by the name of its package."""
        from importlib.metadata import entry_points

        found: dict[str, T | str] = {}
        for point in sorted(entry_points(group=self.group), key=lambda point: (point.name, _package(point))):
            if point.name not in found and point.name not in self.own:
                found[point.name] = self._loaded(point)
        return found

    def _loaded(self, point: EntryPoint) -> T | str:
        """What an entry point names, or why it is of no use."""
        brings = f"the package '{_package(point)}' brings '{point.name}', but"
        try:
            found = point.load()
        except Exception as error:  # noqa: BLE001  # whatever happens in another's package is theirs to mend
            return f"{brings} it cannot be loaded: {type(error).__name__}: {error}"
        if not isinstance(found, self.kind):
            return f"{brings} {point.value} is no {self.kind.__name__}"
        if found.name != point.name:
            return f"{brings} {point.value} calls itself '{found.name}'"
        return found


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""


class Each(Mapping[str, V], Generic[T, V]):
    """For every name of a registry something of what it stands for, made when it is asked for."""

    def __init__(self, registry: Registry[T], of: Callable[[T], V]) -> None:
        self.registry, self.of = registry, of

    def __getitem__(self, name: str) -> V:
        return self.of(self.registry[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.registry)

    def __len__(self) -> int:
        return len(self.registry)


class Docs(Collection[str]):
    """What every thing of a registry is, in its order."""

    def __init__(self, registry: Registry[Any]) -> None:
        self.registry = registry

    def __contains__(self, doc: object) -> bool:
        return doc in list(self)

    def __iter__(self) -> Iterator[str]:
        return (thing.doc for thing in self.registry.values())

    def __len__(self) -> int:
        return len(self.registry)


def named(reference: str | Callable[..., V]) -> Callable[..., V]:
    """What a text like ``package.module:name`` stands for, imported now; anything else is it already."""
    if not isinstance(reference, str):
        return reference
    module, _, name = reference.partition(":")
    found: Callable[..., V] = getattr(import_module(module), name)
    return found
