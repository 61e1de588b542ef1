"""One training pass of AVA5 under the rule set `program` in PyTorch eager, gradients by hand.

The peer of the training benchmark, in two variants that differ only in how a matrix is updated:

* `inplace`: W.addcmul_(e, h, value=lr), the rank-one term going straight into W. Its alternatives
  baddbmm_, addmm_ and addr_ are slower at batch 1; `UPDATES` has baddbmm_ for comparison.
* `temporaries`: W += lr * e * h, the fastest of the ordinary expressions (W = W + ..., and lr times
  a matrix product e h, are slower still).

Shapes: weights (3, out, in), rows (3, 1, n), one independent net for each of the 3 colours.
The caller sets the number of threads (torch.set_num_threads(1), OMP_NUM_THREADS=1).
"""

import itertools

import torch

HIDDEN, LATENT = 100, 10
WEIGHTS = ("W1", "b1", "W2", "b2")
KAPPA, MIDPOINT = 0.5, 0.5  # slope and midpoint of the logistic


def logistic_(v):
    return v.sub_(MIDPOINT).mul_(KAPPA).sigmoid_()


def slope(y):
    """a'(v) from the output y = a(v)."""
    return torch.addcmul(y, y, y, value=-1).mul_(KAPPA)


def addcmul_update(W, e, h, lr):
    return W.addcmul_(e.mT, h, value=lr)


def baddbmm_update(W, e, h, lr):
    return W.baddbmm_(e.mT, h, alpha=lr)


def temporary_update(W, e, h, lr):
    W += lr * e.mT * h
    return W


UPDATES = {
    "inplace": addcmul_update,
    "inplace-baddbmm": baddbmm_update,
    "temporaries": temporary_update,
}


class Net:
    def __init__(self, n_in, n_out, update, dtype):
        self.update = update
        self.W1 = torch.zeros(3, HIDDEN, n_in, dtype=dtype)
        self.b1 = torch.zeros(3, 1, HIDDEN, dtype=dtype)
        self.W2 = torch.zeros(3, n_out, HIDDEN, dtype=dtype)
        self.b2 = torch.zeros(3, 1, n_out, dtype=dtype)

    def forward(self, x):
        h = logistic_(torch.baddbmm(self.b1, x, self.W1.mT))
        return h, logistic_(torch.baddbmm(self.b2, h, self.W2.mT))

    def ascend(self, lr, x, h, e, times):
        """Hidden error through the output weights just updated; the whole of it `times` times."""
        slope_h = slope(h)
        for _ in range(times):
            self.W2 = self.update(self.W2, e, h, lr)
            self.b2.add_(e, alpha=lr)
            e_hidden = torch.bmm(e, self.W2).mul_(slope_h)
            self.W1 = self.update(self.W1, e_hidden, x, lr)
            self.b1.add_(e_hidden, alpha=lr)


def ascend_discriminator(net, lr, real, fake, leaning):
    _, y_real = net.forward(real)
    h, y_fake = net.forward(fake)
    e = slope(y_fake).mul_(leaning)
    e.add_(1 - y_real - y_fake, alpha=KAPPA)
    net.ascend(lr, fake, h, e, times=2)


@torch.inference_mode()
def train_ava5(images, lr, noise, variant="inplace"):
    """Train on images (N, H, W, 3) in [0, 1] with noise (N, 10), tensors of one dtype.

    Returns {"encoder.W1": ..., ..., "D.b2": ..., "mu": (3, 1, 10), "variance": (3, 1, 10)}.
    """
    rows = images.flatten(1, 2).mT.contiguous()[:, :, None]  # (N, 3, 1, P)
    pixels = rows.shape[-1]
    update, dtype = UPDATES[variant], images.dtype
    encoder = Net(pixels, 2 * LATENT, update, dtype)
    decoder = Net(LATENT, pixels, update, dtype)
    d = Net(pixels, 1, update, dtype)
    D = Net(LATENT, 1, update, dtype)
    e = torch.empty(3, 1, 2 * LATENT, dtype=dtype)

    for x, r in zip(rows, noise, strict=True):
        # encoder; z comes from mu and variance before the update
        h, y = encoder.forward(x)
        mu, variance = y.split(LATENT, -1)
        z = torch.addcmul(mu, variance.sqrt(), r)
        torch.mul(slope(mu), mu, out=e[..., :LATENT]).mul_(KAPPA - 1)
        torch.sub(1, variance, out=e[..., LATENT:]).mul_(KAPPA / 2)
        lean_D = e[..., :LATENT].sum(-1, keepdim=True)
        encoder.ascend(lr, x, h, e, times=2)

        # decoder
        h, fake = decoder.forward(z)
        saturated = (fake == 1).any(dim=0)
        e_pixels = torch.sub(x, fake)
        e_pixels.add_((fake * KAPPA).masked_fill_(saturated, 0)).mul_(slope(fake))
        decoder.ascend(lr, z, h, e_pixels, times=1)

        # discriminators, on the sample of the updated decoder and the same z
        _, fake = decoder.forward(z)
        ascend_discriminator(d, lr, x, fake, e_pixels.sum(-1, keepdim=True))
        _, y = encoder.forward(fake)
        ascend_discriminator(D, lr, mu, y[..., :LATENT], lean_D)

    nets = {"encoder": encoder, "decoder": decoder, "d": d, "D": D}
    result = {f"{n}.{w}": getattr(net, w) for n, net in nets.items() for w in WEIGHTS}
    return {**result, "mu": y[..., :LATENT], "variance": y[..., LATENT:]}


def check(images, noise, eval_noise, lrs=(1.0, 0.5, 0.1, 0.01)):
    """Assert that every variant agrees with plain_numpy in all weights and generated images.

    NumPy arrays in. Returns {dtype name: worst difference relative to an array's largest entry}.
    In float32 the output layer of d is left out: d saturates, and 1 - d(x) there is a difference
    of nearly equal numbers in which NumPy and PyTorch each lose the leading digits.
    """
    import numpy as np
    import plain_numpy

    tolerance = {"float32": 1e-4, "float64": 1e-9}
    worst = dict.fromkeys(tolerance, 0.0)
    for lr, dtype, variant in itertools.product(lrs, tolerance, UPDATES):
        expected = plain_numpy.train("AVA5", "program", images, lr, noise, noise, np.dtype(dtype))
        inputs = torch.from_numpy(images.astype(dtype)), lr, torch.from_numpy(noise.astype(dtype))
        result = {name: value.numpy() for name, value in train_ava5(*inputs, variant).items()}
        state = plain_numpy.new_state("AVA5", images.shape[1:3], np.dtype(dtype))
        state.mu, state.variance = result["mu"], result["variance"]
        pairs = {"mu": (state.mu, expected.mu), "variance": (state.variance, expected.variance)}
        for net, weight in itertools.product(("encoder", "decoder", "d", "D"), WEIGHTS):
            name = f"{net}.{weight}"
            pairs[name] = (result[name], getattr(getattr(expected, net), weight))
            setattr(getattr(state, net), weight, result[name])
        if dtype == "float32":
            del pairs["d.W2"], pairs["d.b2"]
        pairs["images"] = tuple(plain_numpy.generate(s, eval_noise) for s in (state, expected))
        for name, (mine, theirs) in pairs.items():
            error = float(np.abs(mine - theirs).max() / np.abs(theirs).max())
            assert error < tolerance[dtype], (variant, lr, dtype, name, error)
            worst[dtype] = max(worst[dtype], error)
    return worst
