"""The JSON Schema of a spec (2020-12), from the tables that it is read by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec.arrays import ValuesKind
from conv_anim.spec.op_types import LAYER
from conv_anim.spec.panels import DIFFERENCES, LETTERS, PANELS
from conv_anim.spec.reader import BOARD, MORE_LAYERS, ONE_LAYER, SPEC

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Schema


def schema() -> Schema:
    """The JSON Schema of a spec, from the same tables."""
    whole = SPEC.schema()
    layer: Schema = {"$ref": "#/$defs/layer"}
    whole["properties"][ONE_LAYER.name] = {"description": ONE_LAYER.doc, **layer}
    whole["properties"][MORE_LAYERS.name]["items"] = layer
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:conv-anim:spec",
        "title": "conv-anim spec",
        "description": "A figure of one or more convolution layers.",
        **{key: value for key, value in whole.items() if key != "required"},
        "anyOf": [
            {"required": ["input"], "oneOf": [{"required": ["layer"]}, {"required": ["layers"]}]},
            {"required": ["panels"]},
        ],
        "dependentRequired": {field.name: [PANELS.name] for field in (DIFFERENCES, LETTERS)},
        "$defs": {
            "panel": {
                "description": "A figure; what it does not say itself stands at the top.",
                "type": "object",
                "properties": {field.name: whole["properties"][field.name] for field in BOARD.of_panels},
                "additionalProperties": False,
            },
            "layer": {"description": "A layer: its type says which other keys it has.", **LAYER.schema()},
            "values": ValuesKind().definition(),
            "weight": ValuesKind(kernels=True).definition(),
        },
    }
