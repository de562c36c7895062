"""A preview that follows its spec: in a real browser, and as a server that answers nobody else."""

import contextlib
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from conv_anim.app import preview as watching_module
from conv_anim.app import server as server_module
from conv_anim.app.handler import Handler
from conv_anim.app.preview import Watcher, watching
from conv_anim.app.preview import server as serving
from conv_anim.app.publisher import Publisher
from conv_anim.app.server import Ended
from tests import conftest
from tests.test_faults import ended, staged

PATIENCE = 900
"""Seconds after which something hangs, however slow the machine."""
SPEC = "title: Mine\ninput: {size: [4, 4]}\nlayer: {type: conv, kernel_size: 3}\n"


@pytest.fixture
def watched(tmp_path):
    """A spec that is watched, and its server."""
    path = tmp_path / "a spec.yaml"
    path.write_text(SPEC)
    server = serving()
    told = watching(Watcher(path), server)
    first = next(told)
    yield path, server, first
    told.close()


def ask(server, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE)
    connection.putrequest(method, path, skip_host=True)
    for name, value in ({"Host": f"127.0.0.1:{server.server_port}"} | headers).items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_it_serves_its_page_and_nothing_else(watched):
    path, server, _ = watched
    response, body = ask(server, "/")
    assert (response.status, body[:15]) == (200, b"<!doctype html>")
    for other in ("/../a spec.yaml", "/a%20spec.yaml", "/etc/passwd", "/figure/", "/index.html"):
        response, body = ask(server, other.replace(" ", "%20"))
        assert response.status == 404, other
        assert b"kernel_size" not in body
    assert str(path.parent).encode() not in ask(server, "/")[1]


def test_it_answers_to_its_own_name_only(watched):
    _, server, _ = watched
    for host in (
        "evil.example",
        f"evil.example:{server.server_port}",
        "127.0.0.1",
        "",
        f"127.0.0.1:{server.server_port}0",
    ):
        for page in ("/", "/figure?after=0"):
            assert ask(server, page, Host=host)[0].status == 403, (host, page)
    assert ask(server, "/", Host=f"localhost:{server.server_port}")[0].status == 200


def test_it_only_reads(watched):
    _, server, _ = watched
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert ask(server, "/", method)[0].status == 501, method
    response, body = ask(server, "/", "HEAD")
    assert (response.status, body) == (200, b"")


def test_it_listens_on_this_machine_only(watched):
    _, server, _ = watched
    assert server.socket.getsockname()[0] == "127.0.0.1"


def test_a_mistake_leaves_the_last_good_picture(watched):
    path, server, first = watched
    assert first.problem == ""
    path.write_text(SPEC.replace("kernel_size", "kernal_size"))
    state = json.loads(ask(server, "/figure?after=1")[1])
    assert "did you mean 'kernel_size'" in state["problem"]
    assert "a spec.yaml:3:" in state["problem"]
    assert state["figure"]["figures"][0]["title"] == "Mine"
    path.unlink()
    state = json.loads(ask(server, "/figure?after=2")[1])
    assert "there is no such file" in state["problem"]
    other = path.with_suffix(".new")
    other.write_text(SPEC.replace("Mine", "Yours"))
    other.replace(path)
    state = json.loads(ask(server, "/figure?after=3")[1])
    assert (state["problem"], state["figure"]["figures"][0]["title"]) == ("", "Yours")


def test_data_files_are_watched_too(tmp_path):
    path, data = tmp_path / "spec.yaml", tmp_path / "numbers.csv"
    data.write_text("1,2,3\n4,5,6\n7,8,9\n")
    path.write_text("input: {values: {file: numbers.csv}}\nlayer: {type: conv, kernel_size: 2}\nview: flat\n")
    server = serving()
    told = watching(Watcher(path), server)
    assert next(told).problem == ""
    data.write_text("1,2\n3\n")
    assert "numbers.csv" in next(told).problem
    told.close()


def test_an_empty_file_is_waited_for(monkeypatch):
    """Editors that write in place leave it empty for a moment; one that stays empty is told."""
    path, stop, looks, drawn = Path("spec.yaml"), threading.Event(), [], []
    sizes = iter([9, 9, 0, 12, 12, 0, 0, 0])

    def look(_):
        looks.append(next(sizes))
        if len(looks) == 8:
            stop.set()
        return {path: (looks[-1], 0, 1)}

    monkeypatch.setattr(watching_module, "states", look)
    monkeypatch.setattr(watching_module, "EVERY", 0)
    monkeypatch.setattr(Watcher, "draw", lambda *_: drawn.append((len(looks), looks[-1])))
    Watcher(path).follow(Publisher(), stop)
    assert drawn == [(1, 9), (4, 12), (7, 0)]


def test_numbers_that_are_none_are_no_trouble(watched):
    _, server, _ = watched
    for query in ("", "?after=", "?after=x", "?after=-1", "?after=99999999999999999999", "?after=%00"):
        assert ask(server, f"/figure{query}")[0].status == 200


def test_the_page_follows_the_file(watched, browser):
    """How long it takes is measured by `make bench`."""
    path, server, _ = watched
    page = conftest.new_page(browser)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.address)
    conftest.until(page, "document.title === 'Mine'")
    page.keyboard.press("End")
    for k in range(3):
        path.write_text(SPEC.replace("Mine", f"Take {k}"))
        conftest.until(page, f"document.title === 'Take {k}'")
    assert page.input_value("#step") == "3", "it stays at the step"
    page.locator("#spots path").first.click()
    path.write_text(SPEC.replace("Mine", "Pinned"))
    conftest.until(page, "document.title === 'Pinned'")
    assert page.is_visible("#unpin"), "what is pinned stays pinned"
    path.write_text("nonsense: <script>alert(1)</script>\n")
    page.wait_for_selector("#problem:not([hidden]) pre:has-text('<script>alert(1)</script>')")
    assert page.is_visible("#picture")
    path.write_text(SPEC)
    page.wait_for_selector("#problem", state="hidden")
    assert errors == []
    page.close()


def test_a_spec_that_is_bad_from_the_start_is_told(tmp_path, browser):
    path = tmp_path / "bad.yaml"
    path.write_text("layer: 3\n")
    server = serving()
    told = watching(Watcher(path), server)
    next(told)
    page = conftest.new_page(browser, viewport={"width": 320, "height": 640})
    page.goto(server.address)
    page.wait_for_selector("#problem:not([hidden])")
    assert "bad.yaml:1" in page.inner_text("#problem pre")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()
    told.close()


def test_controls_are_followed_too(watched, browser):
    path, server, _ = watched
    page = conftest.new_page(browser)
    page.goto(server.address)
    conftest.until(page, "document.title === 'Mine'")
    path.write_text(f"{SPEC}controls: {{layer.padding: [0, 1, 2]}}\n")
    page.locator("#knobs input").fill("2")
    conftest.until(page, "document.getElementById('position').textContent.endsWith(' of 35')")
    path.write_text(f"{titled('Yours')}controls: {{layer.stride: [1, 2], layer.padding: [0, 2]}}\n")
    page.locator("#knobs input").nth(1).wait_for()
    assert page.eval_on_selector_all("#knobs output", "all => all.map((one) => one.textContent)") == ["1", "2"]
    path.write_text(titled("Mine again"))
    conftest.until(page, "document.title === 'Mine again'")
    page.wait_for_selector("#knobs", state="hidden")
    page.close()


def command(*args):
    return [sys.executable, "-m", "conv_anim", "watch", *map(str, args)]


def test_an_interrupt_ends_it_quietly(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    with subprocess.Popen(
        command(path), stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    ) as process:
        assert "watching" in process.stderr.readline()
        assert "drawn" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(PATIENCE) == 0
    assert "Traceback" not in rest


def test_a_port_that_is_taken_is_told(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    server = serving()
    done = subprocess.run(command(path, "--port", server.server_port), capture_output=True, text=True, check=False)
    server.server_close()
    assert done.returncode == 1
    assert f"port {server.server_port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_waits_until_there_is_something_new():
    publisher = Publisher()
    found = []
    thread = threading.Thread(target=lambda: found.append(publisher.after(0, patience=PATIENCE)))
    thread.start()
    publisher.post(None, "wrong")
    thread.join(PATIENCE)
    assert found[0].problem == "wrong"
    assert publisher.after(1, patience=0).version == 1


# faults

FAULTY = """
from conv_anim import pipeline
draw = pipeline.scene
def scene(spec, **more):
    match spec.title:
        case "bug":
            [][0]
        case "memory":
            bytes(1 << 62)
        case "disk":
            raise OSError(28, os.strerror(28))
        case "descriptors":
            held = []
            while True:
                held.append(open(os.devnull))
    return draw(spec, **more)
pipeline.scene = scene
"""


def titled(title):
    return SPEC.replace("Mine", title)


def replace(path, text):
    """As most editors do: the new file comes whole."""
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)


@pytest.mark.skipif(sys.platform == "win32", reason="limits as POSIX has them")
def test_any_fault_is_told_and_the_next_save_is_a_new_chance(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(titled("bug"))
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))  # noqa: E731
    process = staged(FAULTY, "watch", path, preexec_fn=few)
    said = process.stderr
    assert b"watching" in said.readline()
    assert b"IndexError: list index out of range" in said.readline()
    assert b"this is a bug of conv-anim" in said.readline()
    for title, words in (
        ("memory", b"not enough memory"),
        ("disk", b"the disk is full"),
        ("descriptors", b"too many files are open"),
    ):
        replace(path, titled(title))
        assert words in said.readline()
        assert b"hint: " in said.readline()
        replace(path, titled("good"))
        assert said.readline().startswith(b"drawn ")
    process.send_signal(signal.SIGINT)
    assert ended(process)[::2] == (0, "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_what_takes_the_place_of_the_spec(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    server = serving()
    told = watching(Watcher(path), server)
    assert next(told).problem == ""

    def folder():
        path.mkdir()

    def pipe():
        os.mkfifo(path)

    def circle():
        path.symlink_to(path)

    for make, words in ((pipe, "this is a pipe"), (folder, "this is a folder"), (circle, "Too many levels")):
        path.unlink()
        assert "there is no such file" in next(told).problem
        make()
        if make is not circle:  # which looks as nothing does
            assert words in next(told).problem
        path.rmdir() if make is folder else path.unlink()
        path.write_text(SPEC)
        state = next(told)
        while state.problem:
            state = next(told)
    told.close()


def test_a_name_that_no_file_can_have():
    path = Path("a\0.csv")
    assert watching_module.states([path]) == {path: None}


def test_a_page_that_is_served_no_longer_is_told(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    server = serving()
    told = watching(Watcher(path), server)
    next(told)
    server.socket.shutdown(socket.SHUT_RDWR)
    with pytest.raises(Ended):
        next(told)


def test_readers_who_leave_give_up_their_seats(watched, monkeypatch):
    _, server, first = watched
    asked = f"GET /figure?after={first.version} HTTP/1.1\r\nHost: 127.0.0.1:{server.server_port}\r\n\r\n".encode()
    for _ in range(3):
        readers = [socket.create_connection(server.server_address) for _ in range(server_module.MOST)]
        for reader in readers:
            with contextlib.suppress(OSError):  # those of before may still have their seats
                reader.sendall(asked)
        for reader in readers:
            reader.close()
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            assert ask(server, "/")[0].status == 200
            return


def test_readers_who_say_nothing_keep_no_seat(watched, monkeypatch):
    _, server, _ = watched
    monkeypatch.setattr(Handler, "timeout", 0.05)
    readers = [socket.create_connection(server.server_address, timeout=600) for _ in range(server_module.MOST)]
    assert {reader.recv(1) for reader in readers} == {b""}, "all are sent away"
    for reader in readers:
        reader.close()


@pytest.mark.skipif(sys.platform == "win32", reason="limits as POSIX has them")
def test_without_descriptors_it_rests(tmp_path):
    """It is asked again and again for what it cannot take; time goes by, but none of the processor's."""
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    code = """
from conv_anim.app import server
held, failures = [], []
take = server.ThreadingHTTPServer.get_request
def get_request(self):
    if not failures:
        try:
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            pass
    try:
        return take(self)
    except OSError:
        failures.append((time.monotonic(), time.thread_time()))
        if len(failures) == 4:
            (began, worked), (now, done) = failures[0], failures[-1]
            os.write(1, b"rested\\n" if done - worked < (now - began) / 4 else b"spun\\n")
            for handle in held:
                os.close(handle)
        raise
server.ThreadingHTTPServer.get_request = get_request
"""
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))  # noqa: E731
    process = staged(code, "watch", path, preexec_fn=few)
    port = int(process.stderr.readline().decode().split("127.0.0.1:")[1].split("/")[0])
    assert process.stderr.readline() == b"drawn 1\n"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200, "it is let in at last"
    connection.close()
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, b"rested\n", "")


def test_nobody_reads_what_it_says(tmp_path):
    """Its standard error is closed by who has read it; the page goes on."""
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    process = staged("", "watch", path)
    port = int(process.stderr.readline().decode().split("127.0.0.1:")[1].split("/")[0])
    assert process.stderr.readline() == b"drawn 1\n"
    process.stderr.close()
    replace(path, titled("Yours"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/figure?after=1")
    assert json.loads(connection.getresponse().read())["figure"]["figures"][0]["title"] == "Yours"
    connection.close()
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    for stream in (process.stdin, process.stdout):
        stream.close()
