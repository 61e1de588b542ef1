"""VAE, GAN and AVA1-AVA5 in plain NumPy: the peer of the whole-sweep benchmark.

Written from the paper's equations alone and sharing no code with the package, so that it is also
an independent check of it. Every weight matrix is read and written at every update.

    python bench/plain_numpy.py --data FOLDER_OF_PNGS [--rules program] [--seeds 1]

Shapes: 3 colours, batch B, P pixels; images are rows (3, B, P), weights (3, out, in).
"""

import os

if __name__ == "__main__":  # one thread; must be set before NumPy loads its BLAS
    for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[_name] = "1"

import argparse
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

MODELS = ("AVA1", "AVA2", "AVA3", "AVA4", "AVA5", "VAE", "GAN")
RATES = [k / 10 for k in range(10, 0, -1)] + [k / 100 for k in range(9, 0, -1)]
HIDDEN, LATENT = 100, 10
KAPPA, MIDPOINT = 0.5, 0.5  # slope and midpoint of the logistic

DECODER_ADVERSARY = ("AVA1", "AVA2", "AVA5")  # these have the discriminator d
DECODER_LEANING = ("AVA2", "AVA5")
ENCODER_ADVERSARY = ("AVA3", "AVA4", "AVA5")  # these have the discriminator D
ENCODER_LEANING = ("AVA4", "AVA5")


def logistic(v):
    return 1 / (1 + np.exp(KAPPA * (MIDPOINT - v)))


def slope(y):
    """a'(v) from the output y = a(v)."""
    return KAPPA * y * (1 - y)


class Net:
    """One hidden layer, logistic throughout, one independent net a colour, all zero at first."""

    def __init__(self, n_in, n_out, dtype):
        self.W1 = np.zeros((3, HIDDEN, n_in), dtype)
        self.b1 = np.zeros((3, 1, HIDDEN), dtype)
        self.W2 = np.zeros((3, n_out, HIDDEN), dtype)
        self.b2 = np.zeros((3, 1, n_out), dtype)

    def forward(self, x):
        """Hidden activations (3, B, H) and outputs (3, B, out) of rows x (3, B, in)."""
        h = logistic(x @ self.W1.transpose(0, 2, 1) + self.b1)
        return h, logistic(h @ self.W2.transpose(0, 2, 1) + self.b2)

    def add_output(self, lr, h, e):
        """Ascend the output layer: e (3, 1, out) is the error at its outputs."""
        self.W2 += lr * e.transpose(0, 2, 1) * h
        self.b2 += lr * e

    def add_hidden(self, lr, x, e):
        self.W1 += lr * e.transpose(0, 2, 1) * x
        self.b1 += lr * e

    def hidden_error(self, h, e):
        return (e @ self.W2) * slope(h)


@dataclass
class State:
    """What training leaves behind; a net a model lacks is None, and so are GAN's mu, variance."""

    encoder: Net | None
    decoder: Net
    d: Net | None
    D: Net | None
    shape: tuple[int, int]
    mu: np.ndarray | None = None  # (3, 1, 10)
    variance: np.ndarray | None = None  # (3, 1, 10)

    def encode(self, x):
        """Hidden activations, mu and variance of rows x."""
        h, y = self.encoder.forward(x)
        return h, y[..., :LATENT], y[..., LATENT:]


def new_state(model, shape, dtype):
    pixels = shape[0] * shape[1]
    return State(
        encoder=None if model == "GAN" else Net(pixels, 2 * LATENT, dtype),
        decoder=Net(LATENT, pixels, dtype),
        d=Net(pixels, 1, dtype) if model in (*DECODER_ADVERSARY, "GAN") else None,
        D=Net(LATENT, 1, dtype) if model in ENCODER_ADVERSARY else None,
        shape=shape,
    )


def colour_rows(images, dtype):
    """(N, H, W, 3) -> (N, 3, 1, P)."""
    rows = images.reshape(len(images), -1, 3).transpose(0, 2, 1)
    return np.ascontiguousarray(rows, dtype)[:, :, None, :]


# ---- the equations as printed: every error at the same parameters, then all updates ------------


def step_printed(state, model, x, r, lr):
    encoder, decoder, d, D = state.encoder, state.decoder, state.d, state.D
    work = []  # (net, inputs, hidden activations, output error)

    if model == "GAN":
        z = np.broadcast_to(r, (3, 1, LATENT))
    else:
        hx, mu, variance = state.encode(x)
        z = mu + np.sqrt(variance) * r  # Eq. 8
    hz, fake = decoder.forward(z)

    pull = 0 if model == "GAN" else x - fake
    if d is not None:
        h_real, d_real = d.forward(x)
        h_fake, d_fake = d.forward(fake)
        e_fake = -KAPPA * d_fake  # Eq. 7
        if model in DECODER_LEANING:  # Eq. 10
            leaning = ((x - fake) * slope(fake)).sum(-1, keepdims=True)
            e_fake = e_fake + slope(d_fake) * leaning
        work += [(d, x, h_real, KAPPA * (1 - d_real)), (d, fake, h_fake, e_fake)]
        pull = pull + KAPPA * d_fake  # Eq. 6; for GAN alone, Eq. 2
    work.append((decoder, z, hz, pull * slope(fake)))

    if encoder is not None:
        e_mu = -mu  # Eq. 5
        e_variance = KAPPA / 2 * (1 - variance) ** 2
        if D is not None:
            _, mu_fake, _ = state.encode(fake)
            h_real, D_real = D.forward(mu)
            h_fake, D_fake = D.forward(mu_fake)
            e_fake = -KAPPA * D_fake  # Eq. 13
            if model in ENCODER_LEANING:  # Eq. 16
                leaning = ((mu - mu_fake) * slope(mu_fake)).sum(-1, keepdims=True)
                e_fake = e_fake + slope(D_fake) * leaning
            work += [(D, mu, h_real, KAPPA * (1 - D_real)), (D, mu_fake, h_fake, e_fake)]
            e_mu = e_mu + KAPPA * D_fake  # Eq. 14
        e = np.concatenate([e_mu * slope(mu), e_variance], axis=-1)
        work.append((encoder, x, hx, e))

    hidden_errors = [net.hidden_error(h, e) for net, _, h, e in work]
    for (net, inputs, h, e), e_hidden in zip(work, hidden_errors, strict=True):
        net.add_output(lr, h, e)
        net.add_hidden(lr, inputs, e_hidden)


# ---- what the author's program did --------------------------------------------------------------


def update_program(net, lr, x, h, e, times):
    """Hidden error through the output weights just updated; the whole of it `times` times."""
    for _ in range(times):
        net.add_output(lr, h, e)
        net.add_hidden(lr, x, net.hidden_error(h, e))


def update_discriminator_program(net, lr, real, fake, leaning):
    """Both terms of Eq. 7 or 13 and the leaning sum, through the activations of the fake."""
    _, y_real = net.forward(real)
    h_fake, y_fake = net.forward(fake)
    e = KAPPA * (1 - y_real) - KAPPA * y_fake + slope(y_fake) * leaning
    update_program(net, lr, fake, h_fake, e, times=2)


def update_decoder_program(decoder, lr, x, z, adversary):
    """One decoder update; returns the error at its outputs."""
    h, fake = decoder.forward(z)
    pull = x - fake
    if adversary:  # the pixel itself stands where the discriminator's output should
        saturated = (fake == 1).any(axis=0)
        pull += np.where(saturated, 0, KAPPA * fake)
    e = pull * slope(fake)
    update_program(decoder, lr, z, h, e, times=1)
    return e


def step_program_gan(state, x, r, r2, lr):
    z1 = np.broadcast_to(r2, (3, 1, LATENT))
    z2 = np.broadcast_to(r, (3, 1, LATENT))
    update_discriminator_program(state.d, lr, x, state.decoder.forward(z1)[1], leaning=0)
    update_decoder_program(state.decoder, lr, x, z2, adversary=True)


def step_program(state, model, x, r, lr):
    h, mu, variance = state.encode(x)
    z = mu + np.sqrt(variance) * r  # Eq. 8, before the encoder's update
    e_mu = -mu
    if model in ENCODER_ADVERSARY:
        e_mu = e_mu + KAPPA * mu
    e_mu = e_mu * slope(mu)
    e_variance = KAPPA / 2 * (1 - variance)  # a'(S) / (2 S)
    e = np.concatenate([e_mu, e_variance], axis=-1)
    update_program(state.encoder, lr, x, h, e, times=2)
    state.mu, state.variance = mu, variance

    e_pixels = update_decoder_program(state.decoder, lr, x, z, model in DECODER_ADVERSARY)

    if state.d is None and state.D is None:
        return
    _, fake = state.decoder.forward(z)
    if state.d is not None:
        leaning = e_pixels.sum(-1, keepdims=True) if model in DECODER_LEANING else 0
        update_discriminator_program(state.d, lr, x, fake, leaning)
    if state.D is not None:
        _, state.mu, state.variance = state.encode(fake)
        leaning = e_mu.sum(-1, keepdims=True) if model in ENCODER_LEANING else 0
        update_discriminator_program(state.D, lr, mu, state.mu, leaning)


# ---- training, generation, BM -------------------------------------------------------------------


@np.errstate(over="ignore")  # exp overflows to inf where the logistic is 0
def train(model, rules, images, lr, noise, noise2, dtype=np.float32):
    """One pass of per-sample ascent over images (N, H, W, 3) in [0, 1].

    noise, noise2 : (N, 10), r of Eq. 8 and the second draw of GAN under `program`.
    """
    state = new_state(model, images.shape[1:3], dtype)
    rows = colour_rows(images, dtype)
    noise, noise2 = noise.astype(dtype), noise2.astype(dtype)
    for x, r, r2 in zip(rows, noise, noise2, strict=True):
        if rules == "printed":
            step_printed(state, model, x, r, lr)
        elif model == "GAN":
            step_program_gan(state, x, r, r2, lr)
        else:
            step_program(state, model, x, r, lr)
    if rules == "printed" and model != "GAN":
        _, state.mu, state.variance = state.encode(rows[-1])
    return state


@np.errstate(over="ignore")
def generate(state, eval_noise):
    """Images (M, H, W, 3) from eval_noise (M, 10)."""
    r = eval_noise.astype(state.decoder.W1.dtype)
    if state.mu is None:
        z = np.broadcast_to(r, (3, *r.shape))
    else:
        z = state.mu + np.sqrt(state.variance) * r
    _, y = state.decoder.forward(z)  # (3, M, P)
    return np.moveaxis(y, 0, -1).reshape(len(r), *state.shape, 3)


def balance(generated, images, absolute=True):
    """Eq. 17: generated (N * draws, H, W, 3), those of image i standing together."""
    pairs = generated.reshape(len(images), -1, *images.shape[1:])
    distance = np.sqrt(((pairs - images[:, None]) ** 2).sum(axis=-1))
    product = distance * (1 - distance)
    return float(np.mean(np.abs(product) if absolute else product))


class Noise(NamedTuple):
    """The random numbers of one seed, shared by all models and rates."""

    train: np.ndarray  # (N, 10)
    second: np.ndarray  # (N, 10)
    eval: np.ndarray  # (N * draws, 10)


def draw_noise(seed, n, draws):
    def normal(purpose, rows):
        rng = np.random.default_rng([seed, zlib.crc32(purpose.encode())])
        return rng.standard_normal((rows, LATENT))

    return Noise(normal("noise", n), normal("noise2", n), normal("eval", n * draws))


def cell(model, rules, images, lr, noise, dtype=np.float32):
    """Train, generate and score one model at one rate: its BM."""
    state = train(model, rules, images, lr, noise.train, noise.second, dtype)
    return balance(generate(state, noise.eval), images.astype(dtype))


def read_images(folder):
    """The PNGs of a folder in the order of their names: (N, H, W, 3) float32 in [0, 1]."""
    from PIL import Image

    paths = sorted(Path(folder).glob("*.png"))
    return np.stack([np.asarray(Image.open(p).convert("RGB")) for p in paths]) / np.float32(255)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="a folder of PNG files of one size")
    parser.add_argument("--rules", choices=("program", "printed"), default="program")
    parser.add_argument("--seeds", type=int, default=1, help="how many, from 0 up")
    parser.add_argument("--draws", type=int, default=10)
    options = parser.parse_args()

    images = read_images(options.data)
    bm = np.empty((options.seeds, len(MODELS), len(RATES)))
    for seed in range(options.seeds):
        noise = draw_noise(seed, len(images), options.draws)
        for m, model in enumerate(MODELS):
            for k, lr in enumerate(RATES):
                bm[seed, m, k] = cell(model, options.rules, images, lr, noise)

    print("Tables 1-2, mean over seeds\n    lr " + "".join(f"{model:>8}" for model in MODELS))
    for k, lr in enumerate(RATES):
        print(f"{lr:6.2f} " + "".join(f"{value:8.4f}" for value in bm.mean(0)[:, k]))
    print("Table 3, mean over seeds")
    table3 = {"mean": bm.mean(2), "max": bm.max(2), "min": bm.min(2), "sd": bm.std(2, ddof=1)}
    for name, values in table3.items():
        print(f"{name:>6} " + "".join(f"{value:8.4f}" for value in values.mean(0)))
    print(f"CPU seconds of the process: {time.process_time():.2f}")


if __name__ == "__main__":
    main()
