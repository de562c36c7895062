"""Models that move maps: encoders and decoders, shuffles, splits, several inputs, attention over channels."""

import torch
from torch import nn
from torch.nn import functional as F


class DoubleConv(nn.Module):
    def __init__(self, into, out, mid=None):
        super().__init__()
        mid = mid or out
        self.double_conv = nn.Sequential(
            nn.Conv2d(into, mid, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(mid),
            nn.ReLU(inplace=True),
            nn.Conv2d(mid, out, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(out),
            nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.double_conv(x)


class Up(nn.Module):
    def __init__(self, into, out, bilinear):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.conv = DoubleConv(into, out, into // 2)
        else:
            self.up = nn.ConvTranspose2d(into, into // 2, kernel_size=2, stride=2)
            self.conv = DoubleConv(into, out)

    def forward(self, x1, x2):
        x1 = self.up(x1)
        rows, columns = x2.size()[2] - x1.size()[2], x2.size()[3] - x1.size()[3]
        x1 = F.pad(x1, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
        return self.conv(torch.cat([x2, x1], dim=1))


class UNet(nn.Module):
    def __init__(self, n_channels=1, n_classes=2, bilinear=False):
        super().__init__()
        factor = 2 if bilinear else 1
        self.inc = DoubleConv(n_channels, 8)
        self.down = nn.Sequential(nn.MaxPool2d(2), DoubleConv(8, 16 // factor))
        self.up = Up(16, 8, bilinear)
        self.outc = nn.Conv2d(8, n_classes, kernel_size=1)

    def forward(self, x):
        x1 = self.inc(x)
        return self.outc(self.up(self.down(x1), x1))


class Bilinear(UNet):
    def __init__(self):
        super().__init__(bilinear=True)


class Generator(nn.Module):
    def __init__(self, nz=16, ngf=4, nc=3):
        super(Generator, self).__init__()

        def block(into, out, normalize=True):
            layers = [nn.ConvTranspose2d(into, out, 4, 2, 1, bias=False)]
            if normalize:
                layers.append(nn.BatchNorm2d(out, 0.8))
            layers.append(nn.ReLU(True))
            return layers

        self.main = nn.Sequential(
            nn.ConvTranspose2d(nz, ngf * 4, 4, 1, 0, bias=False),
            *block(ngf * 4, ngf * 2),
            *block(ngf * 2, ngf, normalize=False),
            nn.Conv2d(ngf, nc, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, z):
        return self.main(z)


class Pair(nn.Module):
    """Two inputs, one behind the other."""

    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(nn.Conv2d(6, 8, 4, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True))

    def forward(self, a, b):
        return self.model(torch.cat((a, b), 1))


class Shuffled(nn.Module):
    def __init__(self, groups=2):
        super().__init__()
        self.groups = groups
        self.enter = nn.Conv2d(3, 8, 1)
        self.conv = nn.Conv2d(4, 4, 3, padding=1, groups=4)

    def shuffle(self, x):
        n, c, h, w = x.shape
        return x.view(n, self.groups, c // self.groups, h, w).permute(0, 2, 1, 3, 4).reshape(n, c, h, w)

    def forward(self, x):
        left, right = self.enter(x).chunk(2, dim=1)
        return self.shuffle(torch.cat((left, self.conv(right)), dim=1))


class Weighed(nn.Module):
    """Means and maxima over channels weigh the cells."""

    def __init__(self, kernel_size=7):
        super().__init__()
        assert kernel_size in (3, 7)
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.scale = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        mean = torch.mean(x, dim=1, keepdim=True)
        most, _ = torch.max(x, dim=1, keepdim=True)
        share = torch.sigmoid(self.conv(torch.cat([mean, most], dim=1)))
        return self.scale * (share * x) + x


class Causal(nn.Module):
    """A stack along time whose ends are cut off."""

    class Chomp(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.size = size

        def forward(self, x):
            return x[:, :, : -self.size].contiguous()

    def __init__(self, channels=(4, 4, 6), kernel_size=3):
        super().__init__()
        layers = []
        for k in range(len(channels)):
            dilation = 2**k
            into = 2 if k == 0 else channels[k - 1]
            pad = (kernel_size - 1) * dilation
            layers += [nn.Conv1d(into, channels[k], kernel_size, padding=pad, dilation=dilation), self.Chomp(pad)]
        self.network = nn.Sequential(*layers)

    def forward(self, x):
        return self.network(x)


class Pyramid(nn.Module):
    """A dict of maps, from the coarsest to the finest."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList(nn.Conv2d(n, 2 * n, 3, stride=2, padding=1) for n in (3, 6))
        self.side = nn.ModuleList([nn.Conv2d(n, 4, 1) for n in (6, 12)])

    def forward(self, x):
        found = []
        for layer in self.down:
            x = F.relu(layer(x))
            found.append(x)
        sides = [side(each) for side, each in zip(self.side, found)]
        k = len(sides) - 2
        while k >= 0:
            sides[k] = sides[k] + F.interpolate(sides[k + 1], size=sides[k].shape[-2:], mode="nearest")
            k -= 1
        return {f"p{k}": each for k, each in enumerate(sides)}
