"""The commands that load the page: a small crowd is answered rightly, and what goes wrong is seen and called so."""

import asyncio
import itertools
import os
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import httpx
import pytest

from tests import load, soak
from tests.browser_visits import visit_by_browser
from tests.page_client import Request, Site, Visitor, refusal, visit
from tests.served import Usage, listener, memory
from tests.visitors import PICTURES, Book, rehearse

DIGIT = Request("reconstruct", ("digits", "mean", 0), PICTURES["digits"][0])
PHOTOGRAPH = Request("reconstruct", ("photos", "mean", 0), PICTURES["photos"][0])


def test_ten_visitors_and_then_some_that_come_and_go_get_what_a_lone_one_gets(server):
    async def run():
        async with visit(server) as site:
            tabs, book = await rehearse(site)
            crowd = await load.crowd(site, tabs, book, visitors=10, seconds=3, think=0.3, pid=listener(server))
            return tabs, crowd, await soak.soak(site, tabs, book, 24, itertools.count(), at_once=2)

    tabs, crowd, tally = asyncio.run(run())
    assert set(tabs) == {"reconstruction", "sampling", "beta comparison", "code maps", "about"}
    assert not crowd.trouble()
    assert len(crowd.answers) >= 10  # every visitor had one at least, on any machine
    assert 100 * load.MB < crowd.peak < 16_000 * load.MB
    assert re.fullmatch(r"\| 10 \| \d+ \| 0 \| 0 \| 0 \|( \d+\.\d+ \|){4} \d+ \|", crowd.row())
    assert set(tally) == {"right"}
    assert tally.total() >= 24


class Tampering(httpx.AsyncHTTPTransport):
    """A network that changes one byte of each picture file, or one pixel's letter of a picture in the answer."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self.part = part

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if self.part not in request.url.path:
            return response
        content = bytearray(await response.aread())
        place = content.find(b";base64,") + 40 if self.part == "data" else len(content) // 2
        content[place] = ord("A") if content[place] != ord("A") else ord("B")
        return httpx.Response(response.status_code, headers=response.headers, content=bytes(content))


@pytest.mark.parametrize(("request_", "part"), [(PHOTOGRAPH, "file="), (DIGIT, "data")])
def test_a_picture_with_one_byte_changed_is_a_wrong_answer(server, request_, part):
    async def ask(book, transport=None, mark=b""):
        async with visit(server, transport) as site, Visitor(site, mark) as visitor:
            return book.check(await visitor.ask(request_))[0].outcome

    book = Book()
    assert asyncio.run(ask(book)) == "right"
    assert asyncio.run(ask(book, mark=b"another file of the same picture")) == "right"
    assert asyncio.run(ask(book, Tampering(part))) == "wrong"


def test_what_the_page_refuses_is_an_error_with_its_sentence(server, tmp_path):
    words = tmp_path / "words.png"
    words.write_text("no picture, only words", encoding="utf-8")

    async def ask():
        async with visit(server) as site, Visitor(site) as visitor:
            return await visitor.ask(Request(DIGIT.event, DIGIT.data, words))

    (answer,) = asyncio.run(ask())
    assert answer.outcome == "error"
    assert "picture" in answer.said


def test_a_full_queue_is_told_from_an_error():
    going_on = threading.Event()

    def wait() -> bool:
        return going_on.wait(20)

    with gr.Blocks() as page:
        gr.api(wait, api_name="wait")
    _, address, _ = page.queue(max_size=1).launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")

    async def ask(site: Site, crowd: load.Crowd) -> None:
        async with Visitor(site) as visitor:
            crowd.answers += await visitor.ask(Request("wait"))
            going_on.set()  # that is by whoever is refused: the others wait for it

    async def three() -> load.Crowd:
        crowd = load.Crowd(3, elapsed=1)
        async with visit(address) as site:
            for _ in range(2):
                asked = asyncio.create_task(ask(site, crowd))
                await asyncio.sleep(0.5)
            await asyncio.gather(ask(site, crowd), asked)
        return crowd

    try:
        crowd = asyncio.run(three())
    finally:
        page.close()
    assert crowd.count("full") == 1
    assert not crowd.failed
    assert "Queue is full. Max size is 1" in crowd.trouble()


@pytest.mark.parametrize(
    ("status", "content", "outcome"),
    [
        (503, {"detail": "Queue is full. Max size is 200 and size is 200."}, "full"),
        (503, {"detail": "Queue is stopped."}, "error"),
        (500, {"detail": "Queue is full."}, "error"),
        (503, None, "error"),
        (404, ["unexpected"], "error"),
    ],
)
def test_only_a_503_that_says_so_is_a_full_queue(status, content, outcome):
    assert refusal(httpx.Response(status, json=content))[0] == outcome


def test_a_visit_by_a_browser_comes_out_right_and_says_what_did_not(server):
    with ThreadPoolExecutor(1) as apart:  # an event loop runs here
        seen = [apart.submit(visit_by_browser, place, 1, itertools.count()).result() for place in (server, "nowhere")]
    right, wrong = seen
    assert right == Counter(right=1)
    assert "goto" in next(iter(wrong))


def test_a_soak_is_judged_by_its_memory_its_files_and_its_answers():
    def took(memory_, files=0):
        return Usage(memory_, files, 10 * files, files)

    assert not soak.judge(load.Counter(right=9), took(1000), took(1050), took(900, 5), took(1050, 5))
    (grown,) = soak.judge(load.Counter(right=9), took(1000), took(1100), took(900), took(1100))
    assert "10.0%, more than 5%" in grown
    (stayed,) = soak.judge(load.Counter(right=9), took(1000), took(1000), took(900, 5), took(1000, 6))
    assert "6 temporary files stayed" in stayed
    (wrong,) = soak.judge(load.Counter(right=9, broken=2), took(1000), took(1000), took(900), took(1000))
    assert wrong == "2 requests or visits: broken."


def test_memory_is_that_of_a_process_and_its_children():
    assert memory(None) == 0
    assert memory(2**30) == 0
    assert memory(os.getpid()) > load.MB
