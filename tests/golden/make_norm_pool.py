"""Write norm_pool.npz: PyTorch's batch norm, pooling and upsampling, forward and backward.

Run by hand: ``python tests/golden/make_norm_pool.py``; needs torch. Images are (B, H, W, C) there,
as here.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

IMAGES = (3, 5, 7, 4)
ROWS = (6, 4)

POOLS = {
    "max-pool": lambda x: F.max_pool2d(x, 2),
    "max-pool-3-2": lambda x: F.max_pool2d(x, 3, 2),
    "avg-pool": lambda x: F.avg_pool2d(x, 2),
    "avg-pool-3-1": lambda x: F.avg_pool2d(x, 3, 1),
    "global-avg-pool": lambda x: x.mean(dim=(2, 3)),
    "global-max-pool": lambda x: x.amax(dim=(2, 3)),
    "upsample": lambda x: F.interpolate(x, scale_factor=2, mode="nearest"),
}


def first(x: torch.Tensor) -> torch.Tensor:
    """Channels first."""
    return x.movedim(-1, 1) if x.ndim == 4 else x


def last(x: torch.Tensor) -> np.ndarray:
    """Channels last."""
    return (x.movedim(1, -1) if x.ndim == 4 else x).detach().numpy()


def main() -> None:
    """Write the file beside this one."""
    rng = np.random.default_rng(0)
    arrays = {"images": rng.standard_normal(IMAGES), "rows": rng.standard_normal(ROWS) + 3}
    for name, pool in POOLS.items():
        x = torch.tensor(arrays["images"], requires_grad=True)
        y = pool(first(x))
        dy = torch.tensor(rng.standard_normal(tuple(y.shape)))
        (dx,) = torch.autograd.grad(y, x, dy)
        arrays |= {f"{name}.y": last(y), f"{name}.dy": last(dy), f"{name}.dx": dx.numpy()}
    start = {
        "gamma": rng.uniform(0.5, 2, 4),
        "beta": rng.standard_normal(4),
        "mean": rng.standard_normal(4),
        "var": rng.uniform(0.5, 2, 4),
    }
    arrays |= {f"start.{key}": value for key, value in start.items()}
    for of in ("images", "rows"):
        for train in (True, False):
            x = torch.tensor(arrays[of], requires_grad=True)
            gamma, beta = (torch.tensor(start[k], requires_grad=True) for k in ("gamma", "beta"))
            mean, var = (torch.tensor(start[k]) for k in ("mean", "var"))
            y = F.batch_norm(first(x), mean, var, gamma, beta, train, 0.3, 1e-3)
            dy = torch.tensor(rng.standard_normal(tuple(y.shape)))
            dx, dgamma, dbeta = torch.autograd.grad(y, (x, gamma, beta), dy)
            found = {"y": last(y), "dy": last(dy), "dx": dx, "dgamma": dgamma, "dbeta": dbeta}
            found |= {"mean": mean, "var": var}
            name = f"batch-norm.{of}.{'train' if train else 'eval'}"
            arrays |= {f"{name}.{key}": np.asarray(value) for key, value in found.items()}
    np.savez_compressed(Path(__file__).with_name("norm_pool.npz"), **arrays)


if __name__ == "__main__":
    main()
