"""Where a system keeps its fonts, and how one is found there by its name."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDERS: Final = (
    *map(Path, ("~/.local/share/fonts", "~/.fonts", "/usr/local/share/fonts", "/usr/share/fonts")),
    *map(Path, ("~/Library/Fonts", "/Library/Fonts", "/System/Library/Fonts")),
    *map(Path, ("~/AppData/Local/Microsoft/Windows/Fonts", "C:/Windows/Fonts")),
)
SUFFIXES: Final = (".ttf", ".otf", ".ttc")
REGULAR: Final = ("", "regular", "book", "roman", "normal")
"""How the file of a family's usual weight may end."""


def files(folders: Iterable[Path]) -> Iterator[Path]:
    """All fonts of some folders, folder by folder."""
    for folder in homely(folders):
        yield from sorted(folder.rglob("*.[ot]t[cf]"))


def homely(folders: Iterable[Path]) -> Iterator[Path]:
    """Some folders; those in the user's home only if there is one."""
    for folder in folders:
        with suppress(RuntimeError):
            yield folder.expanduser()


def by_name(name: str, folders: Iterable[Path] = FOLDERS) -> tuple[Path, Path] | None:
    """The files of a family by its name, as in ``Source Serif 4``: usual and bold; None if it is not installed.

    A family without a bold file has the usual one for both.
    """
    wanted, found = _plain(name), dict[str, Path]()
    for path in files(folders):
        found.setdefault(_plain(path.stem), path)
    usual = next((found[wanted + end] for end in REGULAR if wanted + end in found), None)
    return None if usual is None else (usual, found.get(f"{wanted}bold", usual))


def families(folders: Iterable[Path] = FOLDERS) -> list[str]:
    """The names of all font files that identify a family."""
    return sorted({path.stem.partition("-")[0] for path in files(folders)})


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
