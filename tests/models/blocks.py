"""Blocks that branch: residual, dense, inception, squeeze and excitation."""

import math
from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

SETTINGS = {"small": [8, "M", 16, 16, "M"], "smaller": [4, "M"]}


def conv3x3(into: int, out: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(into, out, kernel_size=3, stride=stride, padding=1, groups=groups, bias=False)


class Block(nn.Module):
    expansion: int = 1

    def __init__(self, into, width, stride=1, downsample=None, norm_layer=None):
        super().__init__()
        if norm_layer is None:
            norm_layer = nn.BatchNorm2d
        self.conv1 = conv3x3(into, width, stride)
        self.bn1 = norm_layer(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(width, width * self.expansion)
        self.bn2 = norm_layer(width * self.expansion)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Residual(nn.Module):
    def __init__(self, block=Block, layers=(1, 2), classes=5, width_per_group=8):
        super(Residual, self).__init__()
        self.into = width_per_group
        self.stem = nn.Sequential(conv3x3(3, self.into, 2), nn.BatchNorm2d(self.into), nn.ReLU(True))
        for k, count in enumerate(layers, 1):
            setattr(self, f"layer{k}", self._make_layer(block, self.into * k, count, stride=1 if k == 1 else 2))
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(self.into * block.expansion, classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)

    def _make_layer(self, block, width, blocks, stride):
        downsample = None
        if stride != 1 or self.into != width * block.expansion:
            downsample = nn.Sequential(
                nn.Conv2d(self.into, width * block.expansion, 1, stride, bias=False),
                nn.BatchNorm2d(width * block.expansion),
            )
        strides = [stride] + [1] * (blocks - 1)
        layers = []
        for n, s in enumerate(strides):
            layers.append(block(self.into, width, s, downsample if n == 0 else None))
            self.into = width * block.expansion
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.stem(x)
        x = self.layer1(x)
        x = self.layer2(x)
        return self.fc(torch.flatten(self.pool(x), 1))


class ConvNorm(nn.Sequential):
    def __init__(self, into, out, kernel=3, act=partial(nn.LeakyReLU, 0.1, inplace=True), **more):
        super().__init__(nn.Conv2d(into, out, kernel, padding=(kernel - 1) // 2, **more), nn.BatchNorm2d(out), act())


class Excited(nn.Module):
    """Squeeze and excitation, with sizes from the map."""

    def __init__(self, channels=16, reduction=4):
        super().__init__()
        self.enter = ConvNorm(3, channels, bias=False)
        self.fc = nn.Sequential(
            nn.Linear(channels, channels // reduction),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels),
            nn.Sigmoid(),
        )

    def forward(self, x):
        x = self.enter(x)
        b, c, *_ = x.size()
        y = F.adaptive_avg_pool2d(x, 1).view(b, c)
        y = self.fc(y).view(b, c, 1, 1)
        return x * y.expand_as(x)


class Branches(nn.Module):
    def __init__(self, into=3, widths=(4, 6, 2)):
        super().__init__()
        self.ways = nn.ModuleList([ConvNorm(into, width, 2 * k + 1) for k, width in enumerate(widths)])
        self.ways.append(nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), nn.Conv2d(into, 3, 1)))

    def forward(self, x):
        return torch.cat([way(x) for way in self.ways], dim=1)


class Dense(nn.Module):
    def __init__(self, growth=4, count=3):
        super().__init__()
        self.layers = nn.ModuleDict()
        for k in range(count):
            self.layers[f"layer{k}"] = nn.Sequential(nn.ReLU(), conv3x3(3 + k * growth, growth))

    def forward(self, x):
        found = [x]
        for name, layer in self.layers.items():
            found.append(layer(torch.cat(found, 1)))
        return torch.cat(found, 1)


class Chosen(nn.Module):
    """A list of widths becomes layers; the classifier's size follows from them."""

    def __init__(self, which="small", size=32):
        super().__init__()
        layers, into = [], 3
        for each in SETTINGS[which]:
            if each == "M":
                layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
            else:
                layers += [conv3x3(into, each), nn.ReLU(inplace=True)]
                into = each
        self.features = nn.Sequential(*layers)
        side = size // int(math.pow(2, SETTINGS[which].count("M")))
        self.classifier = nn.Linear(into * side**2, 10)

    def forward(self, x):
        x = self.features(x)
        x = x.view(x.size(0), -1)
        return F.log_softmax(self.classifier(x), dim=1)


class InPlace(nn.Module):
    """The shortcut reads what the first layer of the other way has changed."""

    def __init__(self):
        super().__init__()
        self.way = nn.Sequential(nn.ReLU(inplace=True), conv3x3(3, 3))
        self.shortcut = nn.Conv2d(3, 3, 1)

    def forward(self, x):
        return self.way(x) + self.shortcut(x)
