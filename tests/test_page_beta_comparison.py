"""The Beta comparison tab as a visitor meets it, in a real Chromium."""

import json
import re

import pytest
from conftest import ROOT
from playwright.sync_api import Page, expect

from tests.visitor import loaded, open_tab


def betas(dataset: str) -> list[str]:
    """The betas of a dataset's family, from the smallest, as the page writes them."""
    configs = (ROOT / "checkpoints").glob(f"beta-vae-{dataset}-*/config.json")
    return [f"{beta:g}" for beta in sorted(json.loads(path.read_text())["beta"] for path in configs)]


@pytest.fixture
def tab(page: Page) -> Page:
    open_tab(page, "Beta comparison")
    expect(page.locator("#beta-result td img").first).to_be_visible()
    return page


def test_betas_are_columns_with_the_curve_of_the_test_split(tab):
    family = betas("digits")
    columns = tab.locator("#beta-result thead th[data-beta]")
    expect(columns).to_have_text(family)
    loaded(tab, "#beta-result")
    for row in ("Rate", "Distortion", "Active latents", "KL of each latent"):
        cells = tab.locator("#beta-result tr", has_text=row).first.locator("td")
        expect(cells).to_have_count(len(family))
        for column, cell in zip(columns.all(), cells.all(), strict=True):
            assert cell.bounding_box()["x"] == pytest.approx(column.bounding_box()["x"], abs=1)
    expect(tab.locator("#beta-result circle.test")).to_have_count(len(family))
    expect(tab.locator("#beta-result circle.own")).to_have_count(len(family))
    chart = tab.get_by_role("img", name="Rate in nats against distortion")
    for beta in family:
        assert f"β = {beta}: rate" in chart.get_attribute("aria-label")


def test_a_beta_is_chosen_by_keyboard_and_by_mouse_and_stays_with_the_next_picture(tab):
    family = betas("digits")
    inside = tab.locator("#beta-result .inside h3")
    expect(inside).to_have_text("β = 1: what each latent says")
    tab.get_by_role("radio", name="β = 1", exact=True).focus()
    tab.keyboard.press("ArrowRight")
    following = family[family.index("1") + 1]
    expect(inside).to_have_text(f"β = {following}: what each latent says")
    strips = tab.locator("#beta-result .strip")
    expect(strips).to_have_count(4)
    expect(strips.first.locator("img").first).to_have_attribute(
        "alt", re.compile(rf"^β = {following}, latent \d+ at −3$")
    )
    tab.locator(f"#beta-result td[data-beta='{family[0]}'] img").click()
    expect(tab.get_by_role("radio", name=f"β = {family[0]}", exact=True)).to_be_checked()
    before = tab.locator("#beta-result .seen img").get_attribute("src")
    tab.locator("#beta-examples .example").last.click()
    expect(tab.locator("#beta-result .seen img")).not_to_have_attribute("src", before)
    expect(inside).to_have_text(f"β = {family[0]}: what each latent says")


def test_pointing_at_a_bar_tells_its_latent_and_nats(tab):
    bars = tab.locator("#beta-result .bar")
    readout = tab.locator("#beta-result .readout")
    bars.nth(2).hover()
    expect(readout).to_have_text(
        re.compile(r"Latent \d+: [\d.]+ nats for this picture, [\d.]+ on average over the test")
    )
    hovered = readout.text_content()
    bars.nth(2).focus()
    tab.keyboard.press("ArrowRight")
    expect(readout).not_to_have_text(hovered)
    expect(readout).to_have_text(f"{bars.nth(3).get_attribute('aria-label')}.")
    expect(tab.locator("#beta-result section.pointed")).to_have_count(1)


def test_sprites_tell_their_measured_disentanglement(tab):
    tab.locator("#beta-dataset").get_by_text("sprites").click()
    expect(tab.locator("#beta-result thead th[data-beta]")).to_have_text(betas("sprites"))
    expect(tab.locator("#beta-result tr", has_text="MIG").locator("td").first).to_have_text(re.compile(r"^0\.\d{3}$"))
    expect(tab.locator("#beta-result")).to_contain_text("mutual information gap")
    expect(tab.locator("#beta-result .inside")).to_contain_text("orientation")


def test_a_new_picture_moves_nothing(tab):
    def places() -> list[dict]:
        return [part.bounding_box() for part in tab.locator("#beta-result h3, #beta_comparison-explanation").all()]

    before, seen = places(), tab.locator("#beta-result .seen img").get_attribute("src")
    tab.locator("#beta-examples .example").nth(1).click()
    expect(tab.locator("#beta-result .seen img")).not_to_have_attribute("src", seen)
    loaded(tab, "#beta-result")
    for was, now in zip(before, places(), strict=True):
        assert now["y"] == pytest.approx(was["y"], abs=25)  # a sentence may need a line more or less
