"""The Random sampling tab as a visitor meets it, in a real Chromium."""

import re
import secrets

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.visitor import open_tab
from vae_demo.inference import sample
from vae_demo.ui.pictures import encode_image


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
    expect(page.locator("#sample-result .mover")).to_have_count(20)


def test_an_answer_is_drawn_once(page, server):
    page.add_init_script(
        """window.drawn = new Set(); new MutationObserver(() => {
             const tile = document.querySelector('#sample-result .tile');
             if (tile) drawn.add(tile);
           }).observe(document, { subtree: true, childList: true })"""
    )
    page.goto(f"{server}/?tab=sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("drawn.size") == 1


def test_a_number_that_is_left_as_it_was_asks_for_nothing(page, requests):
    open_tab(page, "Random sampling")
    tiles = page.locator("#sample-result .tiles .tile")
    expect(tiles).to_have_count(16)
    count = page.locator("#sample-count input[type=number]")
    count.fill("4")
    count.press("Enter")
    expect(tiles).to_have_count(4)
    tiles.nth(2).click()
    before = sum("tab_sampling" in url for url in requests)
    count.blur()
    count.focus()
    count.blur()
    page.locator("#sample-temperature input[type=number]").focus()
    page.locator("#sample-temperature input[type=number]").blur()
    page.wait_for_timeout(1000)  # longer than a moved slider rests
    assert sum("tab_sampling" in url for url in requests) == before
    expect(page.locator("#sample-result .detail h3")).to_have_text("Sample 3")


def test_a_vq_vae_is_sampled_from_its_learned_prior(page):
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="digits · VQ-VAE").click()
    expect(page.locator("#sample-result")).to_contain_text("Learned code prior")
    expect(page.locator("#sample-result .codes")).to_be_visible()
    page.locator("#sample-prior").get_by_text("Uniform codes").click()
    expect(page.locator("#sample-result")).to_contain_text("Uniform codes, seed")


def open_undrawn(page: Page, server: str) -> int:
    """Open the tab with a seed that nobody has sampled with, which the server would answer at once; the seed."""
    seed = secrets.randbelow(2**32)
    page.goto(f"{server}/?tab=sampling&seed={seed}")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    return seed


def steps_drawn(page: Page) -> list[int]:
    """The rows that were said to be drawn, while cartoons are sampled to the end."""
    page.evaluate(
        """() => { window.seen = new Set(); new MutationObserver(() => {
            const said = document.querySelector('#sample-result .detail p')?.textContent.match(/row (\\d+) of (\\d+)/);
            if (said) window.seen.add(Number(said[1]));
        }).observe(document.querySelector('#sample-result'), { childList: true, subtree: true }) }"""
    )
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="cartoons · VQ-VAE").click()
    expect(page.locator("#sample-result .codes i")).to_have_count(256)
    expect(page.locator("#sample-result .detail p").first).to_contain_text("decoded from a map of 16 × 16 codes")
    return page.evaluate("[...window.seen]")


def test_the_code_map_fills_in_while_it_is_sampled_and_comes_at_once_the_next_time(page, server):
    seed = open_undrawn(page, server)
    steps = steps_drawn(page)
    assert steps
    assert steps == sorted(steps)
    assert set(steps) <= set(range(2, 16, 2))
    first = page.locator("#sample-result .tile img").first
    expected = encode_image(sample("vq-vae-cartoons", "code-prior", 16, seed, 1.0).pictures[0])
    expect(first).to_have_attribute("src", expected)
    page.goto(f"{server}/?tab=sampling&seed={seed}")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    assert steps_drawn(page) == []
    expect(first).to_have_attribute("src", expected)


def test_a_sample_that_is_opened_while_codes_are_drawn_stays_open(page, server):
    open_undrawn(page, server)
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
            const said = document.querySelector('#sample-result .detail p')?.textContent.match(/row \\d+ of 16/);
            if (!said) return;
            observer.disconnect();
            window.clickedAt = said[0];
            document.querySelectorAll('#sample-result .tile')[4].click();
        }).observe(document.querySelector('#sample-result'), { childList: true, subtree: true })"""
    )
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="faces · VQ-VAE").click()
    expect(page.locator("#sample-result .detail p").first).to_contain_text("decoded from a map of 16 × 16 codes")
    expect(page.locator("#sample-result .detail h3")).to_have_text("Sample 5")
    expect(page).to_have_url(re.compile("opened=5"))
    assert page.evaluate("window.clickedAt")


def test_a_walk_comes_from_the_server_where_no_worker_runs_and_is_followed_with_a_slider(page, server):
    page.add_init_script("delete globalThis.Worker")
    page.goto(server)
    open_tab(page, "Random sampling")
    tiles = page.locator("#sample-result .tile img")
    expect(tiles).to_have_count(16)
    page.locator("#sample-result .goal").select_option("5")
    page.get_by_role("button", name="Walk", exact=True).click()
    steps = page.locator("#sample-result .steps img")
    expect(steps).to_have_count(9)
    assert steps.first.get_attribute("src") == tiles.nth(0).get_attribute("src")
    assert steps.last.get_attribute("src") == tiles.nth(5).get_attribute("src")
    page.get_by_role("slider", name="How far along the walk").press("End")
    expect(page.locator("#sample-result [data-here]")).to_have_attribute("src", tiles.nth(5).get_attribute("src"))


def test_a_downloaded_sample_has_the_very_pixels(page, tmp_path):
    open_tab(page, "Random sampling")
    tiles = page.locator("#sample-result .tile")
    expect(tiles).to_have_count(16)
    tiles.nth(2).focus()
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as PNG").click()
    assert download.value.suggested_filename == "vae-digits-standard-normal-seed-0-sample-3.png"
    download.value.save_as(tmp_path / "sample.png")
    samples = sample("vae-digits", "standard-normal", 16, 0, 1.0)
    assert Image.open(tmp_path / "sample.png").convert("L").tobytes() == samples.pictures[2].tobytes()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all as PNG").click()
    download.value.save_as(tmp_path / "all.png")
    sheet = Image.open(tmp_path / "all.png").convert("L")
    assert sheet.size == (4 * 28, 4 * 28)
    assert sheet.crop((28, 28, 56, 56)).tobytes() == samples.pictures[5].tobytes()


@pytest.mark.parametrize(
    ("button", "panel", "shown"),
    [
        ("Reconstruct it", "#reconstruct-result", ".card[data-checkpoint='conv-vae-cartoons']"),
        ("Compare betas on it", "#beta-result", "[alt='Reconstruction at β = 16']"),  # a beta that only cartoons have
        ("See its codes", "#codes-result", ".grid"),
    ],
)
def test_a_sample_is_sent_to_another_tab(page, button, panel, shown):
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="cartoons · ConvVAE").click()
    expect(page.locator("#sample-result")).to_contain_text("conv-vae-cartoons")
    page.locator("#sample-result .tile").nth(1).click()
    page.get_by_role("button", name=button).click()
    expect(page.locator(panel)).to_be_visible()
    expect(page.locator(f"{panel} {shown}").first).to_be_visible()
    if panel != "#beta-result":  # which sees fewer pixels
        picture = encode_image(sample("conv-vae-cartoons", "standard-normal", 16, 0, 1.0).pictures[1])
        seen = page.locator(panel).get_by_alt_text("The picture")
        expect(seen.first).to_have_attribute("src", picture)


def test_a_link_brings_back_the_tab_its_settings_and_the_same_pictures(page, server):
    open_tab(page, "Random sampling")
    tiles = page.locator("#sample-result .tile img")
    expect(tiles).to_have_count(16)
    page.locator("#sample-prior").get_by_text("Gaussian mixture").click()
    expect(page.locator("#sample-result")).to_contain_text("under Gaussian mixture")
    page.locator("#sample-seed input").fill("7")
    page.locator("#sample-button").click()
    expect(page.locator("#sample-result")).to_contain_text("seed 7")
    page.get_by_role("button", name="Copy a link to these").click()
    pictures = [tile.get_attribute("src") for tile in tiles.all()]
    link = page.url
    assert "seed=7" in link
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#sample-result")).to_be_visible()
    expect(page.locator("#sample-result")).to_contain_text("seed 7")
    assert [tile.get_attribute("src") for tile in tiles.all()] == pictures
    expect(page.locator("#sample-seed input")).to_have_value("7")
    expect(page.get_by_role("radio", name="Gaussian mixture")).to_be_checked()


@pytest.mark.parametrize("query", ["seed=x", "checkpoint=nothing", "count=9999", "prior=code-prior", "temperature=nan"])
def test_a_wrong_link_gets_a_sentence_and_the_usual_page(page, server, query):
    page.goto(f"{server}/?tab=sampling&{query}")
    expect(page.locator(".message").first).to_contain_text("The link cannot be followed")
    expect(page.locator("#sample-result .tile")).to_have_count(16)


def test_the_die_takes_the_next_seed(page):
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.locator("#sample-die").click()
    expect(page.locator("#sample-seed input")).to_have_value("1")
    expect(page.locator("#sample-result")).to_contain_text("seed 1,")
    expect(page).to_have_url(re.compile("seed=1&"))


def test_one_seed_is_shown_at_three_temperatures_in_rows(page):
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.get_by_role("button", name="Three temperatures").click()
    rows = page.locator("#sample-result .rows tr")
    expect(rows.locator("th")).to_have_text(["0.5", "1.0", "1.5"])
    expect(rows.locator("img")).to_have_count(24)
    middle = rows.nth(1).locator("img").first.get_attribute("src")
    assert middle == encode_image(sample("vae-digits", "standard-normal", 8, 0, 1.0).pictures[0])
    assert middle != rows.nth(0).locator("img").first.get_attribute("src")


def test_one_seed_is_shown_under_both_priors_in_rows(wide):
    page = wide
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    page.get_by_role("button", name="Both priors").click()
    rows = page.locator("#sample-result .rows tr")
    expect(rows.locator("th")).to_have_text(["N(0, I)", "Gaussian mixture fitted to the encoder"])
    expect(rows.locator("img")).to_have_count(16)
    for row, prior in enumerate(("standard-normal", "gaussian-mixture")):
        for place in (0, 7):
            wanted = encode_image(sample("vae-digits", prior, 8, 0, 1.0).pictures[place])
            expect(rows.nth(row).locator("img").nth(place)).to_have_attribute("src", wanted)
    window = page.viewport_size["width"]
    boxes = [picture.bounding_box() for picture in rows.locator("img").all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= window and box["width"] >= 32 for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_rows_of_a_vq_vae_are_its_own_priors_and_uniform_codes_have_no_temperatures(page, server):
    page.goto(f"{server}/?tab=sampling&checkpoint=vq-vae-digits&prior=uniform-codes&count=10")
    tiles = page.locator("#sample-result .tile img")
    expect(tiles).to_have_count(10)
    expect(page.get_by_role("button", name="Three temperatures")).to_have_count(0)
    page.get_by_role("button", name="Both priors").click()
    rows = page.locator("#sample-result .rows tr")
    expect(rows.locator("th")).to_have_text(["Learned code prior", "Uniform codes"])
    expect(rows.locator("img")).to_have_count(16)
    sources = [picture.get_attribute("src") for picture in tiles.all()]
    assert [picture.get_attribute("src") for picture in rows.nth(1).locator("img").all()] == sources[:8]
    page.goto(f"{server}/?tab=sampling&checkpoint=vq-vae-digits&prior=code-prior&count=4&seed=5")
    expect(tiles).to_have_count(4)
    page.get_by_role("button", name="Three temperatures").click()
    expect(rows.locator("img")).to_have_count(12)
    sources = [picture.get_attribute("src") for picture in tiles.all()]
    assert [picture.get_attribute("src") for picture in rows.nth(1).locator("img").all()] == sources
