"""What there is: versions, processor, kernels, threads, folders, memory, sets of images."""

import os
import platform
import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from avanp.doctor.line import Line, Look
from avanp.doctor.places import cache, data, disk, image_cache
from avanp.errors import AvanpError, extra
from avanp.memory import installed

NEEDED = ("numpy", "numba", "llvmlite", "scipy", "pillow", "click")
EXTRAS = ("plot", "data", "safetensors", "distributed")
FEATURES = {"avx512f": "AVX-512", "avx2": "AVX2", "fma": "FMA", "neon": "NEON"}
LEAST_MEMORY = 2**30  # bytes: less, and a conv net in training may not fit


def versions() -> Line:
    """Say which versions run; this needs no import of theirs."""
    python = f"avanp {version('avanp')}, Python {platform.python_version()}"
    return Line("versions", ", ".join([python, *(f"{n} {version(n)}" for n in NEEDED)]), True)


def optional() -> Line:
    """Say which packages of the extras are there, and how to get the others."""
    packages: dict[str, str] = {}
    for need in requires("avanp") or ():
        found = re.match(r"([\w.-]+).*extra == ['\"](\w+)['\"]", need)
        if found and found[2] in EXTRAS:
            packages.setdefault(found[1], found[2])
    return Line("optional", ", ".join(_optional(name, packages[name]) for name in packages), None)


def _optional(name: str, of: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} not installed ({extra(of)})"


def system() -> Line:
    """Say which system this is."""
    return Line("system", platform.platform(), None)


def processor() -> Line:
    """Say which processor this is, and what of its vector units Numba uses."""
    import llvmlite.binding as llvm

    from avanp.processors import usable

    there = llvm.get_host_cpu_features()
    features = [text for name, text in FEATURES.items() if there.get(name)]
    count = f"{usable()} of {os.cpu_count()} processors"
    vectors = ", ".join(features) or "no vector unit that is known here"
    return Line("processor", f"{_model()}, {count}; {vectors}", None)


def _model() -> str:
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def kernels() -> Line:
    """Say which kernels run, and in what tile; a wrong word in the environment is not well."""
    from avanp.kernels import BACKENDS, backend

    try:
        chosen = backend()
    except AvanpError as error:
        advice = f"unset AVANP_KERNELS, or set it to {' or '.join(BACKENDS)}"
        return Line("kernels", str(error).split(":")[0] + " is no backend", False, advice)
    if chosen == "numpy":
        return Line("kernels", "numpy, as AVANP_KERNELS says: slower by far", True)
    from avanp.kernels.engine.cpu import compiles, tile

    if not compiles():
        text = "numba with compilation switched off (NUMBA_DISABLE_JIT)"
        return Line("kernels", text, False, "unset NUMBA_DISABLE_JIT, or bear with the references")
    shape = f"{tile().rows} rows of 2 vectors of {tile().lanes} floats"
    return Line("kernels", f"numba; a tile has {shape}", True)


def threads() -> Line:
    """Say on how many threads kernels and BLAS compute."""
    import numpy as np

    from avanp.kernels.engine.threads import threads as ours

    try:
        count = ours()
    except AvanpError as error:
        return Line("threads", str(error).split(":")[0], False, "give a whole number from 1")
    show: Any = np.show_config
    built: Mapping[str, Any] = show(mode="dicts")["Build Dependencies"]["blas"]
    blas = f"BLAS {built['name']} {built['version']}, {_blas_threads()}"
    return Line("threads", f"kernels on {count} (AVANP_THREADS); {blas}", True)


def _blas_threads() -> str:
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return f"OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS', 'not set')}"
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return f"on {max((pool['num_threads'] for pool in pools), default=1)}"


def memory() -> Line:
    """Say how much memory is free."""
    found = installed()
    if found is None:
        return Line("memory", "not told by this system", None)
    total, free = found
    said = f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB free"
    return Line("memory", said, free >= LEAST_MEMORY, "end other programs, or use small --batch")


LOOKS: dict[str, Look] = {
    "versions": versions,
    "optional": optional,
    "system": system,
    "processor": processor,
    "kernels": kernels,
    "threads": threads,
    "kernel cache": cache,
    "memory": memory,
    "disk": disk,
    "image cache": image_cache,
    "data": data,
}
