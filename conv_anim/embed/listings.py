"""Specs that pages list: another program may reformat them, as prettier does with braces, without changing them."""

from __future__ import annotations

import re
from itertools import zip_longest

import yaml

LISTING = re.compile(r"^([ \t>]*)(`{3,})yaml\n(.*?)^\1\2$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?:^|(?<=\s))#.*")


def alike(old: str, new: str) -> bool:
    """Whether two texts of a page differ at most in how the YAML of their listings is set."""
    pairs = list(zip_longest(LISTING.split(old), LISTING.split(new)))
    return old == new or (len(pairs) > 1 and all(_alike(*pair, code=k % 4 == 3) for k, pair in enumerate(pairs)))


def _alike(old: str | None, new: str | None, *, code: bool) -> bool:
    if old == new:
        return True
    return code and old is not None and new is not None and _read(old) == _read(new) is not None


def _read(text: str) -> tuple[object, list[str]] | None:
    """A listing's data and comments; None if it is not YAML."""
    try:
        return yaml.safe_load(text), [found.strip() for found in COMMENT.findall(text)]
    except yaml.YAMLError:
        return None
