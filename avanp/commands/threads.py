"""The threads of a process, to be set before NumPy is imported."""

import os

BLAS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def use_threads(count: int) -> None:
    """Let kernels and BLAS use `count` threads."""
    from avanp.errors import AvanpError

    if count < 1:
        raise AvanpError(f"--threads must be at least 1, not {count}")
    for name in (*BLAS, "AVANP_THREADS"):
        os.environ[name] = str(count)
