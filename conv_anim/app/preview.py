"""A preview that follows a spec: a page on this machine, which updates the picture whenever the file is saved."""

from __future__ import annotations

from functools import partial
from threading import Event, Thread
from traceback import format_exception
from typing import TYPE_CHECKING, TypeAlias

from conv_anim import fatal_errors, pages, pipeline
from conv_anim.app.publisher import EMPTY
from conv_anim.app.server import Ended, Server
from conv_anim.diagnostics import SpecError
from conv_anim.export import html
from conv_anim.export.figures import Book, Sheet
from conv_anim.inputs import Noting
from conv_anim.limits import USUAL
from conv_anim.spec import source_map
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from conv_anim.app.publisher import Publisher, State
    from conv_anim.limits import Limits
    from conv_anim.pipeline import Loaded
    from conv_anim.scene.primitives import Scene
    from conv_anim.spec.model import Spec

States: TypeAlias = "dict[Path, tuple[int, int, int] | None]"
EVERY = 0.04
"""Seconds between two looks at the files: a few calls that cost a thousandth of that."""
SCRIPTS = (*html.PLAYER, "watch.js")


def server(port: int = 0) -> Server:
    """A server of the page that shows what is published. Raises OSError if the port is taken."""
    return Server(html.page(EMPTY, poster="data:,", scripts=SCRIPTS, connects=True), port)


@dataclass
class Watcher:
    """Reads a spec again when it, or a data file that it names, changes."""

    path: Path
    changes: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    limits: Limits = USUAL

    def draw(self, publisher: Publisher) -> None:
        """Read, draw and post the result or the problem; the next save is a new try."""
        noting = Noting(self.path.parent, self.limits)
        loaded: Loaded | None = None
        try:
            loaded = pipeline.loaded(self.path, changes=self.changes, files=noting, limits=self.limits)
            for book in self._books(pipeline.drawable(loaded, self.limits).spec):
                publisher.post(html.booked(book), "")
        except SpecError as error:
            placed = error if loaded is None else source_map.located(error, loaded.root)
            publisher.post(None, str(placed))
        except Exception as error:  # noqa: BLE001  # a bug or a shortage does not end the watch
            publisher.post(None, _unforeseen(error, self.path))
        self.files = (self.path, *noting.read)

    def _books(self, spec: Spec) -> Iterator[Book]:
        """The figure, and where there are controls, all combinations as soon as they are drawn."""

        def draw(one: Spec) -> Scene:
            return pipeline.scene(one, limits=self.limits)

        yield Book((Sheet(draw(spec), pages.beside(spec)),))
        if spec.states:
            yield pages.book(spec, draw)

    def follow(self, publisher: Publisher, stop: Event) -> None:
        """Until it is stopped.

        A file counts as seen as it was before it was read. What is written meanwhile, or is found only then to belong
        to the spec, has it drawn once more. An empty file is about to be written, unless it stays so.
        """
        seen: States = {}
        before: States = {}
        while not stop.is_set():
            now = states(self.files or (self.path,))
            if now != seen and (now == before or all(state is None or state[0] for state in now.values())):
                self.draw(publisher)
                seen = now
            before = now
            stop.wait(EVERY)


def _unforeseen(error: Exception, path: Path) -> str:
    """The message for a bug or a shortage; when debugging, the whole traceback."""
    if fatal_errors.debugging():
        return "".join(format_exception(error))
    return str(fatal_errors.unforeseen(error, str(path)))


def states(files: Iterable[Path]) -> States:
    """What changes when one of some files is written, replaced, removed or made."""
    return {path: _state_of(path) for path in files}


def _state_of(path: Path) -> tuple[int, int, int] | None:
    """Size, time and number; None if there is no such file."""
    try:
        found = path.stat()
    except (OSError, ValueError):  # a name that no file can have
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


def watching(watcher: Watcher, server: Server) -> Iterator[State]:
    """Serve and follow; every new state in turn, for ever. Raises Ended when one of the two ended by itself."""
    stop, failed = Event(), list[BaseException]()

    def kept(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # reported by the thread that has a terminal
            failed.append(error)

    threads = [
        Thread(target=kept, args=(partial(server.serve_forever, poll_interval=0.1),), daemon=True),
        Thread(target=kept, args=(partial(watcher.follow, server.publisher, stop),), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield from _states(server.publisher, threads)
        raise Ended(*failed[:1])
    finally:
        stop.set()
        if threads[0].is_alive():
            server.shutdown()
        server.server_close()


def _states(publisher: Publisher, threads: Sequence[Thread]) -> Iterator[State]:
    """The states as they come, until one of some threads has ended."""
    version = 0
    while all(thread.is_alive() for thread in threads):
        state = publisher.after(version, patience=0.5)
        if state.version != version:
            version = state.version
            yield state
