"""The page by keyboard alone, and what a screen reader is told of it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.visitor import open_tab

CARDS = "#reconstruct-result .card[data-checkpoint]"
TABS = ["Reconstruction", "Random sampling", "Beta comparison", "VQ code maps", "About the models"]
FOCUSED = """() => {
    const at = document.activeElement;
    const parts = [at, at.closest('label'), at.nextElementSibling].filter(Boolean);
    const shown = parts.map((part) => getComputedStyle(part));
    return {
        tag: at.tagName, name: at.ariaLabel || at.innerText || at.value || '',
        group: at.type === 'radio' ? at.name : '',
        outlined: shown.some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1.5),
        html: at.outerHTML.slice(0, 160),
    };
}"""


def stops(page: Page, limit: int = 90) -> list[dict]:
    """Where Tab leads, one after another, from the top of the page to its end."""
    page.locator("#heading h1").evaluate("heading => { heading.tabIndex = -1; heading.focus(); }")
    found = []
    while len(found) < limit:
        page.wait_for_timeout(20)  # what a menu opens is there by then
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            break
        found.append(stop)
    return found


def ready(page: Page, name: str) -> None:
    open_tab(page, name)
    panel = page.get_by_role("tabpanel").filter(visible=True)
    expect(panel).not_to_contain_text("Loading the models")
    page.wait_for_function("!document.querySelector('.pending')")


@pytest.mark.parametrize("name", TABS)
def test_tab_reaches_everything_once_and_the_focus_is_always_seen(page, name):
    ready(page, name)
    reached = stops(page)
    assert 5 < len(reached) < 90
    unseen = [stop["html"] for stop in reached if not stop["outlined"]]
    assert not unseen
    groups = [stop["group"] for stop in reached if stop["group"]]
    assert len(groups) == len(set(groups)), "a group of radios is one tab stop"
    assert sum("Example" in stop["name"] or "Sample " in stop["name"] for stop in reached) <= 1


def test_tabs_are_walked_by_arrow_keys_home_and_end(page):
    ready(page, "Reconstruction")
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_text(TABS)

    def is_open(number: int) -> None:
        expect(tabs.nth(number)).to_be_focused()
        expect(tabs.nth(number)).to_have_attribute("aria-selected", "true")
        assert [tab.get_attribute("tabindex") for tab in tabs.all()] == ["0" if i == number else "-1" for i in range(5)]
        panel = page.locator(f"#{tabs.nth(number).get_attribute('aria-controls')}")
        expect(panel).to_be_visible()
        expect(panel).to_have_attribute("aria-labelledby", tabs.nth(number).get_attribute("id"))

    tabs.first.focus()
    for key, opened in [("ArrowRight", 1), ("End", 4), ("ArrowRight", 0), ("ArrowLeft", 4), ("Home", 0)]:
        page.keyboard.press(key)
        is_open(opened)


@pytest.mark.parametrize(
    ("group", "chosen", "panel"),
    [("reconstruct-dataset", "photos", CARDS), ("reconstruct-posterior", "sample", "#reconstruct-seed")],
)
def test_a_choice_of_gradios_is_made_by_arrow_keys(page, group, chosen, panel):
    expect(page.locator(CARDS)).to_have_count(4)
    radios = page.locator(f"#{group} input[type=radio]")
    expect(radios.first).to_have_attribute("name", group)
    page.locator(f"#{group} input:checked").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#{group} input:checked")).to_have_value(chosen)
    expect(page).to_have_url(re.compile(f"={chosen}"))
    expect(page.locator(f"#{group} input:checked")).to_be_focused()
    expect(page.locator(panel).first).to_be_visible()


def test_a_prior_is_chosen_by_arrow_key_when_the_choices_are_new(page):
    ready(page, "Random sampling")
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="digits · VQ-VAE").click()
    expect(page.locator("#sample-result")).to_contain_text("Learned code prior")
    page.wait_for_function("!document.querySelector('.pending')")
    page.locator("#sample-prior input:checked").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#sample-result")).to_contain_text("Uniform codes")


def test_examples_and_samples_are_walked_by_arrow_keys_and_chosen_by_enter(page):
    expect(page.locator(CARDS)).to_have_count(4)
    examples = page.locator("#reconstruct-examples .example")
    examples.first.focus()
    for key in ["ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home", "ArrowRight"]:
        page.keyboard.press(key)
    expect(examples.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(examples.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(f"example={examples.nth(1).get_attribute('data-name')}"))
    ready(page, "Random sampling")
    tiles = page.locator("#sample-result .tile")
    tiles.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#sample-result .detail h3")).to_have_text("Sample 2")


def test_answers_are_said_in_a_sentence_and_gradio_is_silent(page):
    said = page.locator("#announced")
    expect(said).to_have_attribute("role", "status")
    expect(said).to_have_text(
        re.compile(
            r"^Reconstructed by the models of digits\. VAE: [\d.]+ decibels at \d+ bits\. ConvVAE: .+VQ-VAE: .+\.$"
        )
    )
    first = said.text_content()
    page.locator("#reconstruct-examples .example").nth(2).click()
    expect(said).not_to_have_text(first)
    expect(said).to_have_text(re.compile("^Reconstructed"))
    page.get_by_role("button", name="Remove Image").first.press("Enter")
    expect(said).to_have_text(re.compile("The picture was removed"))
    ready(page, "Random sampling")
    expect(said).to_have_text(re.compile(r"^16 samples of vae-digits under N\(0, I\), seed 0, temperature 1\.00\.$"))
    ready(page, "Beta comparison")
    expect(said).to_have_text(re.compile(r"^From β = [\d.]+ to β = \d+ the latent says less"))
    ready(page, "VQ code maps")
    expect(said).to_have_text(re.compile(r"^16 by 16 codes, \d+ of them different\.$"))
    regions = page.locator("[aria-live], [role=status], [role=alert]").all_text_contents()
    assert not [text for text in regions if "common." in text]


def test_a_picture_is_uploaded_by_keyboard(page):
    expect(page.locator(CARDS)).to_have_count(4)
    upload = page.locator("#reconstruct-picture").get_by_role("button", name="Upload file")
    with page.expect_file_chooser():
        upload.press("Enter")
