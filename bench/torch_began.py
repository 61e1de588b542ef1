"""The peer of the BEGAN benchmark: BEGAN-CS in PyTorch, written as its users write it.

Weights come in as arrays of avanp's shapes, so that both sides can start from the same ones.
"""

import torch
from torch.nn import functional as F
from torch_vae import _like_torch, _pairs


class Net:
    """Convolutions of 3×3 and 1×1 with ELU, NCHW in channels_last memory.

    `plan` is a list of "conv", "down", "up", "dense", "image" (H, W, C) and "flat", in order; the
    last layer with weights has no ELU, nor has a dense one.
    """

    def __init__(self, params, plan):
        self.layers = [_like_torch(*pair) for pair in _pairs(params)]
        self.weights = [w for pair in self.layers for w in pair]
        self.plan = plan

    def __call__(self, x):
        layers = iter(self.layers)
        left = len(self.layers)
        for step in self.plan:
            if step == "flat":
                # avanp flattens (H, W, C)
                x = x.permute(0, 2, 3, 1).flatten(1)
            elif isinstance(step, tuple):
                x = x.view(-1, *step).permute(0, 3, 1, 2)
            elif step == "up":
                x = F.interpolate(x, scale_factor=2, mode="nearest")
            else:
                w, b = next(layers)
                left -= 1
                if step == "dense":
                    x = F.linear(x, w, b)
                    continue
                if step == "down":
                    # TensorFlow's "same" of stride 2: one row and column of zeros at the end.
                    x = F.conv2d(F.pad(x, (0, 1, 0, 1)), w, b, stride=2)
                else:
                    x = F.conv2d(x, w, b, padding=w.shape[-1] // 2)
                x = F.elu(x) if left else x
        return x


def encoder_plan(sizes):
    """Return the plan of an encoder of so many sizes."""
    plan = ["conv"]
    for i in range(sizes):
        plan += ["conv", "conv"] + (["down"] if i < sizes - 1 else [])
    return [*plan, "flat", "dense"]


def decoder_plan(sizes, top):
    """Return the plan of BEGAN-CS's decoder whose first map is `top`, (H, W, C)."""
    plan = ["dense", top]
    for i in range(sizes):
        plan += ["conv", "conv"] + (["conv", "up"] if i < sizes - 1 else [])
    return [*plan, "conv"]


class Peer:
    """BEGAN-CS with Adam, both nets updated from the same weights; L1, as avanp's default.

    As its users write it, D sees the fakes twice, once detached. With `shared` they pass through D
    once, and Adam is fused: PyTorch at its fastest.
    """

    def __init__(self, encoder, decoder, generator, alpha, rate, shared):
        self.encoder, self.decoder, self.generator = encoder, decoder, generator
        self.d_weights = [*encoder.weights, *decoder.weights]
        fused = True if shared else None
        self.d_adam = torch.optim.Adam(self.d_weights, rate, fused=fused)
        self.g_adam = torch.optim.Adam(generator.weights, rate, fused=fused)
        self.alpha, self.shared = alpha, shared

    def losses(self, x, z, k):
        """Return L_D and L_G."""
        fake = self.generator(z)
        real = (self.decoder(self.encoder(x)) - x).abs().mean()
        constant = fake if self.shared else fake.detach()
        code = self.encoder(constant)
        seen = (self.decoder(code) - constant).abs().mean()
        l_d = real - k * seen + self.alpha * (code - z).abs().mean()
        l_g = seen if self.shared else (self.decoder(self.encoder(fake)) - fake).abs().mean()
        return l_d, l_g

    def gradients(self, x, z, k):
        """Return the losses and both nets' gradients."""
        l_d, l_g = self.losses(x, z, k)
        of_d = torch.autograd.grad(l_d, self.d_weights, retain_graph=self.shared)
        of_g = torch.autograd.grad(l_g, self.generator.weights)
        return (l_d.item(), l_g.item()), of_d, of_g

    def step(self, x, z, k):
        """Train on one batch."""
        _, of_d, of_g = self.gradients(x, z, k)
        for weights, grads, adam in (
            (self.d_weights, of_d, self.d_adam),
            (self.generator.weights, of_g, self.g_adam),
        ):
            for w, g in zip(weights, grads, strict=True):
                w.grad = g
            adam.step()
