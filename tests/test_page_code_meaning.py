"""What one code means, on the VQ code maps tab: its picture alone, and the places where it stands."""

from collections import Counter

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from test_live_page import CHECKPOINTS, drawn, is_drawn
from test_page_code_maps import cell, code_rows

from tests.visitor import eventually, open_tab
from vae_demo.images import to_picture
from vae_demo.inference import codebook
from vae_demo.inference.forward import decode

NAME = "vq-vae-cartoons"
USAGE = codebook(NAME, CHECKPOINTS).usage


@pytest.fixture
def codes(wide: Page) -> Page:
    open_tab(wide, "VQ code maps")
    expect(wide.locator("#codes-result .cell")).to_have_count(256)
    return wide


def status(page: Page) -> Locator:
    return page.locator("#codes-result .status")


def swatch(page: Page, code: int) -> Locator:
    return page.locator(f"#codes-result .swatch[data-code='{code}']")


def sentence(code: int, count: str) -> str:
    return f"ode {code}, {100 * USAGE[code]:.2f} % of the test split's codes. It stands in {count} cells."


def lit(page: Page) -> set[tuple[int, int]]:
    """The cells that are framed, by row and column."""
    framed = page.locator("#codes-result .cell").evaluate_all(
        "cells => cells.filter((c) => getComputedStyle(c).outlineStyle === 'solid').map((c) => c.dataset)"
    )
    return {(int(place["row"]), int(place["column"])) for place in framed}


def places(page: Page, code: int) -> set[tuple[int, int]]:
    return {(r, c) for r, line in enumerate(code_rows(page)) for c, found in enumerate(line) if found == code}


def counts(page: Page) -> list[tuple[int, int]]:
    """Codes of the map and how often they stand there, the most frequent first."""
    return Counter(code for line in code_rows(page) for code in line).most_common()


def alone(code: int):
    with torch.inference_mode():
        return to_picture(decode(torch.full((1, 6, 6), code), CHECKPOINTS.get(NAME), CHECKPOINTS))


def test_a_chosen_code_is_shown_alone_and_wherever_it_stands(codes):
    code, count = counts(codes)[0]
    assert count > 8
    swatch(codes, code).click()
    expect(status(codes)).to_have_text(f"C{sentence(code, f'{count} of 256')}")
    assert lit(codes) == places(codes, code)
    picture = codes.get_by_role("img", name=f"Code {code} alone: the middle of a map full of it, decoded")
    assert is_drawn(picture, lambda: alone(code))
    expect(codes.locator("#codes-result .meaning .small")).to_have_text("Left: this code alone, in every cell.")
    # The middle alone is seen, where each code has the neighbours that it has everywhere.
    frame, whole = codes.locator("#codes-result .alone").bounding_box(), picture.bounding_box()
    assert whole["width"] > 1.4 * frame["width"]
    assert whole["x"] < frame["x"] - 0.2 * frame["width"]
    middle = drawn(picture)[4:20, 4:20].astype(int)
    assert np.abs(middle[4:12, 4:12] - middle[:8, :8]).max() <= 1
    assert codes.evaluate("document.documentElement.scrollWidth") <= codes.viewport_size["width"]

    missing = next(code for code in range(512) if not places(codes, code))
    swatch(codes, missing).click()
    expect(status(codes)).to_have_text(f"C{sentence(missing, 'none of the 256')}")
    assert is_drawn(codes.locator("#codes-result .alone canvas"), lambda: alone(missing))
    assert lit(codes) == set()


def test_a_pointed_cell_lights_its_likes_and_they_follow_the_brush_without_a_request(codes, requests):
    code, count = counts(codes)[0]
    row, column = min(places(codes, code))
    cell(codes, row, column).focus()
    said = f"Row {row + 1}, column {column + 1}: c{sentence(code, f'{count} of 256')}"
    expect(status(codes)).to_have_text(said)
    assert is_drawn(codes.locator("#codes-result .alone canvas"), lambda: alone(code))
    assert places(codes, code) <= lit(codes)
    brush = codes.locator("#codes-result .brush b").inner_text().split()[-1]
    before = len(requests)
    codes.keyboard.press("Enter")
    expect(status(codes)).to_contain_text(f"Row {row + 1}, column {column + 1}: code {brush},")
    assert places(codes, int(brush)) <= lit(codes)
    assert is_drawn(codes.locator("#codes-result .alone canvas"), lambda: alone(int(brush)))
    assert requests[before:] == []
    codes.keyboard.press("Control+z")
    expect(status(codes)).to_have_text(said)
    assert places(codes, code) <= lit(codes)


def test_a_sentence_is_announced_once(codes):
    expect(status(codes)).to_have_attribute("aria-live", "polite")
    codes.evaluate(
        """() => { window.said = [];
        const status = document.querySelector('#codes-result .status');
        new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true }); }"""
    )
    (code, count), (other, other_count) = counts(codes)[:2]
    for chosen in (code, code, other):
        swatch(codes, chosen).click()
    expected = [f"C{sentence(code, f'{count} of 256')}", f"C{sentence(other, f'{other_count} of 256')}"]
    assert eventually(lambda: codes.evaluate("window.said") == expected)


def test_without_a_worker_the_places_are_lit_all_the_same(page, server):
    page.add_init_script("delete globalThis.Worker")
    page.goto(f"{server}/?dataset=digits")
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    code, count = counts(page)[0]
    swatch(page, code).click()
    expect(status(page)).to_have_text(f"C{sentence(code, f'{count} of 256')}")
    assert lit(page) == places(page, code)
    expect(page.locator("#codes-result .alone")).to_be_hidden()
    expect(page.locator("#codes-result .meaning .small")).to_be_hidden()
