"""A page on this machine, and nothing else: a server on the loopback address, which answers to its own name alone."""

from __future__ import annotations

import errno
from http.server import ThreadingHTTPServer
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, Any

from conv_anim import fatal_errors
from conv_anim.app.handler import Handler
from conv_anim.app.publisher import Publisher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from socket import socket

    from conv_anim.app.handler import Answer

HOST = "127.0.0.1"
MOST = 64
"""Readers at the same time."""
GONE = (errno.EBADF, errno.EINVAL, errno.ENOTSOCK)
"""The message for a port that is closed."""
REST = 0.2
"""Seconds before accepting is tried again after it failed."""


class Ended(Exception):  # noqa: N818  # it may be the page's end without any error
    """The page is served no longer, or the spec followed no longer."""


class Server(ThreadingHTTPServer):
    """A page on the loopback address, for a few readers at a time, so that descriptors are left to read the spec."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self,
        page: str,
        port: int = 0,
        *,
        publisher: Publisher | None = None,
        answers: Mapping[str, Callable[[dict[str, Any]], Answer]] | None = None,
        token: str = "",
    ) -> None:
        """A page that shows what is published, or one that asks: then only who knows the token gets it, or an answer.

        Port 0 is any that is free. Raises OSError if the port is taken.
        """
        super().__init__((HOST, port), Handler)
        self.publisher = publisher or Publisher()
        self.answers = dict(answers or {})
        self.token = token
        self._rest = Event()
        self._seats = BoundedSemaphore(_seats())
        self.names = {f"{host}:{self.server_port}" for host in (HOST, "localhost")}
        self.page = page.encode()

    @property
    def address(self) -> str:
        """The page's address, with the token if it takes one."""
        return f"http://{HOST}:{self.server_port}/{f'?token={self.token}' if self.token else ''}"

    def get_request(self) -> tuple[socket, Any]:
        """Accept the next client. With no descriptor left it waits in the queue, and we pause."""
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
        """Ignore it: a client that disconnects is not an error."""


def _seats() -> int:
    """The number of clients that there are descriptors for."""
    try:
        import resource
    except ImportError:
        return MOST
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST if most == resource.RLIM_INFINITY else max(2, min(MOST, most // 4))
