"""The way to an engine over its socket: what it carries, and what is said where the other side misbehaves."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError, MissingSdkError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.unix_socket import UnixSocketTransport, socket_path

OK = b"HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\n"
PING = OK + b"Content-Length: 2\r\n\r\nOK"
NOTHING = OK + b"Content-Length: 2\r\n\r\n[]"

Answer = Callable[[socket.socket, bytes], bool]


class Server:
    """A socket whose other side does what a test says: `answer` gets the connection and the request.

    It returns whether the connection stays open for another request.
    """

    def __init__(self, address: str | tuple[str, int], backlog: int = 16) -> None:
        self.answer: Answer = lambda connection, _request: bool(connection.sendall(NOTHING)) or True
        self.connections = self.closed = 0
        self.requests: list[bytes] = []
        self._listener = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        self._listener.bind(address)
        self._listener.listen(backlog)
        self.address = self._listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while request := _request_from(connection):
                self.requests.append(request)
                if b" /_ping " in request.split(b"\r\n", 1)[0]:
                    connection.sendall(PING)
                elif not self.answer(connection, request):
                    break
        self.closed += 1

    def wait_until_closed(self, connections: int) -> None:
        """Wait until the other side has closed so many connections."""
        deadline = time.monotonic() + 10
        while self.closed < connections and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self.closed == connections

    def close(self) -> None:
        # Closing alone leaves it listening while the thread waits there.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _request_from(connection: socket.socket) -> bytes:
    """One request, head and body; nothing once the other side has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(str(tmp_path / "docker.sock"))
    yield made
    made.close()


@pytest.fixture
def tcp_server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0))
    yield made
    made.close()


def connect(server: Server, timeout: float = 5) -> Engine:
    return Engine.connect(f"unix://{server.address}", timeout=timeout)


def sending(*parts: bytes, pause: float = 0, keep: bool = False) -> Answer:
    def answer(connection: socket.socket, _request: bytes) -> bool:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        return keep

    return answer


def json_answer(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def refusal(engine: Engine) -> str:
    with pytest.raises(EngineError) as told:
        engine.info()
    return told.value.message


def without_python(text: str) -> bool:
    """No representation of a Python object is in a message to a person."""
    return not any(mark in text for mark in ("Error(", "Exception", "('", "object at", "Errno", "<"))


# -- what it carries -----------------------------------------------------------------------------------------------


def test_requests_carry_query_headers_and_body(server: Server) -> None:
    server.answer = sending(json_answer(201, b'{"ID": "x"}'), keep=True)
    engine = connect(server)
    assert engine.service_create({"Name": "wöb"}, "c2VjcmV0") == {"ID": "x"}
    engine.services({"label": "a=b c"}, status=True)
    post, get = server.requests[1:]
    assert post.startswith(b"POST /v1.45/services/create HTTP/1.1\r\n")
    assert b"\r\nX-Registry-Auth: c2VjcmV0\r\n" in post
    assert b"\r\nContent-Type: application/json\r\n" in post
    assert json.loads(post.partition(b"\r\n\r\n")[2]) == {"Name": "wöb"}
    assert get.startswith(
        b"GET /v1.45/services?filters=%7B%22label%22%3A+%5B%22a%3Db+c%22%5D%7D&status=true HTTP/1.1\r\n"
    )


def test_an_update_without_body_says_so(server: Server) -> None:
    connect(server).swarm_leave(force=True)
    assert b"\r\nContent-Length: 0\r\n" in server.requests[1]


def test_chunked_answers_are_put_together(server: Server) -> None:
    text = '{"Name": "ü"}'.encode()
    chunks = [b"%x\r\n%s\r\n" % (len(part), part) for part in (text[:11], text[11:], b"")]
    server.answer = sending(OK + b"Transfer-Encoding: chunked\r\n\r\n", *chunks)
    assert connect(server).info() == {"Name": "ü"}


def test_a_pull_may_take_longer_than_the_engine_may_be_silent(server: Server) -> None:
    line = b'{"status": "Downloading"}\r\n'
    chunk = b"%x\r\n%s\r\n" % (len(line), line)
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    server.answer = sending(head, *[chunk] * 4, b"0\r\n\r\n", pause=0.6)
    connect(server, timeout=2).image_pull("box:1")


def test_an_answer_that_ends_with_the_connection_is_whole(server: Server) -> None:
    server.answer = sending(OK + b"Connection: close\r\n\r\n[]")
    assert connect(server).nodes() == []


def test_one_connection_carries_many_requests(server: Server) -> None:
    engine = connect(server)
    for _request in range(5):
        engine.nodes()
    assert (server.connections, len(server.requests)) == (1, 6)


def test_threads_do_not_share_a_connection_at_a_time(server: Server) -> None:
    def echo(connection: socket.socket, request: bytes) -> bool:
        body = json.dumps(request.split()[1].decode()).encode()
        time.sleep(0.01)
        connection.sendall(json_answer(200, body))
        return True

    server.answer = echo
    engine = connect(server)
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(engine.service, [f"s{number}" for number in range(40)]))
    assert answers == [f"/v1.45/services/s{number}" for number in range(40)]
    assert server.connections <= 8


def test_a_connection_that_the_engine_closed_meanwhile_is_not_used_again(server: Server) -> None:
    server.answer = sending(NOTHING)  # and closes, without saying so before
    engine = connect(server)
    for number in range(1, 4):
        engine.nodes()
        server.wait_until_closed(number)
    assert server.connections == 3


def test_a_full_queue_is_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "docker.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(0)
    waiting = socket.socket(socket.AF_UNIX)
    waiting.connect(path)

    def accept_later() -> None:
        time.sleep(0.3)
        listener.accept()
        connection, _peer = listener.accept()
        _request_from(connection)
        connection.sendall(PING)

    thread = threading.Thread(target=accept_later, daemon=True)
    thread.start()
    assert Engine.connect(f"unix://{path}", timeout=5).api_version == "1.45"
    thread.join()
    waiting.close()
    listener.close()


def test_a_request_that_is_refused_before_it_was_read_is_told(server: Server) -> None:
    """An engine, or what stands before it, answers 413 and closes while a large body is still on its way."""
    listener = socket.socket(socket.AF_UNIX)
    path = server.address + ".early"
    listener.bind(path)
    listener.listen(1)

    def refuse() -> None:
        connection, _peer = listener.accept()
        connection.recv(1000)
        connection.sendall(json_answer(413, b'{"message": "too large"}'))
        connection.shutdown(socket.SHUT_RD)
        time.sleep(0.5)
        connection.close()

    threading.Thread(target=refuse, daemon=True).start()
    with pytest.raises(EngineError, match="too large") as told:
        Engine(UnixSocketTransport(path, 5), "1.45").config_create({"Data": "x" * 5_000_000})
    assert told.value.status == 413
    listener.close()


# -- what is said where it goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (sending(), "closed the connection without an answer"),
        (sending(b"HTTP/1.1 200 OK\r\nContent-Le"), "answer was cut off"),
        (sending(OK + b'Content-Length: 100\r\n\r\n{"half": '), "answer was cut off"),
        (sending(OK + b"Transfer-Encoding: chunked\r\n\r\n8\r\nhalf"), "answer was cut off"),
        (sending(OK + b"Transfer-Encoding: chunked\r\n\r\nnot-a-size\r\n"), "answer was cut off"),
        (sending(b"SSH-2.0-OpenSSH_9.2\r\n"), "the answer is not HTTP"),
        (sending(b"HTTP/1.1 abc\r\n\r\n"), "the answer is not HTTP"),
        (sending(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n"), "the answer is not HTTP"),
        (sending(OK + b"Content-Length: 0\r\n\r\n"), "answer is empty"),
        (sending(OK + b"Content-Length: 6\r\n\r\n<html>"), "not JSON: <html>"),
        (sending(OK + b"Content-Length: 4\r\n\r\n\xff\xfe\x00\x01"), "not JSON"),
        (sending(b"HTTP/1.1 200 OK\r\n", pause=0.7), "silent for 0.3 s"),
        (sending(OK + b"Content-Length: 9\r\n\r\n{", pause=0.7), "silent for 0.3 s"),
    ],
    ids=[
        "closes",
        "closes in the head",
        "cut off",
        "chunk cut off",
        "chunk without a size",
        "another protocol",
        "no status",
        "endless head",
        "nothing",
        "HTML",
        "bytes",
        "hangs in the head",
        "hangs in the body",
    ],
)
def test_what_misbehaves_is_told_in_words(server: Server, answer: Answer, words: str) -> None:
    engine = connect(server, timeout=0.3 if "silent" in words else 10)
    server.answer = answer
    with pytest.raises(EngineError, match=words) as told:
        engine.info()
    assert told.value.message.startswith("GET /info: ")
    assert told.value.status == 0
    assert without_python(told.value.message.replace("<html>", ""))


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (json_answer(500, b'{"message": "no such thing\\n"}'), 500, "no such thing"),
        (json_answer(502, b"<html>Bad Gateway</html>"), 502, "<html>Bad Gateway</html>"),
        (json_answer(503, b""), 503, "HTTP status 503"),
        (json_answer(500, b'{"message": null}'), 500, "HTTP status 500"),
        (json_answer(500, b'["message"]'), 500, '["message"]'),
        (json_answer(500, b'{"error": "x"}'), 500, '{"error": "x"}'),
        (json_answer(301, b""), 301, "HTTP status 301"),
    ],
)
def test_a_refusal_is_told_whatever_its_form(server: Server, answer: bytes, status: int, words: str) -> None:
    server.answer = sending(answer)
    with pytest.raises(EngineError) as told:
        connect(server).info()
    assert (told.value.message, told.value.status) == (words, status)


def test_the_engine_works_on_after_each_failure(server: Server) -> None:
    engine = connect(server)
    server.answer = sending(b"SSH-2.0\r\n")
    refusal(engine)
    server.answer = sending(json_answer(200, b"[]"), keep=True)
    assert engine.nodes() == []


def test_an_engine_that_stopped_and_started_is_reached_again(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    first = Server(str(path))
    first.answer = sending(json_answer(200, b"[]"))
    engine = Engine.connect(f"unix://{path}", timeout=5)
    assert engine.nodes() == []
    first.wait_until_closed(1)
    first.close()
    path.unlink()
    assert "does not exist" in refusal(engine)
    second = Server(str(path))
    second.answer = sending(json_answer(200, b'[{"ID": "n"}]'))
    assert engine.nodes() == [{"ID": "n"}]
    second.close()


def not_connected(docker_host: str, timeout: float = 10) -> str:
    with pytest.raises(EngineError) as told:
        Engine.connect(docker_host, timeout=timeout)
    message = told.value.message
    assert message.startswith(f"no Docker Engine answers at {docker_host}: ")
    assert without_python(message), message
    return message


def test_a_socket_that_is_missing(tmp_path: Path) -> None:
    words = not_connected(f"unix://{tmp_path}/none.sock")
    assert f"the socket {tmp_path}/none.sock does not exist. Is the engine installed and running?" in words


def test_a_socket_on_which_nobody_listens(tmp_path: Path) -> None:
    path = tmp_path / "dead.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    assert "nothing listens on the socket" in not_connected(f"unix://{path}")


def test_a_file_that_is_no_socket(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "nothing listens on the socket" in not_connected(f"unix://{tmp_path}/file")
    assert "cannot be used: Not a directory" in not_connected(f"unix://{tmp_path}/file/docker.sock")


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    assert "cannot be used: AF_UNIX path too long" in not_connected(f"unix://{tmp_path}/{'x' * 200}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_socket_one_may_not_use(server: Server) -> None:
    os.chmod(server.address, 0o600)
    for folder in Path(server.address).parents[:3]:
        folder.chmod(0o755)
    os.seteuid(65534)
    try:
        words = not_connected(f"unix://{server.address}")
    finally:
        os.seteuid(0)
    assert "this user may not use the socket" in words
    assert "become root" in words
    assert "installed" not in words


def test_an_engine_that_hangs(tmp_path: Path) -> None:
    path = str(tmp_path / "hung.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(0)
        assert "silent for 0.3 s" in not_connected(f"unix://{path}", timeout=0.3)
        # Now its queue is full, too.
        assert "silent for 0.3 s" in not_connected(f"unix://{path}", timeout=0.3)


def test_what_answers_without_a_version_is_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.engine.test_transport.PING", json_answer(200, b"OK"))
    made = Server(str(tmp_path / "other.sock"))
    assert "no Api-Version" in not_connected(f"unix://{made.address}")
    made.close()


@pytest.mark.parametrize(
    ("docker_host", "path"),
    [
        ("unix:///run/docker.sock", "/run/docker.sock"),
        ("unix://run/docker.sock", "/run/docker.sock"),
        ("unix://", "/var/run/docker.sock"),
    ],
)
def test_paths_of_sockets(docker_host: str, path: str) -> None:
    assert socket_path(docker_host) == path


# -- addresses that need the SDK -----------------------------------------------------------------------------------


def test_the_sdk_carries_the_same(tcp_server: Server) -> None:
    tcp_server.answer = sending(json_answer(201, '{"ID": "ü"}'.encode()), keep=True)
    engine = Engine.connect(f"tcp://127.0.0.1:{tcp_server.address[1]}", timeout=5)
    assert engine.api_version == "1.45"
    assert engine.service_create({"Name": "web"}, "c2VjcmV0") == {"ID": "ü"}
    assert tcp_server.requests[-1].startswith(b"POST /v1.45/services/create HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (sending(), "closed the connection without an answer"),
        (sending(OK + b"Transfer-Encoding: chunked\r\n\r\n8\r\nhalf"), "answer was cut off"),
        (sending(b"SSH-2.0-OpenSSH_9.2\r\n"), "did not come from a Docker Engine|without an answer"),
        (sending(OK + b"Content-Length: 6\r\n\r\n<html>"), "not JSON: <html>"),
        (sending(b"HTTP/1.1 200 OK\r\n", pause=0.7), "silent for 0.3 s"),
    ],
    ids=["closes", "chunk cut off", "another protocol", "HTML", "hangs"],
)
def test_what_misbehaves_behind_the_sdk_is_told_in_words(tcp_server: Server, answer: Answer, words: str) -> None:
    seconds = 0.3 if "silent" in words else 10
    engine = Engine.connect(f"tcp://127.0.0.1:{tcp_server.address[1]}", timeout=seconds)
    tcp_server.answer = answer
    with pytest.raises(EngineError, match=words) as told:
        engine.info()
    assert without_python(told.value.message.replace("<html>", "")), told.value.message


def test_addresses_that_lead_nowhere() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert "nothing listens at this address" in not_connected(f"tcp://127.0.0.1:{nobody.getsockname()[1]}")
    assert "cannot be reached" in not_connected("tcp://no-such-host.invalid:2375")


def test_tls_to_a_server_that_speaks_none() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)

        def answer() -> None:
            connection, _peer = listener.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        assert "TLS failed" in not_connected(f"https://127.0.0.1:{listener.getsockname()[1]}", timeout=5)


def test_a_missing_sdk_is_told_only_where_it_is_needed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docker", None)
    assert connect(server).api_version == "1.45"
    with pytest.raises(MissingSdkError, match=r"tcp://10\.0\.0\.1:2375 needs .* install python3-docker"):
        Engine.connect("tcp://10.0.0.1:2375")
