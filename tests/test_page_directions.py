"""A direction on the Reconstruction tab, from pictures with something and pictures without: a slider moves along it."""

import re

import numpy as np
from conftest import EXAMPLES
from playwright.sync_api import Locator, Page, expect
from test_live_page import CHECKPOINTS, drag, is_drawn
from test_page_my_picture import CARDS, settled, use

from tests.visitor import eventually, open_tab
from vae_demo.inference import decode_latent, direction, reconstruct, sample
from vae_demo.ui.pictures import encode_image

CARTOONS = EXAMPLES / "cartoons"
DIGITS = EXAMPLES / "digits"
PLACE = "#reconstruct-result details.directions"


def open_directions(page: Page) -> Locator:
    expect(page.locator(CARDS)).to_have_count(4)
    place = page.locator(PLACE)
    place.locator("summary").click()
    expect(place.locator(".told")).to_have_text("Add a picture to each side.")
    return place


def side(page: Page, name: str) -> Locator:
    return page.locator(f"{PLACE} [data-side={name}]")


def add(page: Page, name: str, *examples: str) -> None:
    for example in examples:
        side(page, name).locator(f".example[data-name='{example}']").click()


def shows(page: Page, first, plus: list, minus: list, along: float, dataset: str = "digits") -> bool:
    """Whether every canvas shows the first picture moved along the direction, as the server decodes it."""
    expect(page.locator(PLACE)).to_have_attribute("aria-busy", "false")
    found = direction(plus, minus, dataset, CHECKPOINTS).variants
    means = {
        v.checkpoint: np.array(v.mean) for v in reconstruct(first, dataset, checkpoints=CHECKPOINTS).variants if v.mean
    }
    canvases = page.locator(f"{PLACE} canvas")
    expect(canvases).to_have_count(len(found))

    def moved(v):
        return decode_latent(v.checkpoint, (means[v.checkpoint] + along * np.array(v.direction)).tolist(), CHECKPOINTS)

    return all(is_drawn(canvases.nth(i), lambda v=v: moved(v)) for i, v in enumerate(found))


def test_one_slider_moves_the_picture_in_every_gaussian_variant_without_a_request(wide, requests):
    page = wide
    expect(page.locator(f"{PLACE} .side").first).to_be_hidden()
    assert not any("directions" in url for url in requests if "/call/" in url)
    place = open_directions(page)
    expect(place.locator(".moving")).to_be_hidden()
    add(page, "with", "7")
    expect(place.locator(".told")).to_have_text("Now add a picture without it.")
    expect(place.locator(".moving")).to_be_hidden()
    add(page, "without", "3")
    expect(place.locator(".told")).to_have_text("1 with, 1 without. Move the slider.")
    expect(place.locator("figcaption")).to_have_text(["VAE", "ConvVAE", "Beta-VAE, β = 4"])
    expect(place).to_contain_text("VQ-VAE is not here: its latent is a map of code indices")
    given = DIGITS / "0.png", [DIGITS / "7.png"], [DIGITS / "3.png"]
    slider = page.get_by_role("slider", name="How far along the direction")
    expect(slider).to_have_value("0")
    assert shows(page, *given, 0)
    before = len(requests)
    along = drag(page, slider, 0.9)
    assert 1.4 < along < 1.8
    slider.press("ArrowRight")
    assert float(slider.input_value()) == round(along + 0.05, 2)
    assert shows(page, *given, along + 0.05)
    expect(place.locator("output")).to_have_text(f"{along + 0.05:.2f}")
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "−2.00 of the direction")
    assert shows(page, *given, -2)
    assert requests[before:] == []
    expect(page).to_have_url(re.compile("with=7&without=3&along=-2$"))
    boxes = [slider.bounding_box(), *(canvas.bounding_box() for canvas in place.locator("canvas").all())]
    window = page.viewport_size
    assert max(box["y"] + box["height"] for box in boxes) - min(box["y"] for box in boxes) < window["height"] / 2
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= window["width"] for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = place.locator(":is(.example, .remove, .tools > *)")
    assert all(min(b.bounding_box()["width"], b.bounding_box()["height"]) >= 24 for b in small.all())
    place.get_by_role("button", name="Reset").click()
    assert shows(page, *given, 0)
    expect(page).to_have_url(re.compile("with=7&without=3$"))


def test_a_link_has_both_sides_and_the_place_and_each_picture_can_be_removed_by_the_keyboard(page):
    open_directions(page)
    add(page, "with", "7", "4", "9")
    add(page, "without", "3")
    page.locator(f"{PLACE} input[type=range]").fill("0.75")
    expect(page).to_have_url(re.compile(r"with=7\*4\*9&without=3&along=0.75$"))
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    sevens = [DIGITS / f"{name}.png" for name in "749"]
    assert shows(page, DIGITS / "0.png", sevens, [DIGITS / "3.png"], 0.75)
    assert page.url == link
    thumbnails = side(page, "with").locator(".remove")
    expect(thumbnails.locator("img").nth(1)).to_have_attribute(
        "src", encode_image(reconstruct(DIGITS / "4.png", "digits").model_input)
    )
    thumbnails.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(thumbnails).to_have_count(2)
    expect(page.get_by_role("button", name="Remove picture 2 of those with it")).to_be_focused()
    assert shows(page, DIGITS / "0.png", [sevens[0], sevens[2]], [DIGITS / "3.png"], 0.75)
    side(page, "without").locator(".example[aria-pressed=true]").press("Enter")
    expect(page.locator(f"{PLACE} .moving")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"with=7\*9$"))


def test_the_direction_stays_when_the_picture_changes_and_uploads_stay_when_the_dataset_does(page):
    open_directions(page)
    add(page, "with", "7")
    side(page, "without").locator("input[type=file]").set_input_files(str(CARTOONS / "face-1.png"))
    face = [CARTOONS / "face-1.png"]
    assert shows(page, DIGITS / "0.png", [DIGITS / "7.png"], face, 0)
    page.locator("#reconstruct-examples .example[data-name='4']").click()
    expect(page).to_have_url(re.compile("example=4&"))
    settled(page)
    page.locator(f"{PLACE} input[type=range]").fill("1")
    assert shows(page, DIGITS / "4.png", [DIGITS / "7.png"], face, 1)
    page.locator("#reconstruct-dataset").get_by_text("cartoons").click()
    expect(page.locator(f"{PLACE} .told")).to_have_text("Now add a picture with it.")
    add(page, "with", "face-5")
    assert shows(page, face[0], [CARTOONS / "face-5.png"], face, 0, "cartoons")


def test_what_is_no_picture_is_refused_and_a_side_takes_eight(page, tmp_path):
    open_directions(page)
    words = tmp_path / "words.png"
    words.write_text("only words")
    add(page, "with", "7")
    side(page, "without").locator("input[type=file]").set_input_files(str(words))
    expect(page.locator(".message").first).to_contain_text("Picture 1 of 1 without: ")
    expect(side(page, "without").locator(".remove")).to_have_count(0)
    expect(side(page, "with").locator(".remove")).to_have_count(1)
    side(page, "without").locator("input[type=file]").set_input_files(
        [str(EXAMPLES / "faces" / f"sample-{i}.png") for i in (0, 2, 3, 5, 6, 7)]
    )
    expect(side(page, "without").locator(".remove")).to_have_count(6)
    add(page, "without", "0", "2", "3")
    expect(page.locator(".message").last).to_contain_text("There are 8 pictures without it already")
    expect(side(page, "without").locator(".remove")).to_have_count(8)
    expect(page.locator(f"{PLACE} .told")).to_have_text("1 with, 8 without. Move the slider.")


def test_a_sample_and_the_present_picture_are_added(page):
    open_directions(page)
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.locator("#sample-result .tile").nth(2).click()
    page.locator("#sample-result").get_by_role("button", name="Direction: with it").click()
    expect(page.locator(PLACE)).to_be_visible()
    expect(side(page, "with").locator(".remove")).to_have_count(1)
    side(page, "without").get_by_role("button", name="This picture").click()
    drawn = sample("vae-digits", "standard-normal", 16, 0, 1.0, CHECKPOINTS).pictures[2]
    page.locator(f"{PLACE} input[type=range]").fill("1")
    assert shows(page, DIGITS / "0.png", [drawn], [DIGITS / "0.png"], 1)
    use(page, page.locator(f"{CARDS}[data-checkpoint='vae-digits']"), "Direction: without it")
    expect(side(page, "without").locator(".remove")).to_have_count(2)
    made = reconstruct(DIGITS / "0.png", "digits").variants[0].reconstruction
    assert shows(page, DIGITS / "0.png", [drawn], [DIGITS / "0.png", made], 1)


def test_where_no_worker_runs_the_server_decodes(page, server):
    page.add_init_script("delete globalThis.Worker")
    page.goto(f"{server}/?dataset=digits")
    open_directions(page)
    add(page, "with", "7")
    add(page, "without", "3")
    page.locator(f"{PLACE} input[type=range]").fill("1.5")
    assert shows(page, DIGITS / "0.png", [DIGITS / "7.png"], [DIGITS / "3.png"], 1.5)


def test_it_follows_a_finger(browser, server):
    with browser.new_context(viewport={"width": 375, "height": 812}, has_touch=True) as context:
        page = context.new_page()
        page.goto(f"{server}/?dataset=digits&with=7&without=3")
        slider = page.get_by_role("slider", name="How far along the direction")
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
        assert eventually(lambda: 0.9 < float(slider.input_value()) < 1.5)
        along = float(slider.input_value())
        assert shows(page, DIGITS / "0.png", [DIGITS / "7.png"], [DIGITS / "3.png"], along)
