"""`conv_anim.values` makes what the standard library makes: each class is made by both, and both are asked the same."""

import copy
import dataclasses
import inspect
import pickle
from dataclasses import KW_ONLY, FrozenInstanceError, field
from functools import cached_property
from typing import ClassVar

import pytest

from conv_anim import values

OPTIONS = [{}, {"frozen": True}, {"frozen": True, "slots": True}, {"frozen": True, "eq": False}, {"slots": True}]


def classes(dataclass, options):
    """Each with two lots of arguments."""

    @dataclass(**options)
    class Point:
        x: int
        y: float = 0.5

        def moved(self):
            return dataclasses.replace(self, x=self.x + 1)

    @dataclass(**options)
    class Named(Point):
        """A doc."""

        kinds: ClassVar[int] = 3
        name: str = field(default="", compare=False)
        hidden: int = field(default=1, repr=False, metadata={"unit": "cells"})
        many: tuple[int, ...] = field(default_factory=lambda: (1, 2))

    @dataclass(**options)
    class Called:
        first: int
        _: KW_ONLY
        second: int
        third: int = 3
        fourth: list[int] = field(default_factory=list)

    @dataclass(**options)
    class Checked:
        value: int = field(kw_only=True)

        def __post_init__(self):
            if self.value < 0:
                raise ValueError("negative")

    @dataclass(**options)
    class Odd:  # noqa: PLW1641
        a: int = 1

        def __eq__(self, other):
            return True

        def __repr__(self):
            return "odd"

    @dataclass(**options)
    class Nothing:
        pass

    @dataclass(**options)
    class Alone:
        only: int

    return [
        (Point, ((1,), {}), ((2,), {"y": 1.5})),
        (Named, ((1, 2.0), {"name": "n"}), ((1, 2.0, "m"), {"hidden": 4, "many": ()})),
        (Called, ((1,), {"second": 2}), ((1,), {"second": 2, "third": 9, "fourth": [5]})),
        (Checked, ((), {"value": 1}), ((), {"value": 2})),
        (Odd, ((), {}), ((4,), {})),
        (Nothing, ((), {}), ((), {})),
        (Alone, ((1,), {}), ((1,), {})),
    ]


PAIRS = [
    pytest.param(theirs, ours, id=f"{theirs[0].__name__} {' '.join(options)}")
    for options in OPTIONS
    for theirs, ours in zip(classes(dataclasses.dataclass, options), classes(values.dataclass, options), strict=True)
]


def said(work, *arguments, **named):
    """What comes of something, or the error that it raises."""
    try:
        return work(*arguments, **named)
    except Exception as error:  # noqa: BLE001  # any that the standard library raises
        return type(error), str(error)


def asked(cls, given, others):
    """All that a class is asked here."""
    signature = [(p.name, p.kind, p.annotation) for p in inspect.signature(cls).parameters.values()]
    one, same, other = (cls(*args, **named) for args, named in (given, given, others))
    first = next((found.name for found in dataclasses.fields(cls)), "absent")
    frozen = cls.__dataclass_params__.frozen
    return {
        "signature": [(name, kind) for name, kind, _ in signature],
        "repr": (repr(one), repr(other)),
        "equal": (one == same, one == other, one == 3, one != same),
        "hash": said(lambda: hash(one) == hash(same)),
        "fields": [
            (f.name, f.type, f.default is dataclasses.MISSING, f.repr, f.compare, f.kw_only, dict(f.metadata))
            for f in dataclasses.fields(cls)
        ],
        "of a value": len(dataclasses.fields(one)),
        "asdict": dataclasses.asdict(other),
        "replaced": said(lambda: repr(dataclasses.replace(one, **{first: 7}))),
        "match": cls.__match_args__,
        "slots": getattr(cls, "__slots__", None),
        "dict": hasattr(one, "__dict__"),
        "copied": copy.copy(other) == other or cls.__eq__ is object.__eq__,
        "set": said(setattr, one, first, 8) if frozen and first != "absent" else None,
        "deleted": said(delattr, one, first) if frozen and first != "absent" else None,
        "params": (frozen, cls.__dataclass_params__.eq),
        "unknown": said(cls, absent=1),
        "many": said(cls, *range(9)),
    }


@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_a_class_is_as_the_standard_librarys(theirs, ours):
    assert asked(*ours) == asked(*theirs)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_replace_is_the_standard_librarys(options):
    for cls, (args, named), _ in classes(values.dataclass, options)[:3]:
        one = cls(*args, **named)
        first = dataclasses.fields(cls)[0].name
        assert [f.name for f in values.fields(cls)] == [f.name for f in dataclasses.fields(one)]
        assert repr(values.replace(one, **{first: 9})) == repr(dataclasses.replace(one, **{first: 9}))
        with pytest.raises(TypeError, match="absent"):
            values.replace(one, absent=1)
    (point, (args, named), _), *_ = classes(dataclasses.dataclass, options)
    assert values.replace(point(*args, **named), x=5).x == 5


def test_a_check_after_the_fields_is_made_for_each_value():
    checked = classes(values.dataclass, {"frozen": True})[3][0]
    for value in (-1, -2):
        with pytest.raises(ValueError, match="negative"):
            checked(value=value)
    assert checked(value=1).value == 1


@values.dataclass(frozen=True, slots=True)
class Kept:
    a: int
    b: tuple[int, ...] = ()


@values.dataclass(frozen=True)
class Cached:
    a: int

    @cached_property
    def twice(self):
        return 2 * self.a


@pytest.mark.parametrize("value", [Kept(1, (2,)), Cached(4)], ids=repr)
def test_values_are_pickled_and_copied(value):
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value


def test_a_frozen_value_may_keep_what_it_computes():
    value = Cached(4)
    assert (value.twice, value.twice) == (8, 8)
    with pytest.raises(FrozenInstanceError):
        value.a = 5


def test_the_standard_library_may_inherit_ours_and_we_inherit_its():
    @dataclasses.dataclass(frozen=True)
    class Theirs(Kept):
        c: int = 3

    @values.dataclass(frozen=True)
    class Ours(Theirs):
        d: int = 4

    class Plain(Kept):
        __slots__ = ()

    assert repr(Theirs(1)).endswith("Theirs(a=1, b=(), c=3)")
    assert repr(Ours(1, (5,), d=6)).endswith("Ours(a=1, b=(5,), c=3, d=6)")
    assert Plain(1) == Plain(1) != Plain(2)
    assert repr(Plain(1)).endswith("Plain(a=1, b=())")
    assert pickle.loads(pickle.dumps(Kept(1))) == Kept(1)
