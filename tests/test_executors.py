"""A sweep talks to an executor and nothing else: any gives the same rows, or says why not."""

import errno
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import avanp
from avanp.data.images import ImageSet
from avanp.errors import AvanpError
from avanp.experiments.places import dask, process, worker
from avanp.experiments.places.choose import place
from avanp.experiments.places.dask_cluster import connected
from avanp.experiments.places.outcome import Outcome, Task, failed
from avanp.experiments.places.processes import (
    CellDied,
    InlineExecutor,
    ProcessPool,
    process_pool,
)
from avanp.experiments.places.worker import Environment
from avanp.papers.ava.fingerprint import fingerprint
from avanp.systems.finite import NotFinite
from cli_process import altered, write_images
from cli_process import avanp as command
from in_a_worker import die, diverges
from sweep_rows import results

GRID = {"lr": "0.9,0.05", "models": "AVA5,GAN", "draws": 2, "seeds": 2}


def small_set():
    images = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)
    return ImageSet("small", images, tuple(f"{i}.png" for i in range(4)), "test")


@pytest.fixture(scope="module")
def alone():
    return results(avanp.sweep(data=small_set(), **GRID).rows)


class Backwards(Executor):
    """Does what it was given last first, once it has been given all."""

    def __init__(self, number):
        self.waiting, self.number = [], number

    def submit(self, fn, /, *args, **kwargs):
        self.waiting.append((Future(), fn, args))
        if len(self.waiting) == self.number:
            threading.Thread(target=self.work).start()
        return self.waiting[-1][0]

    def work(self):
        for future, fn, args in reversed(self.waiting):
            future.set_result(fn(*args))


def test_another_order_gives_the_same_rows(alone):
    assert results(avanp.sweep(data=small_set(), executor=Backwards(16), **GRID).rows) == alone


def test_an_executor_of_ones_own_gives_the_same_rows_and_stays_open(alone, tmp_path):
    with ThreadPoolExecutor(2) as threads:
        avanp.sweep(data=small_set(), executor=threads, out=tmp_path, **GRID)
        assert threads.submit(int, "3").result() == 3
    assert results(tmp_path) == alone


class Giving(Executor):
    """Gives an error for everything."""

    def __init__(self, error):
        self.error = error

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        if self.error is None:
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(self.error)
        return future


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ModuleNotFoundError("No module named 'avanp'"), "cannot run cells: ModuleNotFoundError"),
        (BrokenExecutor("all gone"), "all gone"),
        (None, "the scheduler is gone, or has cancelled the cells"),
        (SystemExit(0), "cannot run cells: SystemExit: 0"),
        (KeyboardInterrupt(), "cannot run cells: KeyboardInterrupt"),
    ],
)
def test_an_executor_that_cannot_go_on_ends_the_sweep(error, says, tmp_path):
    with pytest.raises(BrokenExecutor, match=says):
        avanp.sweep(data=small_set(), executor=Giving(error), out=tmp_path, **GRID)
    assert not (tmp_path / "rows.jsonl").exists()


class Refusing(Executor):
    """Takes nothing."""

    def submit(self, fn, /, *args, **kwargs):
        raise OSError(errno.EMFILE, "Too many open files")


class Foreign(Executor):
    """Gives results of its own."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_result(None)
        return future


def shut_down():
    threads = ThreadPoolExecutor(1)
    threads.shutdown()
    return threads


@pytest.mark.parametrize(
    ("executor", "says"),
    [
        (Refusing(), r"takes no cells: OSError: \[Errno 24\] Too many open files"),
        (shut_down(), "takes no cells: RuntimeError: cannot schedule new futures after shutdown"),
        (Foreign(), "gives no outcomes of cells, but a NoneType"),
    ],
)
def test_an_executor_that_computes_nothing_is_broken_and_no_full_disk(executor, says, tmp_path):
    with pytest.raises(BrokenExecutor, match=says):
        avanp.sweep(data=small_set(), executor=executor, out=tmp_path, **GRID)
    assert not (tmp_path / "rows.jsonl").exists()


def test_a_forked_pool_takes_one_sweep_after_the_other_in_one_folder(tmp_path):
    script = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
import avanp
grid = {"lr": 0.5, "models": "GAN", "rules": "program", "data": "images", "draws": 1}
with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
    for _ in range(2):
        assert len(avanp.sweep(executor=pool, out="run", **grid).rows) == 1
"""
    write_images(tmp_path / "images")
    one_thread = os.environ | dict.fromkeys(worker.THREAD_VARIABLES, "1")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=one_thread, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_worker_of_several_blas_threads_is_refused(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    with (
        ThreadPoolExecutor(1) as threads,
        pytest.raises(AvanpError, match=r"gives BLAS several threads.*OPENBLAS_NUM_THREADS=1"),
    ):
        avanp.sweep(data=small_set(), executor=threads, **GRID)


@pytest.mark.parametrize("name", ["avanp", "numpy", "numba", "kernels"])
def test_a_worker_of_another_version_is_refused_by_its_name(name):
    there = replace(Environment.here("0"), **{name: "0.0"})
    with pytest.raises(AvanpError, match=rf"the worker on far has {name} .*, this sweep has 0\.0"):
        there.check("far")


def test_a_worker_that_computes_other_digits_is_noted(monkeypatch):
    prints = iter("aabb")
    monkeypatch.setattr(Environment, "print_of", lambda *_: next(prints))
    with ThreadPoolExecutor(1) as threads, pytest.warns(UserWarning, match="other last digits"):
        avanp.sweep(0.5, models="AVA5,GAN", data=small_set(), draws=1, executor=threads)


def test_the_digits_are_those_of_every_product_to_the_last_bit(monkeypatch):
    from avanp.layers.dense import Dense

    data = {"images": small_set().images}
    known = fingerprint(data)
    assert fingerprint(data) == known
    forward = Dense.forward

    def one_bit_more(self, *args, **kwargs):
        y, cache = forward(self, *args, **kwargs)
        y.flat[0] = np.nextafter(y.flat[0], np.float32(9))
        return y, cache

    monkeypatch.setattr(Dense, "forward", one_bit_more)
    assert fingerprint(data) != known


def test_a_process_that_dies_takes_no_neighbour_with_it():
    with process_pool(2, "key", {}) as pool:
        futures = [pool.submit(die), *(pool.submit(pow, 2, i) for i in range(6))]
        assert [future.result() for future in futures[1:]] == [1, 2, 4, 8, 16, 32]
        with pytest.raises(CellDied, match="died 3 times"):
            futures[0].result()


def test_an_error_of_three_arguments_comes_from_another_process_whole():
    with (
        process_pool(1, "key", {}) as pool,
        pytest.raises(NotFinite, match=r"^the loss term 'kl' is inf: use a smaller lr") as error,
    ):
        pool.submit(diverges).result()
    assert (error.value.net, error.value.term) == ("encoder", "kl")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (AvanpError("two\nlines"), r"AvanpError: two\nlines ("),
        (AvanpError("x" * 5000), f"AvanpError: {'x' * 288} ("),
        (ValueError("two\nlines"), "ValueError: two lines ("),
        (ValueError("a \x1b[2J\a\n" * 400), r"ValueError: a \x1b[2J\x07 a \x1b"),
        (ValueError(), "ValueError ("),
    ],
)
def test_whatever_an_error_says_the_reason_is_one_short_printable_line(error, says):
    def fails(*args):
        raise error

    result = worker.attempt(Task((), fails, {}, {}), {}).result
    assert result.status == "failed"
    assert result.reason.startswith(says)
    assert re.fullmatch(r".{0,300} \(test_executors\.py, line \d+\)", result.reason)
    assert result.reason.isprintable()


class Cluster:
    """What a Dask client tells of a cluster of so many threads."""

    def __init__(self, threads):
        self.threads = threads

    def nthreads(self):
        if self.threads is None:
            raise OSError("the scheduler is gone")
        return {"a": self.threads // 2, "b": self.threads - self.threads // 2}

    def release(self):
        pass


@pytest.mark.parametrize(("threads", "pending"), [(0, 16), (2, 16), (9, 18), (1500, 3000)])
def test_a_cluster_is_given_twice_as_many_cells_as_it_has_threads(monkeypatch, threads, pending):
    client = Cluster(threads)
    for name, value in (("client_of", client), ("share", client), ("killed_worker", CellDied)):
        monkeypatch.setattr(dask, name, lambda *_, value=value: value)
    given = []

    def attempt(task, *_):
        given.append(task)
        return Outcome(failed("not tried"), "", "")

    monkeypatch.setattr("avanp.experiments.places.place.attempt", attempt)
    todo = [Task((seed,), print, {}, {}) for seed in range(4000)]
    with place(1, InlineExecutor(), "key", {}) as here:
        outcomes = here.outcomes(todo)
        next(outcomes)
        assert (len(given), here.at_once()) == (pending, threads)
        assert len(list(outcomes)) == len(todo) - 1
    assert given == todo


def test_a_cluster_that_grows_is_seen_and_one_that_is_gone_stays_as_it_was(monkeypatch):
    monkeypatch.setattr(dask, "ASK_EVERY", -1)
    client = Cluster(2)
    threads = dask.threads_of(client)
    assert threads() == 2
    client.threads = 1500
    assert threads() == 1500
    client.threads = None
    assert threads() == 1500


@pytest.mark.parametrize(
    ("scheduler", "tls", "says"),
    [
        ("local:0", {}, "give tcp://HOST:PORT"),
        ("local", {}, "give tcp://HOST:PORT"),
        ("10.0.0.7", {}, "give tcp://HOST:PORT"),
        ("http://a:1", {}, "give tcp://HOST:PORT"),
        ("tcp://a:1", {"key": "k"}, "the --tls options are for tls:// addresses"),
        ("tls://a:1", {"ca_file": "none.pem"}, r"--tls-ca-file none\.pem: no such file"),
    ],
)
def test_words_that_name_no_scheduler_are_one_line(scheduler, tls, says):
    with pytest.raises(AvanpError, match=says), connected(scheduler, tls):
        pass


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--scheduler", "tcp://127.0.0.1:9"), "--scheduler needs Dask: pip install '.[dist"),
        (("--tls-key", "key.pem"), "the --tls options need --scheduler tls://HOST:PORT"),
        (("--scheduler", "local:1", "--jobs", "2"), "--jobs is for processes of this command"),
        (("--retry-failed",), "--retry-failed needs --out"),
    ],
)
def test_options_that_cannot_be_met_are_one_line(tmp_path, words, says):
    write_images(tmp_path / "images")
    without = altered(tmp_path, "sys.modules['distributed'] = None\n")
    done = command(tmp_path, "sweep", "--data", "images", "--lr", "1", *words, command=without)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"avanp: {says}")


def test_a_pool_that_cannot_start_a_process_says_so_and_leaves_no_thread_of_it(monkeypatch):
    # Threads that end while the program does may print a traceback after its last line.
    monkeypatch.setattr(process, "_START", "raise SystemExit")
    with (
        pytest.raises(BrokenExecutor, match="died 3 times as it was started"),
        process_pool(1, "key", {}) as pool,
    ):
        pool.submit(os.getpid).result()
    assert not [thread for thread in threading.enumerate() if "avanp-cells" in thread.name]


def test_a_worker_that_is_killed_as_it_starts_hangs_nothing_whatever_it_is_to_be_given():
    # More than a pipe holds: who still held the pipe's other end would wait for ever.
    data = {"images": np.zeros(1 << 22, np.uint8)}
    for _ in range(10):
        with process_pool(1, "key", data) as pool:
            future = pool.submit(pow, 2, 5)
            while not pool._started:
                time.sleep(0.0005)
            next(iter(pool._started)).kill()
            assert future.result(timeout=60) == 32


def test_processes_that_wait_for_data_can_be_ended_at_any_moment(monkeypatch):
    monkeypatch.setattr(process, "_START", "import time; time.sleep(600)")  # it never reads
    started = []

    def interrupted():
        with process_pool(2, "key", {"images": np.zeros(1 << 22, np.uint8)}) as pool:
            pool.submit(pow, 2, 5)
            while not pool._started:
                time.sleep(0.0005)
            started.extend(pool._started)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [one._process.poll() is not None for one in started] == [True]


def test_nothing_in_the_current_folder_stands_in_for_a_module_of_a_worker(tmp_path, monkeypatch):
    for name in ("socket", "pickle", "struct", "threading", "numpy", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('hijacked', 'w').close(); raise SystemExit(7)")
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    monkeypatch.chdir(tmp_path)
    with process_pool(1, "key", {}) as pool:
        assert pool.submit(pow, 2, 5).result() == 32
    assert not (tmp_path / "hijacked").exists()


def test_what_a_cell_prints_or_reads_is_no_message_to_the_sweep():
    with process_pool(1, "key", {}) as pool:
        assert pool.submit(os.system, "echo printed; read line").result() != 0
        pool.submit(print, "printed", flush=True).result()
        assert pool.submit(pow, 2, 5).result() == 32
        with pytest.raises(RuntimeError, match=r"TypeError: cannot pickle"):
            pool.submit(threading.Lock).result()
        assert pool.submit(pow, 2, 6).result() == 64


def test_a_thread_that_starts_its_process_while_the_pool_ends_disturbs_nothing():
    # Ctrl-C between a thread's start and the pool's note of it: nobody waits for that thread.
    pool, closed = ProcessPool(1, "key", {}), []

    class Late:
        def close(self):
            closed.append(self)
            if len(closed) == 1:
                pool._started.add(Late())

    pool._started.add(Late())
    pool.shutdown()
    assert len(closed) == 1
