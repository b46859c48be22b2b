"""The address of the page is its state, on every tab: opened elsewhere it shows the same."""

import re

import pytest
from conftest import EXAMPLES
from playwright.sync_api import Page, expect

from tests.visitor import open_tab, upload


def follow(page: Page, link: str) -> None:
    """Open a link as somebody else would: in a page that has nothing yet."""
    page.goto("about:blank")
    page.goto(link)


def test_a_reconstruction_is_linked_with_its_dataset_example_posterior_and_seed(page):
    cards = page.locator("#reconstruct-result .card[data-checkpoint] img")
    expect(cards.first).to_be_visible()
    page.locator("#reconstruct-dataset").get_by_text("cartoons").click()
    expect(page).to_have_url(re.compile("dataset=cartoons"))
    page.locator("#reconstruct-examples .example").nth(2).click()
    page.locator("#reconstruct-posterior").get_by_text("Posterior sample").click()
    expect(page).to_have_url(re.compile("posterior=sample"))
    page.locator("#reconstruct-seed input").fill("7")
    expect(page).to_have_url(re.compile("seed=7"))
    example = page.locator("#reconstruct-examples .example[aria-pressed=true]").get_attribute("data-name")
    assert f"example={example}" in page.url
    link, pictures = page.url, [card.get_attribute("src") for card in cards.all()]
    follow(page, link)
    expect(cards.first).to_have_attribute("src", pictures[0])
    assert [card.get_attribute("src") for card in cards.all()] == pictures
    assert page.url == link
    expect(page.locator("#reconstruct-seed input")).to_have_value("7")
    expect(page.get_by_role("radio", name="Posterior sample")).to_be_checked()
    expect(page.locator("#reconstruct-examples .example").nth(2)).to_have_attribute("aria-pressed", "true")


def test_a_comparison_of_betas_is_linked_with_the_chosen_beta(page):
    open_tab(page, "Beta comparison")
    seen = page.locator("#beta-result .seen img")
    expect(seen).to_be_visible()
    page.locator("#beta-dataset").get_by_text("sprites").click()
    expect(page).to_have_url(re.compile("tab=beta_comparison&dataset=sprites"))
    before = seen.get_attribute("src")
    page.locator("#beta-examples .example").nth(1).click()
    expect(seen).not_to_have_attribute("src", before)
    page.get_by_role("radio", name="β = 16", exact=True).check()
    expect(page).to_have_url(re.compile("example=.+&beta=16$"))
    title = page.locator("#beta-result .inside h3")
    expect(title).to_have_text("β = 16: what each latent says")
    link, picture = page.url, seen.get_attribute("src")
    follow(page, link)
    expect(title).to_have_text("β = 16: what each latent says")
    expect(seen).to_have_attribute("src", picture)
    assert page.url == link


def test_a_code_map_is_linked_with_its_checkpoint_and_example(page):
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    page.locator("#codes-checkpoint input").click()
    page.get_by_role("option", name="digits").click()
    expect(page.locator("#codes-result .cell")).to_have_count(49)
    example = page.locator("#codes-examples .example").nth(3)
    example.click()
    name = example.get_attribute("data-name")
    expect(page).to_have_url(re.compile(f"tab=code_maps&checkpoint=vq-vae-digits&example={name}$"))
    link, decoded = page.url, page.locator("#codes-result .decoded img")
    expect(decoded).to_be_visible()
    page.wait_for_function("!document.querySelector('.pending')")
    picture = decoded.get_attribute("src")
    follow(page, link)
    expect(decoded).to_have_attribute("src", picture)
    assert page.url == link


def test_an_own_picture_is_left_out_of_the_link_and_the_visitor_is_told(page):
    expect(page.locator("#reconstruct-result .card[data-checkpoint]")).to_have_count(4)
    expect(page).to_have_url(re.compile("example="))
    upload(page, "reconstruct", EXAMPLES / "cartoons" / "face-1.png")
    expect(page).not_to_have_url(re.compile("example="))
    page.locator("#reconstruct-result .link").click()
    expect(page.locator("#reconstruct-result .tools .told")).to_contain_text("Your own picture is not in it")
    page.locator("#reconstruct-examples .example").first.click()
    expect(page).to_have_url(re.compile("example="))


def test_the_address_follows_the_open_tab_and_comes_back_with_it(page, server):
    expect(page).to_have_url(re.compile(r"\?tab=reconstruction&"))
    open_tab(page, "About the models")
    expect(page).to_have_url(f"{server}/?tab=about")
    page.goto("about:blank")
    page.go_back()
    expect(page.locator("#about .list").first).to_be_visible()
    expect(page).to_have_url(f"{server}/?tab=about")
    open_tab(page, "Random sampling")
    expect(page).to_have_url(re.compile("tab=sampling&checkpoint="))


@pytest.mark.parametrize(
    ("query", "title", "panel"),
    [
        ("tab=reconstruction&dataset=photos&example=lion", "VQ code maps", "#codes-result .cell"),
        ("tab=sampling&checkpoint=vae-faces&seed=7", "Beta comparison", "#beta-result td img"),
        ("tab=reconstruction&dataset=digits&posterior=sample&seed=7", "Random sampling", "#sample-result .tile"),
    ],
)
def test_a_link_is_about_its_own_tab_alone(page, server, query, title, panel):
    page.goto(f"{server}/?{query}")
    expect(page.locator(".panel-body img:visible").first).to_be_visible()
    open_tab(page, title)
    expect(page.locator(panel).first).to_be_visible()
    assert page.locator(".message").count() == 0  # they go by themselves
    expect(page).not_to_have_url(re.compile("seed=7|lion|vae-faces"))


@pytest.mark.parametrize(
    ("query", "panel"),
    [
        ("tab=reconstruction&dataset=nothing", "#reconstruct-result .card[data-checkpoint]"),
        ("tab=reconstruction&example=nothing", "#reconstruct-result .card[data-checkpoint]"),
        ("tab=reconstruction&posterior=nothing", "#reconstruct-result .card[data-checkpoint]"),
        ("tab=reconstruction&seed=x", "#reconstruct-result .card[data-checkpoint]"),
        ("tab=beta_comparison&dataset=nothing", "#beta-result td img"),
        ("tab=beta_comparison&beta=3", "#beta-result td img"),
        ("tab=code_maps&checkpoint=vae-digits", "#codes-result .cell"),
        ("tab=nothing", "#reconstruct-result .card[data-checkpoint]"),
    ],
)
def test_a_name_that_nothing_has_gets_a_sentence_and_the_default(page, server, query, panel):
    page.goto(f"{server}/?{query}")
    expect(page.locator(".message").first).to_contain_text("The link cannot be followed")
    expect(page.locator(panel).first).to_be_visible()
    expect(page).not_to_have_url(re.compile("nothing|seed=x|beta=3|checkpoint=vae"))
