"""Write losses.npz: losses of PyTorch and their gradients by its autograd, in float64.

Run by hand: ``python tests/golden/make_losses.py``; needs torch.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

BATCH, FEATURES = 7, 5


def main():
    rng = np.random.default_rng(20240611)
    data = {
        "y": 3 * rng.standard_normal((BATCH, FEATURES)),
        "target": rng.standard_normal((BATCH, FEATURES)),
        "logits": 4 * rng.standard_normal((BATCH, FEATURES)),
        "probability": rng.random((BATCH, FEATURES)),
        "labels": rng.integers(0, FEATURES, BATCH),
        "class_weights": rng.uniform(0.2, 3.0, FEATURES),
        "mu": rng.standard_normal((BATCH, FEATURES)),
        "logvar": rng.standard_normal((BATCH, FEATURES)),
        "image": rng.standard_normal((BATCH, FEATURES)),
        "w0": rng.standard_normal((6, FEATURES)),
        "w1": rng.standard_normal((FEATURES, 6)),
    }
    t = {key: torch.tensor(value) for key, value in data.items()}

    def keep(name, wrt, loss):
        """Keep the value and the gradients with respect to what is named."""
        leaves = {key: t[key].clone().requires_grad_() for key in wrt}
        value = loss(**leaves)
        gradients = torch.autograd.grad(value, list(leaves.values()))
        data[f"{name}.value"] = value.detach().numpy()
        for key, gradient in zip(leaves, gradients, strict=True):
            data[f"{name}.{key}"] = gradient.numpy()

    def gaussian(mean, log_variance):
        sd = torch.exp(log_variance / 2)
        return torch.distributions.Normal(mean, sd)

    prior = torch.distributions.Normal(0.0, 1.0)

    def kl(mu, logvar):
        return torch.distributions.kl_divergence(gaussian(mu, logvar), prior)

    def free(mu, logvar):
        return torch.clamp(kl(mu, logvar).mean(dim=0), min=0.6).sum()

    def autoencoder(distance):
        def loss(image, w0, w1):
            return distance(torch.tanh(image @ w0.T) @ w1.T, image)

        return loss

    def features(weight, reduction):
        def loss(image):
            def taps(x):
                hidden = torch.tanh(x @ t["w0"].T)
                return hidden, hidden @ t["w1"].T

            pairs = zip(taps(image), taps(t["target"]), strict=True)
            parts = [weight * F.mse_loss(a, b.detach(), reduction=reduction) for a, b in pairs]
            return parts[0] + 2 * parts[1]

        return loss

    keep("squared_error", ["y"], lambda y: F.mse_loss(y, t["target"], reduction="sum") / 2 / BATCH)
    keep("log_d", ["logits"], lambda logits: F.logsigmoid(logits).sum() / BATCH)
    keep("log_one_minus_d", ["logits"], lambda logits: F.logsigmoid(-logits).sum() / BATCH)
    keep("minus_log_d", ["logits"], lambda logits: -F.logsigmoid(logits).sum() / BATCH)
    keep(
        "least_squares", ["y"], lambda y: F.mse_loss(y, torch.ones_like(y), reduction="sum") / BATCH
    )
    keep(
        "least_squares_to_scores",
        ["y"],
        lambda y: F.mse_loss(y, t["target"], reduction="sum") / BATCH,
    )
    keep("l1_penalty", ["w0", "w1"], lambda w0, w1: 0.3 * (w0.abs().sum() + w1.abs().sum()))
    keep("l2_penalty", ["w0", "w1"], lambda w0, w1: 0.3 * (w0.square().sum() + w1.square().sum()))
    keep("l1", ["y"], lambda y: F.l1_loss(y, t["target"]))
    keep("mean_squared", ["y"], lambda y: F.mse_loss(y, t["target"]))
    keep("frobenius", ["y"], lambda y: torch.linalg.matrix_norm(y - t["target"]) / BATCH)
    keep(
        "bernoulli",
        ["logits"],
        lambda logits: (
            F.binary_cross_entropy_with_logits(logits, t["probability"], reduction="sum") / BATCH
        ),
    )
    keep("cross_entropy", ["logits"], lambda logits: F.cross_entropy(logits, t["labels"]))
    keep(
        "cross_entropy_weighted",
        ["logits"],
        lambda logits: (
            F.cross_entropy(logits, t["labels"], weight=t["class_weights"], reduction="sum") / BATCH
        ),
    )
    keep(
        "class_probability",
        ["logits"],
        lambda logits: F.mse_loss(logits.softmax(1), t["probability"], reduction="sum") / BATCH,
    )
    keep("kl", ["mu", "logvar"], lambda mu, logvar: kl(mu, logvar).sum() / BATCH)
    keep("kl_free", ["mu", "logvar"], free)
    keep(
        "kl_clamped",
        ["mu", "logvar"],
        lambda mu, logvar: 0.3 * kl(mu, torch.clamp(logvar, -0.7, 0.7)).mean(),
    )
    keep("autoencoder_l1", ["image", "w0", "w1"], autoencoder(F.l1_loss))
    keep("autoencoder_mse", ["image", "w0", "w1"], autoencoder(F.mse_loss))
    keep("feature_half_mean", ["image"], features(0.5, "mean"))
    keep("feature_sum", ["image"], features(1 / BATCH, "sum"))
    np.savez_compressed(Path(__file__).with_name("losses.npz"), **data)


if __name__ == "__main__":
    main()
