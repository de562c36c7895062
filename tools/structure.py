"""How the program is built, in numbers: sizes, and where it knows more than it should.

    python tools/structure.py

Nothing of the program is imported: its text is read.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONG_MODULE, LONG_FUNCTION = 300, 40
"""Lines from which a module and a function are counted as long."""
STAGES = (
    *("values", "diagnostics", "signals", "opening", "fatal_errors", "claims", "limits", "spec", "tracing", "scene"),
    *("painting", "export", "data_files", "summary", "counts", "inputs", "catalog", "explain", "latex", "coding"),
    *("lettering", "ops", "pages", "loading", "pipeline", "frameworks", "app", "embed", "commands", "cli", "__main__"),
)
"""The parts of the program, each of which imports only parts before it."""
TYPES = re.compile(r"BUILT_IN\b.*?= \{(.*?)\n\}", re.DOTALL)


def modules(root: Path) -> dict[str, ast.Module]:
    """The modules of the program by their names."""
    package = root / "conv_anim"
    paths = (path for path in package.rglob("*.py") if "__pycache__" not in path.parts)
    return {".".join(path.relative_to(root).with_suffix("").parts): ast.parse(path.read_text()) for path in paths}


def lines(root: Path, under: str = "") -> int:
    """Lines of Python below a folder of the package."""
    return sum(len(path.read_text().splitlines()) for path in (root / "conv_anim" / under).rglob("*.py"))


def functions(trees: Iterable[ast.Module]) -> Iterator[ast.FunctionDef]:
    """All functions and methods."""
    yield from (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def length(node: ast.FunctionDef) -> int:
    """Lines of a function without its decorators and its docstring."""
    first = node.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    hidden = 1 + (first.end_lineno or 0) - first.lineno if told else 0
    return (node.end_lineno or 0) - node.lineno + 1 - hidden


def op_types(root: Path) -> set[str]:
    """The classes of ops, those that derive from `Op`, and what a spec calls them."""
    paths = [root / "conv_anim/spec/op.py", *sorted((root / "conv_anim/ops").glob("*.py"))]
    classes = [node for path in paths for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    names = {"Op"}
    for _ in classes:  # until no more are found
        names |= {node.name for node in classes if names & {ast.unparse(base) for base in node.bases}}
    found = TYPES.search((root / "conv_anim/spec/op_types.py").read_text())
    return names | set(re.findall(r'"(\w+)":', found[1] if found else ""))


def branches(trees: dict[str, ast.Module], types: set[str]) -> list[str]:
    """Where something branches by the type of an op, outside of ops' own modules and of what reads other libraries."""
    found = []
    for name, tree in trees.items():
        if re.match(r"conv_anim\.(ops|frameworks|coding)\b", name):
            continue
        found += [f"{name}:{node.lineno}" for node in ast.walk(tree) if _asks(node, types)]
    return found


def _asks(node: ast.AST, types: set[str]) -> bool:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
        asked = {each.id for each in ast.walk(node.args[1]) if isinstance(each, ast.Name)}
        return bool(asked & types)
    if isinstance(node, ast.MatchClass):
        return getattr(node.cls, "id", "") in types
    if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "type":
        return any(isinstance(each, ast.Constant) and each.value in types for each in node.comparators)
    return False


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules of ours that a module imports at all, but for type checkers only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for inner in node.body:
                for each in ast.walk(inner):
                    each.module = None  # type: ignore[attr-defined]  # looked at by nobody else
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("conv_anim"):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def upward(trees: dict[str, ast.Module]) -> list[str]:
    """Imports of a part that comes later."""
    found = []
    for name, tree in trees.items():
        own = _stage(name)
        found += [f"{name} → {other}" for other in imported(tree) if own >= 0 and _stage(other) > own]
    return found


def _stage(module: str) -> int:
    part = module.split(".")[1] if "." in module else ""
    return STAGES.index(part) if part in STAGES else -1


def undescribed(trees: dict[str, ast.Module]) -> int:
    """Public functions and classes at the top of a module without a docstring."""
    tops = (node for tree in trees.values() for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return sum(not node.name.startswith("_") and ast.get_docstring(node) is None for node in tops)


def report(root: Path) -> Iterator[tuple[str, object]]:
    """Names and numbers."""
    trees = modules(root)
    sizes = {name: len(ast.unparse(tree).splitlines()) for name, tree in trees.items()}
    counts = {
        path.relative_to(root).as_posix(): len(path.read_text().splitlines()) for path in root.glob("conv_anim/**/*.py")
    }
    longest = max(functions(trees.values()), key=length)
    drawn = re.compile(r"layers\[0\]")
    yield "lines", lines(root)
    yield "lines without comments and blank ones", sum(sizes.values())
    yield "modules", len(trees)
    yield "lines of scene/", lines(root, "scene")
    yield f"modules over {LONG_MODULE} lines", sum(count > LONG_MODULE for count in counts.values())
    yield "the longest module", max((count, name) for name, count in counts.items())
    yield (
        f"functions over {LONG_FUNCTION} lines",
        sum(length(node) > LONG_FUNCTION for node in functions(trees.values())),
    )
    yield "the longest function", (length(longest), longest.name)
    yield "branches by an op's type", len(branches(trees, op_types(root)))
    yield (
        "layers[0] in scene/",
        sum(len(drawn.findall(path.read_text())) for path in (root / "conv_anim/scene").rglob("*.py")),
    )
    yield "imports of a later part", len(upward(modules(root)))
    yield "public definitions without a docstring", undescribed(trees)


if __name__ == "__main__":
    for name, number in report(Path(__file__).resolve().parent.parent):
        print(f"{name:42} {number}")  # noqa: T201
