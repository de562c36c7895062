"""What a value of a spec can be. Each kind checks a node, says what it expects, and describes itself as JSON Schema."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, TypeAlias, TypeVar

from conv_anim.diagnostics import MOST_PROBLEMS, Code, Problem, SpecError, is_line, listed
from conv_anim.limits import LONGEST_TEXT, USUAL, Location
from conv_anim.spec.nodes import Items, Node, Scalar, finite, shown
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from conv_anim.limits import Asked, Limits
    from conv_anim.spec.model import Number

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Schema: TypeAlias = dict[str, Any]


LARGEST = 2**53
"""Up to here, every whole number is a different one for numpy."""


class Invalid(Enum):
    """A value that has a problem, which is already reported."""

    INVALID = "invalid"


INVALID: Final = Invalid.INVALID
Maybe: TypeAlias = T | Literal[Invalid.INVALID]


class SkippedError(Exception):
    """The value has a problem; what depends on it is not checked."""


@dataclass
class Report:
    """Collects the problems of a spec; raises SpecError when there are more than anyone would read."""

    problems: list[Problem] = field(default_factory=list)
    limits: Limits = USUAL
    homes: Callable[[], Mapping[str, Sequence[tuple[str, str]]]] = dict
    """By a key's name, where it belongs; used only when a key is not known."""
    large: list[tuple[Asked, Location]] = field(default_factory=list)
    """What was counted while the spec was read, and costs nothing yet; limits are looked at when all of it is known."""

    def add(self, code: Code, message: str, node: Node, hint: str | None = None) -> Literal[Invalid.INVALID]:
        """Note a problem and return INVALID. Raises SpecError when there are too many."""
        self.problems.append(Problem(code, message, node.path, node.span, hint))
        if len(self.problems) > MOST_PROBLEMS:
            raise SpecError(self.problems)
        return INVALID

    def too_large(self, asked: Asked, node: Node) -> bool:
        """Whether something is larger than its limit, which is reported then."""
        problem = asked.problem(self.limits, Location(node.path, node.span))
        if problem is not None:
            self.problems.append(problem)
        return problem is not None

    def counted(self, asked: Asked, node: Node) -> None:
        """How large something would be."""
        self.large.append((asked, Location(node.path, node.span)))

    def wrong(self, node: Node, expected: str, hint: str | None = None) -> Literal[Invalid.INVALID]:
        """A value that is not what it has to be."""
        from conv_anim.spec.hints import way_out

        hint = hint or way_out(node, expected)
        return self.add(Code.WRONG_TYPE, f"{subject(node)} must be {expected}; this is {shown(node)}", node, hint)

    def attempt(self, part: Callable[[], Maybe[T]]) -> Maybe[T]:
        """What a part of the spec makes; INVALID if it depends on a value that has a problem."""
        try:
            return part()
        except SkippedError:
            assert self.problems
            return INVALID


def subject(node: Node) -> str:
    """What a message calls a value: its last key."""
    return f"'{node.path.rsplit('.', 1)[-1]}'" if node.path else "a spec"


class Kind(Protocol[T_co]):
    """Checks a node and makes a value of it, or reports why it cannot."""

    @property
    def expected(self) -> str:
        """What is allowed, as a message says it: "a whole number, at least 1"."""
        ...

    def decode(self, node: Node, report: Report) -> T_co | Literal[Invalid.INVALID]:
        """The value, or INVALID after what is wrong was reported."""
        ...

    def schema(self) -> Schema:
        """The same as JSON Schema (2020-12), as far as that can say it."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number; 2.0 is one."""

    least: int
    most: int | None = None
    otherwise: str = ""
    """What else is allowed, as in messages: ", or …"."""

    @property
    def expected(self) -> str:
        if self.most is None:
            return f"a whole number, {self.least} or more{self.otherwise}"
        return f"a whole number from {self.least} to {self.most:,}{self.otherwise}"

    def decode(self, node: Node, report: Report) -> Maybe[int]:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1 or not finite(value):
            return report.wrong(node, self.expected)
        if value < self.least or (self.most is not None and value > self.most):
            return report.add(Code.OUT_OF_RANGE, f"{subject(node)} must be {self.expected}, not {shown(node)}", node)
        return int(value)

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, **({} if self.most is None else {"maximum": self.most})}


@dataclass(frozen=True, slots=True)
class Real:
    """A finite number within ±2⁵³, whole or not, from ``least`` to ``most``."""

    least: float | None = None
    most: float | None = None

    @property
    def expected(self) -> str:
        if self.least is None or self.most is None:
            return "a number"
        return f"a number from {self.least:g} to {self.most:g}"

    def decode(self, node: Node, report: Report) -> Maybe[Number]:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not finite(value):
            return report.wrong(node, self.expected)
        if abs(value) >= LARGEST:
            return report.add(Code.OUT_OF_RANGE, f"{shown(node)} cannot be drawn: it must lie within ±2⁵³", node)
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            return report.add(Code.OUT_OF_RANGE, f"{subject(node)} must be {self.expected}, not {shown(node)}", node)
        return value

    def schema(self) -> Schema:
        bounds = {"minimum": self.least, "maximum": self.most}
        return {"type": "number", **{name: bound for name, bound in bounds.items() if bound is not None}}


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    expected: str = "true or false"

    def decode(self, node: Node, report: Report) -> Maybe[bool]:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        return report.wrong(node, self.expected)

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; an unquoted number is text too."""

    expected: str = "a line of text"

    def decode(self, node: Node, report: Report) -> Maybe[str]:
        if not isinstance(node, Scalar) or node.value is None or isinstance(node.value, bool):
            truth = isinstance(node, Scalar) and node.value is not None
            return report.wrong(node, self.expected, "quote it if it is meant as text" if truth else None)
        if not node.text.strip() or not is_line(node.text):
            hint = "one line, without line breaks and control characters" if node.text.strip() else None
            return report.wrong(node, self.expected, hint)
        text = node.text.strip()
        if len(text) > LONGEST_TEXT:
            what = f"{subject(node)} has {len(text):,} characters; a line of text has at most {LONGEST_TEXT:,}"
            return report.add(Code.OUT_OF_RANGE, what, node, "a shorter text can be read; no option raises this")
        return text

    def schema(self) -> Schema:
        return {"type": ["string", "number"], "minLength": 1, "maxLength": LONGEST_TEXT}


L = TypeVar("L", bound=str)


@dataclass(frozen=True, slots=True)
class OneOf(Generic[L]):
    """One of some names, each with its value; ``hint`` says what was meant by another one."""

    names: Collection[L]
    hint: Callable[[str, Sequence[str]], str] | None = None
    docs: Collection[str] = ()

    @property
    def expected(self) -> str:
        return f"one of {', '.join(self.names)}"

    def decode(self, node: Node, report: Report) -> Maybe[L]:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return report.wrong(node, self.expected)
        for name in self.names:
            if name == node.value:
                return name
        from conv_anim.spec.near_misses import unknown_name

        message = f"{subject(node)} does not know the name {shown(node)}"
        return report.add(Code.UNKNOWN_NAME, message, node, (self.hint or unknown_name)(node.text, list(self.names)))

    def schema(self) -> Schema:
        return {"enum": list(self.names), **({"enumDescriptions": list(self.docs)} if self.docs else {})}


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    """A list with ``least`` to ``most`` items of one kind."""

    item: Kind[T]
    what: str
    least: int = 1
    most: int | None = None

    @property
    def expected(self) -> str:
        return self.what

    def decode(self, node: Node, report: Report) -> Maybe[tuple[T, ...]]:
        if not isinstance(node, Items) or len(node.items) < self.least:
            return report.wrong(node, self.expected)
        if self.most is not None and len(node.items) > self.most:
            return report.wrong(node, self.expected)
        values = [self.item.decode(item, report) for item in node.items]
        good = tuple(value for value in values if not isinstance(value, Invalid))
        return good if len(good) == len(values) else INVALID

    def schema(self) -> Schema:
        most = {} if self.most is None else {"maxItems": self.most}
        return {"type": "array", "items": self.item.schema(), "minItems": self.least, **most}


@dataclass(frozen=True, slots=True)
class Either(Generic[T]):
    """One of several kinds, chosen by the form of the node alone, so that a mistake is reported once."""

    arms: tuple[tuple[Callable[[Node], bool], Kind[T]], ...]

    @property
    def expected(self) -> str:
        return listed(list(dict.fromkeys(kind.expected for _, kind in self.arms)))

    def decode(self, node: Node, report: Report) -> Maybe[T]:
        for fits, kind in self.arms:
            if fits(node):
                return kind.decode(node, report)
        return report.wrong(node, self.expected)

    def schema(self) -> Schema:
        return {"anyOf": [kind.schema() for _, kind in self.arms]}


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """A kind with a way to make another value of what it decodes."""

    kind: Kind[Any]
    make: Callable[[Any], T]

    @property
    def expected(self) -> str:
        return self.kind.expected

    def decode(self, node: Node, report: Report) -> Maybe[T]:
        value = self.kind.decode(node, report)
        if isinstance(value, Invalid):
            return INVALID
        return report.attempt(lambda: self.make(value))

    def schema(self) -> Schema:
        return self.kind.schema()
