"""Threads of the kernels: how work is divided, and what becomes of errors."""

import os
import threading

import numpy as np
import pytest

from avanp.errors import AvanpError
from avanp.kernels.engine import threads as kernel_threads
from avanp.kernels.engine.threads import _Helper, _team, own, parts, split, threads


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", ""])
def test_a_wrong_number_of_threads_is_one_line(text, monkeypatch):
    monkeypatch.setenv("AVANP_THREADS", text)
    with pytest.raises(AvanpError, match="give a whole number from 1"):
        threads()


def test_work_is_divided_without_gap_or_overlap(monkeypatch):
    monkeypatch.setenv("AVANP_THREADS", "3")
    for n in (0, 1, 2, 3, 10, 97):
        for once in (False, True):
            done = np.zeros(n, int)

            def run(start, stop, done=done):
                done[start:stop] += 1

            split(run, n, once)
            assert (done == 1).all()


@pytest.mark.parametrize("error", [ZeroDivisionError, IndexError, KeyboardInterrupt])
@pytest.mark.parametrize("where", ["here", "in the other thread"])
def test_an_error_comes_out_and_the_next_call_works(error, where, monkeypatch):
    monkeypatch.setenv("AVANP_THREADS", "2")
    both = threading.Barrier(2)

    def run(start, stop):
        both.wait(10)
        if (threading.current_thread() is threading.main_thread()) == (where == "here"):
            raise error

    with pytest.raises(error):
        split(run, 2)
    done = []
    split(lambda start, stop: done.append((start, stop)), 2)
    assert sorted(done) == [(0, 1), (1, 2)]


@pytest.mark.parametrize("at", ["begin", "end"])
def test_ctrl_c_between_threads_leaves_nothing_half_done(at, monkeypatch):
    monkeypatch.setenv("AVANP_THREADS", "3")
    helpers = _team(os.getpid(), 2).helpers
    real = getattr(_Helper, at)

    def interrupted(helper, *args):
        monkeypatch.setattr(_Helper, at, real)
        if at == "begin":
            real(helper, *args)
        raise KeyboardInterrupt

    held = threading.Event()
    monkeypatch.setattr(_Helper, at, interrupted)

    def slow(start, stop):
        if threading.current_thread() is not threading.main_thread():
            held.wait(10)

    with pytest.raises(KeyboardInterrupt):
        split(slow, 3, once=True)
    for _ in range(3):
        done = np.zeros(9, int)

        def run(start, stop, done=done):
            done[start:stop] += 1

        split(run, 9, once=True)
        assert (done == 1).all()
    held.set()
    for helper in helpers:
        helper.join(10)
        assert not helper.is_alive()


def test_two_threads_of_a_program_may_compute_at_once(monkeypatch):
    monkeypatch.setenv("AVANP_THREADS", "2")
    done = np.zeros((2, 1000), int)

    def work(i):
        def run(start, stop):
            done[i, start:stop] += 1

        for _ in range(50):
            split(run, 1000)

    callers = [threading.Thread(target=work, args=[i]) for i in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert (done == 50).all()


def test_parts_are_as_many_for_each_thread(monkeypatch):
    assert [parts(n, 4) for n in (0, 1, 4, 5, 40)] == [0, 1, 1, 2, 10]
    monkeypatch.setenv("AVANP_THREADS", "2")
    assert [parts(n, 4) for n in (0, 1, 4, 9, 40)] == [0, 1, 2, 4, 10]


def test_each_thread_makes_its_own_once():
    made = []
    get = own(lambda: made.append(threading.current_thread()) or len(made))
    assert get() == get() == 1
    other = threading.Thread(target=get)
    other.start()
    other.join()
    assert made == [threading.current_thread(), other]


def test_threads_that_share_processors_do_not_look_while_they_wait(monkeypatch):
    monkeypatch.setattr(kernel_threads, "usable", lambda: 2)
    teams = [kernel_threads._Team(size) for size in (1, 2)]
    assert [{helper.turns > 0 for helper in team.helpers} for team in teams] == [{True}, {False}]
    done = np.zeros(100, int)

    def work(thread):
        done[thread::3] += 1

    teams[1].call(work, 2)
    assert (done == 1).all()
    for team in teams:
        for helper in team.helpers:
            helper.dismiss()
