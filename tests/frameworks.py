"""PyTorch, JAX and Keras for tests: they are there in CI and in ``make test-frameworks``, elsewhere tests skip."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = {"torch": "torch", "keras": "keras", "jax": "jax", "numpy": "numpy"}
DRIVER = """
import contextlib, io, json, sys
import numpy as np
programs = json.load(open(sys.argv[1]))
outputs, printed = {}, []
for k, program in enumerate(programs):
    names, said = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(program, f"program {k}", "exec"), names)
    y = names["y"]
    if hasattr(y, "detach"):
        y = y.detach().cpu().numpy()
    outputs[str(k)] = np.asarray(y)
    printed.append(said.getvalue())
np.savez(sys.argv[2], **outputs)
json.dump(printed, open(sys.argv[1], "w"))
"""


def needed(name: str):
    """The module; a test is skipped where it is not installed, unless this is the environment that has it."""
    if os.environ.get("REQUIRE_FRAMEWORKS"):
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"{name} is not installed: make test-frameworks")


def environment() -> dict[str, str]:
    return {**os.environ, "KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1", "PYTHONHASHSEED": "0", "JAX_PLATFORMS": "cpu"}


def run(framework: str, programs: list[str], folder: Path) -> tuple[list[np.ndarray], list[str]]:
    """What programs compute, as (channels, *size), and what they print; all in one process of their own."""
    if importlib.util.find_spec(NEEDS[framework]) is None and not os.environ.get("REQUIRE_FRAMEWORKS"):
        pytest.skip(f"{framework} is not installed: make test-frameworks")
    folder.mkdir(parents=True, exist_ok=True)
    texts, arrays = folder / "programs.json", folder / "outputs.npz"
    texts.write_text(json.dumps(programs), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(texts), str(arrays)],
        capture_output=True, text=True, env=environment(), cwd=folder, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(arrays) as found:
        outputs = [_without_batch(found[str(k)], framework) for k in range(len(programs))]
    return outputs, json.loads(texts.read_text(encoding="utf-8"))


def _without_batch(output: np.ndarray, framework: str) -> np.ndarray:
    if framework == "keras":
        return np.moveaxis(output[0], -1, 0)
    return output[0] if framework == "torch" else output
