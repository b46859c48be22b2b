"""The Reconstruction tab as a visitor meets it, in a real Chromium."""

import base64
import re
from io import BytesIO
from pathlib import Path

import gradio
import numpy as np
import pillow_heif
import pytest
from conftest import EXAMPLES
from PIL import Image
from playwright.sync_api import expect

from tests.visitor import eventually, hold, is_held, loaded, see_whole, upload
from vae_demo.errors import InputError
from vae_demo.ui.drawing import MAX_CHARACTERS, PREFIX, drawn_file

PHOTOGRAPH = Path(gradio.__file__).parent / "media_assets" / "images" / "tower.jpg"


def test_a_default_example_is_reconstructed_by_all_four_variants_when_the_page_opens(page):
    cards = page.locator("#reconstruct-result .card[data-checkpoint]")
    expect(cards).to_have_count(4)
    expect(cards.locator("h3")).to_have_text(["VAE", "ConvVAE", "Beta-VAE, β = 4", "VQ-VAE"])
    loaded(page, "#reconstruct-result")
    expect(cards.first.locator(".verdict")).to_contain_text("test images")


def test_an_uploaded_photograph_is_reconstructed_at_its_own_shape(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("photos").click()
    card = page.locator("#reconstruct-result .card.whole")
    see_whole(page)
    before = card.locator("img").first.get_attribute("src")
    upload(page, "reconstruct", PHOTOGRAPH)  # which scrolls nowhere
    expect(card.locator("img").first).not_to_have_attribute("src", before)
    loaded(page, "#reconstruct-result")
    width, height = Image.open(PHOTOGRAPH).size
    shown = card.locator("img").first.evaluate("i => [i.naturalWidth, i.naturalHeight]")
    assert shown[0] / shown[1] == pytest.approx(width / height, abs=0.03)
    assert max(shown) == 1024 or shown == [width // 4 * 4, height // 4 * 4]


def test_the_line_between_a_photograph_and_its_reconstruction_is_moved_by_mouse_and_keyboard(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("photos").click()
    compare = see_whole(page).locator(".compare")
    loaded(page, "#reconstruct-result")

    def share_covered() -> float:
        box = compare.bounding_box()
        line = compare.locator(".line").bounding_box()
        return (line["x"] + line["width"] / 2 - box["x"]) / box["width"]

    assert share_covered() == pytest.approx(0.5, abs=0.02)
    compare.scroll_into_view_if_needed()
    box = compare.bounding_box()
    page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    assert share_covered() == pytest.approx(0.2, abs=0.05)
    compare.get_by_role("slider").press("End")
    assert share_covered() == pytest.approx(1, abs=0.02)


def test_the_whole_photograph_is_asked_for_when_it_comes_into_view(page, requests):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("photos").click()
    expect(page.locator("#reconstruct-result .card[data-checkpoint='vq-vae-photos']")).to_be_visible()
    expect(page.locator("#reconstruct-result .at-whole")).to_have_text("Reconstructing the whole picture…")
    page.wait_for_timeout(500)
    assert not any("whole_picture" in address for address in requests)
    see_whole(page)
    picture = page.locator("#reconstruct-result .whole img").first
    before = picture.get_attribute("src")
    held = hold(page, "**/call/whole_picture")
    page.locator("#reconstruct-examples button").nth(2).click()
    expect(page.locator("#reconstruct-result .at-whole.awaited")).to_be_attached()
    page.locator("#reconstruct-result .at-whole").scroll_into_view_if_needed()
    assert is_held(page, held)
    expect(page.locator("#reconstruct-result .whole")).to_have_css("opacity", "0.5")
    assert picture.get_attribute("src") == before  # the page does not jump
    for route in held:
        route.continue_()
    expect(picture).not_to_have_attribute("src", before)
    expect(page.locator("#reconstruct-result .whole")).to_have_css("opacity", "1")
    page.locator("#reconstruct-posterior").get_by_text("Posterior sample").click()
    expect(page.locator("#reconstruct-seed")).to_be_visible()
    see_whole(page)
    page.wait_for_timeout(500)
    assert len(held) == 1  # codes have no posterior


def test_a_whole_photograph_that_cannot_be_had_says_why_and_is_asked_for_again(page):
    refusal = {"body": 'event: error\ndata: {"error": "The picture is not there any more."}\n\n'}
    page.route("**/call/whole_picture/*", lambda route: route.fulfill(**refusal))
    page.locator("#reconstruct-dataset").get_by_text("photos").click()
    place = page.locator("#reconstruct-result .at-whole")
    expect(place).to_be_attached()
    place.scroll_into_view_if_needed()
    expect(place).to_contain_text("The picture is not there any more.")
    page.unroute("**/call/whole_picture/*")
    place.get_by_role("button", name="Try again").press("Enter")
    see_whole(page)
    loaded(page, "#reconstruct-result .whole")


def test_the_line_stays_where_it_was_left_when_another_photograph_comes(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("photos").click()
    slider = see_whole(page).get_by_role("slider")
    slider.press("ArrowLeft")
    expect(slider).to_have_value("49")
    picture = page.locator("#reconstruct-result .compare img").first
    before = picture.get_attribute("src")
    page.locator("#reconstruct-examples button").nth(2).click()
    expect(page.locator("#reconstruct-result .at-whole.awaited")).to_be_attached()
    see_whole(page)
    expect(picture).not_to_have_attribute("src", before)
    expect(slider).to_have_value("49")


def test_a_large_photograph_comes_back_in_its_own_proportions_within_1024_pixels(page, tmp_path):
    path = tmp_path / "large.jpg"
    Image.linear_gradient("L").convert("RGB").resize((1800, 1200)).save(path)
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("photos").click()
    see_whole(page)
    upload(page, "reconstruct", path)
    whole = page.locator("#reconstruct-result .whole")
    expect(whole.locator(".facts")).to_contain_text("1024 × 680")
    loaded(page, "#reconstruct-result")
    for picture in whole.locator("img").all():
        assert picture.evaluate("i => [i.naturalWidth, i.naturalHeight]") == [1024, 680]
    box = page.locator("#reconstruct-result .compare").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(1024 / 680, abs=0.02)


def seen_ink(page) -> np.ndarray:
    """What the models see of the drawing, as a 28x28 array."""
    source = page.locator("#reconstruct-result .seen img").get_attribute("src")
    return np.array(Image.open(BytesIO(base64.b64decode(source.split(",")[1]))).convert("L"))


def test_a_drawn_stroke_is_reconstructed_while_it_is_drawn_and_counts_as_a_picture_of_ones_own(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    seen = page.locator("#reconstruct-result .seen img")
    before = seen.get_attribute("src")
    page.get_by_role("button", name="Draw a digit").click()
    box = page.locator("#reconstruct-canvas canvas").bounding_box()
    across, down = box["x"] + box["width"] / 2, box["y"]
    page.mouse.move(across, down + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(across, down + 0.8 * box["height"], steps=8)
    expect(seen).not_to_have_attribute("src", before)  # the pen is still down
    page.mouse.up()
    expect(page.locator("#reconstruct-picture img")).to_have_attribute("src", re.compile("drawing"))

    def is_one_upright_stroke() -> bool:
        ink = seen_ink(page)
        inked = ink[6:22, 12:16].max(axis=1) > 150
        return bool(inked.all() and ink[:, :8].max() == ink[:, 20:].max() == 0)

    assert eventually(is_one_upright_stroke)
    page.locator("#reconstruct-posterior").get_by_text("Posterior sample").click()
    expect(page.locator("#reconstruct-result")).to_contain_text("not ranked")
    assert eventually(is_one_upright_stroke)


def test_a_digit_is_drawn_by_keyboard(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    seen = page.locator("#reconstruct-result .seen img")
    before = seen.get_attribute("src")
    page.get_by_role("button", name="Draw a digit").click()
    canvas = page.locator("#reconstruct-canvas canvas")
    canvas.press("Space")
    for _ in range(10):
        canvas.press("ArrowRight")
    expect(seen).not_to_have_attribute("src", before)

    def is_a_stroke_to_the_right() -> bool:
        rows, columns = np.nonzero(seen_ink(page) > 100)
        return np.ptp(columns) > np.ptp(rows)

    assert eventually(is_a_stroke_to_the_right)


def test_a_stroke_is_undone_and_the_sheet_cleared_by_keyboard(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    page.get_by_role("button", name="Draw a digit").click()
    canvas = page.locator("#reconstruct-canvas canvas")

    def inked() -> bool:
        return canvas.evaluate(
            "c => c.getContext('2d').getImageData(0, 0, 280, 280).data.some((v, i) => i % 4 < 3 && v < 128)"
        )

    for key in ["Space", "ArrowRight", "Space", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "Space"]:
        canvas.press(key)
    expect(page.locator("#reconstruct-canvas .state")).to_have_text("Pen down")
    page.locator("#reconstruct-canvas .undo").click()

    def is_wide() -> bool:
        rows, columns = np.nonzero(seen_ink(page) > 100)
        return np.ptp(columns) > np.ptp(rows)

    assert eventually(is_wide)  # of the first stroke alone
    assert inked()
    canvas.press("Delete")
    assert not inked()
    expect(page.locator("#reconstruct-canvas .clear")).to_be_disabled()
    canvas.press("Space")
    clear = page.locator("#reconstruct-canvas .clear")
    clear.press("Enter")
    expect(clear).to_be_disabled()
    expect(clear).to_be_focused()


@pytest.mark.parametrize(
    ("drawing", "word"),
    [
        (None, "data URI"),
        ("data:image/svg+xml;base64,AAAA", "data URI"),
        (PREFIX + "A" * MAX_CHARACTERS, "too large"),
        (PREFIX + "no base64!", "damaged"),
    ],
)
def test_what_no_canvas_sends_is_refused_with_a_sentence(drawing, word):
    with pytest.raises(InputError, match=word):
        drawn_file(drawing)


def test_only_digits_are_drawn(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    expect(page.get_by_role("button", name="Draw a digit")).to_be_visible()
    page.locator("#reconstruct-dataset").get_by_text("cartoons").click()
    expect(page.get_by_role("button", name="Draw a digit")).to_have_count(0)


def test_clicking_an_example_changes_the_reconstruction_and_a_sample_follows_its_seed(page):
    first = page.locator("#reconstruct-result .card[data-checkpoint='vae-digits'] img").first
    before = first.get_attribute("src")
    page.locator("#reconstruct-examples button").nth(3).click()
    expect(first).not_to_have_attribute("src", before)
    mean = first.get_attribute("src")
    page.locator("#reconstruct-posterior").get_by_text("Posterior sample").click()
    expect(first).not_to_have_attribute("src", mean)
    page.locator("#reconstruct-posterior").get_by_text("Posterior mean").click()
    expect(first).to_have_attribute("src", mean)


def test_a_file_that_is_no_picture_gets_a_sentence_and_the_page_goes_on(page, tmp_path):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    path = tmp_path / "words.png"
    path.write_text("only words")
    before = page.locator("#reconstruct-picture img").get_attribute("src")
    upload(page, "reconstruct", path)
    toast = page.locator(".message").first
    expect(toast).to_contain_text(re.compile("picture|image"))
    expect(toast).not_to_contain_text("Traceback")
    expect(page.locator("#reconstruct-picture img")).to_have_attribute("src", before)  # no broken picture stands there
    page.locator("#reconstruct-examples button").nth(1).click()
    loaded(page, "#reconstruct-result")
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)


def test_a_dataset_of_cartoons_brings_its_own_examples(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("cartoons").click()
    expect(page.locator("#reconstruct-result .card[data-checkpoint='conv-vae-cartoons']")).to_be_visible()
    expect(page.locator("#reconstruct-examples button img")).to_have_count(6)


def test_a_phones_heic_is_chosen_drawn_by_the_server_and_reconstructed(page, tmp_path):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    path = tmp_path / "phone.HEIC"
    pillow_heif.from_pillow(Image.linear_gradient("L").convert("RGB").resize((300, 200))).save(path, format="HEIF")
    with page.expect_file_chooser() as chooser:
        page.locator("#reconstruct-picture input[type=file]").evaluate("input => input.click()")
    assert chooser.value.element.get_attribute("accept") == "image/*,.heic,.heif"
    chooser.value.set_files(path)
    picture = page.locator("#reconstruct-picture img")
    expect(picture).to_have_attribute("src", re.compile("preview.webp"))
    assert eventually(lambda: picture.evaluate("i => [i.naturalWidth, i.naturalHeight]") == [300, 200])
    loaded(page, "#reconstruct-result")
    page.locator("#reconstruct-dataset").get_by_text("cartoons").click()
    expect(page.locator("#reconstruct-result .card[data-checkpoint='vae-cartoons']")).to_be_visible()
    expect(picture).to_have_attribute("src", re.compile("preview.webp"))  # it stays, with another dataset too


def test_an_upload_chooses_its_dataset_until_the_visitor_has(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    dataset = page.locator("#reconstruct-dataset")
    upload(page, "reconstruct", PHOTOGRAPH)
    expect(dataset.get_by_label("photos")).to_be_checked()
    expect(dataset).to_contain_text("Chosen by your picture")
    see_whole(page)
    dataset.get_by_text("cartoons").click()
    expect(page.locator("#reconstruct-result .card[data-checkpoint='vae-cartoons']")).to_be_visible()
    expect(dataset).not_to_contain_text("Chosen by your picture")
    before = page.locator("#reconstruct-result .seen img").get_attribute("src")
    upload(page, "reconstruct", EXAMPLES / "faces" / "sample-0.png")
    expect(page.locator("#reconstruct-result .seen img")).not_to_have_attribute("src", before)
    expect(dataset.get_by_label("cartoons")).to_be_checked()


def test_the_answer_to_a_removed_picture_dims_until_another_comes(page):
    cards = page.locator("#reconstruct-result .cards")
    expect(cards).to_be_visible()
    expect(cards).to_have_css("opacity", "1")
    page.get_by_role("button", name="Remove Image").first.click()
    expect(cards).to_have_css("opacity", "0.4")
    page.locator("#reconstruct-examples .example").nth(1).click()
    expect(cards).to_have_css("opacity", "1")


def test_a_file_of_another_kind_is_refused_in_our_words(page, tmp_path):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    path = tmp_path / "notes.txt"
    path.write_text("only words")
    before = page.locator("#reconstruct-picture img").get_attribute("src")
    upload(page, "reconstruct", path)
    expect(page.locator(".message")).to_have_text(re.compile("^notes.txt is not a picture: use PNG, JPEG, HEIC"))
    expect(page.locator("[data-testid=toast-body]")).to_have_count(0)
    expect(page.locator("#reconstruct-picture img")).to_have_attribute("src", before)


def test_a_gain_makes_the_differences_brighter_says_so_and_is_in_the_link(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    map_ = page.locator("#reconstruct-result .card[data-checkpoint='vae-digits'] .difference img")
    plain = opened(map_.get_attribute("src"))
    assert plain.mode == "P"
    gain = page.locator("#reconstruct-result .gain").first
    gain.get_by_role("radio", name="1", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(gain.get_by_role("radio", name="16")).to_be_checked()
    expect(page.locator("#reconstruct-result .key")).to_contain_text("Difference × 16")
    expect(page.locator("#reconstruct-result .limit").first).to_have_text("0.031")
    expect(page).to_have_url(re.compile("gain=16"))
    expected = plain.copy()
    expected.putdata([min(255, 16 * level) for level in plain.get_flattened_data()])

    def is_brighter() -> bool:
        return opened(map_.get_attribute("src")).convert("RGB").tobytes() == expected.convert("RGB").tobytes()

    assert eventually(is_brighter)
    page.locator("#reconstruct-examples .example").nth(1).click()
    expect(page).to_have_url(re.compile("example=2&.*gain=16"))
    expect(page.locator("#reconstruct-result .key")).to_contain_text("Difference × 16")


def opened(source: str) -> Image.Image:
    """The picture in a data URI."""
    return Image.open(BytesIO(base64.b64decode(source.split(",")[1])))


def test_the_codecs_curves_are_asked_for_when_their_plane_comes_into_view(page, requests):
    page.set_viewport_size({"width": 375, "height": 812})
    page.reload()
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    chart = page.locator("#reconstruct-result .plane")
    expect(chart.locator(".variant")).to_have_count(4)
    page.wait_for_load_state("networkidle")
    assert not any("codec_curves" in address for address in requests)
    chart.scroll_into_view_if_needed()
    expect(chart.locator(".codec")).to_have_count(3)
    expect(chart.locator(".variant")).to_have_count(4)
    assert sum("call/codec_curves" in address for address in requests) == 2  # the question, and its answer
