"""The peers of the VAE benchmarks: the PyTorch examples' VAE, and a convolutional one.

Weights come in as arrays of avanp's shapes, so that both sides can start from the same ones.
"""

import torch
from torch.nn import functional as F


def tensor(array):
    return torch.from_numpy(array.copy())


class MlpVAE:
    """784-400-20: the net of the PyTorch examples, from the arrays of avanp's Dense layers."""

    def __init__(self, encoder, decoder):
        pairs = [*_pairs(encoder), *_pairs(decoder)]
        self.weights = [tensor(a).requires_grad_() for pair in pairs for a in pair]

    def encode(self, x):
        w1, b1, wm, bm, ws, bs = self.weights[:6]
        h = F.relu(F.linear(x, w1, b1))
        return F.linear(h, wm, bm), F.linear(h, ws, bs)

    def decode(self, z):
        w3, b3, w4, b4 = self.weights[6:]
        return F.linear(F.relu(F.linear(z, w3, b3)), w4, b4)

    def loss(self, x, eps):
        """Return the negative ELBO, summed over pixels and images."""
        return _negative_elbo(self, x, eps)

    def example_loss(self, x, eps):
        """Return the same as the examples write it, by way of the sigmoid."""
        return _negative_elbo(self, x, eps, from_logits=False)


class ConvVAE:
    """4×4 convolutions of stride 2 down to heads, and their transposes up again.

    NCHW tensors in channels_last memory; `shape` (H, W, C) is that of what the decoder's dense
    layer makes.
    """

    def __init__(self, encoder, decoder, shape):
        self.shape = shape
        self.encoder = [_like_torch(*pair) for pair in _pairs(encoder)]
        self.decoder = [_like_torch(*pair, transposed=True) for pair in _pairs(decoder)]
        self.weights = [w for pair in (*self.encoder, *self.decoder) for w in pair]

    def encode(self, x):
        *convolutions, mu, logvar = self.encoder
        for w, b in convolutions:
            x = F.relu(F.conv2d(x, w, b, stride=2, padding=1))
        # avanp flattens (H, W, C)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return F.linear(x, *mu), F.linear(x, *logvar)

    def decode(self, z):
        (w, b), *convolutions = self.decoder
        x = F.relu(F.linear(z, w, b)).view(-1, *self.shape).permute(0, 3, 1, 2)
        for i, (w, b) in enumerate(convolutions):
            x = F.conv_transpose2d(x, w, b, stride=2, padding=1)
            x = F.relu(x) if i < len(convolutions) - 1 else x
        return x

    def loss(self, x, eps):
        """Return the negative ELBO, summed over pixels and images."""
        return _negative_elbo(self, x, eps)


def _negative_elbo(net, x, eps, from_logits=True):
    mu, logvar = net.encode(x)
    logits = net.decode(mu + torch.exp(0.5 * logvar) * eps)
    if from_logits:
        bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    else:
        bce = F.binary_cross_entropy(torch.sigmoid(logits), x, reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def _pairs(params):
    """Return (W, b) of each layer of a net's params, in order."""
    return [(w, params[f"{key[:-2]}.b"]) for key, w in params.items() if key.endswith(".W")]


def _like_torch(w, b, transposed=False):
    """Return leaf tensors of PyTorch's layout: OIHW, or IOHW for a transposed convolution."""
    if w.ndim == 4:
        laid_out = tensor(w.transpose((2, 3, 0, 1) if transposed else (3, 2, 0, 1)))
        leaf = laid_out.contiguous(memory_format=torch.channels_last)
    else:
        leaf = tensor(w)
    return leaf.requires_grad_(), tensor(b).requires_grad_()
