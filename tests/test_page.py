"""The whole page as a visitor meets it, in a real Chromium."""

import hashlib

import httpx
import pytest
from conftest import ROOT
from playwright.sync_api import expect

from tests.page_client import answers_in
from tests.visitor import eventually, loaded, open_tab


def test_about_lists_every_checkpoint_with_its_numbers_hash_and_card(page):
    open_tab(page, "About the models")
    cards = page.locator("#about .list > details")
    expect(cards).to_have_count(len(list((ROOT / "checkpoints").glob("*/config.json"))))
    expect(page.locator("#about .notice")).to_contain_text("bundled")
    for card in cards.all():
        weights = ROOT / "checkpoints" / card.get_attribute("data-checkpoint") / "model.safetensors"
        assert card.locator(".hash").text_content() == hashlib.sha256(weights.read_bytes()).hexdigest()
    card = page.locator("#about [data-checkpoint='vq-vae-digits']")
    card.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(card.locator("dl")).to_contain_text("PSNR")
    card.get_by_text("Model card").click()
    expect(card.get_by_role("heading", name="Held-out numbers")).to_be_visible()


SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const { value, startTime, sources } of list.getEntries())
            window.shifts.push({ value, startTime, of: sources.map((s) => String(s.node?.outerHTML).slice(0, 90)) });
    }).observe({ type: "layout-shift", buffered: true });
    // Gradio puts its components in one after another: what counts starts when all stand.
    const parts = ["picture img", "examples .example", "posterior input", "result .panel-body"];
    new MutationObserver((_, observer) => {
        if (!parts.every((part) => document.querySelector(`#reconstruct-${part}`))) return;
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() => (window.standing = performance.now())));
    }).observe(document, { childList: true, subtree: true });
"""


@pytest.mark.parametrize("width", [375, 1440])
def test_nothing_jumps_when_the_first_results_arrive(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    page.reload()
    loaded(page, "#reconstruct-result")
    page.wait_for_function("window.standing && !document.querySelector('.pending')")
    shifts = page.evaluate("window.shifts.filter((shift) => shift.startTime > window.standing)")
    # The bound under which the web's vitals call a page steady (web.dev/articles/cls).
    assert sum(shift["value"] for shift in shifts) < 0.1, "\n".join(map(str, shifts))


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
            # A button that has a name needs none for its picture as well.
            assert image.get_attribute("alt") or image.evaluate("i => Boolean(i.closest('button[aria-label]'))")


def test_the_page_is_written_once_for_each_address_and_not_for_each_visitor(server):
    assert eventually(lambda: bool(answers_in(httpx.get(server).text)))  # the first visitors have it without
    plain = httpx.get(server).text
    assert httpx.get(f"{server}/?tab=sampling&seed=3").text == plain
    for encoding in ("identity", "gzip", "br", "br, gzip;q=0.5"):
        for _ in range(2):
            assert httpx.get(server, headers={"Accept-Encoding": encoding}).text == plain
    refusing = httpx.get(server, headers={"Accept-Encoding": "gzip;q=0"})
    assert (refusing.text, "content-encoding" in refusing.headers) == (plain, False)
    behind = {"X-Forwarded-Host": "first.example", "X-Forwarded-Proto": "https"}
    for query in ("deep_link=unknown", "deep%5Flink=unknown", "a=1&deep_link=unknown"):
        # Gradio says in the page that it does not know the link: to this visitor alone.
        assert "invalid" in httpx.get(f"{server}/?{query}", headers=behind).text
    assert "invalid" not in httpx.get(f"{server}/?all_endpoints=1", headers=behind).text
    assert "invalid" not in httpx.get(server, headers=behind).text
    behind = {"X-Forwarded-Host": "pages.example", "X-Forwarded-Proto": "https"}
    for _ in range(2):
        proxied = httpx.get(server, headers=behind).text
        assert "https://pages.example" in proxied
        assert answers_in(proxied) == answers_in(plain)
        assert server not in proxied
        assert httpx.get(server).text == plain
