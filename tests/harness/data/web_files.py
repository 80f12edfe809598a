"""A web server with one file, which can misbehave."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NONE: dict[str, str] = {}


class WebFile(ThreadingHTTPServer):
    """Serves `content` under any path, with the version `tag`, but 302 to the same path under `/moved/`. The next
    answers are those of `faults`, first to last: a status, `"cut"`, or `"whole"` (without a range). `asked` keeps what
    was asked for; before each answer `on_request` is called."""

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.begin_anew(content)

    def begin_anew(self, content: bytes) -> None:
        """As if nothing had been asked or gone wrong yet."""
        self.content, self.tag = content, '"1"'
        self.faults: list[int | str] = []
        self.asked: list[str] = []
        self.on_request: Any = lambda: None

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class _Handler(BaseHTTPRequestHandler):
    server: WebFile
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(403)  # as a signed address does

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.on_request()
        fault = self.server.faults.pop(0) if self.server.faults else None
        if self.path.startswith("/moved/"):
            self._answer(302, {"Location": f"/{self.path.removeprefix('/moved/')}"})
        elif isinstance(fault, int):
            self._answer(fault)
        elif fault == "whole" or "Range" not in self.headers:
            self._answer(200, {"ETag": self.server.tag}, self.server.content)
        else:
            self._piece(cut=fault == "cut")

    def _piece(self, *, cut: bool) -> None:
        first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
        size = len(self.server.content)
        if first >= size:
            self._answer(416, {"Content-Range": f"bytes */{size}"})
            return
        piece = self.server.content[first : last + 1]
        told = {"Content-Range": f"bytes {first}-{first + len(piece) - 1}/{size}", "ETag": self.server.tag}
        self._answer(206, told, piece, cut=cut)

    def _answer(self, status: int, headers: dict[str, str] = NONE, body: bytes = b"", *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = cut

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def serving_file(content: bytes) -> Iterator[WebFile]:
    with WebFile(content) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
