"""Two pictures on the Reconstruction tab: one slider goes from the first to the second in every variant at once."""

import json
import re

import numpy as np
import pytest
from conftest import EXAMPLES
from PIL import Image
from playwright.sync_api import Page, expect
from test_live_page import CHECKPOINTS, drag, is_drawn
from test_page_my_picture import CARDS, settled, use

from tests.visitor import eventually, hold, is_held, open_tab, upload
from vae_demo.errors import InputError
from vae_demo.inference import decode_between, encode_by_variants, encode_codes, reconstruct, sample, walk

DIGITS = EXAMPLES / "digits"
PAIR = "#reconstruct-result details.two-pictures"


def open_pair(page: Page, second: str | None = None) -> None:
    expect(page.locator(CARDS)).to_have_count(4)
    page.locator(f"{PAIR} summary").click()
    expect(page.locator(f"{PAIR} canvas")).to_have_count(5)
    if second:
        page.locator(f"{PAIR} .example[data-name='{second}']").click()
        expect(page).to_have_url(re.compile(f"second={second}"))
    expect(page.locator(PAIR)).to_have_attribute("aria-busy", "false")


def shows(page: Page, first, second, share: float, dataset: str = "digits") -> bool:
    """Whether every canvas shows what lies at a share of the way, as the server decodes it."""
    start, end = (encode_by_variants(path, dataset, CHECKPOINTS) for path in (first, second))
    canvases = page.locator(f"{PAIR} canvas")
    ends = [np.array(one.model_input).astype(float) for one in (start, end)]
    mixed = Image.fromarray(np.rint(ends[0] + share * (ends[1] - ends[0])).astype(np.uint8))
    between = [
        decode_between(a.checkpoint, a.latent, b.latent, share, CHECKPOINTS)
        for a, b in zip(start.variants, end.variants, strict=True)
    ]
    return all(is_drawn(canvases.nth(i), lambda picture=p: picture) for i, p in enumerate([mixed, *between]))


def test_one_slider_goes_from_one_picture_to_another_in_every_variant_without_a_request(wide, requests):
    page = wide
    assert not any("two_pictures" in url for url in requests)
    open_pair(page)
    expect(page.locator(f"{PAIR} figcaption")).to_have_text(
        ["Cross-fade of pixels", "VAE", "ConvVAE", "Beta-VAE, β = 4", "VQ-VAE"]
    )
    expect(page.locator(f"{PAIR} .example[aria-pressed=true]")).to_have_attribute("data-name", "2")
    assert shows(page, DIGITS / "0.png", DIGITS / "2.png", 0.5)
    slider = page.get_by_role("slider", name="From the first picture to the second")
    before = len(requests)
    share = drag(page, slider, 0.3)
    assert 0.2 < share < 0.4
    slider.press("ArrowRight")
    share = float(slider.input_value())
    assert shows(page, DIGITS / "0.png", DIGITS / "2.png", share)
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "100 % of the way")
    assert shows(page, DIGITS / "0.png", DIGITS / "2.png", 1)
    assert requests[before:] == []
    expect(page).to_have_url(re.compile("second=2&share=1$"))
    boxes = [slider.bounding_box(), *(canvas.bounding_box() for canvas in page.locator(f"{PAIR} canvas").all())]
    window = page.viewport_size
    assert max(box["y"] + box["height"] for box in boxes) - min(box["y"] for box in boxes) < window["height"] / 2
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= window["width"] for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_plays_there_and_back_and_stops(page):
    open_pair(page)
    play = page.locator(f"{PAIR} .play")
    slider = page.locator(f"{PAIR} input[type=range]")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    assert eventually(lambda: float(slider.input_value()) > 0.6)
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    there = slider.input_value()
    page.wait_for_timeout(300)
    assert slider.input_value() == there


def test_a_link_has_both_examples_and_the_place_between_them(page):
    open_pair(page, "7")
    page.locator(f"{PAIR} input[type=range]").fill("0.25")
    expect(page).to_have_url(re.compile("second=7&share=0.25"))
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(f"{PAIR} canvas")).to_have_count(5)
    assert shows(page, DIGITS / "0.png", DIGITS / "7.png", 0.25)
    assert page.url == link
    page.locator(f"{PAIR} summary").click()
    expect(page).not_to_have_url(re.compile("second=|share="))


def test_the_second_picture_stays_when_the_first_changes_and_gives_way_to_another_datasets(page):
    open_pair(page, "7")
    page.locator("#reconstruct-examples .example[data-name='4']").click()
    expect(page).to_have_url(re.compile("example=4&.*second=7"))
    settled(page)
    assert shows(page, DIGITS / "4.png", DIGITS / "7.png", 0.5)
    page.locator("#reconstruct-dataset").get_by_text("cartoons").click()
    expect(page).to_have_url(re.compile("dataset=cartoons.*second=face-2"))
    cartoons = EXAMPLES / "cartoons"
    assert shows(page, cartoons / "face-1.png", cartoons / "face-2.png", 0.5, "cartoons")


def test_a_second_picture_is_uploaded_and_a_file_that_is_none_is_refused(page, tmp_path):
    open_pair(page)
    page.locator(f"{PAIR} input[type=file]").set_input_files(str(DIGITS / "9.png"))
    expect(page.locator(f"{PAIR} .example[aria-pressed=true]")).to_have_count(0)
    assert shows(page, DIGITS / "0.png", DIGITS / "9.png", 0.5)
    words = tmp_path / "words.png"
    words.write_text("only words")
    page.locator(f"{PAIR} input[type=file]").set_input_files(str(words))
    expect(page.locator(".message").first).to_contain_text("picture")
    expect(page.locator(PAIR)).to_have_attribute("aria-busy", "false")
    assert shows(page, DIGITS / "0.png", DIGITS / "9.png", 0.5)
    expect(page.locator(PAIR)).to_have_attribute("open", "")


def test_a_second_picture_that_is_gone_is_asked_for_once_and_left_out(page, requests):
    open_pair(page)
    page.locator(f"{PAIR} input[type=file]").set_input_files(str(DIGITS / "9.png"))
    expect(page.locator(f"{PAIR} .example[aria-pressed=true]")).to_have_count(0)
    assert shows(page, DIGITS / "0.png", DIGITS / "9.png", 0.5)

    def forget(route):
        asked = route.request.post_data_json
        for picture in asked["data"][0]["pictures"]:
            if picture.get("picture"):
                picture["picture"]["path"] = picture["picture"]["path"].replace("9.png", "deleted.png")
        route.continue_(post_data=json.dumps(asked))

    page.route("**/call/two_pictures", forget)
    page.locator("#reconstruct-examples .example[data-name='4']").click()
    expect(page.locator(".message").first).to_be_visible()
    expect(page.locator(PAIR)).not_to_have_attribute("open", "")
    page.wait_for_timeout(1200)  # whatever is asked for again would be meanwhile
    assert sum(address.endswith("/call/two_pictures") for address in requests) <= 3
    expect(page.locator(".message")).to_have_count(1)


def test_of_two_second_pictures_the_one_that_was_chosen_last_counts(page):
    open_pair(page)
    late = hold(page, "**/gradio_api/upload*")
    page.locator(f"{PAIR} input[type=file]").set_input_files(str(DIGITS / "9.png"))
    assert is_held(page, late)
    page.locator(f"{PAIR} .example[data-name='7']").click()
    expect(page).to_have_url(re.compile("second=7"))
    with page.expect_response("**/gradio_api/upload*"):
        late[0].continue_()
    page.wait_for_timeout(1200)  # the picture that came too late would be asked for and drawn meanwhile
    assert shows(page, DIGITS / "0.png", DIGITS / "7.png", 0.5)


def test_a_sample_is_used_as_the_second_picture(page):
    expect(page.locator(CARDS)).to_have_count(4)
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.locator("#sample-result .tile").nth(2).click()
    page.locator("#sample-result").get_by_role("button", name="Use as the second picture").click()
    expect(page.locator(PAIR)).to_be_visible()
    expect(page.locator(f"{PAIR} canvas")).to_have_count(5)
    second = sample("vae-digits", "standard-normal", 16, 0, 1.0, CHECKPOINTS).pictures[2]
    assert shows(page, DIGITS / "0.png", second, 0.5)
    use(page, page.locator(f"{CARDS}[data-checkpoint='vae-digits']"), "Use as the second picture")
    assert shows(page, DIGITS / "0.png", reconstruct(DIGITS / "0.png", "digits").variants[0].reconstruction, 0.5)


def test_where_no_worker_runs_the_server_decodes(page, server):
    page.add_init_script("delete globalThis.Worker")
    page.goto(f"{server}/?dataset=digits")
    open_pair(page)
    page.locator(f"{PAIR} input[type=range]").fill("0.3")
    assert shows(page, DIGITS / "0.png", DIGITS / "2.png", 0.3)


def test_an_own_first_picture_has_latents_too(page):
    expect(page.locator(CARDS)).to_have_count(4)
    upload(page, "reconstruct", EXAMPLES / "faces" / "sample-0.png")
    expect(page.locator(f"{CARDS}[data-checkpoint='vae-faces']")).to_be_visible()
    open_pair(page)
    faces = EXAMPLES / "faces"
    assert shows(page, faces / "sample-0.png", faces / "sample-0.png", 0.5, "faces")


def test_latents_are_those_that_reconstruct_and_encode_codes_give_and_shares_those_of_walk():
    start, end = (encode_by_variants(DIGITS / name, "digits", CHECKPOINTS) for name in ("3.png", "5.png"))
    answers = reconstruct(DIGITS / "3.png", "digits", checkpoints=CHECKPOINTS).variants
    for encoded, answer in zip(start.variants, answers, strict=True):
        assert encoded.checkpoint == answer.checkpoint
        codes = encode_codes(DIGITS / "3.png", answer.checkpoint, CHECKPOINTS).codes if answer.latent is None else None
        assert encoded.latent == (answer.latent or codes)
    for a, b in zip(start.variants, end.variants, strict=True):
        steps = walk(a.checkpoint, a.latent, b.latent, 3, CHECKPOINTS).pictures
        middle = decode_between(a.checkpoint, a.latent, b.latent, 0.5, CHECKPOINTS)
        assert np.abs(np.array(middle).astype(int) - np.array(steps[1])).max() <= 1
    with pytest.raises(InputError, match="from 0 to 1"):
        decode_between("vae-digits", answers[0].latent, answers[0].latent, 1.5, CHECKPOINTS)
