"""Ops, views, themes and formats by their names: our own, and those that other packages bring by entry points."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.metadata import EntryPoint

T = TypeVar("T")
V = TypeVar("V")


class Registry(Mapping[str, T]):
    """Those of other packages come last, by name; they are looked for only when a name is asked for that is not ours.

    One that cannot be loaded is left out; `hint` says why to who asks for it. If things of a ``kind`` have a ``name``,
    it must be that of the entry point.
    """

    def __init__(self, group: str, kind: type[T], own: Mapping[str, T]) -> None:
        self.group, self.kind, self.own = group, kind, own

    def __getitem__(self, name: str) -> T:
        return self.own[name] if name in self.own else self._others[name]

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self._others

    def __iter__(self) -> Iterator[str]:
        yield from self.own
        yield from self._others

    def __len__(self) -> int:
        return len(self.own) + len(self._others)

    def hint(self, word: str, known: Sequence[str]) -> str:
        """The hint for a name that is not one of these."""
        from conv_anim.spec.near_misses import unknown_name

        return self.broken(word) or unknown_name(word, known)

    def broken(self, word: str) -> str | None:
        """Why what another package brings by a name cannot be loaded; None if there is nothing of the kind."""
        found = self._found.get(word)
        return found if isinstance(found, str) else None

    def forget(self) -> None:
        """Search other packages again."""
        for known in ("_found", "_others"):
            vars(self).pop(known, None)

    @cached_property
    def _others(self) -> dict[str, T]:
        return {name: found for name, found in self._found.items() if isinstance(found, self.kind)}

    @cached_property
    def _found(self) -> dict[str, T | str]:
        """The others by name; of several with one name the first, by the name of its package."""
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
        except Exception as error:  # noqa: BLE001  # any error in another package is for its authors to fix
            return f"{brings} it cannot be loaded: {type(error).__name__}: {error}"
        if not isinstance(found, self.kind):
            return f"{brings} {point.value} is no {self.kind.__name__}"
        name = getattr(found, "name", point.name)
        if name != point.name:
            return f"{brings} {point.value} calls itself '{name}'"
        return found


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""


class Imported(Mapping[str, Any]):
    """Things of our own, by the modules that have them; each is imported on demand.

    ``modules`` has for every name the module whose ``table`` has it.
    """

    def __init__(self, modules: Mapping[str, str], table: str) -> None:
        self.modules, self.table = modules, table

    def __getitem__(self, name: str) -> Any:
        return getattr(import_module(self.modules[name]), self.table)[name]

    def __contains__(self, name: object) -> bool:
        return name in self.modules

    def __iter__(self) -> Iterator[str]:
        return iter(self.modules)

    def __len__(self) -> int:
        return len(self.modules)


class Each(Mapping[str, V], Generic[T, V]):
    """For every name of a registry a value made from its entry, on demand."""

    def __init__(self, registry: Registry[T], of: Callable[[T], V]) -> None:
        self.registry, self.of = registry, of

    def __getitem__(self, name: str) -> V:
        return self.of(self.registry[name])

    def __contains__(self, name: object) -> bool:
        return name in self.registry

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
    """Imports a text like ``package.module:name``; returns anything else as it is."""
    if not isinstance(reference, str):
        return reference
    module, _, name = reference.partition(":")
    found: Callable[..., V] = getattr(import_module(module), name)
    return found
