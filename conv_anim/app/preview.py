"""A preview that follows a spec: a page on this machine, which shows the picture anew whenever the file is saved.

The server listens on the loopback address alone, answers only those who call it by that name, and has nothing but the
page and its picture.
"""

from __future__ import annotations

import errno
import json
import selectors
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import MSG_PEEK
from threading import BoundedSemaphore, Condition, Event, Thread
from traceback import format_exception
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from conv_anim import fatal_errors, pipeline
from conv_anim.diagnostics import SpecError
from conv_anim.export import html
from conv_anim.inputs import Noting
from conv_anim.limits import USUAL
from conv_anim.scene.wording.phrases.page import EN
from conv_anim.spec import source_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from socket import socket

    from conv_anim.export.html import Data
    from conv_anim.limits import Limits
    from conv_anim.pipeline import Loaded

States: TypeAlias = "dict[Path, tuple[int, int, int] | None]"
Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""One that takes no descriptor of its own."""
HOST = "127.0.0.1"
EVERY = 0.04
"""Seconds between two looks at the files: a few calls that cost a thousandth of that."""
PATIENCE = 20.0
"""Seconds that a page waits for something new before it asks again."""
LOOKS = 20
"""Times that it is looked meanwhile whether anybody still waits there."""
MOST = 64
"""Readers at the same time."""
GONE = (errno.EBADF, errno.EINVAL, errno.ENOTSOCK)
"""What is said of a port that is closed."""
REST = 0.2
"""Seconds until somebody is let in again who could not be."""
EMPTY: Data = {
    "size": [480, 1],
    "background": "#ffffff",
    "dark": False,
    "definitions": "",
    "elements": [],
    "still": [],
    "kept": [],
    "keeps": [0],
    "frames": [[]],
    "rests": [0],
    "steps": [0],
    "times": [1000],
    "loop": 0,
    "told": [""],
    "title": "conv-anim",
    "headed": False,
    "description": EN["waiting"],
    "lang": "en",
    "phrases": EN,
    "names": [],
    "spots": [],
    "drifts": [],
}
"""What the page shows before its first picture."""


@dataclass(frozen=True, slots=True)
class State:
    """What the page has to show: the last good picture, and what is wrong with the spec, if anything is."""

    version: int = 0
    figure: Data | None = None
    problem: str = ""

    def told(self) -> bytes:
        """As JSON."""
        return json.dumps({"version": self.version, "figure": self.figure, "problem": self.problem}).encode()


@dataclass
class Publisher:
    """Where the newest state hangs; readers wait for one that they have not seen."""

    state: State = field(default_factory=State)
    changed: Condition = field(default_factory=Condition)

    def post(self, figure: Data | None, problem: str) -> None:
        """A new state, if it is one; without a figure the last one stays."""
        with self.changed:
            before = self.state
            kept = before.figure if figure is None else figure
            if before.version == 0 or (kept, problem) != (before.figure, before.problem):
                self.state = State(before.version + 1, kept, problem)
                self.changed.notify_all()

    def after(self, version: int, patience: float = PATIENCE) -> State:
        """The newest state, once it is another one than ``version``, or when patience is at an end."""
        with self.changed:
            self.changed.wait_for(lambda: self.state.version != version, patience)
            return self.state


@dataclass
class Watcher:
    """Reads a spec again when it, or a data file that it names, changes."""

    path: Path
    changes: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    limits: Limits = USUAL

    def draw(self, board: Publisher) -> None:
        """Read and draw, and post what comes of it, whatever goes wrong; the next save is a new chance."""
        noting = Noting(self.path.parent, self.limits)
        loaded: Loaded | None = None
        try:
            loaded = pipeline.loaded(self.path, changes=self.changes, files=noting, limits=self.limits)
            drawn = pipeline.scene(pipeline.drawable(loaded, self.limits).spec, limits=self.limits)
            board.post(html.figure(drawn), "")
        except SpecError as error:
            placed = error if loaded is None else source_map.located(error, loaded.root)
            board.post(None, str(placed))
        except Exception as error:  # noqa: BLE001  # a bug or a shortage does not end the watch
            board.post(None, _unforeseen(error, self.path))
        self.files = (self.path, *noting.read)

    def follow(self, board: Publisher, stop: Event) -> None:
        """Until it is stopped.

        A file counts as seen as it was before it was read. What is written meanwhile, or is found only then to belong
        to the spec, has it drawn once more. An empty file is about to be written, unless it stays so.
        """
        seen: States = {}
        before: States = {}
        while not stop.is_set():
            now = states(self.files or (self.path,))
            if now != seen and (now == before or all(state is None or state[0] for state in now.values())):
                self.draw(board)
                seen = now
            before = now
            stop.wait(EVERY)


def _unforeseen(error: Exception, path: Path) -> str:
    """What is told of a bug or a shortage; when debugging, all that Python knows of it."""
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


class Handler(BaseHTTPRequestHandler):
    """Serves the page, and what it shows; who says or takes nothing for a while is not waited for any longer."""

    server: Server
    timeout = 30.0
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "conv-anim", ""

    def do_GET(self) -> None:
        """The page, or its picture."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """The same without a body."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        status, kind, body = self._found()
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        for name, value in {**headers, "X-Content-Type-Options": "nosniff"}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _found(self) -> tuple[HTTPStatus, str, bytes]:
        if self.headers.get("Host") not in self.server.names:
            return HTTPStatus.FORBIDDEN, "text/plain", b"This server answers to its own name only.\n"
        asked = urlsplit(self.path)
        if asked.path == "/":
            return HTTPStatus.OK, "text/html; charset=utf-8", self.server.page
        if asked.path == "/figure":
            return HTTPStatus.OK, "application/json", self._news(_version(asked.query)).told()
        return HTTPStatus.NOT_FOUND, "text/plain", b"There is nothing here but the page.\n"

    def _news(self, version: int) -> State:
        """The newest state, as soon as it is news; a reader who has gone is not kept for it."""
        for _ in range(LOOKS):
            state = self.server.board.after(version, PATIENCE / LOOKS)
            if state.version != version or self._is_gone():
                break
        return state

    def _is_gone(self) -> bool:
        return _readable(self.connection) and not self.connection.recv(1, MSG_PEEK)

    def log_message(self, *_: Any) -> None:
        """Nothing: the terminal is for problems."""


def _version(query: str) -> int:
    given = parse_qs(query).get("after", [""])[-1]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


def _readable(connection: socket) -> bool:
    """Whether something has come, if only the end."""
    with Selector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(0))


class Ended(Exception):  # noqa: N818  # it may be the page's end without any error
    """The page is served no longer, or the spec followed no longer."""


class Server(ThreadingHTTPServer):
    """A page on the loopback address, for a few readers at a time, so that descriptors are left to read the spec."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, board: Publisher, port: int = 0) -> None:
        """Port 0 is any that is free. Raises OSError if the port is taken."""
        super().__init__((HOST, port), Handler)
        self.board = board
        self._rest = Event()
        self._seats = BoundedSemaphore(_seats())
        self.names = {f"{host}:{self.server_port}" for host in (HOST, "localhost")}
        self.page = html.page(EMPTY, poster="data:,", scripts=("player.js", "watch.js"), connects=True).encode()

    @property
    def address(self) -> str:
        """The page's address."""
        return f"http://{HOST}:{self.server_port}/"

    def get_request(self) -> tuple[socket, Any]:
        """Who comes next. A short rest when there is no descriptor for anybody, who goes on waiting at the door."""
        try:
            return super().get_request()
        except OSError as error:
            if error.errno in GONE:
                raise Ended(error) from error
            if fatal_errors.shortage(error) is not None:
                self._rest.wait(REST)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread; who comes while all seats are taken is sent away, and comes again."""
        if not self._seats.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread was started
            self._seats.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._seats.release()

    def handle_error(self, *_: Any) -> None:
        """Nothing: a reader who has gone is no problem of ours."""


def _seats() -> int:
    """For so many readers there are descriptors."""
    try:
        import resource
    except ImportError:
        return MOST
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST if most == resource.RLIM_INFINITY else max(2, min(MOST, most // 4))


def watching(watcher: Watcher, server: Server) -> Iterator[State]:
    """Serve and follow; every new state in turn, for ever. Raises Ended when one of the two ended by itself."""
    stop, failed = Event(), list[BaseException]()

    def kept(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # told by the thread that has a terminal
            failed.append(error)

    threads = [
        Thread(target=kept, args=(partial(server.serve_forever, poll_interval=0.1),), daemon=True),
        Thread(target=kept, args=(partial(watcher.follow, server.board, stop),), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield from _states(server.board, threads)
        raise Ended(*failed[:1])
    finally:
        stop.set()
        if threads[0].is_alive():
            server.shutdown()
        server.server_close()


def _states(board: Publisher, threads: Sequence[Thread]) -> Iterator[State]:
    """Until one of some threads is no more."""
    version = 0
    while all(thread.is_alive() for thread in threads):
        state = board.after(version, patience=0.5)
        if state.version != version:
            version = state.version
            yield state
