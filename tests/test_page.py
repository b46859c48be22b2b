"""The page as a visitor meets it, in a real Chromium."""

import re
from pathlib import Path

import gradio
import pytest
from conftest import ROOT
from PIL import Image
from playwright.sync_api import Page, expect

from vae_demo.inference import decode_codes
from vae_demo.ui.pictures import sent

PHOTOGRAPH = Path(gradio.__file__).parent / "media_assets" / "images" / "tower.jpg"


def upload(page: Page, tab: str, path: Path) -> None:
    """Give a tab's picture a file, as the browser's file chooser would."""
    page.locator(f"#{tab}-picture input[type=file]").set_input_files(str(path))


def open_tab(page: Page, name: str) -> None:
    """Open a tab as a visitor does: on a narrow screen some are behind "More tabs"."""
    expect(page.get_by_role("tab").first).to_be_visible()
    tab = page.get_by_role("tab", name=name)
    more = page.get_by_role("button", name="More tabs")
    expect(tab.or_(more).first).to_be_visible()
    if tab.count() and tab.first.is_visible():
        tab.first.click()
    else:
        more.click()
        page.locator(".overflow-dropdown button", has_text=name).first.click()


def loaded(page: Page, selector: str) -> None:
    """Wait until every picture under `selector` has really been drawn."""
    page.wait_for_function(
        "s => { const all = [...document.querySelectorAll(s)]; "
        "return all.length && all.every((i) => i.complete && i.naturalWidth > 0) }",
        arg=f"{selector} img",
    )


def test_a_default_example_is_reconstructed_by_all_four_variants_when_the_page_opens(page):
    cards = page.locator("#reconstruct-result .card[data-checkpoint]")
    expect(cards).to_have_count(4)
    expect(cards.locator("h3")).to_have_text(["VAE", "ConvVAE", "Beta-VAE, β = 4", "VQ-VAE"])
    loaded(page, "#reconstruct-result")
    expect(cards.first.locator(".verdict")).to_contain_text("test images")


def test_an_uploaded_photograph_is_reconstructed_at_its_own_shape(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("photos").click()
    card = page.locator("#reconstruct-result .card[data-checkpoint='vq-vae-photos']")
    expect(card).to_be_visible()
    before = card.locator("img").first.get_attribute("src")
    upload(page, "reconstruct", PHOTOGRAPH)
    expect(card.locator("img").first).not_to_have_attribute("src", before)
    loaded(page, "#reconstruct-result")
    width, height = Image.open(PHOTOGRAPH).size
    shown = card.locator("img").first.evaluate("i => [i.naturalWidth, i.naturalHeight]")
    assert shown[0] / shown[1] == pytest.approx(width / height, abs=0.03)
    assert max(shown) > 128


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
    upload(page, "reconstruct", path)
    toast = page.locator(".toast-body, .toast-wrap").first
    expect(toast).to_contain_text(re.compile("picture|image"))
    expect(toast).not_to_contain_text("Traceback")
    page.locator("#reconstruct-examples button").nth(1).click()
    loaded(page, "#reconstruct-result")
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)


def test_a_dataset_of_cartoons_brings_its_own_examples(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    page.locator("#reconstruct-dataset").get_by_text("cartoons").click()
    expect(page.locator("#reconstruct-result .card[data-checkpoint='conv-vae-cartoons']")).to_be_visible()
    expect(page.locator("#reconstruct-examples button img")).to_have_count(6)


def test_samples_are_drawn_again_for_another_seed_and_opened_by_a_click(page):
    open_tab(page, "Random sampling")
    tiles = page.locator("#sample-result .tile")
    expect(tiles).to_have_count(16)
    before = tiles.first.locator("img").get_attribute("src")
    page.locator("#sample-seed input").fill("5")
    page.locator("#sample-button").click()
    expect(tiles.first.locator("img")).not_to_have_attribute("src", before)
    tiles.nth(2).click()
    expect(page.locator("#sample-result .detail h3")).to_have_text("Sample 3")
    expect(page.locator("#sample-result .latent i")).to_have_count(20)


def test_a_vq_vae_is_sampled_from_its_learned_prior(page):
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="digits · VQ-VAE").click()
    expect(page.locator("#sample-result")).to_contain_text("Learned code prior")
    expect(page.locator("#sample-result .codes")).to_be_visible()
    page.locator("#sample-prior").get_by_text("Uniform codes").click()
    expect(page.locator("#sample-result")).to_contain_text("Uniform codes, seed")


def test_betas_stand_side_by_side_with_the_curve_of_the_test_split(page):
    open_tab(page, "Beta comparison")
    cards = page.locator("#beta-result .card[data-checkpoint]")
    expect(cards).to_have_count(5)
    expect(cards.locator("h3")).to_have_text(["β = 0.0625", "β = 0.25", "β = 1", "β = 4", "β = 16"])
    loaded(page, "#beta-result")
    expect(page.locator("#beta-result circle.test")).to_have_count(5)
    expect(page.locator("#beta-result circle.own")).to_have_count(5)
    page.locator("#beta-dataset").get_by_text("sprites").click()
    expect(page.locator("#beta-result")).to_contain_text("MIG")


def code_of(cell):
    return cell.get_attribute("aria-label").split()[-1]


def test_painting_a_code_changes_the_picture_and_undo_brings_it_back(page):
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    decoded = page.locator("#codes-result .decoded img")
    before = decoded.get_attribute("src")
    centre = page.get_by_role("gridcell", name="Row 9, column 9: code")
    corner = page.get_by_role("gridcell", name="Row 1, column 1: code")
    assert code_of(centre) != code_of(corner)
    centre.click()  # the brush starts with the code of the first cell
    expect(decoded).not_to_have_attribute("src", before)
    assert code_of(centre) == code_of(corner)
    page.locator("#codes-result .undo").click()
    expect(decoded).to_have_attribute("src", before)


def test_fast_strokes_end_in_the_picture_of_all_of_them(page):
    open_tab(page, "VQ code maps")
    decoded = page.locator("#codes-result .decoded img")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    before = decoded.get_attribute("src")
    page.evaluate(
        """() => { for (const column of [7, 8, 9, 10])
            document.querySelector(`#codes-result .cell[data-row="8"][data-column="${column}"]`).click(); }"""
    )
    expect(decoded).not_to_have_attribute("src", before)
    codes = [int(code_of(cell)) for cell in page.locator("#codes-result .cell").all()]
    rows = [codes[start : start + 16] for start in range(0, 256, 16)]
    assert len(set(rows[8][7:11])) == 1
    expect(decoded).to_have_attribute("src", sent(decode_codes(rows, "vq-vae-cartoons").picture))


def test_a_code_is_chosen_and_painted_by_keyboard_and_the_focus_stays(page):
    open_tab(page, "VQ code maps")
    decoded = page.locator("#codes-result .decoded img")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    before = decoded.get_attribute("src")
    page.locator("#codes-result .swatch[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    brush = page.locator("#codes-result .brush b").inner_text().split()[-1]
    centre = page.locator("#codes-result .cell[data-row='8'][data-column='8']")
    centre.focus()
    page.keyboard.press("Enter")
    expect(decoded).not_to_have_attribute("src", before)
    assert code_of(centre) == brush
    expect(centre).to_be_focused()


def test_the_code_map_is_read_and_walked_by_keyboard(page):
    open_tab(page, "VQ code maps")
    first = page.get_by_role("gridcell", name="Row 1, column 1: code")
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#codes-result .status")).to_contain_text("Row 2, column 2: code")
    expect(page.locator("#codes-result .patch")).to_be_visible()
    expect(page.locator("#codes-result .swatch.lit")).to_have_count(1)


def test_about_lists_every_checkpoint_with_its_hash(page):
    open_tab(page, "About the models")
    rows = page.locator("#about tbody tr")
    expect(rows).to_have_count(len(list((ROOT / "checkpoints").glob("*/config.json"))))
    expect(page.locator("#about .notice")).to_contain_text("bundled")
    for code in page.locator("#about tbody td:last-child code").all():
        assert re.fullmatch(r"[0-9a-f]{64}", code.get_attribute("title"))


@pytest.mark.parametrize("width", [375, 1440])
def test_no_tab_is_wider_than_the_window_and_every_picture_has_a_text(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for name, panel in [
        ("Reconstruction", "#reconstruct-result"),
        ("Random sampling", "#sample-result"),
        ("Beta comparison", "#beta-result"),
        ("VQ code maps", "#codes-result"),
        ("About the models", "#about"),
    ]:
        open_tab(page, name)
        expect(page.locator(f"{panel} .panel-body")).not_to_contain_text("Loading")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for image in page.locator(f"{panel} img").all():
            assert image.get_attribute("alt")
