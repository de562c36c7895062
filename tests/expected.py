"""``python -m tests.expected [TEXT …]``: write the expected texts anew, and show what changes. With texts, only files
whose path has one of them in it: ``errors/``, ``scenes/con_``.
"""

from __future__ import annotations

import sys
from difflib import unified_diff
from itertools import chain
from typing import TYPE_CHECKING

from tests import test_errors, test_explain, test_messages, test_templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def texts() -> Iterator[tuple[Path, str]]:
    """Each file of expected text, and what it would hold now."""
    return chain(test_errors.expected(), test_templates.expected(), test_explain.expected(), test_messages.expected())


def changed(path: Path, text: str) -> str:
    """Write the text, and return how it differs from what was there: nothing if it does not."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if text == before:
        return ""
    path.write_text(text, encoding="utf-8")
    name = f"{path.parent.name}/{path.name}"
    return "".join(unified_diff(before.splitlines(True), text.splitlines(True), name, name))


def main(wanted: Sequence[str]) -> None:
    differences = [
        changed(path, text)
        for path, text in texts()
        if not wanted or any(part in f"{path.parent.name}/{path.name}" for part in wanted)
    ]
    sys.stdout.write("".join(differences))
    sys.stdout.write(f"{sum(map(bool, differences))} of {len(differences)} files changed\n")


if __name__ == "__main__":
    main(sys.argv[1:])
