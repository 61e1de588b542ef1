"""The peer of the SSAVAE benchmark: VEC and SSAVAE in PyTorch, written as its users write them.

The nets are those of `avanp.nets.ssavae`, layer by layer, of images that two pools halve evenly;
weights come in as copies of theirs, so that both sides start from the same ones.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch_vae import _like_torch, tensor

CLAMP = 8.0


class Weighted(nn.Module):
    """A convolution or a dense layer."""

    def __init__(self, params):
        super().__init__()
        none = np.zeros(0, np.float32)
        w, b = _like_torch(params["W"], params.get("b", none))
        self.w = nn.Parameter(w.detach())
        self.b = nn.Parameter(b.detach()) if "b" in params else None

    def forward(self, x):
        return (
            F.conv2d(x, self.w, self.b, padding=1) if x.ndim == 4 else F.linear(x, self.w, self.b)
        )


class Residual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


class Heads(nn.Module):
    def __init__(self, mu, logvar):
        super().__init__()
        self.mu, self.logvar = mu, logvar

    def forward(self, x):
        return self.mu(x), self.logvar(x).clamp(-CLAMP, CLAMP)


class Flat(nn.Module):
    """avanp flattens (H, W, C)."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class Maps(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.view(-1, *self.shape).permute(0, 3, 1, 2)


def _norm(layer, maps):
    gamma, beta = layer.params["gamma"], layer.params["beta"]
    kind = nn.BatchNorm2d if maps else nn.BatchNorm1d
    made = kind(len(gamma), eps=layer.eps, momentum=layer.momentum)
    for to, own in ((made.weight, gamma), (made.bias, beta)):
        to.data = tensor(own)
    made.running_mean, made.running_var = (tensor(layer.state[name]) for name in ("mean", "var"))
    return made


def like(layer, maps=False):
    """Return the module that does what a layer of avanp does; `maps` where its input is images."""
    name = type(layer).__name__
    if name == "Sequential":
        made = []
        for part in layer.layers:
            made.append(like(part, maps))
            maps = {"Flatten": False, "Reshape": True}.get(type(part).__name__, maps)
        return nn.Sequential(*made)
    if name == "BatchNorm":
        return _norm(layer, maps)
    return {
        "Conv2d": lambda: Weighted(layer.params),
        "Dense": lambda: Weighted(layer.params),
        "LeakyReLU": lambda: nn.LeakyReLU(layer.slope),
        "Residual": lambda: Residual(like(layer.body, maps)),
        "TwoHeads": lambda: Heads(like(layer.mu), like(layer.logvar)),
        "MaxPool2d": lambda: nn.MaxPool2d(2),
        "Upsample2": lambda: nn.Upsample(scale_factor=2),
        "Flatten": Flat,
        "Reshape": lambda: Maps(layer.shape),
    }[name]()


def drawn(code, eps):
    mu, logvar = code
    return mu + torch.exp(0.5 * logvar) * eps


class VECPeer:
    """Encoder and classifier with one Adam."""

    def __init__(self, encoder, classifier, kl_weight, rate):
        self.encoder, self.classifier = like(encoder, maps=True), like(classifier)
        self.kl_weight = kl_weight
        self.weights = [*self.encoder.parameters(), *self.classifier.parameters()]
        self.adam = torch.optim.Adam(self.weights, rate)

    def loss(self, x, labels, eps):
        mu, logvar = self.encoder(x)
        entropy = F.cross_entropy(self.classifier(drawn((mu, logvar), eps)), labels)
        kl = -0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())
        return self.kl_weight * kl + entropy

    def step(self, x, labels):
        self.adam.zero_grad()
        loss = self.loss(x, labels, torch.randn(len(x), self.encoder[-1].mu.w.shape[0]))
        loss.backward()
        self.adam.step()
        return loss.item()


class SSAVAEPeer:
    """Decoder and discriminator, an Adam each, over an encoder and a classifier that are frozen."""

    def __init__(self, system):
        c = system.config
        self.encoder, self.classifier = like(system.encoder, maps=True), like(system.classifier)
        self.decoder = like(system.nets["decoder"])
        self.discriminator = like(system.nets["discriminator"], maps=True)
        self.encoder.requires_grad_(False)
        self.classifier.requires_grad_(False).eval()
        self.c = c
        found = [i for i, m in enumerate(self.encoder) if isinstance(m, nn.LeakyReLU)]
        self.taps = dict(zip(found[:3], c.alphas, strict=True))
        self.dec_adam = torch.optim.Adam(self.decoder.parameters(), c.lr)
        self.dis_adam = torch.optim.Adam(
            self.discriminator.parameters(), c.discriminator_lr, betas=(0.5, 0.999)
        )

    def encode(self, x):
        """Return the code, and the features of Eq. 9."""
        features = []
        for i, layer in enumerate(self.encoder):
            x = layer(x)
            if i in self.taps:
                features.append(x)
        return x, features

    def fakes(self, x, eps):
        with torch.no_grad():
            return torch.sigmoid(self.decoder(drawn(self.encoder(x), eps)))

    def loss_dis(self, x, target):
        return (target - self.discriminator(x)).pow(2).mean()

    def loss_dec(self, x, eps):
        with torch.no_grad():
            code, wanted = self.encode(x)
            classes = F.softmax(self.classifier(code[0]), dim=1)
            scores = self.discriminator(x) if self.c.beta else None
        again = torch.sigmoid(self.decoder(drawn(code, eps)))
        (mu, _), seen = self.encode(again)
        loss = sum(
            a * F.mse_loss(f, g) for a, f, g in zip(self.c.alphas, seen, wanted, strict=True)
        )
        if self.c.gamma:
            loss = loss + self.c.gamma * F.mse_loss(F.softmax(self.classifier(mu), dim=1), classes)
        if self.c.beta:
            loss = loss + self.c.beta * F.mse_loss(self.discriminator(again), scores)
        return loss

    def _descend(self, loss, adam):
        adam.zero_grad()
        loss.backward()
        adam.step()
        return loss.item()

    def step(self, x):
        """Algorithm 2 with n_dis = 1; without β the discriminator rests."""

        def noise():
            return torch.randn(len(x), self.c.latent)

        if self.c.beta:
            self.discriminator.requires_grad_(True)
            self._descend(self.loss_dis(x, 1.0), self.dis_adam)
            self._descend(self.loss_dis(self.fakes(x, noise()), -1.0), self.dis_adam)
            self.discriminator.requires_grad_(False)
        self._descend(self.loss_dec(x, noise()), self.dec_adam)
