"""A Dask cluster for a sweep: one at an address, or one started here."""

import logging
import os
import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.util import find_spec
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from avanp.errors import AvanpError, extra
from avanp.experiments.places.process import ctrl_c_left_out
from avanp.experiments.places.worker import THREAD_VARIABLES

FORMS = "tcp://HOST:PORT, tls://HOST:PORT, or local:N for N processes on this machine"
SECONDS_TO_CONNECT = 10


@contextmanager
def connected(scheduler: str, tls: dict[str, str]) -> Iterator[Executor]:
    """Yield an executor of the Dask cluster at an address, or of one started here.

    For a process that does nothing else: Dask's log is switched off in it.

    Parameters
    ----------
    scheduler : str
        ``tcp://HOST:PORT``, ``tls://HOST:PORT``, or ``local:N``.
    tls : dict
        What there is of "ca_file", "cert" and "key": PEM files. Dask's own configuration has the
        rest.

    Raises
    ------
    AvanpError
        Where `distributed` is not installed, the words are wrong, or nobody answers there.
    """
    local = _read(scheduler, tls)
    if find_spec("distributed") is None:
        raise AvanpError(f"--scheduler needs Dask: {extra('distributed')}")
    import distributed

    logging.disable(logging.CRITICAL)  # what Dask says of a lost peer, the caller says in one line
    if local:
        with _local_cluster(local) as cluster, distributed.Client(cluster) as client:
            yield client.get_executor(pure=False)
        return
    names = {"ca_file": "tls_ca_file", "cert": "tls_client_cert", "key": "tls_client_key"}
    try:
        security = distributed.Security(**{names[k]: v for k, v in tls.items()}) if tls else None
        client = distributed.Client(scheduler, security=security, timeout=SECONDS_TO_CONNECT)
    except (OSError, ValueError, TypeError) as error:  # a TLS address without TLS files is the last
        said = " ".join(str(error).split()).rstrip(".")
        raise AvanpError(f"--scheduler {scheduler}: no answer: {said}") from None
    with client:
        yield client.get_executor(pure=False)


def _read(scheduler: str, tls: dict[str, str]) -> int:
    """Check the words; return N of ``local:N``, 0 for an address."""
    local = re.fullmatch(r"local:([1-9]\d{0,3})", scheduler)
    address = re.fullmatch(r"(tcp|tls)://[^/\s]+:\d+", scheduler)
    if not (local or address):
        raise AvanpError(f"--scheduler {scheduler}: give {FORMS}")
    if tls and not scheduler.startswith("tls:"):
        raise AvanpError(f"--scheduler {scheduler}: the --tls options are for tls:// addresses")
    for name, path in tls.items():
        if not Path(path).is_file():
            raise AvanpError(f"--tls-{name.replace('_', '-')} {path}: no such file")
    return int(local[1]) if local else 0


@contextmanager
def _local_cluster(workers: int) -> Iterator[Any]:
    from distributed import LocalCluster

    os.environ["PYTHONSAFEPATH"] = "1"  # no module of the current folder stands in for Python's
    # Ctrl-C is for this process, which stops the others.
    resource_tracker.ensure_running()  # which would take the mask off, the first time
    with ctrl_c_left_out():
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            env=dict.fromkeys(THREAD_VARIABLES, "1"),
        )
    with cluster:
        yield cluster
