"""A module of PyTorch as what its ``forward`` does: the operators that ``torch.export`` traces, hooks and all.

PyTorch is imported here, by whoever has it: a module of it, or a file of ``torch.export``, was handed over.
"""

from __future__ import annotations

import dis
import inspect
import logging
import warnings
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike
    from types import FrameType

    from conv_anim.spec.model import Size
    from conv_anim.spec.network import Sizes

REASON = 160
"""Characters of PyTorch's own words that are passed on."""


@dataclass(frozen=True, slots=True)
class Step:
    """An operator that works on what is fed: ``values`` are its arguments by the names of its schema.

    Among those, what it reads are nodes of the graph; ``path`` is the module that calls it, ``layer`` that one's class.
    """

    node: Any
    name: str
    values: Mapping[str, Any]
    path: str
    layer: str

    @property
    def place(self) -> str:
        """Where problems of it stand."""
        return self.path or str(self.node.name)

    @property
    def shape(self) -> Sizes | None:
        """The sizes of what the step makes, if they are known."""
        return _shape(self.node)

    def problem(self, message: str, hint: str | None = None, code: Code = Code.UNSUPPORTED) -> SpecError:
        """What is wrong with the step, at its place."""
        return SpecError([Problem(code, message, self.place, hint=hint)])


@dataclass(frozen=True, slots=True)
class Traced:
    """A module's graph: its steps in order, and the tensors that are known before anything is fed."""

    name: str
    inputs: tuple[Any, ...]
    """Nodes of the graph."""
    steps: tuple[Step, ...]
    tensors: Mapping[str, Any]
    """By the names of nodes."""
    outputs: tuple[Any, ...]
    parameters: Mapping[str, str]
    """By the names of nodes which parameter they are, of those that are trained."""


def traced(module: Any, size: Size) -> Traced:
    """What a module does to an input of a size, (batch, channels, *size). Raises SpecError."""
    import torch  # type: ignore[import-not-found,unused-ignore]  # it is where a module of it is

    dtype = next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.get_default_dtype())
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    x = torch.zeros(size, dtype=dtype, device=device)
    name = type(module).__name__
    with _quietly(), torch.no_grad():
        try:
            program = torch.export.export(module, (x,), strict=False).run_decompositions({})
        except Exception as error:  # noqa: BLE001  # a forward may raise anything
            what = f"torch.export cannot trace this {name} for an input {tuple(size)}: {_said(error)}"
            try:
                program = _by_fx(module, x)
            except Exception as other:  # noqa: BLE001  # and here too
                what = f"{what}; nor can torch.fx: {_said(other)}"
                raise SpecError([Problem(Code.UNSUPPORTED, what, name, hint="draw a part of it")]) from None
    return of_program(program, name)


def _said(error: Exception) -> str:
    """PyTorch's own words, cut short."""
    return " ".join(str(error).split())[:REASON] or type(error).__name__


def _by_fx(module: Any, x: Any) -> Any:
    """The program of a graph that torch.fx traces past assertions. Raises whatever tracing raises.

    What fx does not see are hooks of the module itself, and conditions by other things than what is fed: so both are
    run, and must compute the same.
    """
    import torch
    from torch import fx

    class Tracer(fx.Tracer):  # type: ignore[misc,unused-ignore]  # of a package without types
        def to_bool(self, obj: Any) -> bool:
            return True if _is_asserted(inspect.currentframe()) else bool(super().to_bool(obj))

    graph = fx.GraphModule(module, Tracer().trace(module))
    graph.graph.eliminate_dead_code()
    graph.recompile()
    for given in (torch.ones_like(x), torch.rand_like(x)):
        if not torch.equal(graph(given), module(given)):
            raise ValueError("its graph computes other numbers than the module")
    return torch.export.export(graph, (x,), strict=False).run_decompositions({})


def _is_asserted(frame: FrameType | None) -> bool:
    """Whether the code that asks for a truth value, outside of PyTorch, asserts it."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith(("torch.fx.", __name__)):
        frame = frame.f_back
    if frame is None:
        return False
    last = frame.f_lasti
    rest = [each for each in dis.get_instructions(frame.f_code) if each.offset >= last and each.opname not in PASSED]
    if len(rest) < 2 or "JUMP" not in rest[0].opname:
        return False
    return rest[1].opname == "LOAD_ASSERTION_ERROR" or "AssertionError" in rest[1].argrepr


PASSED = {"CACHE", "NOT_TAKEN", "TO_BOOL", "EXTENDED_ARG"}
"""Instructions that may stand around a jump."""


def loaded(path: str | PathLike[str]) -> Traced:
    """What ``torch.export.save`` wrote. Raises SpecError."""
    path = Path(path)
    try:
        import torch
    except ImportError:
        what, hint = "reading this takes PyTorch, which is not installed", "pip install torch"
        raise SpecError([Problem(Code.DATA_FILE, what, str(path), hint=hint)]) from None
    if not path.exists():
        raise SpecError([Problem(Code.UNREADABLE, "there is no such file", str(path))])
    try:
        with _quietly(), torch.no_grad():
            program = torch.export.load(str(path)).run_decompositions({})
    except Exception as error:  # noqa: BLE001  # of a file that may hold anything
        what = f"torch.export cannot read this: {_said(error)}"
        hint = "write it with torch.export.save(torch.export.export(model, (x,)), path)"
        raise SpecError([Problem(Code.DATA_FILE, what, str(path), hint=hint)]) from None
    return of_program(program, path.stem)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without what PyTorch says to its own developers."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def of_program(program: Any, name: str) -> Traced:
    """The graph of an exported program. What it computes from its own tensors is computed here."""
    signature = program.graph_signature
    owners = {**signature.inputs_to_parameters, **signature.inputs_to_buffers}
    owners |= signature.inputs_to_lifted_tensor_constants
    kept = {**program.constants, **program.state_dict}
    tensors = {node: kept[target] for node, target in owners.items() if target in kept}
    steps: list[Step] = []
    inputs, outputs = [], []
    for node in program.graph.nodes:
        if node.op == "placeholder" and node.name not in tensors:
            inputs.append(node)
        elif node.op == "output":
            returned = set(signature.user_outputs)
            outputs = [each for each in node.all_input_nodes if each.name in returned]
        elif node.op == "call_function":
            step = _step(node)
            known = all(each.name in tensors for each in node.all_input_nodes)
            if known and (node.all_input_nodes or step.name in CONSTANT):
                tensors[node.name] = _computed(step, tensors)
            else:
                steps.append(step)
    return Traced(name, tuple(inputs), tuple(steps), tensors, tuple(outputs), signature.inputs_to_parameters)


CONSTANT = {"zeros", "ones", "full", "arange", "eye", "linspace", "scalar_tensor"}
"""Operators that read no tensor, and make the same one each time."""


def _step(node: Any) -> Step:
    path, layer = _module(node)
    schema = getattr(node.target, "_schema", None)
    if schema is None:
        return Step(node, getattr(node.target, "__name__", str(node.target)), {}, path, layer)
    values = dict(zip((each.name for each in schema.arguments), node.args, strict=False))
    defaults = {each.name: each.default_value for each in schema.arguments if each.name not in values}
    return Step(node, schema.name.partition("::")[2], {**defaults, **values, **node.kwargs}, path, layer)


def _module(node: Any) -> tuple[str, str]:
    """The innermost module that calls an operator: its path and its class."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    if not stack:
        return "", ""
    path, kind = stack[-1]
    name = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}"
    return str(path), name


def _computed(step: Step, tensors: Mapping[str, Any]) -> Any:
    """What an operator makes of tensors that are known."""
    import torch

    def known(arg: Any) -> Any:
        if isinstance(arg, torch.fx.Node):
            return tensors[arg.name]
        return type(arg)(known(each) for each in arg) if isinstance(arg, list | tuple) else arg

    with torch.no_grad():
        keys = {name: known(value) for name, value in step.node.kwargs.items()}
        return step.node.target(*(known(arg) for arg in step.node.args), **keys)


def _shape(node: Any) -> Sizes | None:
    """Of what a node makes, the first of several; None for a size that is left open."""
    value = node.meta.get("val")
    value = value[0] if isinstance(value, list | tuple) and value else value
    shape = getattr(value, "shape", None)
    return None if shape is None else tuple(n if isinstance(n, int) else None for n in shape)
