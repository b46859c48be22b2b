"""The whole page as a visitor meets it, in a real Chromium."""

import re

import pytest
from conftest import ROOT
from playwright.sync_api import expect
from visitor import open_tab


def test_about_lists_every_checkpoint_with_its_hash(page):
    open_tab(page, "About the models")
    rows = page.locator("#about tbody tr")
    expect(rows).to_have_count(len(list((ROOT / "checkpoints").glob("*/config.json"))))
    expect(page.locator("#about .notice")).to_contain_text("bundled")
    for code in page.locator("#about tbody td:last-child code").all():
        assert re.fullmatch(r"[0-9a-f]{64}", code.get_attribute("title"))


@pytest.mark.parametrize("width", [375, 1440])
def test_no_tab_is_wider_than_the_window_and_every_picture_has_a_text(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for name, panel in [
        ("Reconstruction", "#reconstruct-result"),
        ("Random sampling", "#sample-result"),
        ("Beta comparison", "#beta-result"),
        ("VQ code maps", "#codes-result"),
        ("About the models", "#about"),
    ]:
        open_tab(page, name)
        expect(page.locator(f"{panel} .panel-body")).not_to_contain_text("Loading")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for image in page.locator(f"{panel} img").all():
            assert image.get_attribute("alt")
