"""How much memory there is, and freed memory kept for the next cell of a sweep or step."""

import ctypes
import re
import sys
from contextlib import suppress
from pathlib import Path

# Of glibc's mallopt
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT = 256 << 20
LARGEST = 32 << 20
CGROUP = "/sys/fs/cgroup"
CONTAINER = (  # of versions 2 and 1: the limit, what is used, and how much of that can be dropped
    (f"{CGROUP}/memory.max", f"{CGROUP}/memory.current", f"{CGROUP}/memory.stat"),
    tuple(
        f"{CGROUP}/memory/memory.{name}" for name in ("limit_in_bytes", "usage_in_bytes", "stat")
    ),
)


def keep_freed_memory() -> None:
    """Let the C library keep what a cell or a step frees for the next one, which asks for the same.

    Otherwise it goes back to the system and comes again page by page, zeroed: a quarter of the
    time of a sweep's cell, and as long as the arithmetic of an elementwise layer. Does nothing
    where the C library is not glibc.
    """
    try:
        libc = ctypes.CDLL(None)
        libc.gnu_get_libc_version  # noqa: B018 (absent elsewhere)
    except (OSError, AttributeError, TypeError):
        return
    libc.mallopt(M_MMAP_THRESHOLD, LARGEST)
    libc.mallopt(M_TRIM_THRESHOLD, KEPT)


def installed() -> tuple[int, int] | None:
    """Return the bytes of memory of this machine, and of it what is free; None if not told."""
    try:
        text = Path("/proc/meminfo").read_text()
        total, free = (
            int(re.findall(rf"^{name}:\s+(\d+) kB", text, re.M)[0]) << 10
            for name in ("MemTotal", "MemAvailable")
        )
    except (OSError, IndexError):
        return None
    return total, free


def available() -> int:
    """Return how many bytes of memory may be asked for: those free here, and in this container."""
    found = installed()
    least = sys.maxsize if found is None else found[1]
    for limit, used, stat in CONTAINER:
        with suppress(OSError, ValueError, IndexError):  # "max" is no number
            bound = int(Path(limit).read_text()) - int(Path(used).read_text())
            files = re.findall(r"^(?:total_)?inactive_file (\d+)$", Path(stat).read_text(), re.M)
            least = min(least, max(0, bound + int(files[-1])))
    return least
