"""The place of the cursor in a spec's text, and what can be written there. The text need not be a spec yet."""

from __future__ import annotations

import re
from typing import NamedTuple

from conv_anim.spec import completing
from conv_anim.spec.completing import Offer
from conv_anim.values import dataclass, field

HEAD = re.compile(r"(?P<indent> *)(?P<dashes>(?:- +)*)(?:(?P<key>[\w.\-]+|'[^']*'|\"[^\"]*\") *:(?= |$))?")
TOKEN = re.compile(r"'[^']*'?|\"[^\"]*\"?|(?<!\S)#.*|[{}\[\],:]|[^\s{}\[\],:'\"]+|.")
WORD = re.compile(r"[\w\-]*$")
LIST = "0"
"""A placeholder for any item of a list."""


@dataclass
class Frame:
    """A mapping, or a list, around a place: the key at work in it, and what its keys are known to be."""

    indent: int | None = None
    """How far to the right its keys stand; None between braces and brackets."""
    key: str | None = None
    said: dict[str, str] = field(default_factory=dict)
    is_list: bool = False

    def begin(self, key: str) -> None:
        """A key, whose value comes next."""
        self.key = key
        self.said.setdefault(key, "")

    def say(self, word: str) -> None:
        """What stands behind the key at work, if it is a word."""
        if self.key is not None and not self.said.get(self.key):
            self.said[self.key] = word


class At(NamedTuple):
    """The frames around a place, the keys that lead there, and the word that is begun."""

    frames: tuple[Frame, ...]
    place: tuple[str, ...]
    begun: str
    is_value: bool


def offers(text: str, position: int) -> tuple[int, list[Offer]]:
    """What can stand at a position, and from where on it replaces what is begun there."""
    at = Scan().through(text, position)
    if at is None:
        return position, []
    if at.is_value:
        found = [Offer(name) for name in completing.values(at.place)]
    else:
        said = at.frames[-1].said
        tag = next((said[name] for name in ("type", "kind") if said.get(name)), None)
        known = completing.keys(at.place, tuple(said), tag)
        found = list({one.name: Offer(one.name, one.doc, ": ") for one in known}.values())
    return position - len(at.begun), [one for one in found if one.name.startswith(at.begun) and one.name != at.begun]


class Scan:
    """Goes through a text line by line."""

    def __init__(self) -> None:
        self.frames = [Frame(0)]
        self.idle = False
        """Whether a comment, a text in quotes or a text of several words is being written."""
        self.word = ""

    def through(self, text: str, position: int) -> At | None:
        """The place of a position; the text after it only adds what else is there. None where nothing fits."""
        before, found = text[:position].split("\n"), None
        for number, line in enumerate(text.split("\n")):
            if number != len(before) - 1:
                self._line(line)
                continue
            self._line(before[-1])
            found = None if self.idle else self._here(before[-1])
            if found is None or found.is_value or self._flows:
                self._tokens(line[len(before[-1]) :])
        return found

    @property
    def _flows(self) -> bool:
        return self.frames[-1].indent is None

    def _line(self, line: str) -> None:
        self.idle, self.word = False, ""
        rest = line if self._flows else self._head(line)
        self._tokens(rest)

    def _head(self, line: str) -> str:
        """Takes the indentation, dashes and a key; the rest of the line is left."""
        found = HEAD.match(line)
        assert found is not None
        rest = line[found.end() :]
        if not line.strip() and line.endswith("\n"):
            return rest
        start, inside = len(found["indent"]), len(found["indent"]) + len(found["dashes"])
        while len(self.frames) > 1 and (self.frames[-1].indent or 0) > start:
            self.frames.pop()
        if found["dashes"]:
            if self.frames[-1].is_list:
                self.frames.pop()
            self.frames += [Frame(start, LIST, is_list=True), Frame(inside)]
        elif line.strip() or rest == "":
            self._level(start)
        if found["key"] is not None:
            self.frames[-1].begin(found["key"].strip("'\""))
        elif not rest.lstrip().startswith(("{", "[")):
            self.frames[-1].key = None
        return rest

    def _level(self, indent: int) -> None:
        """The mapping whose keys are so far to the right."""
        while self.frames[-1].is_list and (self.frames[-1].indent or 0) >= indent:
            self.frames.pop()
        top = self.frames[-1]
        if top.key is not None and (top.indent or 0) < indent:
            self.frames.append(Frame(indent))

    def _tokens(self, text: str) -> None:
        """Takes what stands behind a key, or between braces and brackets."""
        for token in TOKEN.findall(text):
            top = self.frames[-1]
            self.idle = token[0] in "'\"#" and not (len(token) > 1 and token[-1] == token[0])
            if token in "{[":
                self.frames.append(Frame(None, LIST if token == "[" else None, is_list=token == "["))
            elif token in "}]":
                self._closed()
            elif token == "," and top.indent is None and not top.is_list:
                top.key = None
            elif token == ":" and top.indent is None and not top.is_list:
                top.begin(self.word.strip("'\""))
            elif not token.isspace() and token[0] != "#":
                top.say(token)
            if not token.isspace():
                self.word = token

    def _closed(self) -> None:
        if self._flows:
            self.frames.pop()

    def _here(self, line: str) -> At | None:
        found = WORD.search(line)
        begun = found[0] if found is not None else ""
        top = self.frames[-1]
        if begun and top.said.get(top.key or "") == begun:
            top.said[top.key or ""] = ""
        place = tuple(frame.key for frame in self.frames if frame.key is not None)
        return At(tuple(self.frames), place, begun, top.key is not None)
