"""The plane of latents as a visitor meets it: explored and kept by pointer, keyboard and finger, without a request."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from test_accessibility import findings
from test_live_page import CHECKPOINTS, drawn, is_drawn

from tests.visitor import BEEN_HERE, eventually, hold, is_held, open_tab
from vae_demo.inference import decode_latent, sample, walk
from vae_demo.weights.means import load_means

PLANE = "#sample-result .latent-plane"
MEANS = load_means(CHECKPOINTS.get("vae-digits"))
WORDS = re.compile(r"Principal component 1: (−?[\d.]+), principal component 2: (−?[\d.]+)\. The nearest test picture’s "
                   r"digit: (\d)\.")  # fmt: skip


def opened(page: Page) -> Locator:
    """The open plane, its first picture drawn."""
    plane = page.locator(PLANE)
    if plane.get_attribute("open") is None:
        plane.locator("summary").click()
    canvas = plane.locator(".at-cross canvas")
    assert is_drawn(canvas, lambda: decode_latent("vae-digits", MEANS.mean.float().tolist(), CHECKPOINTS))
    return plane


def latent_at(place: list[float], *axes: int) -> list[float]:
    """Of all latents with these coordinates along the axes, the one nearest to the mean, by least squares."""
    directions, mean = MEANS.axes[list(axes)].double().numpy(), MEANS.mean.double().numpy()
    return (mean + np.linalg.pinv(directions) @ (np.array(place) - directions @ mean)).tolist()


def where(plane: Locator) -> tuple[list[float], str]:
    """The cross's coordinates and the nearest label, as they are said."""
    *place, label = WORDS.fullmatch(plane.locator(".where").inner_text()).groups()
    return [float(number.replace("−", "-")) for number in place], label


def point(page: Page, plane: Locator, across: float, down: float) -> tuple[float, float]:
    """Move the mouse to shares of the plane's width and height, in small moves."""
    plane.locator(".field").scroll_into_view_if_needed()
    box = plane.locator(".field").bounding_box()
    x, y = box["x"] + across * box["width"], box["y"] + down * box["height"]
    page.mouse.move(x, y, steps=10)
    return x, y


def is_near(canvas: Locator, latent: list[float]) -> bool:
    """Whether a canvas comes to show what a latent does that is known to two digits alone."""
    expected = np.array(decode_latent("vae-digits", latent, CHECKPOINTS).convert("RGB")).astype(int)
    return eventually(lambda: drawn(canvas).shape == expected.shape and np.abs(drawn(canvas) - expected).max() <= 8)


def test_the_picture_under_the_pointer_is_drawn_without_a_request_and_kept_by_a_click(page, requests):
    open_tab(page, "Random sampling")
    expect(page.locator("#sample-result .tile")).to_have_count(16)
    assert not any("/planes/" in url or "/decoders/" in url for url in requests)
    plane = opened(page)
    canvas = plane.locator(".at-cross canvas")
    expect(plane.locator(".points")).to_have_count(10)
    expect(plane.locator(".rings circle")).to_have_count(16)
    expect(plane.locator("ellipse.component")).to_have_count(20)
    before, seen = len(requests), []
    for across, down in [(0.2, 0.4), (0.85, 0.5)]:
        x, y = point(page, plane, across, down)
        place, label = where(plane)
        assert is_near(canvas, latent_at(place, 0, 1))
        points = MEANS.points[:, :2].double().numpy()
        distances = np.hypot(*(points - place).T)
        near = set(MEANS.labels[np.flatnonzero(distances < distances.min() + 0.02)].tolist())
        assert int(label) in near
        seen.append(drawn(canvas))
    assert np.abs(seen[0].astype(int) - seen[1]).max() > 100
    page.mouse.click(x, y)
    detail = page.locator("#sample-result .detail")
    expect(detail.locator("h3")).to_have_text("Kept 1")
    kept = plane.locator(".kept .tile")
    expect(kept).to_have_attribute("aria-pressed", "true")
    expect(plane.locator(".rings circle")).to_have_count(17)
    assert requests[before:] == []

    place, _ = where(plane)
    latent = latent_at(place, 0, 1)
    slider = detail.get_by_role("slider").first
    number = int(slider.get_attribute("data-latent"))
    assert float(slider.input_value()) == pytest.approx(latent[number], abs=0.02)
    slider.press("End")
    latent[number] = float(slider.input_value())
    assert is_near(detail.locator(".opened canvas"), latent)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as PNG").click()
    assert download.value.suggested_filename == "vae-digits-standard-normal-seed-0-kept-1.png"


def test_one_walks_between_kept_pictures_and_samples_and_they_outlive_the_next_seed(page):
    open_tab(page, "Random sampling")
    plane = opened(page)
    for across in (0.3, 0.7):
        page.mouse.click(*point(page, plane, across, 0.3))
        expect(plane.locator(".kept .tile")).to_have_count(1 if across < 0.5 else 2)
    page.locator("#sample-die").click()
    expect(page.locator("#sample-result")).to_contain_text("seed 1,")
    expect(plane.locator(".kept .tile")).to_have_count(2)
    detail = page.locator("#sample-result .detail")
    expect(detail.locator("h3")).to_have_text("Sample 1")
    for count in (4, 16):  # behind fewer or more samples they are still the same
        page.locator("#sample-count input[type=number]").fill(str(count))
        page.locator("#sample-count input[type=number]").press("Enter")
        expect(page.locator("#sample-result .tiles .tile")).to_have_count(count)
        plane.locator(".kept .tile").nth(1).click()
        expect(detail.locator("h3")).to_have_text("Kept 2")
    plane.locator(".kept .tile").first.click()
    expect(detail.locator("h3")).to_have_text("Kept 1")
    expect(plane.locator(".kept .tile").first).to_be_focused()
    detail.locator(".goal").select_option("kept 2")
    detail.locator(".goal").select_option("sample 3")
    detail.get_by_role("button", name="Walk", exact=True).click()
    detail.get_by_role("slider", name="How far along the walk").press("End")
    latents = sample("vae-digits", "standard-normal", 16, 1, 1.0, CHECKPOINTS).latents
    end = walk("vae-digits", latents[0], latents[2], 2, CHECKPOINTS).pictures[-1]
    assert is_drawn(detail.locator(".path canvas"), lambda: end)


def test_kept_pictures_outlive_another_checkpoint_a_step_back_and_a_reload(page):
    open_tab(page, "Random sampling")
    plane = opened(page)
    kept = plane.locator(".kept .tile")
    for count, across in enumerate((0.3, 0.7), 1):
        page.mouse.click(*point(page, plane, across, 0.3))
        expect(kept).to_have_count(count)
    sources = [tile.get_attribute("src") for tile in kept.locator("img").all()]
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="digits · ConvVAE").click()
    expect(page.locator("#sample-result")).to_contain_text("conv-vae-digits")
    expect(kept).to_have_count(0)
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="digits · VAE").click()
    expect(kept).to_have_count(2)
    open_tab(page, "About the models")
    expect(page).to_have_url(re.compile("tab=about"))
    page.go_back()
    expect(page).to_have_url(re.compile("tab=sampling"))
    page.reload()
    expect(kept).to_have_count(2)
    assert [tile.get_attribute("src") for tile in kept.locator("img").all()] == sources
    kept.nth(1).click()
    expect(page.locator("#sample-result .detail h3")).to_have_text("Kept 2")
    summary = plane.locator("summary")
    summary.click()  # the kept pictures are out of view
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#sample-result .detail h3")).to_have_text("Kept 1")
    expect(summary).to_be_focused()
    summary.click()
    page.wait_for_timeout(300)  # that it is open is noted when the browser says so, just after the click
    page.reload()
    expect(kept).to_have_count(1)


def test_a_kept_picture_that_is_opened_while_other_weights_answer_is_no_damaged_link(page):
    open_tab(page, "Random sampling")
    plane = opened(page)
    page.mouse.click(*point(page, plane, 0.3, 0.3))
    kept = plane.locator(".kept .tile")
    expect(kept).to_have_count(1)
    page.locator("#sample-result .tiles .tile").nth(2).click()
    held = hold(page, "**/call/tab_sampling/*")
    page.locator("#sample-checkpoint input").click()
    page.get_by_role("option", name="digits · ConvVAE").click()
    assert is_held(page, held)
    kept.click()
    expect(page.locator("#sample-result .detail h3")).to_have_text("Kept 1")
    for route in held:
        route.continue_()
    expect(page.locator("#sample-result")).to_contain_text("conv-vae-digits")
    expect(page.locator("#sample-result .detail h3")).to_have_text("Sample 1")
    assert page.locator(".message").count() == 0  # they go by themselves


def test_a_link_opens_the_plane_along_its_axes_and_shows_what_was_kept(page):
    open_tab(page, "Random sampling")
    plane = opened(page)
    plane.get_by_label("Up").select_option("Latent 2")
    expect(plane.locator(".chart")).to_contain_text("Latent 2")
    plane.get_by_label("Across").select_option("Latent 2")  # which changes places with the other one
    expect(plane.get_by_label("Up")).to_have_value("0")
    page.mouse.click(*point(page, plane, 0.4, 0.6))
    detail = page.locator("#sample-result .detail")
    expect(detail.locator("h3")).to_have_text("Kept 1")
    expect(page).to_have_url(re.compile(r"&plane=2\.pc1&moved=[\w-]+$"))
    across, up = re.fullmatch(
        r"Latent 2: (\S+), principal component 1: (\S+)\. .*", plane.locator(".where").inner_text()
    ).groups()
    number = next(i for i, axis in enumerate(MEANS.about["axes"]) if axis.get("latent") == 2)
    latent = latent_at([float(value.replace("−", "-")) for value in (across, up)], number, 0)
    assert is_near(plane.locator(".at-cross canvas"), latent)
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(plane.locator(".points")).to_have_count(10)
    expect(plane.get_by_label("Across").locator("option:checked")).to_have_text("Latent 2")
    assert is_near(detail.locator(".opened canvas"), latent)
    plane.locator("summary").click()
    expect(page).not_to_have_url(re.compile("plane="))


def test_the_keyboard_alone_opens_moves_and_keeps_and_every_place_is_said(page, requests):
    open_tab(page, "Random sampling")
    plane = page.locator(PLANE)
    plane.locator("summary").focus()
    page.keyboard.press("Enter")
    field = plane.get_by_role("application", name="Plane of latents: arrow keys move the cross")
    opened(page)
    page.keyboard.press("Tab")
    expect(field).to_be_focused()
    before, middle = len(requests), where(plane)[0]
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown"):
        page.keyboard.press(key)
    place, _ = where(plane)
    step = (place[0] - middle[0]) / 2
    assert step > 0
    assert place[1] - middle[1] == pytest.approx(-4 * step, abs=0.03)
    expect(page.locator("#announced")).to_have_text(plane.locator(".where").inner_text())
    assert is_near(plane.locator(".at-cross canvas"), latent_at(place, 0, 1))
    page.keyboard.press("Enter")
    expect(page.locator("#sample-result .detail h3")).to_have_text("Kept 1")
    expect(page.locator("#announced")).to_have_text("Kept, and open as a sample.")
    expect(field).to_be_focused()
    page.keyboard.press("Home")
    assert where(plane)[0] == middle
    assert requests[before:] == []


def test_one_label_is_shown_alone(page):
    open_tab(page, "Random sampling")
    plane = opened(page)
    three = plane.get_by_role("group", name="Show the test pictures of one digit").get_by_role("button", name="3")
    three.click()
    expect(three).to_have_attribute("aria-pressed", "true")
    expect(plane.locator(".points.pale")).to_have_count(9)
    expect(plane.locator(".points:not(.pale)")).to_have_attribute("data-label", "3")
    plane.get_by_label("Up").select_option("Latent 2")
    expect(plane.locator(".points.pale")).to_have_count(9)
    three.click()
    expect(plane.locator(".points.pale")).to_have_count(0)


def test_a_vq_vae_has_no_plane_and_a_vae_of_photographs_one_without_labels(page):
    open_tab(page, "Random sampling")
    opened(page)
    for option, planes in (("digits · VQ-VAE", 0), ("photos · VAE", 1), ("digits · ConvVAE", 1)):
        page.locator("#sample-checkpoint input").click()
        page.get_by_role("option", name=option, exact=True).click()
        expect(page.locator(PLANE)).to_have_count(planes)
        if planes:  # it stays open
            expect(page.locator(f"{PLANE} .points")).to_have_count(10 if "digits" in option else 1)
            expect(page.locator(f"{PLANE} .where")).to_contain_text("Principal component 1: ")


def test_where_no_worker_runs_the_server_draws(page, server):
    page.add_init_script("delete globalThis.Worker")
    page.goto(f"{server}/?dataset=digits")
    open_tab(page, "Random sampling")
    plane = opened(page)
    page.mouse.click(*point(page, plane, 0.2, 0.4))
    place, _ = where(plane)
    assert is_near(plane.locator(".at-cross canvas"), latent_at(place, 0, 1))
    expect(page.locator("#sample-result .detail h3")).to_have_text("Kept 1")


def test_a_plane_that_cannot_be_fetched_is_said_and_can_be_opened_again(server: str, browser: Browser):
    page = browser.new_page()
    page.route("**/planes/**", lambda route: route.abort())
    page.goto(f"{server}/?tab=sampling")
    page.locator(f"{PLANE} summary").click()
    expect(page.locator(".message")).to_contain_text("The plane could not be fetched")
    page.unroute("**/planes/**")
    expect(page.locator(PLANE)).not_to_have_attribute("open", re.compile(""))
    opened(page)
    page.close()


@pytest.fixture
def phone(server: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 375, "height": 812}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{server}/?tab=sampling")
    yield page
    context.close()


def test_on_a_phone_the_plane_and_its_picture_are_in_view_together_and_a_tap_keeps(phone):
    plane = opened(phone)
    canvas, field = plane.locator(".at-cross canvas"), plane.locator(".field")
    plane.evaluate("plane => plane.scrollIntoView()")
    for part in (canvas, field):
        box = part.bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= 375
        assert box["y"] + box["height"] <= 812
    box, before = field.bounding_box(), drawn(canvas)
    phone.touchscreen.tap(box["x"] + 0.85 * box["width"], box["y"] + 0.5 * box["height"])
    assert eventually(lambda: (drawn(canvas) != before).any())
    place, _ = where(plane)
    assert is_near(canvas, latent_at(place, 0, 1))
    expect(phone.locator("#sample-result .detail h3")).to_have_text("Kept 1")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_finger_that_is_dragged_draws_but_keeps_nothing(phone):
    plane = opened(phone)
    plane.evaluate("plane => plane.scrollIntoView()")
    box = plane.locator(".field").bounding_box()
    before = phone.evaluate("window.scrollY")
    finger = phone.context.new_cdp_session(phone)
    for step in range(9):
        touch = {
            "x": box["x"] + (0.2 + 0.07 * step) * box["width"],
            "y": box["y"] + (0.4 + 0.02 * step) * box["height"],
        }
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": [touch]})
    # The finger rests before it leaves: a tap would else end its fling, and Chromium makes no click of that.
    phone.wait_for_timeout(300)
    finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [touch]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    phone.wait_for_timeout(500)
    place, _ = where(plane)
    assert place[0] > 0.5
    assert is_near(plane.locator(".at-cross canvas"), latent_at(place, 0, 1))
    assert phone.evaluate("window.scrollY") == before
    expect(plane.locator(".kept .tile")).to_have_count(0)
    plane.get_by_role("button", name="Keep this picture").tap()
    expect(plane.locator(".kept .tile")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_the_open_plane_has_no_grave_finding(server: str, browser: Browser, width: int, theme: str):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.add_init_script(BEEN_HERE)  # what is said on a first visit would lie over the plane
    page.goto(f"{server}/?__theme={theme}&tab=sampling&plane=pc1.pc2")
    plane = opened(page)
    plane.locator(".keep").click()
    expect(plane.locator(".kept .tile")).to_have_count(1)
    nodes = [node for found in findings(page).values() for node in found]
    grave = [
        node["html"] for node in nodes if page.locator(node["target"][-1]).evaluate(f"e => !!e.closest('{PLANE}')")
    ]
    page.close()
    assert not grave
