"""Write optim.npz: parameters after each of several steps of PyTorch's optimisers.

Run by hand: ``python tests/golden/make_optim.py``; needs torch.
"""

from pathlib import Path

import numpy as np
import torch

STEPS = 6

RECIPES = {
    "sgd": (torch.optim.SGD, {"lr": 0.1}),
    "sgd-decay": (torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.3}),
    "sgd-momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "sgd-momentum-decay": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.3}),
    "sgd-nesterov": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.3},
    ),
    "rmsprop": (torch.optim.RMSprop, {"lr": 0.01}),
    "rmsprop-momentum-decay": (
        torch.optim.RMSprop,
        {"lr": 0.01, "alpha": 0.9, "eps": 1e-3, "momentum": 0.8, "weight_decay": 0.3},
    ),
    "adam": (torch.optim.Adam, {"lr": 0.01}),
    "adam-decay": (
        torch.optim.Adam,
        {"lr": 0.01, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3},
    ),
    "adamw": (torch.optim.AdamW, {"lr": 0.01}),
    "adamw-decay": (
        torch.optim.AdamW,
        {"lr": 0.01, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3},
    ),
}


def main() -> None:
    """Write the file beside this one."""
    rng = np.random.default_rng(0)
    start = rng.standard_normal((3, 4))
    # Of very different sizes, some exactly zero.
    gradients = rng.standard_normal((STEPS, 3, 4)) * 10.0 ** rng.integers(-4, 2, (STEPS, 3, 4))
    gradients[:2, 0, 0] = 0
    arrays = {"start": start, "gradients": gradients}
    for name, (optimiser, options) in RECIPES.items():
        p = torch.tensor(start, requires_grad=True)
        torch_optimiser = optimiser([p], **options)
        path = []
        for g in gradients:
            p.grad = torch.tensor(g)
            torch_optimiser.step()
            path.append(p.detach().numpy().copy())
        arrays[name] = np.array(path)
    p = torch.zeros(1, requires_grad=True)
    torch_optimiser = torch.optim.SGD([p], lr=0.1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(torch_optimiser, 10, eta_min=0.01)
    rates = []
    for _ in range(11):
        rates.append(torch_optimiser.param_groups[0]["lr"])
        torch_optimiser.step()
        schedule.step()
    arrays["cosine"] = np.array(rates)
    a, b = torch.tensor(start, requires_grad=True), torch.tensor(start[0], requires_grad=True)
    a.grad, b.grad = torch.tensor(gradients[3]), torch.tensor(gradients[4, 0])
    arrays["norm"] = torch.nn.utils.clip_grad_norm_([a, b], 0.5).numpy()
    arrays["clipped-a"], arrays["clipped-b"] = a.grad.numpy(), b.grad.numpy()
    np.savez(Path(__file__).with_name("optim.npz"), **arrays)


if __name__ == "__main__":
    main()
