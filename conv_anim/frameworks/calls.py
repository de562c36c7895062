"""A layer as it is written in Python: its text as calls with their arguments and positions. Read, never run."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.diagnostics import Code, Problem, Span, SpecError
from conv_anim.frameworks.arithmetic import ARITHMETIC, LARGEST, Held, Names, dotted, evaluated
from conv_anim.limits import Location, fixed
from conv_anim.spec.nodes import Items, Scalar
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.diagnostics import Source
    from conv_anim.spec.nodes import Node


MOST_CHARACTERS = 200_000
MOST_REPEATED = 100
"""Rounds of loops inside of each other that are read."""
LINE = re.compile(r"\r\n|\r|\n")
"""What ends a line of Python."""
EXAMPLE = "write a layer, as in 'nn.Conv2d(3, 8, kernel_size=3)' or 'Conv2D(8, 3, padding=\"same\")'"


@dataclass(frozen=True, slots=True)
class Unread:
    """An expression that would have to be run to know its value."""

    text: str
    span: Span
    name: str | None = None
    """The first name in it, for names and arithmetic."""
    why: str | None = None
    """Why it cannot be read, where that is not plain to see."""


@dataclass(frozen=True, slots=True)
class Group:
    """A list or a tuple."""

    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call; ``keyword`` is None for a positional one."""

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
    """A literal as a node at a path; else its first part that is not a literal."""
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


def parsed(source: Source, names: Names | None = None) -> Value:
    """The layer that a text is, whatever name it is given to, with what its names stand for. Raises SpecError."""
    check_length(source)
    tree = tree_of(source)
    value = reading(source, names or {}).value(_expression(tree, source))
    if isinstance(value, Call | Group):
        return value
    span = value.span or Span(source, 1, 1, Span.TO_END)
    if isinstance(value, Unread) and value.why is not None:
        raise SpecError([Problem(Code.SYNTAX, f"this is not a layer: {value.why}", span=span, hint=EXAMPLE)])
    raise SpecError([Problem(Code.SYNTAX, "this is not a layer: it calls nothing", span=span, hint=EXAMPLE)])


def check_length(source: Source) -> None:
    """Refuses a text with too many characters to be read."""
    if len(source.text) > MOST_CHARACTERS:
        what = f"the text has {len(source.text)} characters, more than {MOST_CHARACTERS}"
        raise SpecError([fixed(what, "write it as a spec", Location(span=Span(source, 1, 1)))])


def tree_of(source: Source) -> ast.Module:
    """The text as Python. Raises SpecError."""
    if not source.text.strip():
        raise SpecError([Problem(Code.EMPTY, "there is no layer", span=Span(source, 1, 1), hint=EXAMPLE)])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes and the like, which matter to what is run
            return ast.parse(source.text)
    except SyntaxError as error:
        place = _starts(source.text)[(error.lineno or 1) - 1 :][:1] or (len(source.text),)
        span = Span.at(source, min(place[0] + max(0, (error.offset or 1) - 1), len(source.text)))
        raise SpecError([Problem(Code.SYNTAX, f"this is not Python: {error.msg}", span=span, hint=EXAMPLE)]) from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        what = f"this is not Python: {str(error) or 'it is nested too deep'}"
        raise SpecError([Problem(Code.SYNTAX, what, span=Span(source, 1, 1), hint=EXAMPLE)]) from None


@lru_cache(maxsize=8)
def _starts(text: str) -> tuple[int, ...]:
    """Where each line begins, in characters of the text; Python knows fewer ends of lines than others do."""
    return (0, *(found.end() for found in LINE.finditer(text)))


def _expression(tree: ast.Module, source: Source) -> ast.expr:
    """The one expression: alone, with a comma behind it, or given to a name (``self.conv = nn.Conv2d(…)``)."""
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr | ast.Assign):
        value = tree.body[0].value
        return value.elts[0] if isinstance(value, ast.Tuple) and len(value.elts) == 1 else value
    hint = "several layers go into one nn.Sequential(…)" if len(tree.body) > 1 else EXAMPLE
    what = "this is more than one layer" if len(tree.body) > 1 else "this is not a layer"
    raise SpecError([Problem(Code.SYNTAX, what, span=Span(source, 1, 1, Span.TO_END), hint=hint)])


UNCHANGING = {"to", "cuda", "cpu", "eval", "train", "double", "float", "half", "bfloat16", "requires_grad_", "apply"}
"""Methods of a module that return it, with the same layers."""
ATTENTION = {"MultiheadAttention", "MultiHeadAttention"}
MASKS = {"is_causal", "attn_mask", "key_padding_mask", "use_causal_mask", "attention_mask"}
"""What attention is given when it is called, and which changes its numbers: it is read as one of its arguments."""
WORDS = {"same", "valid", "zeros", "reflect", "replicate", "circular"}
"""Names that a printed layer has without quotes."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes values of expressions; ``printed`` is for the text of ``print(model)``, where words have no quotes."""

    source: Source
    names: Names
    starts: tuple[int, ...]
    """Where its lines begin."""
    printed: bool = False
    rounds: int = 1
    """How often what is read is repeated."""

    def value(self, node: ast.expr) -> Value:  # noqa: C901, PLR0911  # one for each form
        """The value of an expression: a constant, a group, a call, or something that is not read."""
        number = evaluated(node, self.names)
        if number is not None:
            return self._constant(node, number)
        match node:
            case ast.Constant():
                return self._constant(node, node.value)
            case ast.Name(id=name) if name in self.names:
                return self._held(node, self.names[name])
            case ast.Name(id=name) if self.printed or name in WORDS:
                return self._constant(node, name)
            case ast.Tuple() | ast.List():
                return Group(tuple(map(self.value, node.elts)), self.span(node))
            case ast.Starred(value=(ast.Tuple() | ast.List() | ast.ListComp() | ast.GeneratorExp()) as items):
                return self.value(items)
            case ast.ListComp(elt=made, generators=[each]) | ast.GeneratorExp(elt=made, generators=[each]):
                return self._repeated(node, made, each)
            case ast.Call():
                return self._call(node)
            case ast.Lambda(
                args=args, body=ast.Call(func=ast.Attribute(value=ast.Name(id=fed), attr=method)) as body
            ) if fed in {each.arg for each in args.args}:
                return Call(f"Tensor.{method}", self._arguments(body), self.span(body.func))
            case ast.Lambda(body=ast.Call() as body):
                return self._call(body)
            case _:
                return self._unread(node)

    def _repeated(self, node: ast.expr, made: ast.expr, each: ast.comprehension) -> Value:
        """What is made for every number of a range."""
        match each:
            case ast.comprehension(
                target=ast.Name(id=name),
                iter=ast.Call(func=ast.Name(id="range"), args=args, keywords=[]),
                ifs=[],
                is_async=0,
            ):
                ends = [end for arg in args if isinstance(end := evaluated(arg, self.names), int)]
                numbers = range(*ends[:2]) if len(ends) == len(args) in {1, 2} else None
                if numbers is not None and self.rounds * len(numbers) <= MOST_REPEATED:
                    rounds = self.rounds * max(1, len(numbers))
                    readers = (replace(self, names={**self.names, name: k}, rounds=rounds) for k in numbers)
                    return Group(tuple(reader.value(made) for reader in readers), self.span(node))
        return self._unread(node)

    def _held(self, node: ast.expr, value: Held) -> Value:
        if isinstance(value, tuple):
            return Group(tuple(self._held(node, each) for each in value), self.span(node))
        return self._constant(node, value)

    def _constant(self, node: ast.expr, value: object) -> Scalar | Unread:
        if value is None or isinstance(value, bool | str):
            return Scalar(value, str(value), "", self.span(node))
        if isinstance(value, int | float) and abs(value) <= LARGEST:
            return Scalar(value, f"{value}", "", self.span(node))
        return self._unread(node)

    def _unread(self, node: ast.expr, why: str | None = None) -> Unread:
        name = next((each.id for each in ast.walk(node) if isinstance(each, ast.Name)), None)
        name = name if all(isinstance(each, ARITHMETIC) for each in ast.walk(node)) else None
        return Unread(ast.get_source_segment(self.source.text, node) or "", self.span(node), name, why)

    def _call(self, node: ast.Call) -> Value:
        match node.func:
            case ast.Name() | ast.Attribute() if (name := dotted(node.func)) is not None:
                return Call(name, self._arguments(node), self.span(node.func))
            case ast.Attribute(value=ast.Call() as layer, attr=method) if method in UNCHANGING:
                return self.value(layer)
            case ast.Attribute(attr=method):
                return self._unread(node, f"the method '{method}' is called on it, and the text is read, never run")
            case ast.Call() as layer:
                return self._applied(layer, node)
            case _:
                return self._unread(node, "what it calls has no name")

    def _applied(self, layer: ast.Call, node: ast.Call) -> Value:
        """A layer that is called: behind those that make what it is given."""
        made = self.value(layer)
        if isinstance(made, Call):
            masks = tuple(
                Argument(self._keyword(each), self.value(each.value)) for each in node.keywords if each.arg in MASKS
            )
            made = replace(made, arguments=(*made.arguments, *masks)) if made.short in ATTENTION else made
        given = [self.value(arg) for arg in node.args]
        before = [each for each in given if isinstance(each, Call | Group)]
        return Group((*before, made), self.span(node)) if before else made

    def _arguments(self, node: ast.Call) -> tuple[Argument, ...]:
        positional = (Argument(None, self.value(each)) for each in node.args)
        named = (Argument(self._keyword(each), self.value(each.value)) for each in node.keywords)
        return (*positional, *named)

    def _keyword(self, keyword: ast.keyword) -> Scalar:
        name = keyword.arg or "**"
        span = self.span(keyword)
        return Scalar(name, name, "", Span(self.source, span.line, span.column, len(name)))

    def span(self, node: ast.expr | ast.keyword) -> Span:
        """The span of an expression in the text, at most to the end of its first line."""
        start = self._position(node.lineno, node.col_offset)
        same = node.end_lineno == node.lineno and node.end_col_offset is not None
        width = self._position(node.lineno, node.end_col_offset or 0) - start if same else Span.TO_END
        return Span.at(self.source, start, max(1, width))

    def _position(self, line: int, offset: int) -> int:
        """In characters of the text; ast counts the bytes of a line."""
        start = self.starts[line - 1]
        written = self.source.text[start : start + offset].encode()[:offset]
        return start + len(written.decode(errors="replace"))


def reading(source: Source, names: Names, *, printed: bool = False) -> Reader:
    """A reader of a text, with what names stand for; in ``printed`` text any other name is a word."""
    return Reader(source, names, _starts(source.text), printed)
