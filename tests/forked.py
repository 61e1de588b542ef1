"""The command in a process of its own, without what an interpreter and its imports take to start.

A server has loaded the package, but for kernels, and what commands load besides. It forks for each
command: the new process has its own streams, folder, environment and end. Two servers take turns,
each with its own order of hashes.
"""

import gc
import itertools
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

LIBRARIES = ("avanp.cli", "PIL.ImageDraw", "scipy.stats", "matplotlib.pyplot", "numba")
# Those of `grad.cases` compute something as they are loaded, and so choose their kernels.
LEFT_OUT = ("avanp.__main__", "avanp.estimators", "avanp.grad.cases", "avanp.kernels.")
TURNS = itertools.cycle(range(2))


@cache
def server(_number: int) -> socket.socket:
    """Return where a server listens; it ends when this process does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, __file__, str(theirs.fileno())]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    env = os.environ | {"AVANP_KERNELS": "numpy"}
    subprocess.Popen(command, pass_fds=[theirs.fileno()], env=env, **streams)
    theirs.close()
    return ours


def run(
    words: list[str], folder: Path, env: dict[str, str], seconds: float, script: str = ""
) -> tuple[int, bytes, bytes]:
    """Run `avanp`, or a script, with these words; return its exit code and its two streams.

    They are read until nobody holds them: while a process that it started lives, they stay open.
    """
    back, its = socket.socketpair()
    (out, its_out), (err, its_err) = os.pipe(), os.pipe()
    given = [its_out, its_err, its.fileno()]
    asked = json.dumps([words, str(folder), env, script]).encode()
    socket.send_fds(server(next(TURNS)), [asked], given)
    os.close(its_out), os.close(its_err), its.close()
    said = {out: b"", err: b""}
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as waiting, back:
        for stream in said:
            waiting.register(stream, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(end - time.monotonic())
            if not ready:
                os.kill(int(back.recv(64).split()[0]), signal.SIGKILL)
                raise subprocess.TimeoutExpired(words, seconds)
            for key, _ in ready:
                part = os.read(key.fd, 1 << 16)
                said[key.fd] += part
                if not part:
                    waiting.unregister(key.fd)
                    os.close(key.fd)
        answer = b"".join(iter(lambda: back.recv(64), b""))
    return int(answer.split()[1]), said[out], said[err]


def serve(control: socket.socket) -> tuple[list[str], str]:
    """Fork for each command; only its process comes back from here, with its words and script."""
    gc.freeze()  # a collection would copy every page that is shared
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, given, _, _ = socket.recv_fds(control, 1 << 20, 3)
        if not message:
            os._exit(0)
        if os.fork():
            for number in given:
                os.close(number)
            continue
        # One that waits for the command and tells its end.
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        out, err, back = given
        if command := os.fork():
            os.close(out), os.close(err)
            os.write(back, b"%d " % command)
            _, status = os.waitpid(command, 0)
            os.write(back, b"%d" % os.waitstatus_to_exitcode(status))
            os._exit(0)
        os.dup2(out, 1), os.dup2(err, 2)
        # New ones: Python has noted that those of the server cannot seek.
        how = {"encoding": sys.stdout.encoding, "closefd": False}
        sys.stdout = sys.__stdout__ = os.fdopen(1, "w", errors=sys.stdout.errors, **how)
        sys.stderr = sys.__stderr__ = os.fdopen(2, "w", 1, errors=sys.stderr.errors, **how)
        for number in given:
            os.close(number)
        words, folder, env, script = json.loads(message)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(env)
        return words, script


if __name__ == "__main__":
    import runpy
    from importlib import import_module

    for _name in LIBRARIES:
        import_module(_name)
    _package = Path(sys.modules["avanp"].__file__).parent
    for _path in sorted(_package.rglob("*.py")):
        _name = ".".join(_path.relative_to(_package.parent).with_suffix("").parts)
        if not _name.startswith(LEFT_OUT):
            import_module(_name.removesuffix(".__init__"))
    sys.argv[1:], _script = serve(socket.socket(fileno=int(sys.argv[1])))
    if _script:
        runpy.run_path(_script, run_name="__main__")
    else:
        runpy.run_module("avanp", run_name="__main__", alter_sys=True)
