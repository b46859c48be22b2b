"""A picture that is sent to a part of the Reconstruction tab from another one: its models answer, and it is seen."""

import pytest
from playwright.sync_api import Page, expect
from test_page_directions import PLACE

from tests.visitor import eventually, open_tab


@pytest.mark.parametrize("width", [1440, 375])
@pytest.mark.parametrize(
    ("use", "place"),
    [("Direction: with it", PLACE), ("Use as the second picture", "#reconstruct-result .two-pictures")],
)
def test_a_picture_that_is_sent_opens_its_dataset_and_its_place_even_on_the_first_visit(
    page, server, width, use, place
):
    page.set_viewport_size({"width": width, "height": 812})
    page.goto(f"{server}/?tab=sampling&checkpoint=vae-digits")
    for _ in range(2):  # the tab is not there yet, and then it is
        page.locator("#sample-result .tile").nth(2).click()
        page.locator("#sample-result").get_by_role("button", name=use).click()
        expect(page.locator("#reconstruct-dataset input:checked")).to_have_value("digits")
        expect(page.locator(place)).to_have_attribute("aria-busy", "false")
        assert eventually(lambda: starts_in_window(page, place))
        page.evaluate("scrollTo(0, 0)")
        open_tab(page, "Random sampling")


def starts_in_window(page: Page, place: str) -> bool:
    box = page.locator(place).bounding_box()
    return box is not None and 0 <= box["y"] < page.viewport_size["height"] - 40
