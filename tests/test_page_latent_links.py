"""Latents that were moved by hand are in the address: opened elsewhere, the link shows the same pictures."""

import re

import pytest
from playwright.sync_api import Page, expect
from test_live_page import CHECKPOINTS, drawn, is_drawn, opened

from tests.visitor import eventually, open_tab
from vae_demo.inference import decode_latent, sample

CARD = "#reconstruct-result .card[data-checkpoint=vae-digits]"


def follow(page: Page, link: str) -> None:
    page.goto("about:blank")
    page.goto(link)


def test_a_reconstruction_is_linked_with_the_latents_that_were_moved(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(CARD).locator("summary").click()
    slider = page.locator(CARD).get_by_role("slider").first
    slider.press("End")
    value = slider.input_value()
    page.locator("#reconstruct-result .link").click()  # at once: it need not rest first
    expect(page.locator("#reconstruct-result .tools .told").last).to_contain_text("Copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"&moved=[\w-]{59,61}$", link)
    latent = list(opened().latent)
    latent[int(slider.get_attribute("data-latent"))] = float(value)
    follow(page, link)
    canvas = page.locator(CARD).locator("canvas")
    assert is_drawn(canvas, lambda: decode_latent("vae-digits", latent, CHECKPOINTS))
    expect(slider).to_have_value(value)
    assert page.url == link
    page.locator(CARD).get_by_role("button", name="Reset").click()
    assert is_drawn(canvas, lambda: decode_latent("vae-digits", opened().latent, CHECKPOINTS))
    expect(page).not_to_have_url(re.compile("moved="))


def test_an_open_sample_is_linked_with_the_latents_that_were_moved(page):
    open_tab(page, "Random sampling")
    page.locator("#sample-result .tile").nth(2).click()
    detail = page.locator("#sample-result .detail")
    slider = detail.get_by_role("slider").first
    slider.press("End")
    expect(page).to_have_url(re.compile(r"&opened=3&moved=[\w-]+$"))
    link, canvas = page.url, detail.locator(".opened canvas")
    latent = list(sample("vae-digits", "standard-normal", 16, 0, 1.0, CHECKPOINTS).latents[2])
    latent[int(slider.get_attribute("data-latent"))] = float(slider.input_value())
    picture = decode_latent("vae-digits", latent, CHECKPOINTS)
    assert is_drawn(canvas, lambda: picture)
    follow(page, link)
    expect(detail.locator("h3")).to_have_text("Sample 3")
    assert is_drawn(canvas, lambda: picture)
    before = drawn(canvas)
    page.locator("#sample-result .tile").nth(1).click()
    expect(page).to_have_url(re.compile("&opened=2$"))
    assert eventually(lambda: not canvas.count() or (drawn(canvas) != before).any())


@pytest.mark.parametrize("moved", ["AAAAAAAA", "x", "%21"])
def test_a_latent_of_other_weights_is_left_out_in_a_sentence(page, server, moved):
    follow(page, f"{server}/?tab=reconstruction&dataset=digits&moved={moved}")
    expect(page.locator(".message").first).to_contain_text("of weights that are not here")
    expect(page.locator(CARD)).to_be_visible()
    expect(page).not_to_have_url(re.compile("moved="))
