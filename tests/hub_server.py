"""A Hub on 127.0.0.1 for tests: what huggingface_hub asks to pull and push, over real HTTP, with faults on demand."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import yaml

API = re.compile(r"/api/(?P<kind>model|space)s/(?P<id>[^/]+/[^/]+)(?:/(?P<action>[^/]+))?(?:/(?P<rest>.+))?")
FILE = re.compile(r"/(?P<kind>spaces/)?(?P<id>[^/]+/[^/]+)/(?P<action>resolve)/(?P<rest>.+)")


class Request(BaseHTTPRequestHandler):
    """One request; `self.server.hub` is the Hub that answers it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        hub, path = self.server.hub, unquote(urlsplit(self.path).path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        hub.requests.append(f"{self.command} {path}")
        self.close_connection = True
        if hub.fault is None or not hub.fault(self, path):
            self.serve(hub, path)

    do_HEAD = do_POST = do_PUT = do_GET

    def serve(self, hub, path):
        if hub.token and self.headers.get("Authorization") != f"Bearer {hub.token}":
            return self.refuse(401, "RepoNotFound")
        if path == "/api/repos/create":
            return self.create(hub, json.loads(self.body))
        if path == "/api/validate-yaml":
            return self.validate(json.loads(self.body)["content"])
        found = API.fullmatch(path) or FILE.fullmatch(path)
        kind = "space" if found and (found["kind"] or "").startswith("space") else "model"
        repository = hub.repositories.get((kind, found["id"])) if found else None
        if repository is None:
            return self.refuse(404, "RepoNotFound")
        action, rest = found["action"], found["rest"]
        if action == "settings":
            repository.private = json.loads(self.body)["visibility"] == "private"
            return self.answer_json({"private": repository.private})
        if action == "variables":
            return self.variables(repository)
        # A branch's name may hold slashes, so it is looked up and not split off.
        rest = rest or "main"
        known = [*repository.branches, *repository.commits]
        revision = next((r for r in known if rest == r or rest.startswith(f"{r}/")), None)
        if revision is None:
            return self.refuse(404, "RevisionNotFound")
        commit = repository.branches.get(revision, revision)
        return self.at_commit(hub, repository, action, revision, commit, rest.removeprefix(f"{revision}/"))

    def at_commit(self, hub, repository, action, revision, commit, name):
        files = repository.commits[commit]
        if action in (None, "revision"):
            siblings = [{"rfilename": name} for name in files]
            about = {"id": repository.id, "sha": commit, "siblings": siblings, "private": repository.private}
            return self.answer_json(about)
        if action == "tree":
            return self.answer_json([tree_entry(name, data) for name, data in files.items()])
        if action == "preupload":
            asked = [file["path"] for file in json.loads(self.body)["files"]]
            return self.answer_json(
                {"files": [{"path": name, "uploadMode": "regular", "shouldIgnore": False} for name in asked]}
            )
        if action == "commit":
            return self.commit(hub, repository, revision, commit)
        if name not in files:
            return self.refuse(404, "EntryNotFound", {"X-Repo-Commit": commit})
        return self.answer_file(hub.spoil(name, files[name]), etag(name, files[name]), commit)

    def create(self, hub, asked):
        kind, name = asked.get("type", "model"), f"{asked['organization']}/{asked['name']}"
        url = hub.address(kind, name)
        if (kind, name) in hub.repositories:
            return self.answer_json({"url": url, "error": "You already created this repository"}, 409)
        repository = hub.repositories[kind, name] = Repository(name, kind, private=asked.get("visibility") == "private")
        repository.settings = asked
        repository.push({".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"})
        self.answer_json({"url": url, "name": name})

    def validate(self, content):
        try:
            metadata = yaml.safe_load(content.split("---")[1])
        except (IndexError, yaml.YAMLError) as error:
            return self.answer_json({"errors": [{"message": str(error)}], "warnings": []}, 400)
        errors = (
            [{"message": "short_description is too long"}] if len(metadata.get("short_description", "")) > 60 else []
        )
        self.answer_json({"errors": errors, "warnings": []}, 400 if errors else 200)

    def variables(self, repository):
        if self.command == "POST":
            asked = json.loads(self.body)
            repository.variables[asked["key"]] = asked["value"]
        self.answer_json({key: {"key": key, "value": value} for key, value in repository.variables.items()})

    def commit(self, hub, repository, branch, parent):
        lines = [json.loads(line) for line in self.body.splitlines()]
        files = dict(repository.commits[parent])
        for line in lines:
            value = line["value"]
            if line["key"] == "header" and value.get("parentCommit", parent) != parent:
                return self.refuse(412, "")
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            if line["key"] == "deletedFile":
                del files[value["path"]]
        changed = sorted(line["value"]["path"] for line in lines if line["key"] != "header")
        repository.uploads.append(changed)
        oid = repository.push(files, branch)
        url = f"{hub.address(repository.kind, repository.id)}/commit/{oid}"
        self.answer_json({"success": True, "commitOid": oid, "commitUrl": url})

    def answer_file(self, data, tag, commit):
        headers = {"ETag": f'"{tag}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self.answer(206 if start else 200, data[start:], headers)

    def answer_json(self, value, status=200):
        self.answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

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


@dataclass
class Repository:
    """One repository: `commits` by their 40 hex digits, each {path: bytes}; `uploads` lists each push's paths.

    `settings` is what it was created with, as the client asked.
    """

    id: str
    kind: str = "model"
    private: bool = False
    settings: dict = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    uploads: list[list[str]] = field(default_factory=list)

    @property
    def files(self):
        """The files at the head of main."""
        return self.commits[self.branches["main"]]

    def push(self, files, branch="main"):
        """A new commit of these files at the head of `branch`; returns its 40 hex digits."""
        named = b"".join(name.encode() + data for name, data in sorted(files.items()))
        commit = hashlib.sha1(b"%d" % len(self.commits) + named).hexdigest()
        self.commits[commit] = dict(files)
        self.branches[branch] = commit
        return commit


class Hub:
    """A Hub, served on a port of its own until `stop`, with one model repository, `repo`, where it is not empty.

    `fault(request, path)` may answer a request in the Hub's place and then returns True; `spoil(name, data)` changes
    a file on its way out; `token` is demanded where it is set; `requests` lists what was asked, "METHOD /path".
    """

    def __init__(self, repo="owner/weights"):
        self.repo = repo
        self.repositories = {("model", repo): Repository(repo)} if repo else {}
        self.requests: list[str] = []
        self.fault: Callable[[Request, str], bool] | None = None
        self.spoil = lambda name, data: data
        self.token = ""
        self.port = 0
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def address(self, kind, name):
        return f"{self.url}/{'spaces/' if kind == 'space' else ''}{name}"

    @property
    def commits(self):
        return self.repositories["model", self.repo].commits

    @property
    def branches(self):
        return self.repositories["model", self.repo].branches

    def push(self, files, branch="main"):
        return self.repositories["model", self.repo].push(files, branch)

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
