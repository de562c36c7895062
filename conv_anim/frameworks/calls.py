"""A layer as it is written in Python: its text as calls with their arguments and positions. Read, never run."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.diagnostics import Code, Problem, Span, SpecError
from conv_anim.limits import Location, fixed
from conv_anim.spec.nodes import Items, Scalar

if TYPE_CHECKING:
    from conv_anim.diagnostics import Source
    from conv_anim.spec.nodes import Node

MOST_CHARACTERS = 20_000
LINE = re.compile(r"\r\n|\r|\n")
"""What ends a line of Python."""
LARGEST = 2**53
"""Whole numbers beyond this are no numbers of a layer."""
EXAMPLE = "write a layer, as in 'nn.Conv2d(3, 8, kernel_size=3)' or 'Conv2D(8, 3, padding=\"same\")'"


@dataclass(frozen=True, slots=True)
class Unread:
    """An expression that would have to be run to know its value."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """A list or a tuple."""

    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Argument:
    """What a call is given; ``keyword`` is None where only its position says what it is."""

    keyword: Scalar | None
    value: Value


@dataclass(frozen=True, slots=True)
class Call:
    """A call, by the name that is written: "nn.Conv2d". ``span`` is that name's."""

    name: str
    arguments: tuple[Argument, ...]
    span: Span

    @property
    def prefix(self) -> str:
        """What is written before the last dot: "nn"."""
        return self.name.rpartition(".")[0]

    @property
    def short(self) -> str:
        """The name without its modules."""
        return self.name.rpartition(".")[2]


Value: TypeAlias = Scalar | Group | Call | Unread


def plain(value: Value, path: str) -> Node | Unread:
    """A literal as a node at a path; else the first part of it that is none."""
    match value:
        case Scalar():
            return replace(value, path=path)
        case Unread():
            return value
        case Call():
            return Unread(f"{value.name}(…)", value.span)
        case Group():
            nodes: list[Node] = []
            for k, item in enumerate(value.items):
                node = plain(item, f"{path}[{k}]")
                if isinstance(node, Unread):
                    return node
                nodes.append(node)
            return Items(tuple(nodes), path, value.span)


def parsed(source: Source) -> Call:
    """The call that a text is, whatever name it is given to. Raises SpecError."""
    if len(source.text) > MOST_CHARACTERS:
        what = f"the text has {len(source.text)} characters, more than {MOST_CHARACTERS}"
        raise SpecError([fixed(what, "write it as a spec", Location(span=Span(source, 1, 1)))])
    tree = _tree(source)
    value = _Reader(source, tuple(_starts(source))).value(_expression(tree, source))
    if not isinstance(value, Call):
        span = value.span or Span(source, 1, 1, Span.TO_END)
        raise SpecError([Problem(Code.SYNTAX, "this is no layer: it calls nothing", span=span, hint=EXAMPLE)])
    return value


def _tree(source: Source) -> ast.Module:
    if not source.text.strip():
        raise SpecError([Problem(Code.EMPTY, "there is no layer", span=Span(source, 1, 1), hint=EXAMPLE)])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes and the like, which matter to what is run
            return ast.parse(source.text)
    except SyntaxError as error:
        place = _starts(source)[(error.lineno or 1) - 1 :][:1] or [len(source.text)]
        span = Span.at(source, min(place[0] + max(0, (error.offset or 1) - 1), len(source.text)))
        raise SpecError([Problem(Code.SYNTAX, f"this is not Python: {error.msg}", span=span, hint=EXAMPLE)]) from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        what = f"this is not Python: {str(error) or 'it is nested too deep'}"
        raise SpecError([Problem(Code.SYNTAX, what, span=Span(source, 1, 1), hint=EXAMPLE)]) from None


def _starts(source: Source) -> list[int]:
    """Where each line begins, in characters of the text; Python knows fewer ends of lines than others do."""
    return [0, *(found.end() for found in LINE.finditer(source.text))]


def _expression(tree: ast.Module, source: Source) -> ast.expr:
    """The one expression: alone, with a comma behind it, or given to a name (``self.conv = nn.Conv2d(…)``)."""
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr | ast.Assign):
        value = tree.body[0].value
        return value.elts[0] if isinstance(value, ast.Tuple) and len(value.elts) == 1 else value
    hint = "several layers go into one nn.Sequential(…)" if len(tree.body) > 1 else EXAMPLE
    what = "this is more than one layer" if len(tree.body) > 1 else "this is no layer"
    raise SpecError([Problem(Code.SYNTAX, what, span=Span(source, 1, 1, Span.TO_END), hint=hint)])


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Source
    starts: tuple[int, ...]
    """Of its lines."""

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant():
                return self._constant(node, node.value)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float() as number)):
                signed = -number if isinstance(node.op, ast.USub) else number
                return self._constant(node, signed) if not isinstance(number, bool) else self._unread(node)
            case ast.Tuple() | ast.List():
                return Group(tuple(map(self.value, node.elts)), self._span(node))
            case ast.Call(func=ast.Name() | ast.Attribute()):
                return self._call(node)
            case _:
                return self._unread(node)

    def _constant(self, node: ast.expr, value: object) -> Scalar | Unread:
        if value is None or isinstance(value, bool | str):
            return Scalar(value, str(value), "", self._span(node))
        if isinstance(value, int | float) and abs(value) <= LARGEST:
            return Scalar(value, f"{value}", "", self._span(node))
        return self._unread(node)

    def _unread(self, node: ast.expr) -> Unread:
        return Unread(ast.get_source_segment(self.source.text, node) or "", self._span(node))

    def _call(self, node: ast.Call) -> Value:
        name = self._name(node.func)
        if name is None:
            return self._unread(node)
        positional = (Argument(None, self.value(each)) for each in node.args)
        named = (Argument(self._keyword(each), self.value(each.value)) for each in node.keywords)
        return Call(name, (*positional, *named), self._span(node.func))

    def _keyword(self, keyword: ast.keyword) -> Scalar:
        name = keyword.arg or "**"
        span = self._span(keyword)
        return Scalar(name, name, "", Span(self.source, span.line, span.column, len(name)))

    @staticmethod
    def _name(node: ast.expr) -> str | None:
        """``torch.nn.Conv2d``, None for what is not only names and dots."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None

    def _span(self, node: ast.expr | ast.keyword) -> Span:
        start = self._position(node.lineno, node.col_offset)
        same = node.end_lineno == node.lineno and node.end_col_offset is not None
        width = self._position(node.lineno, node.end_col_offset or 0) - start if same else Span.TO_END
        return Span.at(self.source, start, max(1, width))

    def _position(self, line: int, offset: int) -> int:
        """In characters of the text; ast counts the bytes of a line."""
        start = self.starts[line - 1]
        written = self.source.text[start : start + offset].encode()[:offset]
        return start + len(written.decode(errors="replace"))
