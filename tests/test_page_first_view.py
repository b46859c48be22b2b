"""The first answer is seen while Gradio builds the page, where the page then has it."""

from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.page_client import answers_in
from tests.visitor import BEEN_HERE, eventually, hold, is_held, upload

CARDS = "#reconstruct-result .card[data-checkpoint]"
VIEW = "#first-view"
# The tests look into it; for others it is closed.
OPEN = """(attach => {
    Element.prototype.attachShadow = function (options) { return attach.call(this, { ...options, mode: 'open' }); };
})(Element.prototype.attachShadow)"""


@pytest.fixture(scope="module")
def answering(server: str) -> str:
    """The page's address, once the answers come with it."""
    assert eventually(lambda: bool(answers_in(httpx.get(server).text)))
    return server


@pytest.fixture(params=["first visit", "later"])
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.set_default_timeout(30_000)
        if request.param == "later":
            context.add_init_script(BEEN_HERE)
        context.add_init_script(OPEN)
        yield context


later = pytest.mark.parametrize("visitor", ["later"], indirect=True)


def waiting(visitor: BrowserContext, address: str, size: tuple[int, int] = (1440, 900)) -> tuple[Page, list]:
    """The address, opened, where the page's own Reconstruction does not come until it is let."""
    page = visitor.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    held = hold(page, "**/reconstruction.js")
    page.goto(address)
    assert is_held(page, held)
    return page, held


def let(page: Page, held: list) -> None:
    for route in held:
        route.continue_()
    expect(page.locator(CARDS)).to_have_count(4)
    expect(page.locator(VIEW)).to_have_count(0)


def boxes(page: Page, selector: str) -> list[dict]:
    page.wait_for_function("document.fonts.status === 'loaded'")
    return [part.bounding_box() for part in page.locator(selector).all()]


@pytest.mark.parametrize(
    "size", [(1920, 1080), (1440, 900), (1280, 720), (1024, 768), (900, 700), (375, 812), (360, 640)]
)
def test_its_pictures_stand_where_the_page_has_them(visitor, answering, size):
    page, held = waiting(visitor, answering, size)
    expect(page.locator(f"{VIEW} article")).to_have_count(5)
    first = boxes(page, f"{VIEW} article > img:first-of-type")
    given = boxes(page, f"{VIEW} figure img")
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    let(page, held)
    page.wait_for_function("document.fonts.status === 'loaded' && !document.querySelector('.pending')")
    later = boxes(page, "#reconstruct-result .cards figure:first-child img, #reconstruct-result .seen img")
    for there, then in zip(given + first, boxes(page, "#reconstruct-picture img") + later, strict=True):
        for side in ("x", "y", "width"):
            assert there[side] == pytest.approx(then[side], abs=8), side


@pytest.mark.parametrize("width", [320, 420, 660, 720])
def test_it_is_as_wide_as_the_window(visitor, answering, width):
    page, _ = waiting(visitor, answering, (width, 700))
    expect(page.locator(VIEW)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width


@later
def test_what_is_seen_is_the_answer(visitor, answering):
    page, held = waiting(visitor, answering)
    answer = answers_in(httpx.get(answering).text)["tab_reconstruction"][1]
    view = page.locator(VIEW)
    expect(view.get_by_role("heading", level=1)).to_have_text("Variational autoencoders, by using them")
    for variant in answer["result"]["variants"]:
        article = view.locator("article").filter(has=page.get_by_role("heading", name=variant["title"], exact=True))
        expect(article.get_by_role("img")).to_have_attribute("src", variant["reconstruction"])
    expect(view.locator(".chosen")).to_have_text(answer["dataset"])
    pictures = view.locator(".examples img").evaluate_all("all => all.map(i => i.complete && i.naturalWidth > 0)")
    assert pictures == [True] * len(answer["examples"])
    let(page, held)
    assert page.get_by_role("heading", level=1).count() == 1


@later
def test_in_time_the_visitor_is_told_that_the_page_loads(visitor, answering):
    page = visitor.new_page()
    page.clock.install()
    held = hold(page, "**/reconstruction.js")
    page.goto(answering)
    assert is_held(page, held)
    told = page.locator(VIEW).locator("[role=status]")
    expect(told).to_have_text("")
    page.clock.fast_forward(4_500)
    expect(told).to_have_text("The page is still loading…")
    expect(told).to_be_in_viewport()
    page.clock.fast_forward(30_000)
    expect(told).to_contain_text("reload it")


@later
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_fault_of_its_own_for_those_who_cannot_see_it_well(visitor, answering, scheme):
    page = visitor.new_page()
    page.emulate_media(color_scheme=scheme)
    held = hold(page, "**/reconstruction.js")
    page.goto(answering)
    assert is_held(page, held)
    page.add_style_tag(content="gradio-app { display: none !important }")  # it is not built yet
    found = Axe().run(page, context=VIEW).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []


@later
@pytest.mark.parametrize(
    ("query", "is_seen", "is_dark"),
    [
        ("", True, False),
        ("?__theme=dark", True, True),
        ("?__theme=light", True, False),
        ("?tab=reconstruction&dataset=faces&example=sample-0&posterior=mean&seed=0", False, None),
        ("?dataset=digits", False, None),
        ("?tab=sampling", False, None),
        ("?posterior=sample", False, None),
        ("?embed", False, None),
    ],
)
def test_it_is_there_for_whom_it_is_the_answer(visitor, answering, query, is_seen, is_dark):
    page, held = waiting(visitor, f"{answering}/{query}")
    expect(page.locator(VIEW)).to_have_count(int(is_seen))
    if is_seen:
        assert page.locator(VIEW).evaluate("view => view.classList.contains('dark')") == is_dark
    for route in held:
        route.continue_()
    expect(page.locator(VIEW)).to_have_count(0)


@later
def test_after_a_reload_nobody_sees_another_picture_than_their_own(visitor, answering, tmp_path):
    page = visitor.new_page()
    page.goto(answering)
    expect(page.locator(CARDS)).to_have_count(4)
    path = tmp_path / "own.png"
    Image.linear_gradient("L").save(path)
    upload(page, "reconstruct", path)
    expect(page.locator("#reconstruct-picture img[src*='own.png']")).to_be_visible()
    page.wait_for_function("!document.querySelector('.pending') && !location.search.includes('example')")
    held = hold(page, "**/reconstruction.js")
    page.reload()
    assert is_held(page, held)
    assert page.locator(VIEW).count() == 0


@later
def test_the_tabs_can_be_opened_before_the_page_is_there(visitor, answering):
    page, held = waiting(visitor, f"{answering}/?__theme=dark")
    page.keyboard.press("Tab")  # the view is what a keyboard reaches
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#sample-result img").first).to_be_visible()
    expect(page.locator(VIEW)).to_have_count(0)
    assert "__theme=dark" in page.url
    assert "tab=sampling" in page.url
    assert held


@later
def test_a_keyboard_goes_on_where_it_was(visitor, answering):
    page, held = waiting(visitor, answering)
    page.keyboard.press("Tab")
    let(page, held)
    expect(page.get_by_role("tab", name="Reconstruction")).to_be_focused()


@later
def test_an_answer_that_the_server_has_to_compute_is_waited_for_on_the_page(visitor, answering):
    page = visitor.new_page()
    page.add_init_script("performance.now = (now => () => now.call(performance) + 61_000)(performance.now)")
    held = hold(page, "**/call/tab_reconstruction")
    page.goto(answering)
    assert is_held(page, held)
    expect(page.locator(VIEW)).to_have_count(0)
    let(page, held)


@later
@pytest.mark.parametrize("lacking", ["**/reconstruction.js", "**/whole_picture.js"])
def test_where_the_page_fails_it_does_not_hide_that(visitor, answering, lacking):
    page = visitor.new_page()
    page.route(lacking, lambda route: route.abort())
    page.goto(answering)
    expect(page.locator("#reconstruct-result")).to_contain_text("reload the page")
    expect(page.locator(VIEW)).to_have_count(0)


@later
def test_where_it_fails_the_page_is_there(visitor, answering):
    page = visitor.new_page()
    page.add_init_script("""(attach => {
        Element.prototype.attachShadow = function (options) {
            if (this.id === 'first-view') throw new Error('not here');
            return attach.call(this, options);
        };
    })(Element.prototype.attachShadow)""")
    page.goto(answering)
    expect(page.locator(CARDS)).to_have_count(4)
    expect(page.locator(VIEW)).to_have_count(0)
