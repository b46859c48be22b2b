"""A visitor's picture follows them: given on one tab it is the others' too, until they are given another."""

import re
from collections.abc import Iterator

import pytest
from conftest import EXAMPLES
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from test_live_page import drawn
from test_page_reconstruction import opened

from tests.visitor import eventually, loaded, open_tab, see_whole, upload
from vae_demo.inference import compare_betas, encode_codes, reconstruct
from vae_demo.ui.pictures import encode_image

CARDS = "#reconstruct-result .card[data-checkpoint]"
FACE = EXAMPLES / "faces" / "sample-2.png"
OTHER = EXAMPLES / "faces" / "sample-5.png"
SEEN = {
    "Reconstruction": "#reconstruct-result .seen img",
    "Beta comparison": "#beta-result .seen img",
    "VQ code maps": "#codes-result [alt='The picture that was encoded']",
}


def expected(tab: str, path, dataset: str) -> str:
    """The address of the picture as a tab shows it."""
    if tab == "Reconstruction":
        return encode_image(reconstruct(path, dataset).model_input)
    if tab == "Beta comparison":
        return encode_image(compare_betas(path, dataset).model_input)
    return encode_image(encode_codes(path, f"vq-vae-{dataset}").model_input)


def shows(page: Page, tab: str, path, dataset: str) -> None:
    expect(page.locator(SEEN[tab])).to_have_attribute("src", expected(tab, path, dataset))


def settled(page: Page) -> None:
    page.wait_for_function("!document.querySelector('.pending')")


def test_an_upload_is_the_other_tabs_picture_too_and_their_dataset_follows_it(wide):
    page = wide
    upload(page, "reconstruct", FACE)
    shows(page, "Reconstruction", FACE, "faces")
    for tab, panel in (("Beta comparison", "beta"), ("VQ code maps", "codes")):
        open_tab(page, tab)
        shows(page, tab, FACE, "faces")
        expect(page.locator(f"#{panel}-picture img")).to_have_attribute("src", re.compile("sample-2.png"))
        expect(page).not_to_have_url(re.compile("example="))
    expect(page.locator("#beta-dataset input:checked")).to_have_value("faces")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_example_follows_by_its_name_so_that_the_link_has_it(wide):
    page = wide
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    page.locator("#codes-examples .example[data-name='face-3']").click()
    expect(page).to_have_url(re.compile("tab=code_maps.*example=face-3"))
    open_tab(page, "Reconstruction")
    shows(page, "Reconstruction", EXAMPLES / "cartoons" / "face-3.png", "cartoons")
    expect(page).to_have_url(re.compile("dataset=cartoons&example=face-3"))
    expect(page.locator("#reconstruct-examples .example[aria-pressed=true]")).to_have_attribute("data-name", "face-3")


def test_an_example_that_a_tab_does_not_have_comes_as_a_picture(page):
    expect(page.locator(CARDS)).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("sprites").click()
    expect(page.locator("#reconstruct-examples .example[data-name='sprite-2']")).to_be_visible()
    page.locator("#reconstruct-examples .example[data-name='sprite-2']").click()
    expect(page).to_have_url(re.compile("example=sprite-2"))
    open_tab(page, "VQ code maps")  # which nothing of sprites has
    expect(page.locator("#codes-picture img")).to_have_attribute("src", re.compile("sprite-2.png"))
    expect(page).not_to_have_url(re.compile("example="))


def test_a_drawing_follows(page):
    expect(page.locator(CARDS)).to_have_count(4)
    open_tab(page, "Beta comparison")
    expect(page.locator("#beta-result td img").first).to_be_visible()
    page.get_by_role("button", name="Draw a digit").click()
    canvas = page.locator("#beta-canvas canvas")
    for key in ["Space", *["ArrowDown"] * 8]:
        canvas.press(key)
    expect(page.locator("#beta-picture img")).to_have_attribute("src", re.compile("drawing"))
    settled(page)
    seen = page.locator(SEEN["Beta comparison"])
    drawing = opened(seen.get_attribute("src")).tobytes()
    open_tab(page, "Reconstruction")
    expect(page.locator("#reconstruct-picture img")).to_have_attribute("src", re.compile("drawing"))
    expect(page.locator("#reconstruct-dataset input:checked")).to_have_value("digits")
    settled(page)
    assert opened(page.locator(SEEN["Reconstruction"]).get_attribute("src")).tobytes() == drawing


def test_a_tab_keeps_what_it_was_given_and_the_dataset_that_was_chosen_there(page):
    expect(page.locator(CARDS)).to_have_count(4)
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    upload(page, "codes", OTHER)
    shows(page, "VQ code maps", OTHER, "faces")
    open_tab(page, "Beta comparison")
    shows(page, "Beta comparison", OTHER, "faces")
    page.locator("#beta-dataset").get_by_text("digits").click()
    shows(page, "Beta comparison", OTHER, "digits")
    open_tab(page, "Reconstruction")
    shows(page, "Reconstruction", OTHER, "faces")
    upload(page, "reconstruct", FACE)
    shows(page, "Reconstruction", FACE, "faces")
    open_tab(page, "VQ code maps")
    settled(page)
    shows(page, "VQ code maps", OTHER, "faces")
    open_tab(page, "Beta comparison")
    shows(page, "Beta comparison", FACE, "digits")
    open_tab(page, "Reconstruction")
    settled(page)
    shows(page, "Reconstruction", FACE, "faces")


def test_painted_codes_and_moved_latents_stay(page):
    expect(page.locator(CARDS)).to_have_count(4)
    page.locator(f"{CARDS}[data-checkpoint=vae-digits] summary").click()
    page.locator(f"{CARDS}[data-checkpoint=vae-digits]").get_by_role("slider").first.press("End")
    expect(page).to_have_url(re.compile("moved="))
    moved = page.url
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    cell = page.locator("#codes-result .cell").nth(100)
    page.locator("#codes-result .swatch").nth(3).click()
    cell.click()
    expect(cell).to_have_attribute("aria-label", re.compile("code 3$"))
    open_tab(page, "Beta comparison")
    expect(page.locator("#beta-result td img").first).to_be_visible()
    upload(page, "beta", FACE)
    shows(page, "Beta comparison", FACE, "faces")
    open_tab(page, "VQ code maps")
    settled(page)
    expect(cell).to_have_attribute("aria-label", re.compile("code 3$"))
    shows(page, "VQ code maps", EXAMPLES / "cartoons" / "face-1.png", "cartoons")
    open_tab(page, "Reconstruction")
    settled(page)
    expect(page).to_have_url(moved)


def test_back_shows_a_tab_as_it_was_and_a_reload_keeps_what_followed(page):
    expect(page.locator(CARDS)).to_have_count(4)
    expect(page).to_have_url(re.compile("tab=reconstruction.*example="))
    open_tab(page, "Beta comparison")
    expect(page).to_have_url(re.compile("tab=beta_comparison.*example="))
    before = page.locator(SEEN["Beta comparison"]).get_attribute("src")
    open_tab(page, "Reconstruction")
    expect(page).to_have_url(re.compile("tab=reconstruction"))
    upload(page, "reconstruct", FACE)
    shows(page, "Reconstruction", FACE, "faces")
    page.go_back()
    expect(page).to_have_url(re.compile("tab=beta_comparison.*example="))
    settled(page)
    expect(page.locator(SEEN["Beta comparison"])).to_have_attribute("src", before)
    page.go_forward()
    shows(page, "Reconstruction", FACE, "faces")
    open_tab(page, "Beta comparison")
    shows(page, "Beta comparison", FACE, "faces")
    page.locator("#beta-dataset").get_by_text("digits").click()
    shows(page, "Beta comparison", FACE, "digits")
    page.wait_for_timeout(400)  # until the browser keeps it
    page.reload()
    shows(page, "Beta comparison", FACE, "digits")
    open_tab(page, "Reconstruction")
    shows(page, "Reconstruction", FACE, "faces")
    open_tab(page, "Beta comparison")
    settled(page)
    shows(page, "Beta comparison", FACE, "digits")


def test_the_last_of_two_tabs_pictures_follows_also_before_it_is_answered(page):
    expect(page.locator(CARDS)).to_have_count(4)
    upload(page, "reconstruct", FACE)
    shows(page, "Reconstruction", FACE, "faces")
    open_tab(page, "Beta comparison")
    page.locator("#beta-examples .example").nth(3).click()  # it is still asked what followed
    name = page.locator("#beta-examples .example").nth(3).get_attribute("data-name")
    expect(page).to_have_url(re.compile(f"example={name}"))
    settled(page)
    expect(page.locator("#beta-examples .example[aria-pressed=true]")).to_have_attribute("data-name", name)
    open_tab(page, "VQ code maps")
    expect(page).to_have_url(re.compile(f"tab=code_maps.*example={name}"))


def use(page: Page, card: Locator, title: str) -> None:
    card.get_by_role("button", name="Use this picture").click()
    card.get_by_role("button", name=title).click()


@pytest.mark.parametrize(
    ("title", "seen", "encode"),
    [
        ("Reconstruct it", SEEN["Reconstruction"], lambda picture: reconstruct(picture, "digits").model_input),
        ("Compare betas on it", SEEN["Beta comparison"], lambda picture: compare_betas(picture, "digits").model_input),
        ("See its codes", SEEN["VQ code maps"], lambda picture: encode_codes(picture, "vq-vae-digits").model_input),
    ],
)
def test_a_reconstruction_is_sent_to_a_tab_with_its_dataset(wide, title, seen, encode):
    page = wide
    answer = reconstruct(EXAMPLES / "digits" / "0.png", "digits").variants[1]
    card = page.locator(f"{CARDS}[data-checkpoint='{answer.checkpoint}']")
    loaded(page, "#reconstruct-result .cards")
    use(page, card, title)
    expect(page.locator(seen)).to_have_attribute("src", encode_image(encode(answer.reconstruction)))
    expect(page.locator(seen)).to_be_visible()


def test_a_reconstruction_is_downloaded_by_keyboard_with_its_very_pixels(page, tmp_path):
    expect(page.locator(CARDS)).to_have_count(4)
    loaded(page, "#reconstruct-result .cards")
    card = page.locator(f"{CARDS}[data-checkpoint='vae-digits']")
    card.get_by_role("button", name="Use this picture: VAE reconstruction").press("Enter")
    button = card.get_by_role("button", name="Download as PNG")
    expect(button).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_hidden()
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        button.press("Enter")
    assert download.value.suggested_filename == "reconstruction-by-vae-digits.png"
    download.value.save_as(tmp_path / "it.png")
    expected_one = reconstruct(EXAMPLES / "digits" / "0.png", "digits").variants[0].reconstruction
    assert Image.open(tmp_path / "it.png").convert("L").tobytes() == expected_one.tobytes()


def test_a_photographs_reconstruction_is_sent_whole(page, tmp_path):
    path = tmp_path / "large.png"
    Image.linear_gradient("L").convert("RGB").resize((400, 300)).save(path)
    expect(page.locator(CARDS)).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("photos").click()
    whole = see_whole(page)
    upload(page, "reconstruct", path)
    expect(whole.locator(".facts")).to_contain_text("400 × 300")
    use(page, whole, "See its codes")
    expect(page.locator("#codes-result .grid")).to_be_visible()
    expect(page.locator("#codes-picture img")).to_have_attribute("src", re.compile("picture.webp"))
    assert eventually(lambda: page.locator("#codes-picture img").evaluate("i => i.naturalWidth") == 400)


def test_a_moved_latents_picture_is_what_is_sent(page):
    card = page.locator(f"{CARDS}[data-checkpoint='vae-digits']")
    card.locator("summary").click()
    card.get_by_role("slider").first.press("End")
    expect(card.locator(".told")).to_contain_text("beside the picture")
    moved = drawn(card.locator("canvas"))
    use(page, card, "Reconstruct it")
    seen = page.locator(SEEN["Reconstruction"])
    assert eventually(lambda: opened(seen.get_attribute("src")).convert("L").tobytes() == moved[..., 0].tobytes())


@pytest.fixture
def touched(server: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 375, "height": 812}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server}/?dataset=digits")
    yield page
    context.close()


def test_a_menu_is_opened_and_closed_by_touch_and_lies_within_the_window(touched):
    page = touched
    expect(page.locator(CARDS)).to_have_count(4)
    for card in page.locator(CARDS).all():
        card.get_by_role("button", name="Use this picture").tap()
        menu = card.locator(".menu")
        expect(menu).to_be_visible()
        box = menu.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 375
        assert all(b.bounding_box()["height"] >= 32 for b in menu.get_by_role("button").all())
        page.touchscreen.tap(5, 5)
        expect(menu).to_be_hidden()
