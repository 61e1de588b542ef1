"""The text of an exported model's program, but for its nets."""

HEAD = '''"""{title}: nets exported by avanp {version}, for PyTorch.

{about}
Images are (N, C, H, W). `load()` reads model.safetensors, which lies beside this file.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


def load(folder=Path(__file__).parent):
    """Return the nets by name, in evaluation mode."""
    weights = load_file(str(Path(folder) / "model.safetensors"))
    nets = {{{nets}}}
    for name, net in nets.items():
        own = {{k.removeprefix(f"{{name}}."): v for k, v in weights.items() if k.startswith(f"{{name}}.")}}
        net.load_state_dict(own)
        net.eval()
    return nets
'''  # noqa: E501
SAMPLE = '''

def sample(n, folder=Path(__file__).parent, generator=None):
    """Return n codes (n, latent) for new images: of the mixture of Gaussians fitted to the codes
    of the training images, as avanp generate draws them."""
    weights = load_file(str(Path(folder) / "model.safetensors"))
    shares, means, factors = (weights[f"mixture.{k}"] for k in ("weights", "means", "factors"))
    which = torch.multinomial(shares, n, replacement=True, generator=generator)
    noise = torch.randn(n, means.shape[1], generator=generator)
    z = torch.empty_like(noise)
    for k in which.unique():
        mine = which == k
        z[mine] = means[k] + noise[mine] @ factors[k].T
    return z
'''
