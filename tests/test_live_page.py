"""Latents and codes under the finger, on the page: decoded in the browser, without a request, as the server would."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.visitor import eventually, hold, is_held, open_tab
from vae_demo.examples import example_pictures
from vae_demo.inference import (
    Checkpoints,
    VariantReconstruction,
    compare_betas,
    decode_codes,
    decode_latent,
    reconstruct,
    sample,
    walk,
)
from vae_demo.ui.pictures import encode_image
from vae_demo.weights.hub import bundled

CHECKPOINTS = Checkpoints(bundled())
EXAMPLE = example_pictures("digits")[0]
"""What the page opens with."""
PIXELS = """canvas => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return [canvas.width, canvas.height, btoa(String.fromCharCode(...data))]; }"""


def drawn(canvas: Locator) -> np.ndarray:
    width, height, data = canvas.evaluate(PIXELS)
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[..., :3]


def is_drawn(canvas: Locator, expected: Callable[[], Any]) -> bool:
    """Whether a canvas comes to show a picture, to one level of 255."""

    def alike() -> bool:
        theirs, ours = np.array(expected().convert("RGB")).astype(int), drawn(canvas)
        return theirs.shape == ours.shape and np.abs(ours - theirs).max() <= 1

    return eventually(alike)


def drag(page: Page, slider: Locator, share: float) -> float:
    """Drag a slider's thumb to a share of its way, in many small moves; the number it then has."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    low, high, value = (float(slider.evaluate(f"input => input.{name}")) for name in ("min", "max", "value"))
    place = box["x"] + 8 + (box["width"] - 16) * (value - low) / (high - low)
    page.mouse.move(place, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 8 + (box["width"] - 16) * share, middle, steps=25)
    page.mouse.up()
    return float(slider.input_value())


def opened() -> VariantReconstruction:
    """The VAE's answer to the picture that the page opens with."""
    answers = reconstruct(EXAMPLE, "digits", checkpoints=CHECKPOINTS).variants
    return next(answer for answer in answers if answer.checkpoint == "vae-digits")


def test_a_latent_is_dragged_and_the_reconstruction_follows_without_a_request(page, requests):
    card = page.locator("#reconstruct-result .card[data-checkpoint=vae-digits]")
    expect(card.locator("summary")).to_be_visible()
    assert not any("/decoders/" in url for url in requests)
    with page.expect_request("**/decoders/vae-digits/*"):
        card.locator("summary").click()
    expect(card.get_by_role("slider")).to_have_count(6)
    sliders, canvas = card.get_by_role("slider"), card.locator("canvas")
    answer = opened()
    kl = 0.5 * (np.square(answer.mean) + np.square(answer.deviation) - 1 - 2 * np.log(answer.deviation))
    assert sliders.first.get_attribute("aria-label") == f"Latent {int(kl.argmax()) + 1} of vae-digits"
    sliders.first.press("ArrowRight")  # by now the decoder is here
    assert eventually(lambda: "moved" in card.get_attribute("class"))
    expect(card.locator(".told")).to_contain_text(" dB beside the picture")

    before = len(requests)
    latent = list(answer.mean)
    latent[int(kl.argmax())] = drag(page, sliders.first, 0.95)
    assert is_drawn(canvas, lambda: decode_latent("vae-digits", latent, CHECKPOINTS))
    card.get_by_role("button", name="Draw the noise again").click()
    card.get_by_role("button", name="All 20 latents").click()
    expect(card.get_by_role("slider")).to_have_count(20)
    card.get_by_role("button", name="Reset").click()
    assert is_drawn(canvas, lambda: decode_latent("vae-digits", answer.mean, CHECKPOINTS))
    assert "moved" not in card.get_attribute("class")
    assert requests[before:] == []


def test_an_open_sample_is_moved_and_a_walk_is_played_and_stopped_without_a_request(page, requests):
    open_tab(page, "Random sampling")
    samples = sample("vae-digits", "standard-normal", 16, 0, 1.0, CHECKPOINTS)
    page.locator("#sample-result .tile").nth(2).click()
    detail = page.locator("#sample-result .detail")
    slider = detail.get_by_role("slider").first
    slider.press("ArrowRight")
    canvas = detail.locator(".opened canvas")
    number = int(slider.get_attribute("data-latent"))
    latent = list(samples.latents[2])
    latent[number] = float(slider.input_value())
    assert is_drawn(canvas, lambda: decode_latent("vae-digits", latent, CHECKPOINTS))
    before = len(requests)
    latent[number] = drag(page, slider, 0.1)
    assert is_drawn(canvas, lambda: decode_latent("vae-digits", latent, CHECKPOINTS))

    detail.locator(".goal").select_option("5")
    detail.get_by_role("button", name="Walk", exact=True).click()
    along, play = detail.get_by_role("slider", name="How far along the walk"), detail.locator(".path .play")
    expect(play).to_have_attribute("aria-pressed", "true")
    assert eventually(lambda: float(along.input_value()) > 0.2)
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    there = along.input_value()
    along.press("End")
    assert is_drawn(detail.locator(".path canvas"), lambda: samples.pictures[5])
    along.fill("0.5")
    half = walk("vae-digits", samples.latents[2], samples.latents[5], 3, CHECKPOINTS).pictures[1]
    assert is_drawn(detail.locator(".path canvas"), lambda: half)
    assert float(there) < 1
    assert requests[before:] == []


def test_one_slider_moves_the_strongest_latent_of_every_beta_without_a_request(page, requests):
    open_tab(page, "Beta comparison")
    slider = page.get_by_role("slider", name="The strongest latent of every beta")
    slider.press("ArrowRight")
    canvases = page.locator("#beta-result .pictures canvas")
    family = CHECKPOINTS.family("digits")
    expect(canvases).to_have_count(len(family))
    members = compare_betas(EXAMPLE, "digits", CHECKPOINTS).members

    def all_drawn(value: float) -> bool:
        latents = [list(member.mean) for member in members]
        for member, latent in zip(members, latents, strict=True):
            latent[int(np.argmax(member.test_kl))] = value
        return all(
            is_drawn(canvas, lambda m=member, z=latent: decode_latent(m.checkpoint, z, CHECKPOINTS))
            for canvas, member, latent in zip(canvases.all(), members, latents, strict=True)
        )

    assert all_drawn(0.01)
    before = len(requests)
    assert all_drawn(drag(page, slider, 0.9))
    page.locator("#beta-result .every-beta .reset").click()
    expect(page.locator("#beta-result .every-beta output").first).to_have_text("mean")
    assert requests[before:] == []


def test_painting_changes_the_picture_under_the_brush_and_the_bits_follow_when_the_hand_rests(page, requests):
    open_tab(page, "VQ code maps")
    panel = page.locator("#codes-result")
    cells = panel.locator(".cell")
    cells.first.hover()
    canvas = panel.locator(".decoded canvas")
    rows = code_rows(panel)
    assert is_drawn(canvas, lambda: decode_codes(rows, "vq-vae-cartoons", CHECKPOINTS).picture)
    bits = panel.locator(".measures").inner_text()

    panel.locator(".swatch").nth(7).click()
    before = len(requests)
    cells.nth(5 * 16 + 4).hover()
    page.mouse.down()
    cells.nth(5 * 16 + 9).hover()
    painted = code_rows(panel)
    assert painted != rows
    assert is_drawn(canvas, lambda: decode_codes(painted, "vq-vae-cartoons", CHECKPOINTS).picture)
    page.wait_for_timeout(900)  # longer than the hand has to rest, were it not still down
    assert requests[before:] == []
    page.mouse.up()
    expect(panel.locator(".measures")).not_to_have_text(bits)
    panel.get_by_role("button", name="Undo").click()
    assert is_drawn(canvas, lambda: decode_codes(rows, "vq-vae-cartoons", CHECKPOINTS).picture)


def code_rows(panel: Locator) -> list[list[int]]:
    labels = panel.locator(".cell").evaluate_all("cells => cells.map((cell) => cell.ariaLabel)")
    codes = [int(label.rpartition(" ")[2]) for label in labels]
    return [codes[start : start + 16] for start in range(0, len(codes), 16)]


@pytest.fixture
def without_workers(page: Page, server: str) -> Page:
    page.add_init_script("delete globalThis.Worker")
    page.goto(f"{server}/?dataset=digits")
    return page


def test_where_no_worker_runs_the_same_controls_ask_the_server(without_workers):
    page = without_workers
    card = page.locator("#reconstruct-result .card[data-checkpoint=vae-digits]")
    card.locator("summary").click()
    slider = card.get_by_role("slider").first
    slider.press("End")
    answer = opened()
    latent = list(answer.mean)
    latent[int(slider.get_attribute("data-latent"))] = float(slider.input_value())
    assert is_drawn(card.locator("canvas"), lambda: decode_latent("vae-digits", latent, CHECKPOINTS))
    open_tab(page, "VQ code maps")
    cells = page.locator("#codes-result .cell")
    image = page.locator("#codes-result .decoded img")
    before = image.get_attribute("src")
    page.locator("#codes-result .swatch").nth(7).click()
    cells.nth(100).click()
    expect(image).not_to_have_attribute("src", before)
    rows = code_rows(page.locator("#codes-result"))
    expect(image).to_have_attribute("src", encode_image(decode_codes(rows, "vq-vae-cartoons", CHECKPOINTS).picture))
    expect(image).to_be_visible()


def test_a_slow_download_shows_how_far_it_is(page):
    held = hold(page, "**/decoders/**", first_only=True)
    card = page.locator("#reconstruct-result .card[data-checkpoint=conv-vae-digits]")
    card.locator("summary").click()
    expect(card.get_by_role("progressbar", name="Fetching the decoder")).to_be_visible()
    assert is_held(page, held)
    held[0].continue_()
    expect(card.get_by_role("progressbar")).to_have_count(0)
