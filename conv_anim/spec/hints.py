"""What to write in place of a value that is not what its key takes: the hints that follow from what was written.

Imported only when a spec has a problem.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conv_anim.spec.nodes import Entries, Items, Scalar, finite

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.nodes import Node


def way_out(node: Node, expected: str) -> str | None:
    """A hint for a value that is not what its key takes."""
    path = re.sub(r"\[\d+\]", "[]", node.path)
    key = re.sub(r"\[\]", "", path.rsplit(".", 1)[-1])
    if expected.startswith("a colour"):
        return _color(node)
    if isinstance(node, Scalar):
        return _scalar(node, path, key, expected)
    told = COLLECTIONS.get((path, type(node))) or COLLECTIONS.get((key, type(node)))
    return told or _collection(node, key, expected)


def written(value: object) -> str:
    """A value on one line, as a hint shows it."""
    from json import dumps

    return dumps(value, ensure_ascii=False).replace('"', "")


def _scalar(node: Scalar, path: str, key: str, expected: str) -> str | None:
    match node.value:
        case None:
            return _nothing(node, expected)
        case bool(value):
            return TRUTHS.get(key) if value else "leave the key out"
        case str():
            return _text(node, path, key, expected)
        case value if not finite(value):
            return "a finite number"
        case 0 | 1 if expected == "true or false":
            return f"{key}: {'true' if node.value else 'false'}"
        case _:
            return NUMBERS[path].format(node.text) if path in NUMBERS else None


def _nothing(node: Scalar, expected: str) -> str:
    rest = "" if node.span is None else node.span.source.line(node.span.line)[node.span.column - 1 :]
    if " #" in rest:
        return "an unquoted # begins a comment: quote what is meant"
    mapping = "mapping" in expected and node.path
    return "indent its keys below it, or leave it out" if mapping else "give it a value, or leave the key out"


def _text(node: Scalar, path: str, key: str, expected: str) -> str | None:
    """For text where something else is needed."""
    text = node.text.strip()
    if text in SWITCHES and "true or false" in expected:
        return "yes, no, on and off are text: write true or false"
    if expected == "true or false":
        words = {"true": "without quotes: true", "false": "without quotes: false"}
        return words.get(text.lower())
    glued = re.match(r"(\w+):\S", text)
    if glued is not None and "mapping" in expected:
        return f"a space is missing behind the colon: {glued[1]}: …"
    if path in TEXTS:
        return TEXTS[path].format(text)
    if expected == "a list of colours":
        return f"a list: ['{text}']"
    return _number(text, path, key) if "number" in expected or "list" in expected else None


def _number(text: str, path: str, key: str) -> str | None:
    """For text where numbers are needed."""
    if key == "padding":
        return "this layer takes numbers: padding: 1, or [[before, after], …]"
    if text.lower() in WORDS_FOR_NOTHING:
        return "leave the key out"
    if "[" in path and rows(text) is not None:
        return f"part the numbers by commas: {', '.join(NUMBER.findall(text))}"
    return next((hint(match) for form, hint in SPELLINGS if (match := form.fullmatch(text)) is not None), None)


NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


def rows(text: str) -> str | None:
    """A hint for numbers written as text, row by row, or for a file name; None for other texts."""
    if re.fullmatch(r"[^\n]+\.[A-Za-z]\w{1,3}", text):
        return f"numbers of a file: {{file: {text}}}"
    if not re.fullmatch(r"[-+\d.\s,;()\[\]]+", text) or len(NUMBER.findall(text)) < 2:
        return None
    found = ["[" + ", ".join(NUMBER.findall(line)) + "]" for line in re.split(r"[\n;]", text) if line.strip()]
    return f"write lists: [{', '.join(found)}]"


def _seconds(found: re.Match[str]) -> str:
    """The number that is meant by a number with a unit."""
    factor = {"%": 0.01, "s": 1000, "sec": 1000}.get(found[3], 1)
    return f"the number alone: {float(found[1]) * factor:g}"


SPELLINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"[-+]?\d+(\.\d+)?"), lambda _: "without quotes it is a number"),
    (re.compile(r"(\d{1,3})([_,]\d{3})+"), lambda m: f"write {re.sub('[_,]', '', m[0])}"),
    (
        re.compile(r"[(\[\s]*\d+(\s*[x×*,;\s]\s*\d+)+[)\]\s]*", re.IGNORECASE),
        lambda m: f"write a list: [{', '.join(NUMBER.findall(m[0]))}]",
    ),
    (re.compile(r"[(\[]\s*(\d+)"), lambda m: f"write a list in square brackets: [{m[1]}, …]"),
    (re.compile(r"([-+]?\d+(\.\d+)?)\s*(px|ms|s|sec|%|pt|em|mm|cm|dpi|x|×)"), _seconds),
    (
        re.compile(r"([-+]?\d+)\s*/\s*([1-9]\d*)"),
        lambda m: f"YAML does not divide: write {int(m[1]) / int(m[2]):.6g}",
    ),
)
"""How numbers are written that YAML takes for text, and what to write instead."""
SWITCHES = frozenset({"yes", "no", "on", "off", "Yes", "No", "On", "Off", "YES", "NO", "ON", "OFF"})
WORDS_FOR_NOTHING = frozenset({"none", "null", "nil", "nan", "default", "auto"})

BEGINNING = "begin with 'input: {{size: [5, 5]}}' and 'layer: {{type: conv, kernel_size: 3}}'"
TEXTS = {
    "": BEGINNING,
    "layer": "layer: {{type: {}, kernel_size: 3}}",
    "layers": "layers: [{{type: {}, kernel_size: 3}}, …]",
    "layers[]": "{{type: {}, kernel_size: 3}}",
    "input": "input: {{size: [5, 5]}}",
    "input.channels": "a number: channels: 3 for colours, 1 for greys",
    "labels": "labels: {{input: {}}}",
    "size": "size: {{width: 600}}",
    "animation": "animation: {{step: 500}}",
}
"""For a text in place of something else, by its path."""
NUMBERS = {
    "": BEGINNING,
    "input": "input: {{size: [{0}, {0}]}}",
    "layer": "layer: {{type: conv, kernel_size: 3}}",
    "size": "size: {{width: {0}}}",
    "input.size": "one number for each axis: [{0}], or [{0}, {0}]",
    "input.values": "random: {{low: {0}, high: {0}}} makes every cell {0}",
    "input.values.random": "random: {{seed: {0}}}",
    "animation": "animation: {{step: {0}}}",
}
"""For a number."""
TRUTHS = {
    "bias": "bias: 1 adds 1 to every output",
    "padding": "padding: same",
    "motion": "motion: smooth",
    "loop": "loop: 0 shows it forever",
    "output": "a file name, as in output: figure.gif",
    "animation": "a figure moves unless its format cannot",
    "random": "random: {low: 0, high: 9}",
}
"""For true, by the key."""
COLLECTIONS: dict[tuple[str, type], str] = {
    ("", Items): "the keys of a spec stand without dashes: 'input: …' and 'layer: …'",
    ("input", Items): "input: {size: [5, 5]} for the size, input: {values: [[1, 2], [3, 4]]} for the numbers",
    ("layer", Items): "several layers stand in 'layers'; one is a mapping, without a dash before it",
    ("layers", Entries): "each layer is an item of a list: a dash before its first key",
    (
        "size",
        Items,
    ): "size: {width: 600} is the figure's, and its height follows; an input's size is indented below 'input'",
    ("input.size", Items): "[rows, columns], as in size: [5, 5]",
    ("values", Items): "rows of numbers, as in [[1, 2], [3, 4]]",
    ("weight", Items): "rows of numbers, as in [[1, 2], [3, 4]]",
    ("input.size", Entries): "[rows, columns], as in size: [5, 5]",
    ("labels", Items): "labels: {input: …, kernel: …, output: …}",
    ("title", Items): "quote a title that begins with '['",
    ("caption", Items): "quote a caption that begins with '['",
    ("title", Entries): "quote a title that has ': ' in it",
    ("caption", Entries): "quote a caption that has ': ' in it",
    ("padding", Items): "before and after along each axis: [[top, bottom], [left, right]]",
    ("padding", Entries): "before and after along each axis: [[top, bottom], [left, right]]",
    ("output", Entries): "the suffixes say the formats: [figure.gif, figure.png]",
    ("file", Items): "one file; channels are the first axis of its array",
}
"""For a list or mapping in place of something else, by its path or its key."""


def _collection(node: Items | Entries, key: str, expected: str) -> str | None:
    """For a list where one name or number is needed, or a mapping where a list is."""
    values = node.items if isinstance(node, Items) else [value for _, value in node.entries]
    scalars = [value for value in values if isinstance(value, Scalar)]
    if isinstance(node, Entries):
        texts = ", ".join(value.text for value in scalars)
        return f"write a list: [{texts}]" if "list" in expected and texts else None
    good = next((value.text for value in scalars if _suits(value, expected)), None)
    return None if "list" in expected or good is None else f"one of them: {key}: {good}"


def _suits(scalar: Scalar, expected: str) -> bool:
    """Whether a scalar is of the kind that is expected, as far as that can be read."""
    value, names = scalar.value, expected.partition("one of ")[2]
    if names:
        return scalar.text in re.findall(r"[\w.-]+", names)
    if expected.startswith("true or false"):
        return isinstance(value, bool)
    if expected.startswith(("a number", "a whole number")):
        kinds = int if "whole" in expected else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return value is not None


# colours

COLORS = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff",
    "yellow": "#ffff00", "orange": "#ffa500", "purple": "#800080", "pink": "#ffc0cb", "brown": "#a52a2a",
    "gray": "#808080", "grey": "#808080", "silver": "#c0c0c0", "navy": "#000080", "teal": "#008080",
    "olive": "#808000", "maroon": "#800000", "lime": "#00ff00", "aqua": "#00ffff", "cyan": "#00ffff",
    "magenta": "#ff00ff", "fuchsia": "#ff00ff", "gold": "#ffd700", "lightblue": "#add8e6", "skyblue": "#87ceeb",
    "transparent": "#ffffff",
}  # fmt: skip
"""CSS colours by name."""


def _color(node: Node) -> str:
    """What a colour is that is not written as ``#rrggbb``."""
    if isinstance(node, Items):
        levels = [item.value for item in node.items if isinstance(item, Scalar) and isinstance(item.value, int)]
        good = len(levels) == 3 and all(0 <= level <= 255 for level in levels)
        return f"write '#{bytes(levels).hex()}'" if good else "write '#rrggbb', with quotes"
    text = node.text.strip().lower() if isinstance(node, Scalar) else ""
    if not text:
        return "quote it: an unquoted # begins a comment"
    if text in COLORS:
        return f"write '{COLORS[text]}'"
    if re.fullmatch(r"[0-9a-f]{3}|[0-9a-f]{6}", text):
        return f"write '#{text}'"
    if re.fullmatch(r"#([0-9a-f]{4}|[0-9a-f]{8})", text):
        return f"without opacity: '{text[: -(len(text) // 4)]}'; the window's opacity is 'overlay'"
    return "write '#rrggbb' or '#rgb', with the digits 0 to 9 and a to f, and quotes"
