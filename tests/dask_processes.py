"""A Dask cluster on loopback: its scheduler and workers are processes, as a user starts them."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli_process import environment

DASK = (sys.executable, "-m", "dask")
PATIENCE = 60  # seconds, on a busy machine


class Processes:
    """A scheduler, and workers that are started and killed one by one."""

    def __init__(self, folder: Path, *options: str, scheme: str = "tcp", **env: str) -> None:
        self.folder = folder
        self.options = options
        self.env = environment(folder, **env)
        self.workers: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        words = ["scheduler", "--host", f"{scheme}://127.0.0.1", "--port", "0", "--no-dashboard"]
        self.scheduler = self._started(*words, "--scheduler-file", str(file))
        self.address = json.loads(wait_for(lambda: file.exists() and file.read_text()))["address"]

    def start_worker(self, **env: str) -> "subprocess.Popen[bytes]":
        """Start one worker of one thread, in one process: no nanny starts it again."""
        name = f"worker-{len(self.workers)}"
        words = ["worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        words += ["--name", name, "--local-directory", str(self.folder), "--death-timeout", "60"]
        self.workers.append(self._started(*words, **env))
        return self.workers[-1]

    def end(self) -> None:
        """Kill them all."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _started(self, *words: str, **env: str) -> "subprocess.Popen[bytes]":
        with open(self.folder / "dask.log", "ab") as log:
            return subprocess.Popen(
                [*DASK, *words, *self.options],
                cwd=self.folder,
                env=self.env | env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


@contextmanager
def cluster(folder: Path, *options: str, workers: int, **env: str) -> Iterator[Processes]:
    """Yield a scheduler with so many workers, which may still be starting; end them after."""
    folder.mkdir(parents=True, exist_ok=True)
    processes = Processes(folder, *options, **env)
    try:
        for _ in range(workers):
            processes.start_worker()
        yield processes
    finally:
        processes.end()


@contextmanager
def looking_at(processes: Processes) -> Iterator[Any]:
    """Yield a client of one's own beside the sweep's."""
    from distributed import Client

    with Client(processes.address, timeout=PATIENCE, set_as_default=False) as client:
        client.wait_for_workers(sum(p.poll() is None for p in processes.workers), PATIENCE)
        yield client


def wait_for(found: Any) -> Any:
    """Return what a function finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return value


def images_fetched(client: Any) -> dict[str, int]:
    """Return how often each worker has been sent images by another, by the workers' names."""

    def count(dask_worker: Any) -> tuple[str, int]:
        log = dask_worker.transfer_incoming_log
        keys = [key for entry in log for key in entry["keys"]]
        return dask_worker.name, sum(key.startswith("avanp-data-") for key in keys)

    return dict(client.run(count).values())


def tasks_of(client: Any) -> list[str]:
    """Return the keys that the scheduler knows."""
    return client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))
