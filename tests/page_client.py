"""A visitor without a browser, who says to the server what the page would say.

A visitor uploads, joins the queue, listens to the session's stream of events and downloads the pictures that came as
files, through Gradio's HTTP protocol as the page's own script uses it. The scripts and styles are not fetched.
"""

import asyncio
import hashlib
import json
import random
import re
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, Self

import httpx
from PIL import Image

PATIENCE = 180
"""Seconds after which a visitor calls the page broken."""

Outcome = Literal["right", "wrong", "error", "full"]


@dataclass(frozen=True)
class Request:
    """An event of the page by its name, the values that go with it, and the upload that is the first of them."""

    event: str
    data: tuple[Any, ...] = ()
    picture: Path | int | None = None
    details: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        """The same for the same request."""
        return json.dumps([self.event, self.data, str(self.picture), self.details])


@dataclass
class Answer:
    """What a visitor got, after how long: the page's values, and a hash of them and of the files that they name."""

    request: Request
    outcome: Outcome = "error"
    seconds: float = 0.0
    said: str = ""
    data: list[Any] = field(default_factory=list)
    content: str = ""
    own: str = ""  # the hash of the visitor's own file, which each has another of


@dataclass(frozen=True)
class Site:
    """A served page as a browser has it: its cookies, and the page's events by name."""

    client: httpx.AsyncClient
    events: dict[str, tuple[int, int | None]]
    transport: httpx.AsyncBaseTransport

    def elsewhere(self) -> "Site":
        """The same in another browser, on the same connections: a balancer tells them apart by their cookies."""
        client = httpx.AsyncClient(base_url=self.client.base_url, transport=self.transport, timeout=PATIENCE)
        return Site(client, self.events, self.transport)


OPENING = [Request("notice"), Request("tab_reconstruction", ({"link": {}, "examples_of": None},))]
"""What the page's script asks for when nothing came with the page."""


CAME = re.compile(
    r'<script type="application/json" id="opening">(.*?)</script>(?:<script [^>]*first[^>]*>.*?</script>)*'
)


def answers_in(html: str) -> dict[str, tuple[list[Any], Any]]:
    """What came with a page: to which data of an endpoint, which answer."""
    found = CAME.search(html)
    return {endpoint: (data, answer) for endpoint, data, answer in json.loads(found[1])} if found else {}


@asynccontextmanager
async def visit(address: str, transport: httpx.AsyncBaseTransport | None = None) -> AsyncIterator[Site]:
    """Look at the page's config as a browser does, and keep connections for any number of visitors."""
    # The server ends a connection that was idle for five seconds, at times just when something is sent on it.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200, keepalive_expiry=2)
    transport = transport or httpx.AsyncHTTPTransport(limits=limits)
    async with httpx.AsyncClient(base_url=address, transport=transport, timeout=PATIENCE) as client:
        config = (await client.get("/config")).raise_for_status().json()
        props = {component["id"]: component["props"] for component in config["components"]}
        events = {}
        for dependency in config["dependencies"]:
            targets = dependency["targets"]
            events[dependency["api_name"]] = dependency["id"], targets[0][0] if targets else None
            for target, event in targets:
                if target in props:
                    events[f"{props[target].get('elem_id')}.{event}"] = dependency["id"], target
        yield Site(client, events, transport)


class Visitor:
    """Someone with the page open, from the first look until the tab is closed. Each file of theirs ends in `mark`."""

    def __init__(self, site: Site, mark: bytes = b"") -> None:
        self.site = site
        self.client = site.client
        self.mark = mark
        self.session = secrets.token_hex(6)
        self._cache: set[str] = set()  # the addresses that a browser keeps for good
        self._present: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._present:
            self._present.cancel()
            await asyncio.gather(self._present, return_exceptions=True)

    def _appear(self) -> None:
        """The page is there, and with it the cookie by which a balancer knows its visitor."""
        self._present = self._present or asyncio.create_task(self._stay())

    async def _stay(self) -> None:
        async with self.client.stream("GET", f"/gradio_api/heartbeat/{self.session}") as beats:
            async for _ in beats.aiter_bytes():
                pass

    async def open(self) -> list[Answer]:
        """Open the page: its HTML, then all that it asks for by itself, at once, unless the answer came with it."""
        page, start = Answer(Request("/")), time.perf_counter()
        came: dict[str, tuple[list[Any], Any]] = {}
        try:
            response = (await self.client.get("/")).raise_for_status()
            came = answers_in(response.text)
            # A visitor who came earlier may have got it alone, and each process numbers its own.
            itself = re.sub('"app_id":[0-9]+', "", CAME.sub("", response.text))
            page.outcome, page.content = "right", hashlib.sha256(itself.encode()).hexdigest()
        except httpx.HTTPError as error:
            page.said = repr(error)
        page.seconds = time.perf_counter() - start
        self._appear()
        carried = [Answer(Request(endpoint, tuple(data)), data=[answer]) for endpoint, (data, answer) in came.items()]
        await asyncio.gather(*(self._read(answer, start) for answer in carried))
        return [page, *carried, *await self.ask(*(request for request in OPENING if request.event not in came))]

    async def ask(self, *requests: Request) -> list[Answer]:
        """Ask for something, or for several things at once; whatever happens is in the answers."""
        self._appear()
        start = time.perf_counter()
        answers = [Answer(request) for request in requests]
        waiting: dict[str, Answer] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(self._join(answer, waiting) for answer in answers))
                if waiting:
                    await self._listen(waiting, start)
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            for answer in answers:
                if answer.outcome == "error":
                    answer.said = answer.said or repr(error)
        for answer in answers:
            answer.seconds = answer.seconds or time.perf_counter() - start
        return answers

    async def _join(self, answer: Answer, waiting: dict[str, Answer]) -> None:
        request = answer.request
        number, trigger = self.site.events[request.event]
        data = list(request.data)
        try:
            if request.picture is not None:
                name, content = _file(request.picture)
                files = {"files": (name, content + self.mark)}
                answer.own = hashlib.sha256(content + self.mark).hexdigest()
                response = (await self.client.post("/gradio_api/upload", files=files)).raise_for_status()
                file = {"path": response.json()[0], "orig_name": name, "meta": {"_type": "gradio.FileData"}}
                data = [data[0] | {"picture": file}] if data and isinstance(data[0], dict) else [file, *data]
            body = {"data": data, "event_data": request.details, "fn_index": number, "trigger_id": trigger}
            response = await self.client.post("/gradio_api/queue/join", json=body | {"session_hash": self.session})
            if response.status_code == 200:
                waiting[response.json()["event_id"]] = answer
            else:
                answer.outcome, answer.said = refusal(response)
        except (httpx.HTTPError, ValueError) as error:
            answer.said = repr(error)

    async def _listen(self, waiting: dict[str, Answer], start: float) -> None:
        """Read the stream until the server ends it: one that is left earlier loses the session's next events."""
        downloads = []
        query = {"session_hash": self.session}
        try:
            async with self.client.stream("GET", "/gradio_api/queue/data", params=query) as stream:
                stream.raise_for_status()
                async for line in stream.aiter_lines():
                    message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                    if message.get("msg") == "process_completed" and message["event_id"] in waiting:
                        answer = waiting.pop(message["event_id"])
                        downloads.append(asyncio.create_task(self._finish(answer, message, start)))
                    elif message.get("msg") == "unexpected_error":
                        raise ValueError(message.get("message"))
        finally:
            await asyncio.gather(*downloads)
        if waiting:
            raise ValueError("The stream ended before the answer came.")

    async def _finish(self, answer: Answer, message: dict[str, Any], start: float) -> None:
        if message["success"]:
            answer.data = message["output"]["data"]
            await self._read(answer, start)
        else:
            answer.said = f"{message['output'].get('error')}"
            answer.seconds = time.perf_counter() - start

    async def _read(self, answer: Answer, start: float) -> None:
        """Fetch the files that an answer's data name, and hash them with the rest."""
        try:
            files = list(_files(answer.data))
            contents = await asyncio.gather(*(self._content(file["url"]) for file in files))
            for file, content in zip(files, contents, strict=True):
                file.clear()
                file["sha256"] = "own" if content == answer.own else content  # its address may be another each time
            new = [address for address in _kept_for_good(answer.data) if address not in self._cache]
            contents = await asyncio.gather(*(self._content(address) for address in new))
            if any(address.split("/")[1] != content[:12] for address, content in zip(new, contents, strict=True)):
                answer.data.append("an example that is not what its address says")
            self._cache.update(new)
            answer.content = hashlib.sha256(json.dumps(answer.data, sort_keys=True).encode()).hexdigest()
            answer.outcome = "right"
        except httpx.HTTPError as error:
            answer.said = repr(error)
        answer.seconds = time.perf_counter() - start

    async def _content(self, url: str) -> str:
        return hashlib.sha256((await self.client.get(url)).raise_for_status().content).hexdigest()


def _kept_for_good(value: Any) -> Iterator[str]:
    """The addresses of example pictures among an event's values."""
    if isinstance(value, str) and value.startswith("examples/"):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _kept_for_good(item)


def _files(value: Any) -> Iterator[dict[str, Any]]:
    """The files among an event's values, as Gradio names them."""
    if isinstance(value, dict) and value.get("url"):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _files(item)


def refusal(response: httpx.Response) -> tuple[Outcome, str]:
    """What it means that the queue did not take a request: only a 503 that says so is a full queue."""
    try:
        detail = str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = response.text[:200]
    if response.status_code == 503 and "queue is full" in detail.lower():
        return "full", detail
    return "error", f"{response.status_code}: {detail}"


def _file(picture: Path | int) -> tuple[str, bytes]:
    """A picture's name and content; a number is the seed of a photograph that nobody has sent before."""
    if isinstance(picture, Path):
        return picture.name, picture.read_bytes()
    noise = Image.frombytes("RGB", (16, 12), random.Random(picture).randbytes(16 * 12 * 3))
    buffer = BytesIO()
    noise.resize((256, 192), Image.Resampling.BICUBIC).save(buffer, "PNG")
    return "new.png", buffer.getvalue()
