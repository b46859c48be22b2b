"""What the page asks as it opens has been answered before: the answers come with it."""

import asyncio
import json
import shutil
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from PIL import Image
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.page_client import answers_in
from tests.visitor import eventually, open_tab
from vae_demo.examples import example_pictures
from vae_demo.hosting import environment
from vae_demo.inference import Store
from vae_demo.ui import example_pictures as example_addresses
from vae_demo.ui.example_pictures import shown_examples
from vae_demo.weights.hub import bundled

CARDS = "#reconstruct-result .card[data-checkpoint]"
FIRST = {"link": {}, "examples_of": None}


@pytest.fixture(scope="module")
def answering(server: str) -> str:
    """The page's address, once the answers come with it."""
    assert eventually(lambda: bool(answers_in(httpx.get(server).text)))
    return server


@pytest.fixture
def asked(blank: Page) -> list[str]:
    """The endpoints that the page asks."""
    seen: list[str] = []
    blank.on("request", lambda request: seen.append(request.url) if "/gradio_api/call/" in request.url else None)
    return seen


def test_what_comes_with_the_page_is_what_the_server_answers(answering):
    client = Client(answering, verbose=False)

    def answer(endpoint: str, data: list) -> object:
        posted = httpx.post(f"{answering}/gradio_api/call/{endpoint}", json={"data": data}).json()
        said = httpx.get(f"{answering}/gradio_api/call/{endpoint}/{posted['event_id']}", timeout=60).text
        return json.loads(said.split("data: ")[-1])[0]

    came = answers_in(httpx.get(answering).text)
    assert list(came) == ["notice", "tab_reconstruction", "codec_curves"]
    assert came["tab_reconstruction"][0] == [FIRST]
    for endpoint, (data, there) in came.items():
        # Addresses of files begin below the page's, whatever that is.
        whole = json.loads(json.dumps(there).replace('"gradio_api/file=', f'"{answering}/gradio_api/file='))
        assert answer(endpoint, data) == whole
    answered = came["tab_reconstruction"][1]
    shown, given = answered["examples"][0]["picture"], answered["controls"]
    for address in (shown, given[-1]["value"]["url"]):
        assert httpx.get(f"{answering}/{address}").headers["content-type"] == "image/png"
    assert httpx.get(f"{answering}/examples/0/{shown.rpartition('/')[2]}").status_code == 404
    assert "notice" not in str(client.view_api(return_format="dict", print_info=False)["named_endpoints"].keys())


def test_the_page_opens_without_asking(answering, blank, asked):
    blank.goto(answering)
    expect(blank.locator(CARDS)).to_have_count(4)
    expect(blank.locator("#weights")).to_contain_text("These are the bundled weights.")
    plane = blank.locator("#reconstruct-result .at-plane")
    plane.scroll_into_view_if_needed()
    expect(plane).to_contain_text("AVIF")
    assert asked == []
    blank.locator("#reconstruct-examples .example").nth(1).click()
    expect(blank.locator("#reconstruct-examples .example").nth(1)).to_have_attribute("aria-pressed", "true")
    assert eventually(lambda: any("tab_reconstruction" in address for address in asked))


def test_what_came_long_ago_is_asked_anew(answering, blank, asked):
    blank.clock.install()
    blank.goto(f"{answering}/?tab=about")
    expect(blank.locator("#about .panel-body")).not_to_contain_text("Loading")
    blank.clock.fast_forward("02:00")
    open_tab(blank, "Reconstruction")
    expect(blank.locator(CARDS)).to_have_count(4)
    assert any("tab_reconstruction" in address for address in asked)


def test_they_are_those_of_the_weights_in_use(tmp_path, caplog, monkeypatch):
    class Changing:
        source = bundled("The Hub is asked")

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))  # other pages' files are not deleted
    environment.set_up()
    from vae_demo.ui import build_page
    from vae_demo.ui.opening import Opening

    async def came(opening: Opening) -> dict:
        for _ in range(600):
            if scripts := opening.scripts():
                return answers_in(scripts.decode())
            await asyncio.sleep(0.1)
        raise AssertionError("the answers never came")

    async def look() -> None:
        store = Store(Changing)
        opening = Opening(build_page(store), store, {})
        assert opening.scripts() == b""  # nobody waits for it
        first = await came(opening)
        assert first["notice"][1].startswith("The Hub is asked")
        assert opening.scripts()
        Path(first["tab_reconstruction"][1]["controls"][-1]["value"]["path"]).unlink()  # as housekeeping does
        assert opening.scripts() == b""
        assert await came(opening) == first  # with a file that is there again
        few = tmp_path / "few"
        few.mkdir()
        for name in ("vae-digits", "vq-vae-digits"):
            (few / name).symlink_to(Changing.source.folder / name)
        Changing.source = type(Changing.source)(few)
        assert opening.scripts() == b""  # rather than those of weights that are not used any more
        answer = (await came(opening))["tab_reconstruction"][1]
        assert answer["dataset"] == "digits"
        assert [variant["checkpoint"] for variant in answer["result"]["variants"]] == ["vae-digits", "vq-vae-digits"]
        damaged = shutil.copytree(few / "vae-digits", tmp_path / "damaged" / "vae-digits")
        (damaged / "model.safetensors").write_bytes(b"")
        Changing.source = type(Changing.source)(damaged.parent)
        for _ in range(200):
            assert opening.scripts() == b""  # there is nothing to answer with
            if "does not travel" in caplog.text:
                break
            await asyncio.sleep(0.1)
        for _ in range(10):
            assert opening.scripts() == b""
            await asyncio.sleep(0.1)
        assert caplog.text.count("does not travel") == 1  # it is not tried all the time

    asyncio.run(look())


def test_an_example_that_another_process_offered_is_there_and_a_photograph_is_small():
    offered = [*shown_examples(example_pictures("digits")), *shown_examples(example_pictures("photos"))]
    example_addresses._contents.clear()
    example_addresses._address.cache_clear()
    example_addresses._offer_all.cache_clear()
    client = TestClient(Starlette(routes=example_addresses.EXAMPLE_ROUTES))
    for example in offered:
        answer = client.get(f"/{example['picture']}")
        assert "immutable" in answer.headers["cache-control"]
        assert max(Image.open(BytesIO(answer.content)).size) <= 160
    assert client.get("/examples/0/0.png").status_code == 404
