"""A Hub on 127.0.0.1 for tests: what huggingface_hub asks for a download, over real HTTP, with faults on demand."""

import hashlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class Request(BaseHTTPRequestHandler):
    """One request; `self.server.hub` is the Hub that answers it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        hub, path = self.server.hub, unquote(urlsplit(self.path).path)
        hub.requests.append(f"{self.command} {path}")
        self.close_connection = True
        if hub.fault is None or not hub.fault(self, path):
            self.serve(hub, path)

    do_HEAD = do_GET

    def serve(self, hub, path):
        if hub.token and self.headers.get("Authorization") != f"Bearer {hub.token}":
            return self.refuse(401, "RepoNotFound")
        api = f"/api/models/{hub.repo}"
        prefix = next(
            (p for p in (f"{api}/revision/", f"{api}/tree/", f"/{hub.repo}/resolve/") if path.startswith(p)), ""
        )
        if not prefix:
            return self.refuse(404, "RepoNotFound")
        parts = path.removeprefix(prefix)
        # A branch's name may hold slashes, so it is looked up and not split off.
        revision = next((r for r in [*hub.branches, *hub.commits] if parts == r or parts.startswith(f"{r}/")), None)
        if revision is None:
            return self.refuse(404, "RevisionNotFound")
        commit = hub.branches.get(revision, revision)
        files = hub.commits[commit]
        if prefix.endswith("/revision/"):
            siblings = [{"rfilename": name} for name in files]
            return self.answer_json({"id": hub.repo, "modelId": hub.repo, "sha": commit, "siblings": siblings})
        if prefix.endswith("/tree/"):
            return self.answer_json([tree_entry(name, data) for name, data in files.items()])
        name = parts.removeprefix(f"{revision}/")
        if name not in files:
            return self.refuse(404, "EntryNotFound", {"X-Repo-Commit": commit})
        return self.answer_file(hub.spoil(name, files[name]), etag(name, files[name]), commit)

    def answer_file(self, data, tag, commit):
        headers = {"ETag": f'"{tag}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self.answer(206 if start else 200, data[start:], headers)

    def answer_json(self, value):
        self.answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def refuse(self, status, code, headers=None):
        self.answer(status, b"", {"X-Error-Code": code, **(headers or {})})

    def answer(self, status, body, headers, sent=None):
        """Answer with `body`, of which only the first `sent` bytes go out before the connection is cut."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:sent])

    def log_message(self, *_):
        pass


def is_lfs(name):
    return name.endswith((".safetensors", ".bin"))


def etag(name, data):
    """As on the Hub: SHA-256 for a large file, git's blob id for a small one."""
    if is_lfs(name):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def tree_entry(name, data):
    entry = {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
    if is_lfs(name):
        return entry | {"lfs": {"oid": etag(name, data), "size": len(data), "pointerSize": 134}}
    return entry | {"oid": etag(name, data)}


class Hub:
    """One model repository, `repo`, served on a port of its own until `stop`.

    `fault(request, path)` may answer a request in the Hub's place and then returns True; `spoil(name, data)` changes
    a file on its way out; `token` is demanded where it is set; `requests` lists what was asked, "METHOD /path".
    """

    def __init__(self, repo="owner/weights"):
        self.repo = repo
        self.commits: dict[str, dict[str, bytes]] = {}
        self.branches: dict[str, str] = {}
        self.requests: list[str] = []
        self.fault: Callable[[Request, str], bool] | None = None
        self.spoil = lambda name, data: data
        self.token = ""
        self.port = 0
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Listen, on the same port as before where there was one."""
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Request)
        self._server.hub = self
        self._server.daemon_threads, self._server.block_on_close = True, False
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """Refuse connections from now on."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def push(self, files, branch="main"):
        """A new commit of these files, {path: bytes}, at the head of `branch`; returns its 40 hex digits."""
        named = b"".join(name.encode() + data for name, data in sorted(files.items()))
        commit = hashlib.sha1(b"%d" % len(self.commits) + named).hexdigest()
        self.commits[commit] = dict(files)
        self.branches[branch] = commit
        return commit


def answering(status, code="", when="", methods=("GET", "HEAD")):
    """A fault: `status` with X-Error-Code `code` for every path that holds `when`."""

    def fault(request, path):
        if when not in path or request.command not in methods:
            return False
        request.refuse(status, code)
        return True

    return fault


def hanging(when=""):
    """A fault: no answer until the Hub's `released` is set, for every path that holds `when`."""

    def fault(request, path):
        if when not in path:
            return False
        request.server.hub.released.wait(30)
        return True

    return fault


def cutting(when, then=None):
    """A fault: the first GET of a path that ends in `when` is cut after half its bytes; `then` is the fault after."""

    def fault(request, path):
        hub = request.server.hub
        if request.command != "GET" or not path.endswith(when):
            return False
        hub.fault = then
        commit, name = path.removeprefix(f"/{hub.repo}/resolve/").split("/", 1)
        data = hub.commits[commit][name]
        headers = {"ETag": f'"{etag(name, data)}"', "X-Repo-Commit": commit}
        request.answer(200, data, headers, sent=len(data) // 2)
        return True

    return fault
