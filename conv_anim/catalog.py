"""The templates, and the schema that editors read: in the wheel, else in the checkout; never in the current folder."""

from __future__ import annotations

import re
from pathlib import Path

from conv_anim.values import dataclass

HERE = Path(__file__).resolve().parent
SCHEMA = "conv-anim.schema.json"
"""The file of the schema: beside the templates, and in a user's project."""
DATA_FILE = re.compile(r"file:\s*([\w.-]+)")
"""How a template names a file of numbers."""
TOLD_TO_EDITORS = "# yaml-language-server: $schema="
"""How the first line of a spec begins that says where its schema is."""


@dataclass(frozen=True, slots=True)
class Template:
    """A spec to begin with; ``name`` is its file's stem, ``topic`` the folder it lies in ("" at the top)."""

    name: str
    topic: str
    path: Path

    @property
    def text(self) -> str:
        """The spec as it is written. Raises OSError."""
        return self.path.read_text(encoding="utf-8")

    @property
    def spec(self) -> str:
        """The text without the first line, which says to editors where the schema is."""
        first, _, rest = self.text.partition("\n")
        return rest if first.startswith(TOLD_TO_EDITORS) else self.text

    @property
    def data(self) -> list[Path]:
        """The files of numbers that it reads, which lie beside it."""
        named = dict.fromkeys(DATA_FILE.findall(self.text))
        return [path for path in map(self.path.with_name, named) if path.is_file()]

    @property
    def title(self) -> str:
        """The value of its title, in one line."""
        lines = (line.removeprefix("title:").strip() for line in self.text.splitlines() if line.startswith("title:"))
        return next(lines, "").strip("\"'")


def folder() -> Path | None:
    """Where the templates are."""
    places = (HERE / "templates", HERE.parent / "templates")
    return next((place for place in places if place.is_dir()), None)


def templates() -> list[Template]:
    """All templates: those at the top first, then topic by topic, each by name with its numbers in order."""
    root = folder()
    if root is None:
        return []
    found = [Template(path.stem, _topic(path, root), path) for path in root.rglob("*.yaml")]
    return sorted(found, key=lambda t: (t.topic, _natural(t.name)))


def _topic(path: Path, root: Path) -> str:
    parent = path.parent.relative_to(root).as_posix()
    return "" if parent == "." else parent


def _natural(name: str) -> tuple[str, int, str]:
    """``con_2`` before ``con_10``."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    return stem, int(digits) if digits else -1, name


def schema_text() -> str:
    """The file of the schema."""
    from json import dumps

    from conv_anim.spec.schema import schema

    return dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema_near(folder: Path) -> Path | None:
    """The file of the schema in a folder or above it, up to the root of its git repository, else to the current folder.

    None if there is none. In a folder that lies elsewhere, nothing above it counts.
    """
    places = (folder, *folder.parents)
    roots = [k for k, place in enumerate(places) if (place / ".git").exists()]
    roots += [k for k, place in enumerate(places) if place == Path.cwd()]
    return next((place / SCHEMA for place in places[: (roots or [0])[0] + 1] if (place / SCHEMA).is_file()), None)
