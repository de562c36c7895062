"""A page to write a spec in: what its server answers and to whom, and what it does in a real browser."""

import http.client
import json
import re
import signal
import sys
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim import cli
from conv_anim.app import play_page
from conv_anim.app.handler import LARGEST, TOKEN
from conv_anim.app.play import Desk
from conv_anim.diagnostics import Source, SpecError
from conv_anim.pipeline import loaded
from conv_anim.spec.cursor import offers
from tests import conftest
from tests.test_faults import ended, staged
from tests.test_states import violations

PATIENCE = 900
SPEC = """title: Mine   # and a comment
input: {size: [4, 5]}
layer: {type: conv, kernel_size: 3}
view: flat
"""


@pytest.fixture
def played(tmp_path):
    """A server of the page, and the folder that its data files are in."""
    folder = tmp_path / "inside"
    folder.mkdir()
    server = play_page.server("mine.yaml", SPEC, folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server, folder
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE)


def ask(server, path, asked=None, method=None, body=None, **headers):
    """What the server answers; a header that is None is left out."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE)
    body = body if body is not None else b"" if asked is None else json.dumps(asked).encode()
    method = method or ("GET" if asked is None and not body else "POST")
    host = f"127.0.0.1:{server.server_port}"
    usual = {"Host": host}
    if method == "POST":
        usual |= {"Origin": f"http://{host}", TOKEN: server.token, "Content-Type": "application/json"}
        usual |= {"Content-Length": str(len(body))}
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in (usual | headers).items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    said = response.read()
    connection.close()
    return response, said


# whom it answers


def test_the_page_is_for_those_who_know_the_token(played):
    server, _ = played
    assert server.token in server.address
    assert len(server.token) >= 32
    response, body = ask(server, f"/?token={server.token}")
    assert (response.status, body[:15]) == (200, b"<!doctype html>")
    assert response.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert server.token.encode() not in body
    for token in ("", server.token[:-1], f"{server.token}x", "%00", "%C3%BC", "%FF"):
        assert ask(server, f"/?token={token}")[0].status == 403, token
    assert ask(server, "/")[0].status == 403


def test_it_has_nothing_but_its_page(played):
    server, folder = played
    (folder / "secret.txt").write_text("secret")
    for path in ("/figure", "/draw", "/secret.txt", "/../mine.yaml", "/favicon.ico"):
        for ending in ("", f"?token={server.token}"):
            response, body = ask(server, path + ending)
            assert response.status == 404, path
            assert b"secret" not in body
    assert ask(server, "/anything", {"text": SPEC})[0].status == 404
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        assert ask(server, "/draw", {"text": SPEC}, method=method)[0].status == 501
    assert server.socket.getsockname()[0] == "127.0.0.1"


STRANGERS = {
    "host": ({"Host": "evil.example"}, 403),
    "no origin": ({"Origin": None}, 403),
    "origin": ({"Origin": "http://evil.example"}, 403),
    "null": ({"Origin": "null"}, 403),
    "site": ({"Sec-Fetch-Site": "cross-site"}, 403),
    "no token": ({TOKEN: None}, 403),
    "token": ({TOKEN: "guessed"}, 403),
    "form": ({"Content-Type": "text/plain"}, 415),
    "no type": ({"Content-Type": None}, 415),
    "no length": ({"Content-Length": None}, 411),
    "length": ({"Content-Length": "-1"}, 411),
    "pieces": ({"Transfer-Encoding": "chunked"}, 411),
    "huge": ({"Content-Length": str(LARGEST + 1)}, 413),
    "astronomic": ({"Content-Length": "9" * 400}, 411),
}


@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_get_no_answer(who, played):
    server, _ = played
    headers, status = STRANGERS[who]
    response, body = ask(server, "/draw", {"text": SPEC}, **headers)
    assert response.status == status
    assert b"figure" not in body
    assert ask(server, "/draw", {"text": SPEC})[0].status == 200, "it goes on"


def test_another_port_of_this_machine_is_a_stranger_too(played):
    server, _ = played
    other = f"http://127.0.0.1:{server.server_port + 1}"
    assert ask(server, "/draw", {"text": SPEC}, Origin=other)[0].status == 403


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"3", b'"x"', b"\xff", b"[" * 100_000, b'{"text": 3}', b"{}", b'{"text": null}']
)
def test_what_is_no_question(body, played):
    server, _ = played
    for path in ("/draw", "/save", "/complete", "/convert", "/whys", "/programs"):
        response, _ = ask(server, path, body=body)
        assert response.status == 400, path


def test_a_text_names_files_in_its_folder_only(played):
    server, folder = played
    (folder.parent / "secret.csv").write_text("11,12\n13,14\n")
    (folder / "numbers.csv").write_text("1,2,3\n4,5,6\n7,8,9\n")
    text = "input: {values: {file: %s}}\nlayer: {type: conv, kernel_size: 2}\nview: flat\n"
    (problem,) = json.loads(ask(server, "/draw", {"text": text % "../secret.csv"})[1])["problems"]
    assert "../secret.csv" in problem["message"]
    assert "figure" in json.loads(ask(server, "/draw", {"text": text % "numbers.csv"})[1])


def test_nothing_is_written(played):
    server, folder = played
    text = f"{SPEC}output: [here.gif, here.svg]\n"
    for asked in ({"path": "/draw"}, {"path": "/save", "format": "gif"}, {"path": "/save", "format": "pdf"}):
        assert ask(server, asked["path"], {"text": text, **asked})[0].status == 200
    assert list(folder.iterdir()) == []


# what it answers


def asked(question, text=SPEC, **more):
    return json.loads(Desk("mine.yaml").answers[question]({"text": text, **more}).body)


def test_problems_have_their_places():
    found = asked("/draw", SPEC.replace("kernel_size", "kernal_size").replace("[4, 5]", "[0, 5]"))
    assert [(each["line"], each["column"]) for each in found["problems"]] == [(2, 16), (3, 21)]
    assert "did you mean 'kernel_size'" in found["problems"][1]["hint"]
    assert "figure" not in found


def test_a_change_leaves_the_rest_of_the_text():
    found = asked("/draw", values=[["layer.stride", "2"], ["view", "isometric"]])
    assert found["text"] == SPEC.replace("kernel_size: 3", "kernel_size: 3, stride: 2").replace("flat", "isometric")
    assert asked("/draw", values=[["layer.strid", "2"]])["problems"]
    assert asked("/draw", values=[["", "2"]])["problems"]


def convolved(image, kernel):
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    return [
        [
            sum(image[r + i, c + j] * kernel[i, j] for i in range(kernel.shape[0]) for j in range(kernel.shape[1]))
            for c in range(columns)
        ]
        for r in range(rows)
    ]


def test_a_number_in_a_cell_is_a_number_of_the_spec():
    before = conv_anim.trace(conv_anim.load(yaml.safe_load(SPEC)))
    image, kernel = before.input[0].copy(), before.layer.kernels[0, 0].copy()
    text = SPEC
    for side, at, value in (("input", [0, 1, 2], -7), ("kernel", [0, 2, 0], 0.5), ("input", [0, 3, 4], 9)):
        (image if side == "input" else kernel.__array__())[tuple(at[1:])] = value if side == "input" else 0
        kernel = kernel.astype(float)
        if side == "kernel":
            kernel[tuple(at[1:])] = value
        text = asked("/draw", text, cell={"side": side, "at": at, "value": value})["text"]
    assert "# and a comment" in text
    after = conv_anim.trace(loaded(Source("", text)).spec)
    np.testing.assert_allclose(after.output[0], convolved(image, kernel))
    for value in ("3", None, True, float("inf"), [1]):
        assert asked("/draw", cell={"side": "input", "at": [0, 0, 0], "value": value})["problems"]


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        ({"type": "conv_transpose", "kernel_size": 2, "stride": 2}, "layer"),
        ({"type": "conv", "kernel_size": 2, "flip": True}, "layer"),
        ({"type": "conv", "kernel_size": 2}, "layers"),
    ],
)
def test_a_number_of_any_kernel(layer, text):
    spec = {"input": {"size": [3, 3]}, text: [layer] if text == "layers" else layer, "view": "flat"}
    before = conv_anim.trace(conv_anim.load(spec)).layer.kernels
    made = asked("/draw", yaml.safe_dump(spec), cell={"side": "kernel", "at": [0, 0, 1], "value": 77})["text"]
    after = conv_anim.trace(loaded(Source("", made)).spec).layer.kernels
    wanted = before.copy()
    wanted[0, 0, 0, 1] = 77
    np.testing.assert_array_equal(after, wanted)


def test_several_channels_keep_theirs():
    text = "input: {size: [3, 3], channels: 2}\nlayer: {type: conv, kernel_size: 2}\nview: channels\n"
    before = conv_anim.trace(loaded(Source("", text)).spec).input.copy()
    made = asked("/draw", text, cell={"side": "input", "at": [1, 0, 2], "value": 50})["text"]
    before[1, 0, 2] = 50
    np.testing.assert_array_equal(conv_anim.trace(loaded(Source("", made)).spec).input, before)


@pytest.mark.parametrize(
    "layer", ["nn.Conv2d(1, 1, 3, stride=2, padding=1)", "Conv2D(1, 3, strides=2, padding='same')", "nn.MaxPool2d(2)"]
)
def test_a_layer_of_a_framework_becomes_a_spec(layer):
    made = asked("/convert", layer)
    assert "problems" not in made
    assert loaded(Source("", made["text"])).spec.layers
    (problem, *_) = asked("/convert", "nn.LSTM(3, 4)")["problems"]
    assert "LSTM" in problem["message"]


@pytest.mark.parametrize("text", ["model.onnx", "/etc/passwd", "model.py", "__import__('os').system('x')"])
def test_a_layer_names_no_file_and_runs_nothing(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("model.onnx", "model.py"):
        (tmp_path / name).write_text("secret")
    made = asked("/convert", text)
    assert made["problems"]
    assert "secret" not in json.dumps(made)


def test_what_is_saved():
    desk = Desk("mine.yaml").answers["/save"]
    saved = {format_: desk({"text": SPEC, "format": format_}) for format_ in ("gif", "svg", "pdf", "html")}
    assert saved["gif"].body[:6] == b"GIF89a"
    assert ET.fromstring(saved["svg"].body).tag.endswith("svg")
    assert saved["pdf"].body[:5] == b"%PDF-"
    assert saved["html"].body[:15] == b"<!doctype html>"
    assert "problems" in json.loads(desk({"text": "nothing", "format": "gif"}).body)


def test_what_can_be_turned():
    text = SPEC.replace("[4, 5]", "[5, 5]")
    knobs, whys = asked("/draw", text)["knobs"], asked("/whys", text)["whys"]
    found = {knob["path"]: (knob, why) for knob, why in zip(knobs, whys, strict=True)}
    assert {"layer.kernel_size", "layer.stride", "layer.padding", "layer.dilation", "input.size", "view"} <= set(found)
    assert "layer.groups" not in found, "one channel has no groups"
    for path, (knob, own) in found.items():
        for value, why in zip(knob["values"], own, strict=True):
            try:
                loaded(Source("", text), changes=[f"{path}={value}"])
                good = True
            except SpecError:
                good = False
            assert good == (why == ""), (path, value)
    controlled = f"{SPEC}controls: {{layer.stride: [1, 3], caption: true}}\n"
    first, second, *_ = asked("/draw", controlled)["knobs"]
    assert (first["path"], first["values"]) == ("layer.stride", ["1", "3"])
    assert (second["path"], second["kind"]) == ("caption", "switch")


PLACES = {
    "|": {"title", "input", "layer", "controls"},
    "inp|": {"input"},
    "input: {si|": {"size"},
    "layer: {type: conv_|": {"conv_transpose"},
    "layer: {type: max_pool, |}": {"kernel_size", "ceil_mode"},
    "layer:\n  |\n  type: conv\n": {"kernel_size", "dilation"},
    "layers:\n- type: conv\n  di|\n- type: max_pool\n": {"dilation"},
    "layers:\n  - {type: conv, kernel_size: 3}\n  - {type: ma|": {"max_pool", "max_unpool"},
    "panels:\n  - title: x\n  - la|": {"layer", "layers", "labels"},
    "view: f|": {"flat"},
    "view: {kind: flat, s|": {"sum"},
    "animation:\n  motion: |": {"smooth", "step"},
    "caption: |": {"true", "false"},
    "input: {size: [5, 5]}\nlayer:\n  type: conv\n|": {"view", "theme"},
}
NOWHERE = ("title: some |", "# com|", "title: 'qu|", 'title: "qu|', "input: {size: [|")


@pytest.mark.parametrize("text", PLACES)
def test_what_can_stand_where_somebody_writes(text):
    at = text.index("|")
    start, found = offers(text.replace("|", ""), at)
    names = {one.name for one in found}
    assert PLACES[text] <= names
    assert text[start:at] == re.search(r"\w*\Z", text[:at])[0]
    assert all(name.startswith(text[start:at]) for name in names)
    if "max_pool, |" in text:
        assert "dilation" in names
        assert "groups" not in names, "it is no key of this type"


@pytest.mark.parametrize("text", NOWHERE)
def test_where_nothing_can_be_offered(text):
    assert offers(text.replace("|", ""), text.index("|"))[1] == []


@given(st.text("ab:{}[],-# \n'\"typelayrconv0.", max_size=60), st.integers(0, 60))
def test_any_text_can_be_written_in(text, position):
    start, found = offers(text, min(position, len(text)))
    assert 0 <= start <= len(text)
    assert all(one.name for one in found)


# the command


def test_what_it_begins_with(tmp_path):
    run = CliRunner().invoke
    for args, words in (
        (["--template", "con_55"], "did you mean 'con_5'"),
        (["--template", "nothing_like_it"], "'conv-anim templates' lists them"),
        ([str(tmp_path / "none.yaml")], "there is no such file"),
        ([str(tmp_path / "none.yaml"), "--template", "con_5"], "two texts to begin with"),
    ):
        result = run(cli.main, ["play", "--no-open", *args])
        assert result.exit_code in {1, 2}
        assert words in result.output


def test_an_interrupt_ends_it_quietly_and_a_taken_port_is_told(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text("this is not a spec yet")
    process = staged("", "play", path, "--no-open")
    address = re.search(r"http://127.0.0.1:(\d+)/\?token=\S+", process.stderr.readline().decode())
    connection = http.client.HTTPConnection("127.0.0.1", int(address[1]), timeout=PATIENCE)
    connection.request("GET", address[0].partition(address[1])[2])
    assert b"this is not a spec yet" in connection.getresponse().read()
    connection.close()
    second = staged("", "play", path, "--no-open", "--port", address[1])
    status, _, said = ended(second)
    assert status == 1
    assert f"port {address[1]} cannot be used" in said
    process.send_signal(signal.SIGINT)
    assert ended(process)[::2] == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="as in test_watch")
def test_a_bug_is_told_and_ends_nothing(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    code = """
from conv_anim import pipeline
draw = pipeline.scene
def scene(spec, **more):
    if spec.title == "bug":
        [][0]
    return draw(spec, **more)
pipeline.scene = scene
"""
    process = staged(code, "play", path, "--no-open")
    port, token = re.search(r":(\d+)/\?token=(\S+)", process.stderr.readline().decode()).groups()

    class Server:
        server_port = int(port)

    Server.token = token
    (problem,) = json.loads(ask(Server, "/draw", {"text": SPEC.replace("Mine", "bug")})[1])["problems"]
    assert "IndexError" in problem["message"]
    assert "figure" in json.loads(ask(Server, "/draw", {"text": SPEC})[1])
    process.send_signal(signal.SIGINT)
    assert ended(process)[::2] == (0, "")


# in a browser


@pytest.fixture
def page(played, browser):
    server, _ = played
    context = browser.new_context(
        viewport={"width": 1300, "height": 900}, reduced_motion="reduce", accept_downloads=True
    )
    tab = context.new_page()
    tab.set_default_timeout(conftest.PATIENCE)
    wrong, others = [], []
    tab.wrong = wrong
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    tab.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((f"http://127.0.0.1:{server.server_port}/", "data:", "blob:"))
            else others.append(request.url)
        ),
    )
    tab.goto(server.address)
    conftest.until(tab, "document.title === 'Mine'")
    yield tab
    assert (wrong, others) == ([], [])
    context.close()


def text_of(tab):
    return tab.input_value("#text")


BEHIND = """words => {
  const at = $("text").value.indexOf(words) + words.length;
  $("text").focus();
  $("text").setSelectionRange(at, at);
}"""


def write(tab, text, words):
    """Types words behind a part of the text."""
    tab.evaluate(BEHIND, words)
    tab.keyboard.type(text)


def test_what_is_written_is_drawn(page):
    write(page, " and yours", "title: Mine")
    conftest.until(page, "document.title === 'Mine and yours'")
    write(page, ", padding: 1", "kernel_size: 3")
    page.keyboard.press("Escape")
    conftest.until(page, "$('position').textContent === '0 of 19'")
    assert "padding: 1" in text_of(page)


def test_mistakes_are_marked_at_their_place(page):
    write(page, "x", "kernel_size")
    page.wait_for_selector("#problems li:has-text('kernel_sizex')")
    assert page.inner_text("#marks mark") == "kernel_sizex"
    assert page.get_attribute("#text", "aria-invalid") == "true"
    assert page.is_visible("#picture")
    page.click("#problems button")
    assert page.evaluate("$('text').value.slice($('text').selectionStart, $('text').selectionEnd)") == "kernel_sizex"
    page.keyboard.type("kernel_size")
    page.wait_for_selector("#problems", state="hidden")
    conftest.until(page, "!$('card').classList.contains('void')")


def test_keys_and_values_are_completed(page):
    write(page, "\nth", "view: flat")
    page.wait_for_selector("#offers li:has-text('theme')")
    assert page.get_attribute("#text", "aria-activedescendant") == "offer0"
    page.keyboard.press("Enter")
    page.keyboard.type("d")
    page.wait_for_selector("#offers li:has-text('dark')")
    page.keyboard.press("Tab")
    assert "view: flat\ntheme: dark\n" in text_of(page)
    conftest.until(page, "$('picture').classList.contains('dark')")
    page.keyboard.press("Control+z")
    assert "theme: dark" not in text_of(page), "it can be undone"


def test_what_is_turned_changes_the_text(page):
    page.wait_for_selector("#knobs [title='layer.padding']")
    page.get_by_role("slider", name="padding").fill("2")
    conftest.until(page, "$('text').value.includes('padding: 2')")
    conftest.until(page, "$('position').textContent === '0 of 41'")
    assert "# and a comment" in text_of(page)
    page.wait_for_selector(".ticks .cannot")
    page.get_by_role("combobox", name="view").select_option(label="isometric")
    conftest.until(page, "$('text').value.includes('view: isometric')")


def cell(page, name):
    return page.locator(f"#spots path[aria-label='{name}']")


def test_numbers_are_edited_in_their_cells(page):
    cell(page, "input (1,\xa02)").dblclick()
    page.locator("#number").fill("42")
    page.keyboard.press("Enter")
    conftest.until(page, "$('text').value.includes('42')")
    made = yaml.safe_load(text_of(page))
    assert made["input"]["values"][0][1] == 42
    cell(page, "kernel (3,\xa03)").focus()
    page.keyboard.type("-5")
    page.keyboard.press("Enter")
    conftest.until(page, "$('text').value.includes('-5')")
    assert yaml.safe_load(text_of(page))["layer"]["weight"][2][2] == -5
    before = text_of(page)
    cell(page, "input (2,\xa02)").dblclick()
    page.locator("#number").fill("nonsense")
    page.keyboard.press("Enter")
    assert page.get_attribute("#number", "aria-invalid") == "true"
    page.keyboard.press("Escape")
    assert page.locator("#number").count() == 0
    cell(page, "output (1,\xa01)").dblclick()
    assert page.locator("#number").count() == 0
    assert text_of(page) == before
    cell(page, "input (4,\xa04)").click()
    page.click("#edit")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    conftest.until(page, "before => $('text').value !== before", before)
    assert yaml.safe_load(text_of(page))["input"]["values"][3][3] == 8


class Held(list):
    """Requests that wait."""

    def hold(self, route):
        self.append(route)

    def first(self, page):
        while not self:
            page.wait_for_timeout(10)
        return self[0]


def test_nothing_moves_when_what_cannot_be_is_known(page):
    """CI saw a double click miss its cell: the knobs came a moment after the figure and pushed it down."""
    page.wait_for_selector(".ticks .cannot")  # else a request of before the reload may be the first that is held
    held = Held()
    page.route("**/whys", held.hold)
    page.reload()
    conftest.until(page, "document.title === 'Mine'")
    place = cell(page, "input (1,\xa02)").bounding_box()
    assert page.locator("#knobs .knob").count() > 4
    assert page.locator(".ticks .cannot").count() == 0
    held.first(page).continue_()
    page.wait_for_selector(".ticks .cannot")
    assert cell(page, "input (1,\xa02)").bounding_box() == place


def test_a_number_that_is_being_edited_outlasts_another_figure(page):
    held = Held()
    page.route("**/draw", held.hold)
    page.get_by_role("slider", name="padding").fill("2")
    held.first(page)
    before = cell(page, "input (1,\xa02)").bounding_box()
    cell(page, "input (1,\xa02)").dblclick()
    page.keyboard.type("4")
    held[0].continue_()
    conftest.until(page, "$('position').textContent === '0 of 41'")
    page.keyboard.type("2")
    field, place = page.locator("#number").bounding_box(), cell(page, "input (1,\xa02)").bounding_box()
    assert place != before
    for at, length in (("x", "width"), ("y", "height")):
        assert abs(field[at] + field[length] / 2 - place[at] - place[length] / 2) < 2
    page.unroute("**/draw")
    page.keyboard.press("Enter")
    conftest.until(page, "$('text').value.includes('42')")
    held.clear()
    page.route("**/draw", held.hold)
    page.fill("#text", SPEC.replace("[4, 5]", "[3, 3]"))
    held.first(page)
    cell(page, "input (4,\xa05)").dblclick()
    held[0].continue_()
    page.wait_for_selector("#number", state="detached")


def test_a_layer_that_is_pasted_becomes_a_spec(page):
    paste = """words => {
      const data = new DataTransfer();
      data.setData("text/plain", words);
      $("text").focus();
      $("text").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(paste, "nn.Conv2d(1, 1, kernel_size=3, stride=2)")
    conftest.until(page, "$('text').value.includes('stride: 2')")
    assert "Mine" not in text_of(page)
    page.evaluate(paste, "nn.LSTM(3)")
    conftest.until(page, "$('text').value.includes('LSTM')")
    assert "LSTM" in page.inner_text("#notes")


def test_everything_can_be_saved(page):
    for name, suffix, start in (
        ("GIF", "gif", b"GIF89a"), ("SVG", "svg", b"<"), ("PDF", "pdf", b"%PDF"), ("HTML", "html", b"<!doctype"),
        ("Spec", "yaml", b"title: Mine   # and"), ("Code", "py", b"#"),
    ):  # fmt: skip
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename == f"mine.{suffix}"
        assert Path(download.value.path()).read_bytes().startswith(start), name


def test_code_follows(page):
    page.click("#of-program summary")
    conftest.until(page, "$('program').textContent.includes('Conv2d')")
    write(page, ", stride: 2", "kernel_size: 3")
    page.keyboard.press("Escape")
    conftest.until(page, "$('program').textContent.includes('stride=2')")


@pytest.mark.parametrize("width", [320, 1300])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_axe_finds_nothing_serious(width, scheme, page):
    page.set_viewport_size({"width": width, "height": 700})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_selector("#knobs .knob")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    write(page, "\nth", "view: flat")
    page.wait_for_selector("#offers li")
    page.wait_for_selector("#problems li")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_a_server_that_is_gone_is_told(page):
    page.route("**/draw", lambda route: route.abort())
    write(page, "!", "title: Mine")
    page.wait_for_selector("#notes:has-text('has stopped')")
    page.wrong.clear()  # the browser's own word about it
