"""Models whose parts are found, changed and handed around in the ways that Python has for it."""

import copy
import functools
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

sizes = {}
sizes["a"] = [4, 8]
width = 2
width += 2
rows, columns = 3, 5
many = 32 if rows > columns else 6


class Base(nn.Module):
    expansion = 2
    widths = (3, expansion * 4)

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, self.widths[-1], self.size())

    def size(self):
        return 1

    def forward(self, x):
        return self.conv(x)


class Left(Base):
    def size(self):
        return super().size() + 2


class Right(Base):
    def size(self):
        return 2 * super().size() + 2


class Diamond(Left, Right):
    """5 x 5: the parents are asked in Python's order."""


Left.expansion = 4


class Later(nn.Module):
    """Layers that are given something, put elsewhere or taken away after they were made."""

    def __init__(self, norm=nn.BatchNorm2d):
        super().__init__()
        self.first = nn.Conv2d(3, width, 3, stride=2, bias=norm is not nn.BatchNorm2d)
        self.first.stride = (1, 1)
        layers = [nn.Conv2d(width, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU()]
        same = layers
        del same[-2:]
        same += [nn.Conv2d(8, sizes["a"][-1], (rows, columns)), nn.Conv2d(8, 1, 1)]
        self.rest = nn.Sequential(*layers)
        self.rest[-1] = nn.Conv2d(self.rest[2].out_channels, many, self.rest[0].kernel_size[0])
        self.norm = norm(many)
        self.norm.weight.data.fill_(1.0)
        self.first.name = "first" if self.first.bias is None and self.rest[0].bias is not None else odd()  # noqa: F821
        for each in self.modules():
            if isinstance(each, nn.Conv2d) and each.kernel_size == (3, 3):
                each.padding = (1, 1)
        for name, each in self.rest.named_children():
            if isinstance(each, nn.ReLU):
                setattr(self.rest, name, nn.SiLU())

    def forward(self, x):
        return self.norm(self.rest(self.first(x)))


class Named(nn.Sequential):
    """A layer that replaces another one keeps its place."""

    def __init__(self):
        super().__init__()
        self.add_module("a", nn.Conv2d(3, 4, 1))
        self.b = nn.ReLU()
        self.c = nn.Conv2d(6, 2, 1)
        self.a = nn.Conv2d(3, 6, 3)


def twice(function):
    @functools.wraps(function)
    def inner(self, x):
        return function(self, function(self, x))

    return inner


@dataclass
class Config:
    width: int = 4
    kernels: list = field(default_factory=lambda: [3, 5])

    @property
    def double(self):
        return self.width * 2


class Row(NamedTuple):
    channels: int
    kernel: int = 1


class Handed(nn.Module):
    """Functions and values that are handed around."""

    def __init__(self, config=None, *rows):
        super().__init__()
        config = config or Config(width=6)
        pools = [lambda x: F.max_pool2d(x, k) for k in (2, 4)]
        self.pool = pools[0]
        self.means = [lambda x, k=k: F.avg_pool2d(x, k) for k in (2, 3)]
        self.same = self.convolved(3, 3)
        made, into = [], 3
        for row in rows or (Row(4), Row(config.double, kernel=3)):
            made.append(self.convolved(into, row.channels, k=row.kernel))
            into = row.channels
        self.rows = nn.Sequential(*made)
        self.shared = nn.Sequential(nn.Conv2d(into, into, 1), nn.ReLU())
        self.copied = copy.deepcopy(self.shared)

    @staticmethod
    def convolved(into, out, *, k=3):
        return nn.Conv2d(into, out, k, padding=(k - 1) // 2)

    @classmethod
    def usual(cls, *rows):
        return cls(None, *rows)

    @twice
    def squeezed(self, x):
        return self.same(x)

    def forward(self, x):
        x = self.means[0](self.pool(self.squeezed(x)))
        match x.dim():
            case 4 if (k := x.shape[-1]) > 2:
                x = F.pad(x, (0, k % 5, 0, 0))
            case _:
                x = x.mean()
        x = self.rows(x)
        return self.shared(self.copied(self.shared(x)))


def usual():
    return Handed.usual(Row(2), Row(3, 3))


class Held(nn.Module):
    """Parameters of its own, and operators with their arguments in other places."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(8, 3, 3, 3))
        self.bias = nn.Parameter(torch.zeros(8))
        self.scale = nn.Parameter(torch.ones(8, 1, 1) * 0.1)
        self.last = nn.Parameter(torch.zeros(5, 4))

    def forward(self, x):
        x = F.conv2d(input=x, weight=self.weight, bias=self.bias, stride=2, padding=1) * self.scale
        x = x / x.norm(2, dim=1, keepdim=True)
        a, b = torch.tensor_split(x, 2, dim=1)
        x = torch.max(a, b) + torch.max(a, 1, keepdim=True)[0]
        return F.linear(x.mean(dim=(-2, -1)), self.last)
