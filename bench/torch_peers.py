"""The peers of bench_quality.py: two VAEs that people begin with, in PyTorch, as published.

`Vanilla` is vanilla_vae.py of AntixK/PyTorch-VAE with its configs/vae.yaml; `MLP` is pythae's VAE
with its default nets and training (pythae 0.1.2). Both written anew from these sources.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

WIDTHS = (32, 64, 128, 256, 512)


class Vanilla(nn.Module):
    """Five 3×3 convolutions of stride 2, batch norm, and their transposes; images in [-1, 1]."""

    batch, lr, decay = 64, 0.005, 0.95
    latent, kl_weight = 128, 0.00025

    def __init__(self, shape):
        super().__init__()
        # Images whose sides are no multiple of 32 are enlarged to one.
        self.shape, self.side = shape, -(-shape[0] // 32) * 32
        down, channels = [], shape[2]
        for width in WIDTHS:
            conv = nn.Conv2d(channels, width, 3, stride=2, padding=1)
            down += [conv, nn.BatchNorm2d(width), nn.LeakyReLU()]
            channels = width
        self.down = nn.Sequential(*down)
        self.top = self.side // 32
        n = WIDTHS[-1] * self.top**2
        self.mu, self.logvar = nn.Linear(n, self.latent), nn.Linear(n, self.latent)
        self.first = nn.Linear(self.latent, n)
        up = []
        for width in (*WIDTHS[-2::-1], WIDTHS[0]):
            up += [_up(channels, width), nn.BatchNorm2d(width), nn.LeakyReLU()]
            channels = width
        self.up = nn.Sequential(*up, nn.Conv2d(channels, shape[2], 3, padding=1), nn.Tanh())

    def seen(self, images):
        """Return what the net sees of images (B, H, W, C) of bytes."""
        x = torch.tensor(images).permute(0, 3, 1, 2).float() / 127.5 - 1
        if self.side != x.shape[2]:
            x = F.interpolate(x, (self.side, self.side), mode="bilinear", align_corners=False)
        return x

    def encode(self, x):
        """Return mu and logvar."""
        h = self.down(x).flatten(1)
        return self.mu(h), self.logvar(h)

    def decode(self, z):
        """Return images in [-1, 1]."""
        return self.up(self.first(z).view(-1, WIDTHS[-1], self.top, self.top))

    def shown(self, y):
        """Return images (B, H, W, C) in [0, 1] of what `decode` gives."""
        if y.shape[2] != self.shape[0]:
            y = F.interpolate(y, self.shape[:2], mode="bilinear", align_corners=False)
        return ((y + 1) / 2).clamp(0, 1).permute(0, 2, 3, 1).contiguous().numpy()

    def loss(self, x):
        """Return the mean squared error with the weighted KL, of one draw."""
        mu, logvar = self.encode(x)
        y = self.decode(mu + torch.randn_like(mu) * (logvar / 2).exp())
        kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1).mean()
        return F.mse_loss(y, x) + self.kl_weight * kl


class MLP(nn.Module):
    """One dense layer of 512 each way, 10 numbers in a code; ½ squared error + KL."""

    batch, lr, decay = 64, 1e-4, 1.0
    latent = 10

    def __init__(self, shape):
        super().__init__()
        self.shape, n = shape, int(np.prod(shape))
        self.hidden = nn.Linear(n, 512)
        self.mu, self.logvar = nn.Linear(512, self.latent), nn.Linear(512, self.latent)
        self.up = nn.Sequential(
            nn.Linear(self.latent, 512), nn.ReLU(), nn.Linear(512, n), nn.Sigmoid()
        )

    def seen(self, images):
        """Return what the net sees of images (B, H, W, C) of bytes."""
        return torch.tensor(images).flatten(1).float() / 255

    def encode(self, x):
        """Return mu and logvar."""
        h = F.relu(self.hidden(x))
        return self.mu(h), self.logvar(h)

    def decode(self, z):
        """Return flat images in [0, 1]."""
        return self.up(z)

    def shown(self, y):
        """Return images (B, H, W, C) in [0, 1]."""
        return y.view(-1, *self.shape).numpy()

    def loss(self, x):
        """Return ½ squared error + KL, of one draw."""
        mu, logvar = self.encode(x)
        y = self.decode(mu + torch.randn_like(mu) * (logvar / 2).exp())
        kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)
        return (0.5 * (y - x).square().sum(1) + kl).mean()


def _up(n_in, n_out):
    return nn.ConvTranspose2d(n_in, n_out, 3, stride=2, padding=1, output_padding=1)
