"""A place enlarged and marked in all pictures together, and a key that blinks between picture and reconstruction."""

import math
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.visitor import eventually, loaded, see_whole

CARDS = "#reconstruct-result .cards"
WHOLE = "#reconstruct-result .whole"
SEEN_PART = """picture => {
    const { a, e, f } = new DOMMatrix(getComputedStyle(picture).transform);
    return [a, -e / a / picture.offsetWidth, -f / a / picture.offsetHeight];
}"""
"""How many times a picture is enlarged, and the shares of it that are left of and above what is in view."""


def in_view(picture: Locator) -> list[float]:
    return [round(value, 3) for value in picture.evaluate(SEEN_PART)]


def wheel(page: Page, part: Locator, place: tuple[float, float], amount: float) -> None:
    """Turn the wheel with Ctrl at a place of a picture."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    page.mouse.move(box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"])
    page.keyboard.down("Control")
    page.mouse.wheel(0, amount)
    page.keyboard.up("Control")


def photograph(page: Page) -> Locator:
    page.locator("#reconstruct-dataset").get_by_text("photos").click()
    see_whole(page)
    loaded(page, "#reconstruct-result")
    return page.locator(f"{WHOLE} .compare")


def test_the_pointers_place_is_marked_in_all_pictures(wide):
    page = wide
    loaded(page, CARDS)
    first = page.locator(f"{CARDS} .card figure").nth(2)
    first.scroll_into_view_if_needed()
    box = first.locator("img").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"])
    spots = page.locator(f"{CARDS} .spot")
    expect(spots).to_have_count(9)
    for figure in page.locator(f"{CARDS} figure").all():
        spot, picture = figure.locator(".spot").bounding_box(), figure.locator("img").bounding_box()
        middle = [spot[side] + spot[length] / 2 - picture[side] for side, length in (("x", "width"), ("y", "height"))]
        assert middle[0] / picture["width"] == pytest.approx(0.3, abs=0.02)
        assert middle[1] / picture["height"] == pytest.approx(0.7, abs=0.02)
    page.mouse.move(2, 2)
    expect(spots).to_have_count(0)


def test_ctrl_and_the_wheel_enlarge_a_place_in_all_pictures_and_a_drag_moves_them(wide):
    page = wide
    loaded(page, CARDS)
    pictures = page.locator(f"{CARDS} img")
    wheel(page, pictures.nth(1), (0.5, 0.25), -50)
    times = math.exp(0.5)
    expected = [round(times, 3), round(0.5 * (1 - 1 / times), 3), round(0.25 * (1 - 1 / times), 3)]
    assert eventually(lambda: all(in_view(one) == pytest.approx(expected, abs=0.02) for one in pictures.all()))
    expect(page.locator(f"{CARDS} .times-larger")).to_have_text("1.6×")
    box = page.locator(f"{CARDS} figure").nth(1).bounding_box()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.4 * box["height"], steps=4)
    page.mouse.up()
    expected[1] += 0.1 / times
    assert eventually(lambda: all(in_view(one) == pytest.approx(expected, abs=0.02) for one in pictures.all()))
    wheel(page, pictures.nth(1), (0.5, 0.5), 500)
    assert eventually(lambda: all(in_view(one) == [1, 0, 0] for one in pictures.all()))
    assert page.evaluate("[document.documentElement.scrollWidth <= innerWidth, visualViewport.scale]") == [True, 1]


def test_a_photograph_and_its_reconstruction_are_enlarged_as_one_and_the_line_still_divides_them(page):
    compare = photograph(page)
    recon, before = compare.locator("img").all()
    difference = page.locator(f"{WHOLE} .difference img")
    wheel(page, compare, (0.5, 0.5), -50)
    wheel(page, compare, (0.5, 0.5), -50)
    assert eventually(lambda: in_view(recon)[0] == pytest.approx(math.e, abs=0.02))
    assert in_view(recon) == in_view(before) == pytest.approx(in_view(difference), abs=0.002)

    def right_edge() -> float:
        """Where the picture ends and its reconstruction begins, as a share of what is in view."""
        times, left, _ = before.evaluate(SEEN_PART)
        clip = before.evaluate("i => getComputedStyle(i).clipPath.match(/[\\d.]+(?=%)|0px/g).map(parseFloat)")
        return (1 - clip[1] / 100 - left) * times

    assert right_edge() == pytest.approx(0.5, abs=0.02)
    compare.get_by_role("slider").press("ArrowRight")
    assert right_edge() == pytest.approx(0.51, abs=0.02)
    line, box = compare.locator(".line").bounding_box(), compare.bounding_box()
    page.mouse.move(line["x"] + 1, line["y"] + line["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"], steps=5)
    page.mouse.up()
    expect(compare.get_by_role("slider")).to_have_value("25")
    assert right_edge() == pytest.approx(0.25, abs=0.02)
    assert in_view(recon)[0] == pytest.approx(math.e, abs=0.02)


def test_buttons_and_arrow_keys_do_it_too(page):
    compare = photograph(page)
    larger = page.locator(WHOLE).get_by_role("button", name="Larger")
    smaller = page.locator(WHOLE).get_by_role("button", name="Smaller")
    expect(smaller).to_be_disabled()
    larger.press("Enter")
    picture = compare.locator("img").first
    assert in_view(picture) == pytest.approx([1.6, 0.1875, 0.1875], abs=0.01)
    larger.press("ArrowRight")
    assert in_view(picture) == pytest.approx([1.6, 0.1875 + 0.15 / 1.6, 0.1875], abs=0.01)
    for _ in range(9):
        larger.press("ArrowDown")
    assert in_view(picture)[2] == pytest.approx(1 - 1 / 1.6, abs=0.01)
    for _ in range(6):
        larger.press("Enter")
    expect(larger).to_be_disabled()
    times, before, _ = in_view(picture)
    assert times == 16
    page.keyboard.press("ArrowRight")  # at the end of the range the button keeps the focus, and so the arrow keys
    assert in_view(picture)[1] > before
    for _ in range(5):
        smaller.press("Enter")
    smaller.click()
    assert in_view(picture) == [1, 0, 0]
    expect(smaller).to_be_disabled()
    box = compare.bounding_box()
    page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])  # the line follows a click again
    assert float(compare.get_by_role("slider").input_value()) == pytest.approx(20, abs=3)


def test_a_key_blinks_between_the_picture_and_its_reconstruction(wide):
    page = wide
    loaded(page, CARDS)
    instead = page.locator(f"{CARDS} .instead")
    page.mouse.move(2, 2)
    page.keyboard.down("b")  # the visitor is not there
    expect(instead).to_have_count(0)
    page.keyboard.up("b")
    card = page.locator(f"{CARDS} [data-checkpoint='vae-digits']")
    card.scroll_into_view_if_needed()
    card.locator("figure").first.hover()
    page.keyboard.down("b")
    expect(instead).to_have_count(4)
    seen = page.locator(f"{CARDS} .seen img")
    expect(card.get_by_alt_text("The picture as VAE sees it")).to_have_attribute("src", seen.get_attribute("src"))
    assert card.locator(".instead").bounding_box() == card.locator("img").first.bounding_box()
    page.keyboard.up("b")
    expect(instead).to_have_count(0)
    button = page.locator(f"{CARDS} .blink")
    button.focus()
    page.keyboard.down("Enter")
    expect(instead).to_have_count(4)
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.up("Enter")
    expect(instead).to_have_count(0)


def test_held_the_key_swaps_a_photograph_and_its_reconstruction(page):
    compare = photograph(page)
    compare.hover()
    before = compare.locator("[data-before]")
    clip = "i => getComputedStyle(i).clipPath.match(/[\\d.]+(?=%)|0px/g).map(parseFloat)"
    assert before.evaluate(clip)[1] == pytest.approx(50)
    page.keyboard.down("b")
    assert before.evaluate(clip)[-1] == pytest.approx(50)
    page.keyboard.up("b")
    assert before.evaluate(clip)[1] == pytest.approx(50)


@pytest.fixture
def phone(server: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 375, "height": 812}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server}/?tab=reconstruction&dataset=photos")
    yield page
    context.close()


def test_two_fingers_enlarge_a_photograph_and_leave_the_line_where_it_was(phone):
    page = phone
    compare = see_whole(page).locator(".compare")
    loaded(page, WHOLE)
    compare.scroll_into_view_if_needed()
    box = compare.bounding_box()
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *apart: float) -> None:
        fingers = [{"x": middle[0] + side, "y": middle[1], "id": i} for i, side in enumerate(apart)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", -30)
    touch("touchStart", -30, 30)
    for apart in range(35, 65, 5):
        touch("touchMove", -apart, apart)
    touch("touchEnd")
    assert eventually(lambda: 1.7 < in_view(compare.locator("img").first)[0] < 2.2)
    expect(compare.get_by_role("slider")).to_have_value("50")
    expect(compare.get_by_role("slider")).to_be_enabled()
    assert page.evaluate("visualViewport.scale") == 1
