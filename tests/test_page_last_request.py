"""Whatever a visitor does in whatever haste: what is shown is the answer to the last thing they did."""

import re
import secrets

import pytest
from conftest import EXAMPLES
from PIL import Image
from playwright.sync_api import Page, expect

from tests.served import listener, seconds_computed
from tests.visitor import hold, is_held, open_tab, upload
from vae_demo.inference import reconstruct
from vae_demo.ui.pictures import encode_image

CARDS = "#reconstruct-result .card[data-checkpoint]"
SEEN = "#reconstruct-result .seen img"


@pytest.fixture(scope="module")
def photograph(tmp_path_factory):
    """A picture that takes the photographs' model a while."""
    path = tmp_path_factory.mktemp("haste") / "large.png"
    Image.effect_noise((900, 1200), 90).convert("RGB").save(path, compress_level=0)
    return path


def choose(page: Page, dataset: str) -> None:
    page.locator("#reconstruct-dataset").get_by_text(dataset, exact=True).click()


def settled(page: Page) -> None:
    """Wait until nothing is asked for; then what is shown must stay as it is."""
    page.wait_for_function("!document.querySelector('.pending')")
    page.wait_for_timeout(1200)
    assert page.locator(".pending").count() == 0


def agrees(page: Page, dataset: str, example: str | None) -> None:
    """The choice, the highlight, the picture, the cards and the address are about the same thing."""
    settled(page)
    expect(page.locator("#reconstruct-dataset input:checked")).to_have_value(dataset)
    names = page.locator(".example[aria-pressed=true]").evaluate_all("all => all.map((one) => one.dataset.name)")
    assert names == ([example] if example else [])
    checkpoints = [card.get_attribute("data-checkpoint") for card in page.locator(CARDS).all()]
    assert checkpoints
    assert all(dataset in name for name in checkpoints)
    assert f"dataset={dataset}" in page.url
    assert ("example=" in page.url) is bool(example)
    expect(page.locator("#reconstruct-picture img")).to_have_attribute("src", re.compile(r"/[^/]+\.png$"))
    given = page.locator("#reconstruct-picture img").get_attribute("src")
    assert (re.search(r"/([^/]+)\.png$", given)[1] == example) is bool(example)
    if example:
        expected = reconstruct(EXAMPLES / dataset / f"{example}.png", dataset)
        assert page.locator(SEEN).get_attribute("src") == encode_image(expected.model_input)


@pytest.mark.parametrize("delay", [300, 600, 900])
def test_a_digit_that_is_clicked_while_a_photograph_is_computed_is_what_is_shown(page, photograph, delay):
    expect(page.locator(CARDS)).to_have_count(4)
    choose(page, "photos")
    expect(page).to_have_url(re.compile("dataset=photos"))
    upload(page, "reconstruct", photograph)
    page.wait_for_timeout(delay)
    choose(page, "digits")
    expect(page.locator(f"{CARDS}[data-checkpoint='vae-digits']")).to_be_visible()
    page.locator("#reconstruct-examples .example[data-name='7']").click()
    agrees(page, "digits", "7")


def test_a_picture_that_is_being_computed_stays_when_another_dataset_is_chosen(page, photograph):
    expect(page.locator(CARDS)).to_have_count(4)
    choose(page, "photos")
    upload(page, "reconstruct", photograph)
    page.wait_for_timeout(500)
    choose(page, "digits")
    agrees(page, "digits", None)
    expect(page.locator("#reconstruct-picture img")).to_have_attribute("src", re.compile("large.png"))


def test_the_next_upload_wins_over_the_one_that_is_being_computed(page, photograph, tmp_path):
    small = tmp_path / "small.png"
    Image.linear_gradient("L").resize((64, 64)).save(small)
    expect(page.locator(CARDS)).to_have_count(4)
    choose(page, "photos")
    upload(page, "reconstruct", photograph)
    page.wait_for_timeout(300)
    upload(page, "reconstruct", small)
    agrees(page, "photos", None)
    expect(page.locator("#reconstruct-picture img")).to_have_attribute("src", re.compile("small.png"))


def test_of_eight_examples_in_a_quarter_of_a_second_the_last_one_is_shown(page):
    expect(page.locator(CARDS)).to_have_count(4)
    page.evaluate(
        """async () => { for (const index of [1, 2, 3, 4, 5, 6, 7, 5]) {
            document.querySelectorAll('#reconstruct-examples .example')[index].click();
            await new Promise((done) => setTimeout(done, 30)); } }"""
    )
    last = page.locator("#reconstruct-examples .example").nth(5).get_attribute("data-name")
    agrees(page, "digits", last)


def test_a_dataset_that_is_chosen_before_the_first_answer_is_not_overwritten_by_it(page, server):
    held = hold(page, "**/call/tab_reconstruction/*", first_only=True)
    page.goto("about:blank")
    page.goto(f"{server}/?dataset=digits")
    assert is_held(page, held)
    choose(page, "cartoons")
    expect(page.locator(f"{CARDS}[data-checkpoint='vae-cartoons']")).to_be_visible()
    held[0].continue_()
    agrees(page, "cartoons", "face-1")


def test_what_is_stopped_is_stopped_on_the_server_too_and_what_was_there_stays(page, server):
    open_tab(page, "Random sampling")
    tiles = page.locator("#sample-result .tile")
    expect(tiles).to_have_count(16)
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="cartoons · VQ-VAE").click()
    page.wait_for_function("!document.querySelector('.pending')")
    page.locator("#sample-count input[type=number]").fill("64")
    page.locator("#sample-button").click()
    stop = page.locator("#sample-result .stop")
    expect(stop).to_be_visible()
    stop.click()
    expect(stop).to_be_hidden()
    expect(page.locator("#sample-result .pending")).to_have_count(0)
    process = listener(server)
    page.wait_for_timeout(1500)  # the step that is under way ends first
    before = seconds_computed(process)
    page.wait_for_timeout(2000)
    assert seconds_computed(process) - before < 0.5


def test_another_choice_cancels_the_samples_that_are_being_drawn(page, server):
    page.goto(f"{server}/?tab=sampling&count=64&seed={secrets.randbelow(2**32)}")  # which were not drawn before
    expect(page.locator("#sample-result .tile")).to_have_count(64)
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="cartoons · VQ-VAE").click()
    expect(page.locator("#sample-result .stop")).to_be_visible()
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="digits · ConvVAE").click()
    expect(page.locator("#sample-result")).to_contain_text("conv-vae-digits")
    settled(page)
    expect(page.locator("#sample-result")).to_contain_text("conv-vae-digits")
    expect(page.locator("#sample-checkpoint input")).to_have_value("digits · ConvVAE")
    assert "checkpoint=conv-vae-digits" in page.url


def test_leaving_in_the_middle_of_an_answer_logs_nothing(page, photograph):
    expect(page.locator(CARDS)).to_have_count(4)
    choose(page, "photos")
    upload(page, "reconstruct", photograph)
    expect(page.locator("#reconstruct-result .pending")).to_have_count(1)
    page.goto("about:blank")
    page.wait_for_timeout(500)  # the page's fixture fails where an error was logged


def test_a_file_on_its_way_is_not_taken_for_the_picture_of_an_answer_that_overtakes_it(page, photograph):
    expect(page.locator(CARDS)).to_have_count(4)
    settled(page)
    given = page.locator("#reconstruct-picture img")
    before = given.get_attribute("src")
    answers = hold(page, "**/call/tab_reconstruction", first_only=True)
    uploads = hold(page, "**/gradio_api/upload?*", first_only=True)
    choose(page, "cartoons")
    assert is_held(page, answers)
    upload(page, "reconstruct", photograph)
    assert is_held(page, uploads)
    answers[0].continue_()
    expect(page.locator(f"{CARDS}[data-checkpoint=vae-cartoons]")).to_be_visible()
    page.wait_for_timeout(500)
    assert given.count() == 0 or given.get_attribute("src") == before  # Gradio may show that it is on its way
    uploads[0].continue_()
    expect(given).to_have_attribute("src", re.compile("large.png"))
    expect(page).to_have_url(re.compile(r"dataset=cartoons&posterior"))
    settled(page)
    expect(given).to_have_attribute("src", re.compile("large.png"))


def test_where_no_file_comes_the_input_shows_what_was_answered(page):
    expect(page.locator(CARDS)).to_have_count(4)
    settled(page)
    page.clock.install()
    uploads = hold(page, "**/gradio_api/upload?*", first_only=True)
    answers = hold(page, "**/call/tab_reconstruction", first_only=True)
    choose(page, "cartoons")
    assert is_held(page, answers)
    upload(page, "reconstruct", EXAMPLES / "digits" / "7.png")
    assert is_held(page, uploads)
    answers[0].continue_()
    expect(page.locator(f"{CARDS}[data-checkpoint=vae-cartoons]")).to_be_visible()
    page.clock.fast_forward(61_000)
    expect(page.locator("#reconstruct-picture img")).to_have_attribute("src", re.compile("face-1.png"))
