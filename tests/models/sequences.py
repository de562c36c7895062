"""Models with sequences, einsum, layers that are inherited from and weights that are normed."""

import torch
import torch.nn.functional as F
from torch import nn


class TextCNN(nn.Module):
    def __init__(self, vocabulary=1000, dim=64):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim)
        self.convs = nn.ModuleList([nn.Conv1d(dim, 50, k) for k in (3, 4, 5)])
        self.fc = nn.Linear(150, 2)

    def forward(self, x):
        x = self.embed(x).permute(0, 2, 1)
        x = [F.relu(conv(x)) for conv in self.convs]
        return self.fc(torch.cat([F.max_pool1d(c, c.size(2)).squeeze(2) for c in x], 1))


class Recurrent(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, (32, 3), padding=(0, 1))
        self.lstm = nn.LSTM(8, hidden, num_layers=2, bidirectional=True)
        self.projected = nn.LSTM(2 * hidden, 12, proj_size=7, batch_first=True)
        self.gru = nn.GRU(7, 5, batch_first=True, bias=False)
        self.rnn = nn.RNN(5, 6, 3)
        self.fc = nn.Linear(6 + 5, 10)

    def forward(self, x):
        x = self.conv(x).squeeze(2).permute(2, 0, 1)
        x, (_, _) = self.lstm(x)
        x, _ = self.projected(x.permute(1, 0, 2))
        x, state = self.gru(x)
        y, _ = self.rnn(x.transpose(0, 1))
        return self.fc(torch.cat([y[-1], state[0]], 1))


class Attending(nn.Module):
    def __init__(self, dim=32, heads=4, patch=8, image=32):
        super().__init__()
        self.patch = nn.Conv2d(3, dim, patch, patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, (image // patch) ** 2 + 1, dim))
        layer = nn.TransformerEncoderLayer(dim, heads, 64, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(dim))
        self.plain = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.other = nn.MultiheadAttention(dim, heads, bias=False, kdim=10, vdim=12)
        self.narrow = nn.Linear(dim, 10)
        self.value = nn.Linear(dim, 12)
        self.head = nn.Linear(dim, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.pos
        x = self.encoder(x)
        y, _ = self.plain(x, x, x, need_weights=False)
        z, shares = self.other(x.transpose(0, 1), self.narrow(x).transpose(0, 1), self.value(x).transpose(0, 1))
        return self.head((x + y + z.transpose(0, 1))[:, 0]) + shares.sum((1, 2))[:, None]


class Summed(nn.Module):
    def __init__(self, dim=16, heads=2, patch=4):
        super().__init__()
        self.proj = nn.Linear(patch * patch * 3, dim)
        self.qkv = nn.Linear(dim, dim * 3, bias=False)
        self.mix = nn.Parameter(torch.ones(heads, heads))
        self.heads, self.size = heads, patch

    def forward(self, x):
        p, b = self.size, x.shape[0]
        x = F.unfold(x, p, stride=p).transpose(1, 2)
        q, k, v = self.qkv(self.proj(x)).chunk(3, dim=-1)
        q, k, v = (each.view(b, -1, self.heads, each.shape[-1] // self.heads).transpose(1, 2) for each in (q, k, v))
        shares = torch.einsum("bhid,bhjd->bhij", q, k).softmax(-1)
        shares = torch.einsum("gh,bh...->bg...", self.mix, shares)
        y = F.scaled_dot_product_attention(torch.einsum("bhij,bhjd->bhid", [shares, v]), k, v)
        return torch.einsum("bhnd->bhd", y)


class StandardConv(nn.Conv2d):
    def forward(self, x):
        variance, mean = torch.var_mean(self.weight, dim=[1, 2, 3], keepdim=True, unbiased=False)
        weight = (self.weight - mean) / torch.sqrt(variance + 1e-5)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class SameConv(nn.Conv2d):
    def __init__(self, i, o, k, **more):
        super().__init__(i, o, k, padding=k // 2, **more)


class Norm2d(nn.LayerNorm):
    def forward(self, x):
        x = F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class Doubled(nn.Linear):
    def forward(self, x):
        return 2 * super().forward(x)


class Inherited(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.n = StandardConv(3, 8, 3, padding=1), SameConv(8, 4, 5, stride=2), Norm2d(4)
        self.c = nn.utils.parametrizations.weight_norm(nn.Conv2d(4, 6, 3))
        self.d = nn.utils.parametrizations.weight_norm(nn.ConvTranspose2d(6, 2, 3))
        self.e = nn.utils.parametrizations.spectral_norm(nn.Linear(5, 5))
        self.f = Doubled(5, 3)
        self.tied = nn.Linear(3, 3)

    def forward(self, x):
        x = self.e(self.d(self.c(self.n(self.b(self.a(x)))))[:, 0, :5, :5])
        return F.linear(self.tied(self.f(x)), self.tied.weight)
