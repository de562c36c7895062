"""What the texts that are read are made of: the fuzzer's dictionary, taken from the tables that read them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conv_anim import catalog
from conv_anim.embed.options import BLOCK
from conv_anim.frameworks import listing, texts
from conv_anim.frameworks.keras import layers as keras_layers
from conv_anim.frameworks.torch import layers as torch_layers
from conv_anim.spec.document import CORE

if TYPE_CHECKING:
    from collections.abc import Iterator

YAML = (
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "&a ",
    "*a",
    "<<: *a",
    "!!python/object:",
    "!!str ",
    "? ",
    "|\n",
    ">-\n",
    "\n  - ",
    "{",
    "}",
    "[[",
)
MARKDOWN = ("<!-- conv-anim: ", "<!-- conv-anim\n", "<!-- /conv-anim -->", "-->", "```", "~~~", "\n\n", "\\`")
NUMBERS = ("0x1F", "0o17", "1e308", "1e999", "-0", "1_000", "9007199254740993", "0.30000000000000004", "10000000", "-1")
ODD = (
    "\ufeff",
    "\u3000",
    "\u2028",
    "\x85",
    "\u202e",
    "\U0001f600",
    "卷積",
    "\x00",
    "\r\n",
    "\t",
    '"\\ud800"',
    '"\\u0000"',
)
FILES = (
    "data/good.csv",
    "data/empty.npy",
    "data/huge.png",
    "../x.csv",
    "axes_fold.yaml",
    "\x93NUMPY\x01\x00v\x00",
    "IHDR",
)

SCHEMA = json.loads(catalog.schema_text())


def words() -> list[str]:
    """Each once."""
    calls = (f"nn.{name}(" for name in (*torch_layers.TORCH, *sorted(listing.SEQUENTIAL)))
    keras = (f"{name}(" for name in (*keras_layers.KERAS, *texts.INPUTS))
    options = (f"{field.name}=" for field in BLOCK.fields)
    found = (
        *(f"{key}: " for key in KEYS),
        *(name if isinstance(name, str) else json.dumps(name) for name in NAMES),
        *map(str, CORE),
        *YAML,
        *MARKDOWN,
        *NUMBERS,
        *ODD,
        *FILES,
        *calls,
        *keras,
        *_arguments(),
        *options,
    )
    return [word for word in dict.fromkeys(found) if word]


def _keys(schema: Any) -> Iterator[str]:
    for part in _parts(schema):
        yield from part.get("properties", ())


def _names(schema: Any) -> Iterator[Any]:
    """The names and examples in a schema."""
    for part in _parts(schema):
        yield from (*part.get("enum", ()), *part.get("examples", ()), *filter(None, [part.get("const")]))


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    match schema:
        case dict():
            yield schema
            for inner in schema.values():
                yield from _parts(inner)
        case list():
            for inner in schema:
                yield from _parts(inner)


KEYS = tuple(dict.fromkeys(_keys(SCHEMA)))
NAMES = tuple({json.dumps(name): name for name in _names(SCHEMA)}.values())


def _arguments() -> Iterator[str]:
    for table in (torch_layers.TORCH, keras_layers.KERAS):
        for layer in table.values():
            yield from (f"{field.name}=" for field in layer.keys.fields)


def dictionary() -> str:
    """As libFuzzer reads it."""
    return "".join(f'"{"".join(_escaped(byte) for byte in word.encode())}"\n' for word in words())


def _escaped(byte: int) -> str:
    return chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}"
