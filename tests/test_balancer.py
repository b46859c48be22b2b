"""Two processes behind HAProxy, as vae_demo/deployment/README.md has it: visitors stay, are moved, and get answers."""

import asyncio
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import ROOT
from gradio_client import Client, handle_file

from tests.page_client import Answer, Request, Site, Visitor, visit
from tests.served import free_port, serve
from tests.visitor import eventually
from tests.visitors import PICTURES, Book
from vae_demo.ui.browser import ADDRESS
from vae_demo.ui.decoders import DIGEST_LENGTH

DEPLOYMENT = ROOT / "vae_demo" / "deployment"
HAPROXY = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
DIGIT = Request("reconstruct", ("digits", "mean", 0), PICTURES["digits"][0])
PHOTOGRAPH = Request("encode_codes", ("vq-vae-photos",), PICTURES["photos"][0])
SAMPLES = Request("sample", ("vae-digits", "standard-normal", 4, 1, 1))
SLOW = [Request("sample", ("vq-vae-cartoons", "code-prior", 64, seed, 1)) for seed in range(6)]

pytestmark = pytest.mark.skipif(not HAPROXY, reason="HAProxy is not installed: it is Debian's package haproxy")


def free_address() -> str:
    return f"127.0.0.1:{free_port()}"


class Host:
    """Whoever runs the page: starts and ends its processes, and speaks to HAProxy through its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public = free_address()
        self.apps = {"one": free_address(), "two": free_address()}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = os.environ | {
            "LISTEN": self.public,
            "APP_ONE": self.apps["one"],
            "APP_TWO": self.apps["two"],
            "ADMIN_SOCKET": str(folder / "admin"),
            "GRADIO_TEMP_DIR": str(folder / "uploads"),
            "OMP_NUM_THREADS": "1",
        }

    @property
    def url(self) -> str:
        return f"http://{self.public}"

    def start(self, name: str) -> None:
        """Start a process of the page, without waiting for it."""
        port = self.apps[name].rpartition(":")[2]
        self._run(name, sys.executable, str(ROOT / "app.py"), "--host", "127.0.0.1", "--port", port)

    def balance(self) -> None:
        """Start HAProxy."""
        self._run("haproxy", HAPROXY, "-db", "-f", str(DEPLOYMENT / "haproxy.cfg"))

    def await_answer(self, address: str) -> None:
        """Wait until an address answers as the health check wants it."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://{address}/gradio_api/startup-events", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("\n".join(log.read_text(encoding="utf-8") for log in self.folder.glob("*.log")))

    def end(self, name: str, order: signal.Signals) -> None:
        """End a process, and wait until it is gone."""
        self.processes[name].send_signal(order)
        self.processes[name].wait(timeout=60)

    def tell(self, command: str) -> str:
        """What HAProxy answers to a command."""
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(self.environment["ADMIN_SOCKET"])
            admin.sendall(f"{command}\n".encode())
            return admin.makefile().read()

    def count(self, column: str) -> dict[str, int]:
        """What HAProxy counts of each process: `stot`, all requests so far, or `scur`, those that are open."""
        head, *rows = [row.split(",") for row in self.tell("show stat").splitlines() if row]
        servers = [dict(zip(head, row, strict=False)) for row in rows]
        return {server["svname"]: int(server[column]) for server in servers if server["svname"] in self.apps}

    def restart(self, name: str) -> None:
        """Restart a process by the README's steps, with shorter pauses."""
        leave, go, come_back = re.findall(
            r"set server app/one (state \w+)", (DEPLOYMENT / "README.md").read_text(encoding="utf-8")
        )
        self.tell(f"set server app/{name} {leave}")
        time.sleep(1)
        self.tell(f"set server app/{name} {go}")
        time.sleep(1)
        self.end(name, signal.SIGTERM)
        self.start(name)
        self.await_answer(self.apps[name])
        self.tell(f"set server app/{name} {come_back}")

    def _run(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("a", encoding="utf-8") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    host = Host(tmp_path_factory.mktemp("balancer"))
    try:
        for name in host.apps:
            host.start(name)
        for address in host.apps.values():
            host.await_answer(address)
        host.balance()
        host.await_answer(host.public)
        yield host
    finally:
        for process in host.processes.values():
            process.kill()
            process.wait()


def process_of(site: Site) -> str:
    """The process that a visitor's cookie names; each site has cookies of its own."""
    return site.client.cookies["process"]


async def keeps_an_own_picture(visitor: Visitor) -> bool:
    """Whether a visitor who gave a picture keeps it when they choose other models: the process has the upload."""
    (given,) = await visitor.ask(DIGIT)
    files = {"files": ("own.png", PICTURES["digits"][0].read_bytes())}
    path = (await visitor.client.post("/gradio_api/upload", files=files)).json()[0]
    own = {"path": path, "meta": {"_type": "gradio.FileData"}}
    (switched,) = await visitor.ask(Request("tab_reconstruction", ({"dataset": "cartoons", "picture": own},)))
    assert (given.outcome, switched.outcome) == ("right", "right"), (given.said, switched.said)
    settings = switched.data[0]["settings"]
    return settings["dataset"] == "cartoons" and settings["picture"] is not None


def test_visitors_stay_with_their_process_and_both_have_some(host):
    book = Book()

    async def run() -> set[str]:
        used = set()
        async with visit(host.url) as site, Visitor(site) as visitor, visit(host.url) as other, Visitor(other) as guest:
            answers = await visitor.open() + await guest.open()
            for who in (visitor, guest, visitor):
                before, process = host.count("stot"), process_of(who.site)
                answers += await who.open() + book.check(await who.ask(PHOTOGRAPH, SAMPLES))
                assert [(answer.request.event, answer.said) for answer in answers if answer.outcome != "right"] == []
                assert await keeps_an_own_picture(who)
                changed = {name for name, count in host.count("stot").items() if count != before[name]}
                assert changed == {process}
                used.add(process)
        return used

    assert asyncio.run(run()) == {"one", "two"}
    assert eventually(lambda: not any(host.count("scur").values()))  # a process knows when its visitors have left
    client = Client(host.url, verbose=False)
    assert len(client.predict("vae-digits", "standard-normal", 2, 9, 1.0, api_name="/sample")["pictures"]) == 2


def test_a_rolling_restart_fails_no_request(host):
    """Visitors who come and go, and one who stays and always asks for something, notice nothing of it."""
    book = Book()
    answers: list[Answer] = []
    stayed_at: set[str] = set()
    over = asyncio.Event()

    async def stay() -> None:
        async with visit(host.url) as site, Visitor(site, secrets.token_bytes(4)) as visitor:
            while not over.is_set():
                for request in (DIGIT, SAMPLES, PHOTOGRAPH):
                    answers.extend(book.check(await visitor.ask(request)))
                    stayed_at.add(process_of(site))

    async def come_and_go() -> None:
        while not over.is_set():
            async with visit(host.url) as site, Visitor(site) as visitor:
                answers.extend(await visitor.open() + book.check(await visitor.ask(DIGIT)))
                await asyncio.sleep(0.5)  # a process that starts needs the machine too

    async def roll() -> None:
        for name in host.apps:
            await asyncio.to_thread(host.restart, name)
        over.set()

    async def run() -> None:
        await asyncio.gather(stay(), come_and_go(), roll())

    asyncio.run(run())
    assert [(a.request.event, a.said) for a in answers if a.outcome != "right"] == []
    assert stayed_at == set(host.apps)
    assert len(answers) > 20


def test_the_visitors_of_a_process_that_died_are_carried_on_by_the_other(host):
    async def run() -> None:
        async with visit(host.url) as site, Visitor(site) as idle, Visitor(site) as busy:  # two tabs of one browser
            assert (await idle.ask(DIGIT))[0].outcome == "right"
            under_way = asyncio.create_task(busy.ask(*SLOW))
            await asyncio.sleep(1)
            died = process_of(site)
            await asyncio.to_thread(host.end, died, signal.SIGKILL)
            # Whoever waited for an answer has to ask again; whoever did not notices nothing.
            (noticed_nothing,), lost, (asked_again,) = await idle.ask(DIGIT), await under_way, await busy.ask(DIGIT)
            assert "error" in [answer.outcome for answer in lost]
            assert (noticed_nothing.outcome, asked_again.outcome) == ("right", "right")
            assert {process_of(site)} == {*host.apps} - {died}

    asyncio.run(run())


SUBPATH = """
global
    maxconn 100
defaults
    mode http
    timeout connect 3s
    timeout client 60s
    timeout server 60s
frontend public
    bind "${LISTEN}"
    http-request set-header X-Forwarded-Host %[req.hdr(host)]
    http-request replace-path /vae/?(.*) /\\1
    default_backend app
backend app
    server one "${APP_ONE}"
"""


def test_a_page_below_a_path_of_another_site_answers(tmp_path):
    """GRADIO_ROOT_PATH names the path; the proxy takes it away before the page sees it."""
    configured = tmp_path / "haproxy.cfg"
    configured.write_text(SUBPATH, encoding="utf-8")
    listen = free_address()
    with serve(GRADIO_ROOT_PATH="/vae") as server:
        environment = os.environ | {"LISTEN": listen, "APP_ONE": urlsplit(server.address).netloc}
        proxy = subprocess.Popen([HAPROXY, "-db", "-f", str(configured)], env=environment)
        try:
            assert eventually(lambda: answers(f"http://{listen}/vae/config"))
            client = Client(f"http://{listen}/vae/", verbose=False)
            picture = handle_file(PICTURES["photos"][0])
            answer = client.predict(picture, "photos", "mean", 0, api_name="/reconstruct")
            assert answer["variants"]
            for given in answer["variants"]:  # what the browser decodes with
                assert answers(
                    f"http://{listen}/vae/decoders/{given['checkpoint']}/{given['weights_sha256'][:DIGEST_LENGTH]}"
                )
            assert answers(f"http://{listen}/vae/{ADDRESS}/decoder/worker.js")
            with urllib.request.urlopen(f"http://{listen}/vae/config", timeout=10) as config:
                files = set(re.findall(r'"(http[^"]*/gradio_api/file=[^"]*)"', config.read().decode()))
            assert files
            assert all(url.startswith(f"http://{listen}/vae/") and answers(url) for url in files)
            # Without its slash the browser is told where the rest is.
            with urllib.request.urlopen(f"http://{listen}/vae", timeout=10) as page:
                html = page.read().decode()
            assert re.search(r"<base [^>]*>", html)[0] == '<base href="/vae/">'
            modules = re.findall(r'<link rel="modulepreload" href="([^"]*)">', html)
            assert modules
            assert all(answers(f"http://{listen}/vae/{module}") for module in modules)
        finally:
            proxy.kill()
            proxy.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
