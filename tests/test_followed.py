"""Classes of PyTorch that are read as text, against the same classes when torch.export traces them."""

from __future__ import annotations

from math import prod
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from conv_anim.cli import main
from conv_anim.diagnostics import Source, SpecError
from conv_anim.frameworks.feeding import Feed, said
from conv_anim.frameworks.followed import network as model_network
from conv_anim.frameworks.followed.attempt import attempt
from conv_anim.frameworks.followed.network import followed
from conv_anim.frameworks.followed.patterns import moved, summed
from conv_anim.frameworks.followed.values import UnreadError
from conv_anim.frameworks.networks import network
from conv_anim.frameworks.torch.export import traced
from conv_anim.frameworks.torch.network import network as of_torch
from tests.frameworks import needed

FOLDER = Path(__file__).parent / "models"
MODELS = [
    *(("blocks", name) for name in ("Residual", "Excited", "Branches", "Dense", "Chosen", "InPlace")),
    *(("maps", name) for name in ("UNet", "Bilinear", "Generator", "Pair", "Shuffled", "Weighed", "Causal", "Pyramid")),
    *(("changed", name) for name in ("Left", "Diamond", "Later", "Named", "Handed", "Held")),
]
SEQUENCES = ["TextCNN", "Recurrent", "Attending", "Summed", "Inherited"]


def source(module):
    path = FOLDER / f"{module}.py"
    return Source(str(path), path.read_text(encoding="utf-8"))


def of(text, name="Net", feed=None, **names):
    return followed(
        Source("net.py", f"import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n{text}"),
        feed or Feed(),
        names,
        name,
    )


def told(found):
    """All that is known of the layers, without those that only give a map another form."""
    kept = found.without({node.number for node in found.nodes if node.type is None and not node.is_input})
    keys = ("type", "shape", "parameters", "products", "window", "weight", "inputs")
    return [tuple(getattr(node, key) for key in keys) for node in kept.nodes]


@pytest.mark.frameworks
@pytest.mark.parametrize(("module", "name"), MODELS)
def test_it_is_what_torch_export_traces(module, name):
    needed("torch")
    import importlib

    made = getattr(importlib.import_module(f"tests.models.{module}"), name)().eval()
    found = followed(source(module), Feed(), {}, name).network
    sizes = [node.shape for node in found.nodes if node.is_input]
    if len(sizes) > 1:
        out = made(*(needed("torch").zeros(size) for size in sizes))
        assert [found.nodes[k].shape for k in found.outputs] == [tuple(out.shape)]
        assert found.parameters == sum(each.numel() for each in made.parameters())
        return
    theirs = of_torch(traced(made, sizes[0]))
    assert told(found) == told(theirs)
    assert [found.nodes[k].shape for k in found.outputs] == [theirs.nodes[k].shape for k in theirs.outputs]
    assert {node.name for node in theirs.nodes if node.kind.startswith("nn.")} <= {node.name for node in found.nodes}


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_have_the_shapes_and_parameters_of_the_model(name):
    """What is one node here, as attention or a recurrent layer, torch.export takes apart."""
    torch = needed("torch")
    import importlib

    made = getattr(importlib.import_module("tests.models.sequences"), name)().eval()
    found = followed(source("sequences"), Feed(), {}, name).network
    size = found.nodes[0].shape
    given = torch.zeros(size, dtype=torch.long) if name == "TextCNN" else torch.zeros(size)
    shapes = {}
    for path, module in made.named_modules():
        module.register_forward_hook(lambda _, __, out, path=path: shapes.setdefault(path, out))
    out = made(given)
    assert [found.nodes[k].shape for k in found.outputs] == [tuple(out.shape)]
    assert found.parameters == sum(each.numel() for each in made.parameters())
    known = {node.name: node.shape for node in found.nodes if node.kind.startswith("nn.") and node.name in shapes}
    assert known == {
        path: tuple((shapes[path][0] if isinstance(shapes[path], tuple) else shapes[path]).shape) for path in known
    }
    assert len(known) > 1


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("bchw->bhwc", [(1, 2, 3, 4)]),
        ("bhid,bhjd->bhij", [(1, 2, 3, 4), (1, 2, 5, 4)]),
        ("...i,ij->...j", [(7, 6, 3), (3, 2)]),
        ("ij,jk", [(2, 3), (3, 4)]),
        ("b i j -> b", [(2, 3, 3)]),
        ("bij,bij->", [(2, 3, 1), (2, 3, 4)]),
        ("...ab->...ba", [(2, 3)]),
        ("c...,c->...", [(3, 5, 6), (3,)]),
    ],
)
def test_einsum_has_the_shape_that_numpy_makes(equation, shapes):
    assert summed(equation, shapes) == np.einsum(equation, *map(np.ones, shapes)).shape


@pytest.mark.parametrize(
    ("pattern", "shape", "sizes", "steps"),
    [
        ("b c (h p1) (w p2) -> b (h w) (p1 p2 c)", (2, 3, 8, 12), {"p1": 4, "p2": 2}, ((2, 12, 24), 0)),
        ("b h w c -> b c h w", (1, 2, 3, 4), {}, ((1, 4, 2, 3), 0)),
        ("b n (h d) -> b h n d", (1, 5, 12), {"h": 3}, ((1, 3, 5, 4), 0)),
        ("b c ... -> b (c ...)", (2, 3, 4, 5), {}, ((2, 60), 0)),
        ("b () c -> b c", (2, 1, 3), {}, ((2, 3), 0)),
        ("b c h w -> b c", (2, 3, 4, 5), {}, ((2, 3), 1)),
        ("() n d -> b n d", (1, 3, 4), {"b": 6}, ((6, 3, 4), 1)),
        ("b (h 2) -> b h", (1, 8), {}, ((1, 4), 1)),
    ],
)
def test_patterns_of_einops_keep_every_cell_or_say_what_becomes_of_it(pattern, shape, sizes, steps):
    wanted, changes = steps
    made = moved(pattern, shape, sizes)
    assert made == wanted
    assert (prod(made) == prod(shape)) is not bool(changes)


@pytest.mark.parametrize(
    ("pattern", "shape", "why"),
    [
        ("b (h p) -> b h p", (1, 7), "are not said"),
        ("b (h 2) -> b h", (1, 7), "7 cells are not 'h 2'"),
        ("b c -> b", (1, 2, 3), "does not fit"),
        ("b c -> b d", (1, 2), "'d' is not said"),
        ("b c", (1, 2), "not known"),
    ],
)
def test_patterns_that_do_not_fit_are_told(pattern, shape, why):
    with pytest.raises(UnreadError, match=why):
        moved(pattern, shape, {})


def test_imports_are_followed_through_a_package(tmp_path):
    """As Python does: relative to the package, from a folder of the project, by an ``__init__.py``, or a module."""
    files = {
        "pyproject.toml": "",
        "shared/blocks.py": "import torch.nn as nn\nfrom .never import no\ndef conv(i, o): return nn.Conv2d(i, o, 3)",
        "net/__init__.py": "from .models.one import Net\nfrom missing import gone",
        "net/models/__init__.py": "",
        "net/models/one.py": (
            "import torch.nn as nn\nimport shared.blocks\nfrom shared import blocks as b\n"
            "from ..layers import wide, Act\nfrom . import sizes\nfrom .. import layers as whole\n"
            "import torchvision.ops as other\n"
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.a, self.c = b.conv(3, wide), shared.blocks.conv(sizes.N, whole.wide)\n"
            "        self.act = Act()\n"
            "    def forward(self, x):\n        return self.c(self.act(self.a(x)))\n"
        ),
        "net/models/sizes.py": "from ..layers import wide as N",
        "net/layers/__init__.py": "from .acts import *\nwide = 5",
        "net/layers/acts.py": "import torch.nn as nn\nclass Act(nn.ReLU6):\n    pass",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    path = tmp_path / "net" / "models" / "one.py"
    found = followed(Source(str(path), path.read_text()), Feed(), {}, "Net")
    convs = [node.weight for node in found.network.nodes if node.type == "conv"]
    assert convs == [(5, 3, 3, 3), (5, 5, 3, 3)]
    read = {each.relative_to(tmp_path).as_posix() for each in found.read}
    assert read >= {"shared/blocks.py", "net/layers/__init__.py", "net/layers/acts.py", "net/models/sizes.py"}


def test_a_folder_that_is_called_like_a_library_is_not_taken_for_it(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "nn.py").write_text("raise SystemExit")
    (tmp_path / "net").mkdir()
    path = tmp_path / "net" / "one.py"
    path.write_text(
        "import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a = nn.Conv2d(3, 4, 3)\n    def forward(self, x):\n        return self.a(x)\n"
    )
    assert followed(Source(str(path), path.read_text()), Feed(), {}, "Net").read == ()


def test_what_is_changed_later_is_so():
    """Each against what PyTorch makes of the same text: the parameters, and the shape that comes out."""
    head = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    cases = {
        ("self.a = nn.Conv2d(3, 4, 3)\nself.a.bias = None", "return self.a(x)"): (108, (1, 4, 6, 6)),
        ("self.a = nn.Conv2d(3, 4, 3)\nself.apply(lambda m: setattr(m, 'stride', (2, 2)))", "return self.a(x)"): (
            112,
            (1, 4, 3, 3),
        ),
        (
            "self.e, self.o = nn.Embedding(9, 4), nn.Linear(4, 9, bias=False)\nself.e.weight = self.o.weight",
            "return self.o(self.e(x))",
        ): (36, (1, 8, 9)),
        ("self.e, self.r = nn.Embedding(9, 4), nn.GRU(4, 6, batch_first=True)", "return self.r(self.e(x))[1]"): (
            36 + 3 * 6 * (4 + 6 + 2),
            (1, 1, 6),
        ),
        (
            "self.e, self.p = nn.Embedding(9, 4), nn.Embedding(8, 4)",
            "return self.e(x) + self.p(torch.arange(x.shape[1]))",
        ): (68, (1, 8, 4)),
        ("self.e = nn.Embedding(9, 4)", "return self.e(x).view(-1, 4)"): (36, (8, 4)),
        (
            "self.a = nn.utils.weight_norm(nn.Conv2d(3, 4, 3))\nnn.utils.remove_weight_norm(self.a)",
            "return self.a(x)",
        ): (112, (1, 4, 6, 6)),
        ("self.a = nn.Linear(8, 4)", "return F.pad(self.a(x), (1, 2))"): (36, (1, 3, 8, 7)),
    }
    for (made, done), (parameters, shape) in cases.items():
        lines = "".join(f"        {line}\n" for line in made.splitlines())
        size = (8,) if "nn.Embedding" in made else (3, 8, 8)
        found = of(f"{head}{lines}    def forward(self, x):\n        {done}\n", feed=said(size, None)).network
        assert (found.parameters, found.nodes[found.outputs[0]].shape) == (parameters, shape), made


def test_only_what_can_be_known_is_read():
    """Each of these would have to be run, or knows what nobody says; the reason and its line are given."""
    head = "class Net(nn.Module):\n    def __init__(self, width=4):\n        super().__init__()\n"
    head += "        self.a = nn.Conv2d(3, width, 3)\n    def forward(self, x):\n"
    cases = {
        "        return einops.rearrange(self.a(x), 'b c h w -> b (h w) c')": "'einops' is not defined in this text",
        "        return torch.einsum(self.how, self.a(x))": "has no 'how'",
        "        return torch.lobpcg(self.a(x))": "what 'lobpcg' makes of a map is not known",
        "        return self.a(x) if x.mean() > 0 else x": "which way it goes here",
        "        return self.b(x)": "'b' is not defined here|has no 'b'",
        "        return x": "",
    }
    for body, why in cases.items():
        if not why:
            assert len(of(head + body).network.nodes) == 1
            continue
        with pytest.raises(UnreadError, match=why) as caught:
            of(head + body)
        assert caught.value.span.line == 9


@pytest.mark.parametrize(
    "body",
    [
        "x = list(range(10**12))",
        "x = sum(range(10**15))",
        "x = [0] * 10**9",
        "x = 'a' * 10**9",
        "x = '%999999999d' % 5",
        "x = '{:>999999999}'.format(5)",
        "x = '{0.__class__}'.format(5)",
        "x = ('a' * 9999).replace('a', 'b' * 9999)",
        "x = 9 ** 9 ** 9",
        "x = 0\nwhile True: x = 1 - x",
        "x = [0]\nfor k in range(60): x = x + x",
        "x = [0]\nfor k in range(60): x.extend(x)",
        "def f(n): return f(n + 1)\nf(0)",
        "x = nn.Identity()\nfor k in range(60): x = nn.Sequential(x, x)\nself.x = x",
    ],
)
def test_a_text_that_would_never_end_ends(body):
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    with pytest.raises(UnreadError):
        of(f"class Net(nn.Module):\n    def __init__(self):\n{lines}    def forward(self, y): return self.x(y)")


def test_an_input_of_a_size_is_taken_or_refused():
    small = followed(source("blocks"), Feed(), {}, "Chosen").network
    assert small.nodes[0].shape == (1, 3, 32, 32)
    assert small.notes == ("the input is 3x32x32 here; --input says another size",)
    assert followed(source("blocks"), said((3, 32, 32), None), {}, "Chosen").network.notes == ()
    with pytest.raises(SpecError, match="'in_features' is 1024, but 784 numbers enter, of the shape 784"):
        followed(source("blocks"), said((28, 28), None), {}, "Chosen")
    assert followed(source("maps"), Feed(), {}, "Generator").network.nodes[0].shape == (1, 16, 1, 1)
    assert followed(source("maps"), Feed(), {"n_channels": 2}, "UNet").network.nodes[0].shape == (1, 2, 224, 224)


def test_a_layer_that_changes_its_input_changes_it_for_others():
    found = followed(source("blocks"), Feed(), {}, "InPlace").network
    relu = next(node.number for node in found.nodes if node.type == "relu")
    assert [node.inputs for node in found.nodes if node.type == "conv"] == [(relu,), (relu,)]


def run(*arguments):
    return CliRunner().invoke(main, ["draw", *map(str, arguments)])


def test_a_file_is_drawn_as_its_forward_is(tmp_path):
    text = source("blocks").text + "\n\ndef small():\n    return Net(4)\n\n\ndef large():\n    return Net(8)\n\n\n"
    text += "class Net(Residual):\n    def __init__(self, width):\n        super().__init__(width_per_group=width)\n"
    path = tmp_path / "net.py"
    path.write_text(text, encoding="utf-8")
    assert network(path).name == "InPlace"  # the last one that can be made of nothing
    result = run(path, "--node", "Residual", "-o", tmp_path / "out.png")
    assert result.stderr.splitlines()[0] == "note: the input is 3x224x224 here; --input says another size"
    assert (tmp_path / "out.png").read_bytes()[:4] == b"\x89PNG"
    only = text[: text.index("class ConvNorm")]
    path.write_text(
        only.replace("block=Block", "block")
        + "\n\ndef small():\n    return Residual(Block)\n\n\ndef large():\n    return Residual(Block, (2, 2))\n",
        encoding="utf-8",
    )
    assert attempt(Source("net.py", path.read_text(encoding="utf-8")), Feed(), {}).name == "small"
    assert "small is drawn; --node names another: large\n" in run(path, "-o", tmp_path / "small.png").stderr


@pytest.mark.parametrize("options", [(), ("--view", "network"), ("--view", "flat"), ("--spec",)])
def test_a_class_is_followed_once(tmp_path, monkeypatch, options):
    made = []
    monkeypatch.setattr(model_network, "followed", lambda *given: (made.append(given), followed(*given))[1])
    text = "import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    path = tmp_path / "net.py"
    path.write_text(f"{text}        self.c = nn.Conv2d(1, 1, 3)\n    def forward(self, x):\n        return self.c(x)\n")
    output = () if "--spec" in options else ("-o", str(tmp_path / "out.svg"))
    result = CliRunner().invoke(main, ["draw", str(path), "--input", "1x5x5", *options, *output])
    assert result.exit_code == 0, result.output
    assert len(made) == 1


def test_what_is_not_followed_says_why_and_nothing_false(tmp_path):
    path = tmp_path / "net.py"
    head = "import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    made = "        self.a = nn.Conv2d(3, 4, 1)\n        self.b = nn.Conv2d({}, 4, 1)\n"
    made += "    def forward(self, x):\n        return odd(self.a(x))\n"
    path.write_text(head + made.format(4), encoding="utf-8")
    result = run(path, "--spec")
    assert "note: forward of Net is not followed: 'odd' is not defined in this text (line 8)" in result.stderr
    assert (
        "note: the layers of Net are in the order in which its __init__ makes them: forward is not read"
        in result.stderr
    )
    path.write_text(head + made.format(3), encoding="utf-8")
    result = run(path, "--spec")
    assert "net.py:8:16: error: Net cannot be drawn: 'odd' is not defined in this text [unsupported]" in result.stderr
    assert "makes 4" not in result.stderr


HEAD = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 4, 3)
        {}

    def forward(self, x):
        {}
        return self.a(x)
"""


@pytest.mark.parametrize(
    ("made", "done", "why"),
    [
        ("self.apply(lambda m: setattr(m, 'stride', gone(m)) if gone(m) else None)", "pass", "which way it goes here"),
        ("self.a.out_channels = 9", "pass", "'out_channels' of a layer that is made already"),
        ("global width", "pass", "'global' is not followed"),
        ("self.b = nn.Conv2d(3, 16 / 2, 3)", "pass", "'out_channels' is 8.0, and PyTorch takes whole numbers only"),
        ("self.b = nn.Linear(4 * 0.5, 2)", "pass", "'in_features' is 2.0"),
        ("pass", "y = x.relu(); z = y[:, :2]; z += 1; x = y", "a part of this map was changed in its place"),
        ("pass", "y = x.relu(); z = y.view(-1); y.mul_(2); return z + 1", "a part of this map was changed"),
        ("pass", "y = x[:, 0]; y += x", "would get another shape"),
        ("pass", "x[:, 0] = 0", "numbers that are written into a map"),
        ("pass", "x = x[:, 3:]", "nothing of a map of the shape .* is left"),
        ("pass", "for row in x[0, 0]: pass", "a loop over more than 64 maps"),
        ("pass", "x = x if isinstance(x, Odd) else x + 1", "whether it is of a class of a library|not defined"),
        ("self.b = odd()", "x = x if self.b is None else x + 1", "'odd' is not defined"),
        ("pass", "x = nn.Module()(x)", "Module has no forward"),
        ("pass", "x = None(x)", "what is called here is None"),
    ],
)
def test_what_would_be_another_network_is_refused(made, done, why):
    """What changes a network in a way that is not followed does not pass for one that does not."""
    with pytest.raises(UnreadError, match=why):
        of(HEAD.format(made, done))


def test_a_size_that_the_model_refuses_is_not_drawn():
    assert of(HEAD.format("pass", "assert x.shape[2] == 48")).network.nodes[0].shape == (1, 3, 48, 48)
    raising = "if x.size(-1) != 28: raise ValueError('28 is meant')"
    assert of(HEAD.format("pass", raising)).network.nodes[0].shape == (1, 3, 28, 28)
    with pytest.raises(SpecError, match="a layer of Net takes 3 channels, but the input is 7x20x20"):
        of(HEAD.format("pass", "pass"), feed=said((7, 20, 20), None))


def test_each_file_has_names_of_its_own(tmp_path):
    """A name of one file is not that of another, whatever it is called there."""
    head = "from torch import nn\n"
    (tmp_path / "parts.py").write_text(
        head + "from helpers import *\nwidth = 4\ndef block(n): return nn.Conv2d(n, times(width), 3)\n"
    )
    (tmp_path / "helpers.py").write_text("factor = 3\ndef times(n): return n * factor\n")
    text = head + "import parts\nfrom parts import block as made\nwidth = factor = 9\n"
    text += "def block(n): return nn.Conv2d(n, width, 1)\n"
    text += "class Net(nn.Sequential):\n    def __init__(self):\n"
    text += "        super().__init__(made(3), block(12), parts.block(9))\n"
    (tmp_path / "net.py").write_text(text)
    found = followed(Source(str(tmp_path / "net.py"), text), Feed(), {}, "Net")
    assert [node.shape[1] for node in found.network.nodes] == [3, 12, 9, 12]
    assert {path.name for path in found.read} == {"parts.py", "helpers.py"}


def test_a_name_that_is_nearly_one_of_the_file_names_it(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(source("changed").text, encoding="utf-8")
    for wrong, right in (("Handled", "Handed"), ("usuall", "usual")):
        result = run(path, "--node", wrong)
        assert f"error: '{wrong}' is not in this file [unknown-name]" in result.stderr
        assert f"did you mean '{right}'?" in result.stderr
