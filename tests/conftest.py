"""Profiles for property tests, and the paper's images where they are."""

import atexit
import os
import shutil
import signal
import tempfile

# One BLAS thread, as under the command; it must stand before NumPy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import pytest
from hypothesis import settings

from avanp.data.images import ImageSet
from data_fixtures import find_orbit_for_tests, skip_without

# What a shell starts in the background ignores Ctrl-C, and so would all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Processes that tests start import the installed package, wherever they start.
os.environ["PYTHONSAFEPATH"] = "1"

# What tests read is kept apart from what the user has read.
os.environ["AVANP_CACHE"] = tempfile.mkdtemp(prefix="avanp-tests-")
atexit.register(shutil.rmtree, os.environ["AVANP_CACHE"], ignore_errors=True)

settings.register_profile("dev", deadline=None, max_examples=30)
settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked stress unless -m names it (any -m would replace one in addopts)."""
    if "stress" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("stress")]
    if long:
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)


@pytest.fixture(scope="session")
def orbit_set() -> ImageSet:
    """The paper's 36 images."""
    found = find_orbit_for_tests()
    if found is None:
        skip_without("orbit")
    return found
