"""Convolutional nets that end in features of an image: a plain one and a residual one."""

from avanp.layers.base import Layer
from avanp.layers.dense import Dense
from avanp.layers.flatten import Flatten
from avanp.layers.global_pool import GlobalAvgPool
from avanp.layers.relu import ReLU
from avanp.layers.residual import Residual
from avanp.layers.sequential import Sequential
from avanp.nets.build import Build

FEATURES = 64


def cnn(b: Build) -> tuple[Sequential, int]:
    """Return the layers of Ahlawat et al.'s CNN up to its 64 features, and how many they are.

    For each of the widths, 32 to 512 in the paper, a 3×3 convolution of stride 2, batch norm and
    ReLU; then a dense ReLU.
    """
    layers: list[Layer] = []
    channels = b.shape[2]
    for width in b.widths:
        layers += [*b.conv(channels, width, 3, 2), ReLU()]
        channels = width
    height, breadth = b.sizes[-1]
    n = height * breadth * channels
    top = [Flatten(), Dense(n, FEATURES, init="he", **b.output), ReLU()]
    return Sequential([*layers, *top]), FEATURES


def resnet(b: Build) -> tuple[Sequential, int]:
    """Return a residual net up to the means of its last maps, and how many they are.

    A 3×3 convolution, and for each of the widths a block of two, the first of stride 2 but in the
    first block (He et al. 2016; three widths are their ResNet-8).
    """
    channels = b.widths[0]
    layers: list[Layer] = [*b.conv(b.shape[2], channels, 3), ReLU()]
    for i, width in enumerate(b.widths):
        stride = 1 if i == 0 else 2
        body = [*b.conv(channels, width, 3, stride), ReLU(), *b.conv(width, width, 3)]
        same = stride == 1 and channels == width
        short = None if same else Sequential(b.conv(channels, width, 1, stride))
        layers += [Residual(Sequential(body), short), ReLU()]
        channels = width
    return Sequential([*layers, GlobalAvgPool()]), channels
