"""Write conv.npz: convolutions by PyTorch, float64, channels last. Run by hand; needs torch.

Keys: "<case>.x", ".W" (kh, kw, in, out), ".b", ".y", ".dy", ".dx", ".dW", ".db".
"""

from pathlib import Path

import numpy as np
import torch

# name: (transposed, batch, size, n_in, n_out, kernel, options)
CASES = {
    "3x3": (False, 2, (5, 6), 3, 4, (3, 3), {"padding": 1}),
    "3x3-wide": (False, 1, (6, 5), 32, 32, (3, 3), {"padding": 1}),
    "4x4-stride-2": (False, 2, (6, 8), 3, 5, (4, 4), {"stride": 2, "padding": 1}),
    "5x2-stride-3-2": (False, 1, (9, 7), 2, 3, (5, 2), {"stride": (3, 2)}),
    "1x1": (False, 2, (3, 2), 4, 3, (1, 1), {}),
    "transposed-4x4-stride-2": (True, 2, (3, 4), 4, 3, (4, 4), {"stride": 2, "padding": 1}),
    "transposed-3x3-extra": (
        True, 1, (3, 2), 3, 2, (3, 3), {"stride": 2, "padding": 1, "output_padding": 1},
    ),
}  # fmt: skip


def main():
    rng = np.random.default_rng(0)
    arrays = {}
    for name, (transposed, batch, size, n_in, n_out, kernel, options) in CASES.items():
        x = rng.standard_normal((batch, *size, n_in))
        w = rng.standard_normal((*kernel, n_in, n_out))
        b = rng.standard_normal(n_out)
        tx = torch.tensor(x).permute(0, 3, 1, 2).requires_grad_()
        axes = (2, 3, 0, 1) if transposed else (3, 2, 0, 1)
        tw = torch.tensor(w.transpose(axes)).requires_grad_()
        tb = torch.tensor(b).requires_grad_()
        function = (
            torch.nn.functional.conv_transpose2d if transposed else (torch.nn.functional.conv2d)
        )
        y = function(tx, tw, tb, **options)
        dy = torch.tensor(rng.standard_normal(y.shape))
        dx, dw, db = torch.autograd.grad(y, (tx, tw, tb), dy)
        back = (2, 3, 0, 1) if transposed else (2, 3, 1, 0)
        values = {
            "x": x, "W": w, "b": b, "db": db.numpy(),
            "dW": dw.numpy().transpose(back),
            **{k: v.detach().numpy().transpose(0, 2, 3, 1) for k, v in
               {"y": y, "dy": dy, "dx": dx}.items()},
        }  # fmt: skip
        arrays |= {f"{name}.{key}": value.astype(np.float32) if "wide" in name else value
                   for key, value in values.items()}  # fmt: skip
    np.savez_compressed(Path(__file__).with_name("conv.npz"), **arrays)


if __name__ == "__main__":
    main()
