"""The Random sampling tab as a visitor meets it, in a real Chromium."""

from playwright.sync_api import expect
from visitor import open_tab


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
