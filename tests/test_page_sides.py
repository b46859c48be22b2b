"""The pictures on the two sides of a direction: refused ones among good ones, links with too much, and the focus."""

import re
from pathlib import Path

import pytest
from conftest import EXAMPLES
from PIL import Image
from playwright.sync_api import Page, expect
from test_page_directions import PLACE, add, open_directions, shows, side

from tests.served import Server
from tests.visitor import hold

DIGITS = EXAMPLES / "digits"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """A file that only its name makes a picture."""
    path = tmp_path / "words.png"
    path.write_text("only words")
    return path


def give(page: Page, name: str, *paths: Path) -> None:
    """Choose files for a side, all at once."""
    side(page, name).locator("input[type=file]").set_input_files([str(path) for path in paths])


def test_one_bad_file_among_good_ones_is_the_only_one_that_is_taken_away(page, words, tmp_path):
    open_directions(page)
    text = tmp_path / "notes.txt"
    text.write_text("only words")
    give(page, "without", DIGITS / "7.png", words, DIGITS / "4.png", text, DIGITS / "9.png")
    expect(page.locator(".message").filter(has_text="notes.txt is not a picture")).to_have_count(1)
    expect(page.locator(".message").filter(has_text="Picture 2 of 4 without: words.png")).to_have_count(1)
    expect(side(page, "without").locator(".remove img")).to_have_count(3)
    add(page, "with", "3")
    given = [DIGITS / f"{name}.png" for name in "749"]
    assert shows(page, DIGITS / "0.png", [DIGITS / "3.png"], given, 0)
    give(page, "with", words)
    expect(page.locator(".message").filter(has_text="Picture 2 of 2 with: words.png")).to_have_count(1)
    assert shows(page, DIGITS / "0.png", [DIGITS / "3.png"], given, 0)


def test_after_a_reload_an_upload_that_has_expired_takes_no_other_with_it(page, tmp_path, serving: Server):
    open_directions(page)
    own = tmp_path / "own.png"  # not an example, which the page would put there again
    Image.linear_gradient("L").save(own)
    give(page, "with", DIGITS / "7.png", own, DIGITS / "9.png")
    give(page, "without", DIGITS / "3.png")
    given = [DIGITS / f"{name}.png" for name in "79"]
    assert shows(page, DIGITS / "0.png", [*given, own], [DIGITS / "3.png"], 0)
    for path in serving.uploads.rglob("own.png"):
        path.unlink()
    page.wait_for_timeout(400)  # until the browser keeps it
    page.reload()
    expect(page.locator(".message")).to_contain_text("Picture 2 of 3 with: own.png does not exist")
    assert shows(page, DIGITS / "0.png", given, [DIGITS / "3.png"], 0)


def test_a_link_with_too_much_is_shown_as_far_as_it_fits_and_what_is_left_out_is_named(page, server):
    page.goto(f"{server}/?dataset=digits&with=7*0*2*3*4*5*8*9*7&without=3*3*3*nosuch")
    expect(page.locator(f"{PLACE} .told")).to_have_text("8 with, 1 without. Move the slider.")
    told = "The link’s direction is without nosuch: a side takes up to 8 examples of digits."
    expect(page.locator(".message span")).to_have_text(told)
    expect(side(page, "with").locator(".remove")).to_have_count(8)
    expect(side(page, "without").locator(".remove")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"with=7\*0\*2\*3\*4\*5\*8\*9&without=3$"))
    page.locator("#reconstruct-dataset").get_by_text("cartoons").click()  # whose examples are others: nothing to tell
    expect(page.locator(f"{PLACE} .told")).to_have_text("Add a picture to each side.")
    expect(page.locator(".message")).to_have_count(1)


def test_the_slider_is_spoken_of_once_there_is_one(page):
    held = hold(page, "**/call/directions")
    place = open_directions(page)
    add(page, "with", "7")
    add(page, "without", "3")
    expect(place.locator(".told")).to_have_text("1 with, 1 without.")
    expect(place.locator(".moving")).to_be_hidden()
    for route in held:
        route.continue_()
    expect(place.locator(".told")).to_have_text("1 with, 1 without. Move the slider.")
    expect(place.locator(".moving")).to_be_visible()


def test_equal_sides_have_no_direction_and_no_slider(page):
    place = open_directions(page)
    add(page, "with", "7", "3")
    add(page, "without", "3")
    expect(place.locator(".moving")).to_be_visible()
    give(page, "without", DIGITS / "7.png")  # the same pixels, by another way
    expect(place.locator(".told")).to_have_text("Both sides are the same: there is no direction.")
    expect(place.locator(".moving")).to_be_hidden()
    add(page, "with", "4")
    expect(place.locator(".told")).to_have_text("3 with, 2 without. Move the slider.")
    expect(place.locator(".moving")).to_be_visible()


def test_the_focus_stays_among_a_sides_pictures_when_they_are_drawn_again(page, words):
    place = open_directions(page)
    held = hold(page, "**/call/directions", first_only=True)
    give(page, "with", DIGITS / "7.png", words, DIGITS / "4.png")
    second = page.get_by_role("button", name="Remove picture 2 of those with it")
    second.focus()
    held[0].continue_()
    expect(place.locator(".remove img")).to_have_count(2)  # drawn again without the one that was refused
    expect(second).to_be_focused()
    second.press("Enter")
    expect(place.locator(".remove")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(side(page, "with").locator(".present")).to_be_focused()
