"""Samples of one picture's posterior side by side, in an opened variant of the Reconstruction tab."""

import numpy as np
from conftest import EXAMPLES
from playwright.sync_api import Locator, Page, expect
from test_live_page import CHECKPOINTS, drawn, is_drawn
from test_page_my_picture import CARDS

from vae_demo.inference import decode_latent, reconstruct
from vae_demo.ui.browser import ADDRESS

DRAWS = f"""async ([mean, deviation, seed]) => {{
    const {{ drawNormal, seeded }} = await import(new URL('{ADDRESS}/noise.js', document.baseURI));
    const random = seeded(seed);
    return [1, 2, 3, 4, 5, 6].map(() => drawNormal(mean, deviation, random)); }}"""


def opened(page: Page, checkpoint: str = "vae-digits") -> Locator:
    card = page.locator(f"{CARDS}[data-checkpoint='{checkpoint}']")
    card.locator(".forward summary").click()
    return card.locator(".posterior-samples")


def shows(page: Page, place: Locator, seed: int) -> bool:
    """Whether the six are the draws of that seed from the VAE's posterior, as the server decodes them."""
    vae = reconstruct(EXAMPLES / "digits" / "0.png", "digits", checkpoints=CHECKPOINTS).variants[0]
    latents = page.evaluate(DRAWS, [vae.mean, vae.deviation, seed])
    canvases = place.locator("canvas")
    expect(canvases).to_have_count(6)
    return all(
        is_drawn(canvases.nth(i), lambda z=latent: decode_latent("vae-digits", z, CHECKPOINTS))
        for i, latent in enumerate(latents)
    )


def test_six_samples_of_the_posterior_stand_side_by_side_and_follow_the_seed(wide, server):
    page = wide
    place = opened(page)
    expect(place).to_be_empty()  # of the posterior mean there is but one
    page.goto(f"{server}/?tab=reconstruction&dataset=digits&example=0&posterior=sample&seed=3")
    place = opened(page)
    expect(place).to_contain_text("what differs between them is what the latent does not fix.")
    assert shows(page, place, 3)
    pictures = [drawn(canvas).astype(int) for canvas in place.locator("canvas").all()]
    assert all(np.abs(pictures[0] - other).max() > 10 for other in pictures[1:])
    window = page.viewport_size["width"]
    boxes = [canvas.bounding_box() for canvas in place.locator("canvas").all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= window and box["width"] >= 44 for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#reconstruct-seed input").fill("4")
    page.locator("#reconstruct-seed input").press("Enter")
    expect(page.locator("#reconstruct-result .pending")).to_have_count(0)
    assert shows(page, place, 4)


def test_where_no_worker_runs_the_server_decodes_them(page, server):
    page.add_init_script("delete globalThis.Worker")
    page.goto(f"{server}/?tab=reconstruction&dataset=digits&example=0&posterior=sample&seed=5")
    assert shows(page, opened(page), 5)


def test_the_noise_is_normal_and_the_same_for_the_same_seed(page):
    wide = [1.0] * 2000, [2.0] * 2000
    draws = np.array(page.evaluate(DRAWS, [*wide, 9]))
    assert draws.tolist() == page.evaluate(DRAWS, [*wide, 9])
    assert draws.tolist() != page.evaluate(DRAWS, [*wide, 10])
    normal = (draws.ravel() - 1) / 2
    assert abs(normal.mean()) < 0.04
    assert abs(normal.std() - 1) < 0.03
    assert abs((np.abs(normal) < 1).mean() - 0.6827) < 0.02
