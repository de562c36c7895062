"""What shells complete: names and paths of specs; `settings` has the keys of specs. Imported when a shell asks.

click does zsh and fish. In bash, where ``=`` ends a word, ``--set theme=da`` comes as three words; they are put
together again here, and the script adds the space behind what is complete.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from click.shell_completion import BashComplete, CompletionItem, add_completion_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SUFFIXES = (".yaml", ".yml")
VARIABLE = "_CONV_ANIM_COMPLETE"
SCRIPT = """\
%(complete_func)s() {
    local IFS=$'\\n' response completion type value
    response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete $1)
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        case $type in
            dir) COMPREPLY=(); compopt +o nospace -o dirnames ;;
            file) COMPREPLY=(); compopt +o nospace -o default ;;
            plain)
                printf -v value '%%q' "$value"
                case $value in *[=/.]) ;; *) value+=' ' ;; esac
                COMPREPLY+=("$value") ;;
        esac
    done
}
complete -o nosort -o nospace -F %(complete_func)s %(prog_name)s
"""


def register() -> None:
    """Make bash complete with the script here."""
    add_completion_class(Bash)


class Bash(BashComplete):
    """click's, for words with an equals sign in them."""

    source_template = SCRIPT
    _before = ""
    """What stands before the last equals sign of the word that is completed: bash keeps it."""

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        words = together([*args, incomplete])
        self._before = words[-1].rpartition("=")[0] if "=" in words[-1] else ""
        return words[:-1], words[-1]

    def format_completion(self, item: CompletionItem[Any]) -> str:
        value = str(item.value)
        return f"{item.type},{value.removeprefix(f'{self._before}=') if self._before else value}"


def together(words: Sequence[str]) -> list[str]:
    """The words, with those between which only an equals sign stands as one."""
    found: list[str] = []
    for k, word in enumerate(words):
        glued = found and (word == "=" or (k > 0 and words[k - 1] == "="))
        if glued:
            found[-1] += word
        else:
            found.append(word)
    return found


# names


def names(what: str, incomplete: str) -> list[CompletionItem[str]]:
    """What there is of templates, themes, views or types of layers."""
    return [CompletionItem(name, help=doc) for name, doc in NAMES[what]() if name.startswith(incomplete)]


def _templates() -> Iterator[tuple[str, str]]:
    from conv_anim.catalog import templates

    yield "starter", "Every key of a spec, explained"
    yield from ((template.name, template.title) for template in templates())


def _themes() -> Iterator[tuple[str, str]]:
    from conv_anim.spec.themes import THEMES

    return ((theme.name, theme.description) for theme in THEMES.values())


def _views() -> Iterator[tuple[str, str]]:
    from conv_anim.spec.views import VIEWS

    return ((name, kind.doc) for name, kind in VIEWS.items())


def _layers() -> Iterator[tuple[str, str]]:
    from conv_anim.spec.op_types import TYPES

    return ((name, kind.keys.doc) for name, kind in TYPES.items())


NAMES: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "template": _templates,
    "theme": _themes,
    "view": _views,
    "layer": _layers,
}


# specs


def specs(incomplete: str) -> list[CompletionItem[str]]:
    """Folders and .yaml files, or what is in the only folder. If there are none, the shell completes its own way."""
    found = _inside(incomplete)
    while len(found) == 1 and found[0].endswith("/"):
        deeper = _inside(found[0])
        if not deeper:
            break
        found = deeper
    if not found or incomplete.startswith("~"):
        return [CompletionItem(incomplete, type="file")]
    return [CompletionItem(path) for path in found]


def _inside(incomplete: str) -> list[str]:
    folder, slash, begun = incomplete.rpartition("/")
    try:
        entries = sorted(os.scandir(f"{folder}{slash}" or "."), key=lambda entry: entry.name)
    except OSError:
        return []
    wanted = [e for e in entries if e.name.startswith(begun) and (begun or not e.name.startswith("."))]
    return [
        f"{folder}{slash}{entry.name}{'/' * entry.is_dir()}"
        for entry in wanted
        if entry.is_dir() or entry.name.endswith(SUFFIXES)
    ]
