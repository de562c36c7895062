"""Classes of values, as `dataclasses.dataclass` makes them, at a tenth of what that costs.

Modules that draw a figure make some 140 such classes. The standard library writes and compiles six methods for each,
and to import those modules took longer for that than for all else in them. Here all classes share their methods but
``__init__``, which is compiled when the first value is made. For type checkers these are the standard library's own,
whose functions (`dataclasses.fields`, ``asdict``, ``replace``) know these classes too.
"""

from __future__ import annotations

import dataclasses
from dataclasses import KW_ONLY, MISSING, FrozenInstanceError, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["KW_ONLY", "dataclass", "field", "fields", "replace"]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from dataclasses import Field, dataclass, fields, replace
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """A class whose annotations are its fields, with these options of `dataclasses.dataclass`."""

        def made(cls):
            return _made(cls, frozen=frozen, slots=slots, eq=eq)

        return made if cls is None else made(cls)

    def fields(of, /):
        """The fields of a class or of a value, as `dataclasses.fields`."""
        found = _FIELDS.get(of if isinstance(of, type) else type(of))
        return dataclasses.fields(of) if found is None else tuple(found.values())

    def replace(value, /, **changes):
        """A value of the same class with other fields, as `dataclasses.replace`. Raises TypeError for unknown ones."""
        found = _FIELDS.get(type(value))
        if found is None:
            return dataclasses.replace(value, **changes)
        return type(value)(**({name: getattr(value, name) for name in found} | changes))


_FIELDS: dict[type, Mapping[str, Field[Any]]] = {}
"""The fields of each class that is made here; inherited ones come first."""
_LATE: dict[type, bool] = {}
"""Classes that have no instance yet, and whether they are frozen."""
_FACTORY = object()
"""Marks a default that is made for each value."""


def _made(cls: type, *, frozen: bool, slots: bool, eq: bool) -> type:
    """The class itself with methods, or another one like it with slots."""
    known: dict[str, Field[Any]] = {}
    for base in cls.__mro__[:0:-1]:
        if base in _FIELDS:
            known |= _FIELDS[base]
        elif "__dataclass_fields__" in base.__dict__:
            known |= {one.name: one for one in fields(base)}
    own = dict(_declared(cls))
    for name, found in own.items():
        if name in cls.__dict__:
            delattr(cls, name)
        if found.default is not MISSING and not slots:
            setattr(cls, name, found.default)
    made = _slotted(cls, [name for name in own if name not in known]) if slots else cls
    _FIELDS[made] = known | own
    for name, value in _methods(made, known | own, frozen=frozen, eq=eq).items():
        if made.__dict__.get(name) is None:  # a class that defines __eq__ has None for __hash__
            setattr(made, name, value)
    return made


def _declared(cls: type) -> Iterator[tuple[str, Field[Any]]]:
    """The fields that a class's own annotations say; those after ``_: KW_ONLY`` are given by their names."""
    by_name = False
    for name, kind in cls.__annotations__.items():
        if kind in ("KW_ONLY", KW_ONLY):
            by_name = True
        elif "ClassVar" not in str(kind).partition("[")[0]:
            given = cls.__dict__.get(name, MISSING)
            found = given if isinstance(given, dataclasses.Field) else field(default=given)
            found.name, found.type = name, kind
            found.kw_only = by_name if found.kw_only is MISSING else found.kw_only
            yield name, found


def _slotted(cls: type, names: list[str]) -> type:
    """The same class with slots, which only a new one can have."""
    members = {k: v for k, v in cls.__dict__.items() if k not in ("__dict__", "__weakref__")}
    made = type(cls)(cls.__name__, cls.__bases__, members | {"__slots__": tuple(names)})
    made.__qualname__ = cls.__qualname__
    return made


def _methods(cls: type, found: Mapping[str, Field[Any]], *, frozen: bool, eq: bool) -> dict[str, Any]:
    if "__init__" not in cls.__dict__:
        _LATE[cls] = frozen
    compared = _getter([name for name, one in found.items() if one.compare])
    methods: dict[str, Any] = {
        "__init__": _starter(cls),
        "__repr__": _shown,
        "__match_args__": tuple(name for name, one in found.items() if not one.kw_only),
        "__dataclass_fields__": _Standard("__dataclass_fields__", frozen=frozen, eq=eq),
        "__dataclass_params__": _Standard("__dataclass_params__", frozen=frozen, eq=eq),
        "__signature__": _Signature(),
        "__replace__": replace,
    }
    if eq:
        methods |= {"__eq__": _equality(compared), "__hash__": _hashing(compared) if frozen else None}
    if frozen:
        methods |= {"__setattr__": _not_set, "__delattr__": _not_deleted}
        methods |= {"__getstate__": _state, "__setstate__": _restored} if "__slots__" in cls.__dict__ else {}
    return methods


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What is in some fields, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _equality(compared: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, Any], bool]:
    def equal(self: Any, other: Any) -> bool:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    return equal


def _hashing(compared: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], int]:
    def hashed(self: Any) -> int:
        return hash(compared(self))

    return hashed


def _of(cls: type) -> type:
    """The class itself, or of one that inherits it, the one that is made here."""
    return next(base for base in cls.__mro__ if base in _FIELDS)


def _shown(self: Any) -> str:
    shown = (name for name, one in _FIELDS[_of(type(self))].items() if one.repr)
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


def _not_set(_self: Any, name: str, _value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _not_deleted(_self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in _FIELDS[_of(type(self))]]


def _restored(self: Any, state: list[Any]) -> None:
    for name, value in zip(_FIELDS[_of(type(self))], state, strict=True):
        object.__setattr__(self, name, value)


class _Standard:
    """What the standard library wants to know of a class: taken from one that it makes of the same fields."""

    def __init__(self, name: str, *, frozen: bool, eq: bool) -> None:
        self._name, self._frozen, self._eq = name, frozen, eq
        self._made: dict[type, Any] = {}

    def __get__(self, _value: Any, owner: type) -> Any:
        if owner not in self._made:
            self._made[owner] = self._of_fields(owner, _FIELDS[_of(owner)])
        return self._made[owner]

    def _of_fields(self, owner: type, found: Mapping[str, Any]) -> Any:
        names: dict[str, Any] = {"__annotations__": {name: one.type for name, one in found.items()}, **found}
        like: Any = type(owner.__name__, (), names)
        return getattr(dataclasses.dataclass(frozen=self._frozen, eq=self._eq)(like), self._name)


class _Signature:
    """How a class is called, for those who ask before a value is made."""

    def __get__(self, value: Any, owner: type) -> Any:
        if value is not None:
            raise AttributeError("__signature__")
        from inspect import signature

        if (cls := _of(owner)) in _LATE:
            _initialized(cls)
        found = signature(owner.__init__)  # type: ignore[misc]
        return found.replace(parameters=list(found.parameters.values())[1:])


def _starter(cls: type) -> Callable[..., None]:
    """An ``__init__`` that compiles the real one, puts it in its own place, and calls it."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        _initialized(cls)(self, *args, **kwargs)

    return __init__


def _initialized(cls: type) -> Callable[..., None]:
    """The real ``__init__``, which takes the fields in their order, those by name alone last."""
    frozen = _LATE.pop(cls, True)
    names: dict[str, Any] = {"_put": object.__setattr__, "_FACTORY": _FACTORY}
    plain: list[str] = []
    named: list[str] = []
    body: list[str] = []
    for name, one in _FIELDS[cls].items():
        value, default = name, ""
        if one.default is not MISSING:
            names[f"_default_{name}"], default = one.default, f"=_default_{name}"
        elif one.default_factory is not MISSING:
            names[f"_default_{name}"], default = one.default_factory, "=_FACTORY"
            value = f"_default_{name}() if {name} is _FACTORY else {name}"
        (named if one.kw_only else plain).append(name + default)
        body.append(f"_put(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    body += ["self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    head = ", ".join(["self", *plain, *(["*", *named] if named else [])])
    exec(f"def __init__({head}):\n " + "\n ".join(body or ["pass"]), names)  # as the standard library
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = made  # type: ignore[misc]
    return made
