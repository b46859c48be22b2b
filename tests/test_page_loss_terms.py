"""The two terms of the loss beneath a reconstruction whose latents are moved: the library's numbers, in the browser."""

import re

import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from test_live_decoders import ASK, decoder_address
from test_live_page import CHECKPOINTS, drag

from tests.visitor import eventually
from vae_demo.examples import example_pictures
from vae_demo.images import as_tensor
from vae_demo.inference import decode_latent, reconstruct
from vae_demo.inference.forward import encode, fitted, model_input, open_input
from vae_demo.ui.browser import ADDRESS
from vae_demo.ui.pictures import encode_image

DATASETS = ("digits", "faces", "sprites")


def reconstructions(dataset: str):
    answers = reconstruct(example_pictures(dataset)[0], dataset, checkpoints=CHECKPOINTS).variants
    return [answer for answer in answers if answer.latent_kind == "latents"]


ANSWERS = [answer for dataset in DATASETS for answer in reconstructions(dataset)]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.checkpoint)
def test_the_terms_of_an_answer_are_those_of_the_variants_loss(answer):
    """At the posterior mean, which the loss takes where a deviation is nothing."""
    checkpoint = CHECKPOINTS.get(answer.checkpoint)
    x = model_input(fitted(open_input(example_pictures(checkpoint.dataset)[0]), checkpoint), checkpoint)
    model = CHECKPOINTS.model(checkpoint)
    with torch.inference_mode():
        posterior = encode(x, checkpoint, CHECKPOINTS)
        recon = checkpoint.variant.decode(model, posterior.mean)
        loss = checkpoint.variant.objective(model, recon, x, posterior.mean, posterior.logvar, checkpoint.beta or 1.0)
    rate = float(posterior.kl.sum())
    assert answer.distortion + answer.beta * rate == pytest.approx(float(loss), rel=1e-5)
    assert answer.likelihood == checkpoint.variant.likelihood


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.checkpoint)
def test_the_browsers_distortion_is_the_librarys_to_the_rounding_of_the_input(page, server, answer):
    asked = [f"{server}/{ADDRESS}/decoder/worker.js", f"{server}/{decoder_address(answer.checkpoint)}"]
    ask = ASK.replace("pictures.push([picture.width, picture.height, btoa(text)])", "pictures.push(picture.numbers)")
    script = f"""async ([worker, address, likelihood, latent, input]) => {{
        const [numbers] = await ({ask})([worker, address, [{{ latent }}]]);
        const {{ distortionOf }} = await import('./{ADDRESS}/loss_terms.js');
        const {{ pixelsOf }} = await import('./{ADDRESS}/live.js');
        return distortionOf(likelihood, numbers, (await pixelsOf(input)).pixels); }}"""
    found = page.evaluate(script, [*asked, answer.likelihood, answer.mean, encode_image(answer.model_input)])
    assert found == pytest.approx(answer.distortion, rel=2e-3, abs=0.05)


def card_of(page: Page, checkpoint: str) -> Locator:
    card = page.locator(f"#reconstruct-result .card[data-checkpoint='{checkpoint}']")
    card.locator("summary").click()
    expect(card.get_by_role("slider").first).to_be_visible()
    return card


def shown(card: Locator) -> dict[str, float]:
    """The terms in nats, by the names that stand beside them."""
    names = card.locator(".loss-terms dt").all_inner_texts()
    values = [re.sub(r"[^\d.]", "", text) for text in card.locator(".loss-terms dd").all_inner_texts()]
    return dict(zip(names, map(float, values), strict=True))


def test_distortion_follows_a_moved_latent_and_the_rate_stays(wide):
    card = card_of(wide, "vae-digits")
    answer = next(answer for answer in ANSWERS if answer.checkpoint == "vae-digits")
    start = shown(card)
    rate = answer.latent_bits * 0.693147
    assert start == pytest.approx(
        {"Distortion": answer.distortion, "Rate": rate, "Loss": answer.distortion + rate}, abs=0.051
    )
    slider = card.get_by_role("slider").first
    latent = list(answer.mean)
    latent[int(slider.get_attribute("data-latent"))] = drag(wide, slider, 0.95)
    recon = as_tensor(decode_latent("vae-digits", latent, CHECKPOINTS)).clamp(1e-6, 1 - 1e-6)
    about = float(CHECKPOINTS.get("vae-digits").variant.distortion(recon, as_tensor(answer.model_input)))
    assert eventually(lambda: abs(shown(card)["Distortion"] / about - 1) < 0.2)  # that of 8 bits is coarser
    moved = shown(card)
    assert moved["Distortion"] > start["Distortion"] + 5
    assert moved["Rate"] == start["Rate"]
    assert moved["Loss"] == pytest.approx(moved["Distortion"] + moved["Rate"], abs=0.11)
    expect(card.locator(".told")).to_contain_text(f"Loss: {moved['Loss']:,.1f} nats, {start['Loss']:,.1f} nats before.")
    card.get_by_role("button", name="Draw the noise again").click()
    assert eventually(lambda: shown(card)["Distortion"] not in (moved["Distortion"], start["Distortion"]))
    assert shown(card)["Rate"] == start["Rate"]
    card.get_by_role("button", name="Reset").click()
    assert eventually(lambda: shown(card) == start)
    assert wide.evaluate("document.documentElement.scrollWidth") <= wide.viewport_size["width"]
    for part in card.locator(".loss-terms dt, .loss-terms b").all():
        assert part.evaluate("one => one.scrollWidth <= one.clientWidth || getComputedStyle(one).display === 'inline'")


def test_a_beta_weighs_the_rate_and_the_squared_error_is_named(wide):
    card = card_of(wide, "beta-vae-digits-4")
    answer = next(answer for answer in ANSWERS if answer.checkpoint == "beta-vae-digits-4")
    rate = answer.latent_bits * 0.693147
    assert shown(card) == pytest.approx(
        {
            "Distortion": answer.distortion,
            f"β × rate, 4 × {rate:.1f}": 4 * rate,
            "Loss": answer.distortion + 4 * rate,
        },
        abs=0.051,
    )
    expect(card.locator(".loss-terms")).to_contain_text("the squared error from the input’s 8-bit pixels")
    expect(card.locator(".loss-terms")).to_contain_text(re.compile(r"the same\s+whatever the noise"))


def test_without_a_worker_only_the_answers_own_terms_are_known(page, server):
    page.add_init_script("delete globalThis.Worker")
    page.goto(f"{server}/?dataset=digits")
    card = card_of(page, "vae-digits")
    before = shown(card)
    card.get_by_role("slider").first.press("End")
    expect(card.locator("[data-term=distortion] b")).to_have_text("–")
    expect(card.locator("[data-term=loss] b")).to_have_text("–")
    card.get_by_role("button", name="Reset").click()
    assert eventually(lambda: shown(card) == before)
