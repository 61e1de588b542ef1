"""The peer of the ResNet benchmark: the same net, step and Adam in PyTorch, channels-last.

avanp pads as TensorFlow does, at the end of an image whose sides are even, PyTorch at its
beginning. So this side computes on images and kernels that are turned round: the same numbers, with
PyTorch's own padding. A 1×1 kernel of stride 2 then begins at the second place.
"""

import torch
from torch import nn
from torch.nn import functional as F


def conv(w):
    """Return PyTorch's layer of avanp's kernel (kh, kw, n_in, n_out), turned round."""
    kh, _, n_in, n_out = w.shape
    layer = nn.Conv2d(n_in, n_out, kh, padding=kh // 2, bias=False)
    turned = w[::-1, ::-1].transpose(3, 2, 0, 1).copy()
    layer.weight = nn.Parameter(
        torch.from_numpy(turned).contiguous(memory_format=torch.channels_last)
    )
    return layer


class Block(nn.Module):
    """y = ReLU(shortcut(x) + norm(conv(ReLU(norm(conv(x))))))."""

    def __init__(self, first, second, short, stride):
        super().__init__()
        self.first, self.second = conv(first), conv(second)
        self.first.stride = (stride, stride)
        n = second.shape[3]
        self.norms = nn.ModuleList([nn.BatchNorm2d(n), nn.BatchNorm2d(n)])
        self.short = None if short is None else nn.ModuleList([conv(short), nn.BatchNorm2d(n)])

    def forward(self, x):
        y = F.relu(self.norms[0](self.first(x)))
        y = self.norms[1](self.second(y))
        if self.short is not None:
            x = self.short[1](self.short[0](x[:, :, 1::2, 1::2]))
        return F.relu(x + y)


class ResNet(nn.Module):
    """A 3×3 convolution, blocks, the means of the maps and a dense layer.

    `kernels` are the arrays in order; each block has its two and a shortcut's, or None.
    """

    def __init__(self, kernels, blocks, dense):
        super().__init__()
        self.first, self.norm = conv(kernels), nn.BatchNorm2d(kernels.shape[3])
        self.blocks = nn.ModuleList(
            [Block(a, b, short, 1 if short is None else 2) for a, b, short in blocks]
        )
        w, b = (torch.from_numpy(a.copy()) for a in dense)
        self.top = nn.Linear(w.shape[1], w.shape[0])
        self.top.weight, self.top.bias = nn.Parameter(w), nn.Parameter(b)

    def forward(self, x):
        x = F.relu(self.norm(self.first(x)))
        for block in self.blocks:
            x = block(x)
        return self.top(x.mean((2, 3)))


class Peer:
    """A net with fused Adam; `call` is the net, or what the compiler made of it."""

    def __init__(self, net, rate, compiled=False):
        self.net = net.to(memory_format=torch.channels_last).train()
        self.call = torch.compile(self.net) if compiled else self.net
        self.adam = torch.optim.Adam(net.parameters(), rate, fused=True)

    def loss(self, x, labels):
        return F.cross_entropy(self.call(x), labels)

    def step(self, x, labels):
        self.adam.zero_grad()
        loss = self.loss(x, labels)
        loss.backward()
        self.adam.step()
        return loss.item()
