"""The readable form of Adam's update."""

import numpy as np

Array = np.ndarray


def adam_update(
    p: Array,
    g: Array,
    m: Array,
    v: Array,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    correction1: float,
    correction2: float,
) -> None:
    """One step of Adam on one array p, in place, with its moments m and v.

    ``g += weight_decay p; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g²;
    p -= lr m/correction1 / (sqrt(v/correction2) + eps)``, g itself being left as it is. The
    corrections after t steps are 1 - beta1^t and 1 - beta2^t. For AdamW scale p first, and pass no
    weight_decay.

    Parameters
    ----------
    p, g, m, v : ndarray
        The array, its gradient and its two moments, of one shape; all but g are written.
    lr, beta1, beta2, eps, weight_decay : float
        As for `avanp.optim.adam.Adam`; the decay is that of a penalty.
    correction1, correction2 : float
        ``1 - beta1**t`` and ``1 - beta2**t``.
    """
    if weight_decay:
        g = g + weight_decay * p
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g * g
    size = np.sqrt(v)
    size *= correction2**-0.5
    size += eps
    p -= lr / correction1 * m / size
