"""PyTorch, JAX, Keras and other libraries for tests: they are there in CI and in ``make test-frameworks`` and
``make test-libraries``, elsewhere tests skip.
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.mark import ParameterSet

LIBRARIES = {
    "flax": "flax",
    "equinox": "equinox",
    "haiku": "haiku",
    "tinygrad": "tinygrad",
    "paddle": "paddle",
    "mlx": "mlx",
}
"""What is in the environment of ``make test-libraries``, by the package that is imported."""
NEEDS = {"torch": "torch", "keras": "keras", "jax": "jax", "numpy": "numpy", **LIBRARIES}
ELSEWHERE = "make test-frameworks"
"""In the reason of whoever skips for want of a framework."""
DRIVER = """
import contextlib, io, json, sys
import numpy as np

def computed(texts, arrays):
    programs = json.load(open(texts))
    outputs, printed = {}, []
    for k, program in enumerate(programs):
        names, said = {"__name__": "__main__"}, io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(program, f"program {k}", "exec"), names)
        y = names["y"]
        if "gradient" in names:  # which has no batch
            y = names["gradient"]
            y = y[None] if hasattr(y, "detach") else y
        if hasattr(y, "numpy"):
            y = y.detach().numpy()
        outputs[str(k)] = np.asarray(y)
        printed.append(said.getvalue())
    np.savez(arrays, **outputs)
    json.dump(printed, open(texts, "w"))

for line in sys.stdin:
    computed(*json.loads(line))
    print("computed", flush=True)
"""


def these(*frameworks: str) -> list[ParameterSet]:
    """Frameworks as parameters of a test: those to install are marked, and each is started by one worker."""
    marks = {name: [pytest.mark.frameworks, pytest.mark.xdist_group(name)] for name in ("torch", "keras", "jax")}
    marks |= {name: [pytest.mark.libraries, pytest.mark.xdist_group(name)] for name in LIBRARIES}
    return [pytest.param(name, marks=marks.get(name, ())) for name in frameworks]


def needed(name: str):
    """The module; a test is skipped where it is not installed, unless this is the environment that has it."""
    if os.environ.get("REQUIRE_FRAMEWORKS"):
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"{name} is not installed: {ELSEWHERE}")


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "JAX_ENABLE_X64": "1",
        "PYTHONHASHSEED": "0",
        "JAX_PLATFORMS": "cpu",
        "DEV": "PYTHON",
        # without it, the compiler of jaxlib 0.10 ends the process on some valid transposed convolutions
        "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} --xla_disable_hlo_passes=algsimp",
    }


@cache
def driver(framework: str) -> subprocess.Popen[str]:
    """A process that runs programs of a framework, which takes seconds to import, until the tests end."""
    command = [sys.executable, "-c", DRIVER]
    pipe, told = subprocess.PIPE, subprocess.STDOUT
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=told, text=True, env=environment())
    atexit.register(process.communicate)
    return process


def run(framework: str, programs: list[str], folder: Path) -> tuple[list[np.ndarray], list[str]]:
    """What programs compute, as (channels, *size), and what they print; all in one process, which is not this one."""
    there(framework)
    folder.mkdir(parents=True, exist_ok=True)
    texts, arrays = folder / "programs.json", folder / "outputs.npz"
    texts.write_text(json.dumps(programs), encoding="utf-8")
    process, said = driver(framework), []
    process.stdin.write(f"{json.dumps([str(texts), str(arrays)])}\n")
    process.stdin.flush()
    while (line := process.stdout.readline()) and line != "computed\n":
        said.append(line)
    if not line:
        driver.cache_clear()
        pytest.fail("".join(said)[-3000:])
    with np.load(arrays) as found:
        outputs = [_without_batch(found[str(k)], framework) for k in range(len(programs))]
    return outputs, json.loads(texts.read_text(encoding="utf-8"))


def there(framework: str) -> None:
    """Skips where a framework is not installed, unless this is the environment that has it."""
    required, make = (
        ("REQUIRE_LIBRARIES", "make test-libraries") if framework in LIBRARIES else ("REQUIRE_FRAMEWORKS", ELSEWHERE)
    )
    if importlib.util.find_spec(NEEDS[framework]) is None and not os.environ.get(required):
        pytest.skip(f"{framework} is not installed: {make}")


def _without_batch(output: np.ndarray, framework: str) -> np.ndarray:
    if framework in {"keras", "flax", "haiku", "mlx"}:
        return np.moveaxis(output[0], -1, 0)
    return output[0] if framework in {"torch", "paddle", "tinygrad"} else output
