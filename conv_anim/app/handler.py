"""What a server of a page answers: its page, what is new there, and the questions of the page itself."""

from __future__ import annotations

import json
import selectors
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socket import MSG_PEEK
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from conv_anim.app.publisher import PATIENCE

if TYPE_CHECKING:
    from socket import socket

    from conv_anim.app.publisher import State
    from conv_anim.app.server import Server

Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""One that takes no descriptor of its own."""
LOOKS = 20
"""How many times a waiting request checks whether its client is still there."""
LARGEST = 2_000_000
"""Bytes of a question."""
TOKEN = "X-Conv-Anim-Token"  # the name of a header


class Answer(NamedTuple):
    """What is sent back."""

    status: HTTPStatus
    kind: str
    body: bytes


def plain(status: HTTPStatus, said: str) -> Answer:
    """A line of text."""
    return Answer(status, "text/plain; charset=utf-8", f"{said}\n".encode())


def as_json(data: Any) -> Answer:
    """Data as JSON."""
    return Answer(HTTPStatus.OK, "application/json", json.dumps(data).encode())


FOREIGN = plain(HTTPStatus.FORBIDDEN, "This server answers to its own name only.")
SAME = "same-origin"
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": SAME,
    "Content-Security-Policy": "frame-ancestors 'none'",
}
"""Headers of every response, with the page's security policy."""


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

    def do_POST(self) -> None:
        """A question of the page, where it may ask any."""
        if not self.server.answers:
            self.send_error(HTTPStatus.NOT_IMPLEMENTED)
            return
        found = self._refused() or self._asked()
        self.close_connection |= found.status != HTTPStatus.OK  # what was not read is not taken for the next question
        self._send(found)

    def _answer(self, *, with_body: bool) -> None:
        self._send(self._found(), with_body=with_body)

    def _send(self, answer: Answer, *, with_body: bool = True) -> None:
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.kind, "Content-Length": str(len(answer.body)), **HEADERS}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def _found(self) -> Answer:
        if self.headers.get("Host") not in self.server.names:
            return FOREIGN
        asked = urlsplit(self.path)
        if asked.path == "/":
            if not self._knows(parse_qs(asked.query).get("token", [""])[-1]):
                return plain(HTTPStatus.FORBIDDEN, "Open the whole address that conv-anim printed, with its token.")
            return Answer(HTTPStatus.OK, "text/html; charset=utf-8", self.server.page)
        if asked.path == "/figure" and not self.server.answers:
            return Answer(HTTPStatus.OK, "application/json", self._news(_version(asked.query)).told())
        return plain(HTTPStatus.NOT_FOUND, "There is nothing here but the page.")

    def _knows(self, token: str) -> bool:
        return compare_digest(token.encode("utf-8", "replace"), self.server.token.encode())

    # questions

    def _refused(self) -> Answer | None:
        """Why a question is not heard: only the page itself may ask, which the browser says, and knows the token."""
        host = self.headers.get("Host")
        if host not in self.server.names:
            return FOREIGN
        if self.headers.get("Origin") != f"http://{host}" or self.headers.get("Sec-Fetch-Site", SAME) != SAME:
            return plain(HTTPStatus.FORBIDDEN, "Only the page of this server may ask.")
        if not self._knows(self.headers.get(TOKEN, "")):
            return plain(HTTPStatus.FORBIDDEN, "Only who knows the token may ask.")
        if self.headers.get_content_type() != "application/json":
            return plain(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Questions are asked in JSON.")
        return None

    def _asked(self) -> Answer:
        answer = self.server.answers.get(self.path)
        length = self.headers.get("Content-Length", "")
        if answer is None:
            return plain(HTTPStatus.NOT_FOUND, "There is nothing here but the page.")
        if "Transfer-Encoding" in self.headers or not _is_number(length):
            return plain(HTTPStatus.LENGTH_REQUIRED, "A question says how long it is.")
        if int(length) > LARGEST:
            return plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A question has at most {LARGEST:,} bytes.")
        try:
            asked = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict):
            return plain(HTTPStatus.BAD_REQUEST, "This is no question.")
        return answer(asked)

    # news

    def _news(self, version: int) -> State:
        """The newest state, once it is newer; stops waiting when the client has disconnected."""
        for _ in range(LOOKS):
            state = self.server.publisher.after(version, PATIENCE / LOOKS)
            if state.version != version or self._is_gone():
                break
        return state

    def _is_gone(self) -> bool:
        return _readable(self.connection) and not self.connection.recv(1, MSG_PEEK)

    def log_message(self, *_: Any) -> None:
        """Nothing: the terminal is for problems."""


def _version(query: str) -> int:
    given = parse_qs(query).get("after", [""])[-1]
    return int(given) if _is_number(given) else -1


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _readable(connection: socket) -> bool:
    """Whether something has come, if only the end."""
    with Selector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(0))
