"""A file of Python with layers in it: those of a class's ``__init__``, or of one that is made. Read, never run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, Span, SpecError
from conv_anim.frameworks.arithmetic import dotted, evaluated
from conv_anim.frameworks.calls import Call, Group, Unread, reading, tree_of
from conv_anim.spec.near_misses import unknown_name
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.diagnostics import Source
    from conv_anim.frameworks.arithmetic import Held, Names
    from conv_anim.frameworks.calls import Value

LONGEST = 60
"""Characters of what is not read, where it is named."""
DEEPEST = 12
"""Classes of the file inside of each other."""
ROW = "Sequential"
NOTHING = "there is no layer here: no class with layers in its __init__, and no layer assigned to a name"


@dataclass(frozen=True, slots=True)
class PythonFile:
    """Classes by their names, imports as in ``import torch.nn as nn``, numbers and layers that are given to names."""

    source: Source
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    names: dict[str, Held] = field(default_factory=dict)
    layers: list[tuple[str, ast.expr]] = field(default_factory=list)
    said: frozenset[str] = frozenset()
    """Names that ``--let`` says, which the file does not change."""


def is_file(text: str) -> bool:
    """Whether a text is more than an expression: it defines or imports something, or has several statements."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    kinds = (ast.ClassDef, ast.FunctionDef, ast.Import, ast.ImportFrom)
    several = len(body) > 1 and any(isinstance(each, ast.Assign) or _added(each) is not None for each in body)
    return several or any(isinstance(each, kinds) for each in body)


AS_LISTED = "the layers of {name} are in the order in which its __init__ makes them: forward is not read"
AS_WRITTEN = "the layers of {name} are in the order in which the file has them: which of them feed which is not drawn"


def order(source: Source, name: str) -> str | None:
    """A note about the order of the layers of a class or a model; None where it is their own."""
    body = tree_of(source).body
    if any(isinstance(each, ast.ClassDef) and each.name == name for each in body):
        return AS_LISTED.format(name=name)
    read = [
        {name.id for arg in each.value.args for name in ast.walk(arg) if isinstance(name, ast.Name)}
        for each in body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call) and isinstance(each.value.func, ast.Call)
    ]
    return AS_WRITTEN.format(name=name) if any(len(names) > 1 for names in read) else None


ADDING = {"add": 0, "append": 0, "add_module": 1}
"""Methods that put a layer behind those that a model has, by which argument it is."""


def _added(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    """The name of a model and the layer that a statement puts behind its others: ``model.add(Conv2D(…))``."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=method), args=args)) if (
            method in ADDING and len(args) == ADDING[method] + 1
        ):
            name = dotted(owner)
            return None if name is None else (name, args[-1])
        case _:
            return None


def _in_a_row(made: list[ast.expr], at: ast.expr) -> ast.Call:
    """Layers one after the other."""
    row = ast.Call(func=ast.Name(id=ROW, ctx=ast.Load()), args=made, keywords=[])
    return ast.fix_missing_locations(ast.copy_location(row, at))


def layers_of(
    source: Source, names: Names, wanted: str | None = None
) -> tuple[str, list[tuple[str, Value]], dict[str, str]]:
    """What is drawn, its layers with their paths, and what the file imports. Raises SpecError."""
    found = _read(source, names)
    made = dict(found.layers)
    if wanted is not None and wanted not in {**found.classes, **made}:
        functions = [each.name for each in tree_of(source).body if isinstance(each, ast.FunctionDef)]
        hint = unknown_name(wanted, list(dict.fromkeys([*found.classes, *functions, *made])))
        raise SpecError([Problem(Code.UNKNOWN_NAME, f"'{wanted}' is not in this file", source.name, hint=hint)])
    if wanted in made or (wanted is None and made and not _drawable(found)):
        name = wanted or list(made)[-1]
        if wanted is None and all("." in each for each in made):
            return _all_given(found)
        return name, list(_expanded(found, reading(source, found.names).value(made[name]), "", 0)), found.imports
    name = wanted or next(iter(_drawable(found)[::-1]), "")
    if not name:
        raise SpecError([Problem(Code.SYNTAX, NOTHING, span=Span(source, 1, 1, Span.TO_END))])
    return name, list(_of_class(found, name, Call(name, (), Span(source, 1, 1)), "", 0)), found.imports


def _all_given(found: PythonFile) -> tuple[str, list[tuple[str, Value]], dict[str, str]]:
    """Lines out of an ``__init__``, ``self.conv = …``: all of them, in their order."""
    made: list[tuple[str, Value]] = []
    for name, layer in dict(found.layers).items():
        made += _expanded(found, reading(found.source, found.names).value(layer), name.partition(".")[2], 0)
    return "the text", made, found.imports


def _drawable(found: PythonFile) -> list[str]:
    """Classes that have layers, in the order of the file."""
    return [name for name in found.classes if next(_of_class(found, name, None, "", 0), None) is not None]


def _read(source: Source, names: Names) -> PythonFile:
    file = PythonFile(source, names=dict(names), said=frozenset(names))
    for node in tree_of(source).body:
        match node:
            case ast.ClassDef():
                file.classes[node.name] = node
            case ast.Import():
                file.imports.update({each.asname: each.name for each in node.names if each.asname})
            case ast.ImportFrom(module=str() as module):
                file.imports.update({each.asname or each.name: f"{module}.{each.name}" for each in node.names})
            case ast.Assign(targets=[ast.Name() | ast.Attribute() as target], value=value):
                _give(file, dotted(target) or "", value)
            case ast.Expr(value=ast.Call() as value):
                name, layer = _added(node) or (f"line {node.lineno}", None)
                before = [] if layer is None else [each for each in [dict(file.layers).get(name)] if each is not None]
                file.layers.append((name, value if layer is None else _in_a_row([*before, layer], value)))
    return file


def _give(file: PythonFile, name: str, value: ast.expr) -> None:
    number = evaluated(value, file.names)
    if number is not None and name not in file.said:
        file.names[name] = number
    elif isinstance(value, ast.Call):
        file.layers.append((name, _behind(file, value)))


def _behind(file: PythonFile, value: ast.Call) -> ast.Call:
    """A layer that is called with what other layers of the file made, behind those, each once."""
    if not isinstance(value.func, ast.Call):
        return value
    made = dict(file.layers)
    read = [each.id for arg in value.args for each in ast.walk(arg) if isinstance(each, ast.Name) and each.id in made]
    before: dict[int, ast.expr] = {}
    for name in read:
        given = made[name]
        is_row = isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and given.func.id == ROW
        before |= {id(each): each for each in (given.args if isinstance(given, ast.Call) and is_row else [given])}
    return _in_a_row([*before.values(), value.func], value) if before else value


def _of_class(file: PythonFile, name: str, call: Call | None, path: str, depth: int) -> Iterator[tuple[str, Value]]:
    """The layers that a class makes, in the order in which its ``__init__`` has them."""
    made = next(
        (each for each in file.classes[name].body if isinstance(each, ast.FunctionDef) and each.name == "__init__"),
        None,
    )
    if made is None or depth > DEEPEST:
        return
    names = {**file.names, **_arguments(file, made, call)}
    for statement in _statements(made.body):
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target = dotted(statement.targets[0]) or ""
        number = evaluated(statement.value, names)
        if number is not None:
            names[target] = number
        elif _makes(statement.value) and target.startswith("self."):
            value = reading(file.source, names).value(statement.value)
            inside = ".".join(filter(None, [path, target.removeprefix("self.")]))
            yield from _expanded(file, value, inside, depth)


def _makes(value: ast.expr) -> bool:
    """Whether an expression may be a layer, or a list of them."""
    return isinstance(value, ast.Call) or (
        isinstance(value, ast.List | ast.Tuple) and any(isinstance(each, ast.Call) for each in value.elts)
    )


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """In their order; of an ``if`` both branches, of loops the body once."""
    for each in body:
        if isinstance(each, ast.If | ast.For | ast.With):
            yield from _statements(each.body)
            yield from _statements(getattr(each, "orelse", []))
        else:
            yield each


def _arguments(file: PythonFile, made: ast.FunctionDef, call: Call | None) -> dict[str, Held]:
    """The values of the parameters of ``__init__``: from the call, ``--let``, or their defaults."""
    parameters = [each.arg for each in (*made.args.posonlyargs, *made.args.args)][1:]
    defaults = dict(zip(parameters[::-1], made.args.defaults[::-1], strict=False))
    defaults |= {k.arg: d for k, d in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True) if d is not None}
    found: dict[str, Held] = {}
    for name, node in defaults.items():
        number = evaluated(node, file.names)
        found |= {} if number is None else {name: number}
    found |= {name: file.names[name] for name in file.said}
    positional = [each.value for each in call.arguments if each.keyword is None] if call is not None else []
    given = dict(zip(parameters, positional, strict=False))
    given |= {each.keyword.text: each.value for each in call.arguments if each.keyword} if call is not None else {}
    for name, value in given.items():
        number = getattr(value, "value", None)
        if isinstance(number, int | float):
            found[name] = number
    return found


def _expanded(file: PythonFile, value: Value, path: str, depth: int) -> Iterator[tuple[str, Value]]:
    """A value, with the layers of what is made of a class of the file."""
    match value:
        case Call(name=name) if "." not in name and file.imports.get(name, name) != name:
            yield from _expanded(file, replace(value, name=file.imports[name]), path, depth)
        case Call(name=name) if name in file.classes:
            yield from _of_class(file, name, value, path, depth + 1)
        case Call(short="Sequential" | "ModuleList" | "ModuleDict" | "OrderedDict"):
            positional = [each.value for each in value.arguments if each.keyword is None]
            for k, each in enumerate(positional):
                yield from _expanded(file, each, f"{path}.{k}" if len(positional) > 1 and path else path, depth)
        case Group(items=items) if depth <= DEEPEST:
            for each in items:
                yield from _expanded(file, each, path, depth + 1)
        case Call():
            yield path, value
        case Unread(why=str()):
            yield path, value
        case Unread(text=text, span=span) if depth > 0 or path:
            yield path, Call(text[:LONGEST], (), span)
