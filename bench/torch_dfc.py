"""The peer of the DFC-VAE benchmark: the same step in PyTorch, in eager mode, NCHW.

Weights come in as arrays of avanp's shapes, so that both sides can start from the same ones.
"""

import torch
from torch.nn import functional as F
from torch_vae import tensor


class Features:
    """The layers of a frozen net; returns the maps of those tapped.

    `layers` are ("conv", W, b), ("relu",) and ("pool",) with W of avanp's (kh, kw, in, out).
    """

    def __init__(self, layers, taps):
        self.layers = [
            (kind, *map(_conv, given[:1]), *map(tensor, given[1:])) for kind, *given in layers
        ]
        self.taps = set(taps)

    def __call__(self, x):
        found = []
        for i, (kind, *given) in enumerate(self.layers):
            if kind == "conv":
                x = F.conv2d(x, *given, padding=given[0].shape[-1] // 2)
            elif kind == "relu":
                x = F.relu(x)
            else:
                x = F.max_pool2d(x, 2)
            if i in self.taps:
                found.append(x)
        return found


class Peer:
    """A DFC-VAE of 4×4 convolutions of stride 2 with batch norm, and Adam.

    Loss: w_rec L_rec + w_perc Σ ½ mean (features' difference)² + w_kl KL.
    """

    def __init__(self, encoder, decoder, features, weights, rate):
        self.encoder = [leaf(key, a) for key, a in encoder.items()]
        self.decoder = [leaf(key, a, up=True) for key, a in decoder.items()]
        self.weights = [*self.encoder, *self.decoder]
        self.features, self.by = features, weights
        self.adam = torch.optim.Adam(self.weights, rate)

    def loss(self, x, eps):
        """Return the weighted sum, the reconstruction, the perceptual term and KL."""
        *blocks, mu_w, mu_b, logvar_w, logvar_b = self.encoder
        h = x
        for w, gamma, beta in _threes(blocks):
            h = _normed(F.conv2d(h, w, stride=2, padding=1), gamma, beta)
        # avanp flattens (H, W, C)
        height, code = h.shape[2], h.permute(0, 2, 3, 1).flatten(1)
        mu, logvar = F.linear(code, mu_w, mu_b), F.linear(code, logvar_w, logvar_b).clamp(-8, 8)
        z = mu + torch.exp(logvar / 2) * eps
        w, b, *blocks, last_w, last_b = self.decoder
        h = F.relu(F.linear(z, w, b)).view(len(x), height, height, -1).permute(0, 3, 1, 2)
        for w, gamma, beta in _threes(blocks):
            h = _normed(F.conv_transpose2d(h, w, stride=2, padding=1), gamma, beta)
        # TensorFlow's "same" of a 4×4 kernel of stride 1: one row and column fewer at the end.
        logits = F.conv_transpose2d(h, last_w, last_b, padding=1)[..., : x.shape[2], : x.shape[3]]
        rec = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        rec = rec / (x.shape[0] * x.shape[1])
        with torch.no_grad():
            wanted = self.features(x)
        got = self.features(torch.sigmoid(logits))
        perc = sum(0.5 * F.mse_loss(a, b) for a, b in zip(got, wanted, strict=True))
        kl = 0.5 * (mu**2 + torch.exp(logvar) - 1 - logvar).sum() / len(x)
        w_rec, w_perc, w_kl = self.by
        return w_rec * rec + w_perc * perc + w_kl * kl, rec, perc, kl

    def gradients(self, x, eps):
        """Return the four numbers of `loss`, and the gradients in the order of the arrays."""
        terms = self.loss(x, eps)
        return [t.item() for t in terms], torch.autograd.grad(terms[0], self.weights)

    def step(self, x, eps):
        """Train on one batch."""
        self.adam.zero_grad()
        self.loss(x, eps)[0].backward()
        self.adam.step()


def leaf(key, array, up=False):
    """Return a leaf of PyTorch's layout: OIHW, or IOHW for a transposed convolution."""
    return (_conv(array, up) if array.ndim == 4 else tensor(array)).requires_grad_()


def _conv(array, up=False):
    return tensor(array.transpose((2, 3, 0, 1) if up else (3, 2, 0, 1))).contiguous()


def _threes(arrays):
    return zip(arrays[::3], arrays[1::3], arrays[2::3], strict=True)


def _normed(x, gamma, beta):
    return F.leaky_relu(F.batch_norm(x, None, None, gamma, beta, training=True), 0.2)
