"""The Reconstruction tab as a visitor meets it, in a real Chromium."""

import re
from pathlib import Path

import gradio
import pytest
from PIL import Image
from playwright.sync_api import expect
from visitor import loaded, upload

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
