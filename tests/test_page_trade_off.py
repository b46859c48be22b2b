"""The trade-off at a glance on the About tab, in a real Chromium."""

import re

import pytest
from conftest import ROOT
from playwright.sync_api import Locator, Page, expect

from tests.visitor import open_tab
from vae_demo.inference import Checkpoints, trade_offs
from vae_demo.weights.hub import WeightsSource

ALL = trade_offs(Checkpoints(WeightsSource(ROOT / "checkpoints")))


def of(dataset: str) -> list:
    return [t for t in ALL if t.dataset == dataset]


@pytest.fixture(params=[1440, 375])
def glance(page: Page, request: pytest.FixtureRequest) -> Locator:
    page.set_viewport_size({"width": request.param, "height": 812})
    open_tab(page, "About the models")
    part = page.locator("#about .trade-off")
    expect(part).to_be_visible()
    return part


def choose(glance: Locator, dataset: str) -> None:
    glance.get_by_role("radio", name=dataset).check()
    expect(glance.locator(f".point[data-of*='{dataset}']").first).to_be_visible()


def test_a_dataset_is_chosen_and_every_checkpoint_is_a_point_and_a_line_of_the_table(glance, page):
    datasets = sorted({t.dataset for t in ALL})
    expect(glance.get_by_role("radio")).to_have_count(len(datasets))
    expect(glance.get_by_role("radio", name=datasets[0])).to_be_checked()
    for dataset in ("digits", "photos"):
        choose(glance, dataset)
        expect(glance.locator(".point")).to_have_count(len(of(dataset)))
        expect(glance.locator("tbody tr")).to_have_count(len(of(dataset)))
        for t in of(dataset):
            row = glance.locator(f"tr[data-of='{t.checkpoint}']")
            expect(row.locator("td").nth(0)).to_have_text(f"{t.rate:,.{1 if t.rate < 100 else 0}f}")
            expect(row.locator("td").nth(1)).to_have_text(f"{t.psnr:.2f}")
        expect(page).to_have_url(re.compile(f"tab=about&dataset={dataset}$"))
    page.reload()
    expect(glance.get_by_role("radio", name="photos")).to_be_checked()


def test_points_stand_by_their_numbers_with_their_names_beside_them_inside_the_chart(glance):
    choose(glance, "cartoons")
    points = {t.checkpoint: glance.locator(f".point[data-of='{t.checkpoint}'] circle").bounding_box()
              for t in of("cartoons")}  # fmt: skip
    by_rate = sorted(of("cartoons"), key=lambda t: t.rate)
    assert [t.checkpoint for t in by_rate] == sorted(points, key=lambda name: points[name]["x"])
    by_psnr = sorted(of("cartoons"), key=lambda t: -t.psnr)
    assert [t.checkpoint for t in by_psnr] == sorted(points, key=lambda name: points[name]["y"])
    frame = glance.locator("svg").bounding_box()
    for name in glance.locator("svg text").all():
        box = name.bounding_box()
        assert box["x"] >= frame["x"] - 1
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        assert box["height"] >= 11, "its type is large enough to read"


def test_a_point_names_its_checkpoint_by_pointer_and_by_keyboard(glance, page):
    choose(glance, "digits")
    readout = glance.locator(".readout")
    vq = next(t for t in ALL if t.checkpoint == "vq-vae-digits")
    glance.locator(".point[data-of='vq-vae-digits'] circle").hover()
    expect(readout).to_contain_text(f"VQ-VAE, vq-vae-digits: {vq.rate:.0f} bits a picture (codes under their learned")
    expect(readout).to_contain_text(f"Samples: {vq.frechet:.1f} from the test pictures (Learned code prior).")
    expect(glance.locator("tr.pointed")).to_have_attribute("data-of", "vq-vae-digits")
    first, second = sorted(of("digits"), key=lambda t: t.rate)[:2]
    glance.locator(".point").first.focus()
    expect(readout).to_contain_text(first.checkpoint)
    page.keyboard.press("ArrowRight")
    expect(readout).to_contain_text(second.checkpoint)
    point = glance.locator(f".point[data-of='{second.checkpoint}']")
    expect(point).to_be_focused()
    expect(point).to_have_attribute("aria-label", readout.text_content())


def test_who_is_best_at_what_is_said_and_what_was_not_measured_too(glance):
    choose(glance, "sprites")
    best = max(of("sprites"), key=lambda t: t.mig)
    expect(glance.locator(".gist")).to_contain_text(f"in {best.title}: MIG {best.mig:.3f}")
    expect(glance.get_by_role("columnheader", name="MIG")).to_be_visible()
    choose(glance, "digits")
    nearest = min(of("digits"), key=lambda t: t.frechet)
    expect(glance.locator(".gist")).to_contain_text(f"samples of {nearest.title} come nearest")
    expect(glance.locator(".gist")).to_contain_text("Disentanglement was not measured")
    bars = {t.checkpoint: glance.locator(f"tr[data-of='{t.checkpoint}'] .samples i").bounding_box()["width"]
            for t in of("digits")}  # fmt: skip
    assert max(bars, key=bars.get) == max(of("digits"), key=lambda t: t.frechet).checkpoint
    choose(glance, "faces")
    expect(glance.locator(".gist")).to_contain_text("How near samples come to test pictures was not measured")
    expect(glance.get_by_role("columnheader", name=re.compile("Samples"))).to_have_count(0)


def test_a_checkpoint_without_a_number_is_named_as_not_measured(page):
    missing = {"checkpoint": "own", "dataset": "own", "title": "VAE", "beta": None, "rate": None, "rate_of": "KL",
               "psnr": 20.5, "frechet": None, "prior": None, "frechet_floor": None, "mig": None}  # fmt: skip
    script = """async ([address, all]) => {
        const { TradeOff, tradeOff } = await import(address);
        const place = Object.assign(document.createElement('div'), { innerHTML: tradeOff(all) });
        new TradeOff(place).show(all);
        return [place.querySelector('.measured').textContent, place.querySelector('td').textContent];
    }"""
    # From the page's head, which names every module: the browser keeps a list of only so many that it has fetched.
    address = page.locator("link[rel=modulepreload][href$='/trade_off.js']").evaluate("link => link.href")
    others = [vars(t) | {"dataset": "own"} for t in of("digits")[:2]]
    text, cell = page.evaluate(script, [address, [missing, *others]])
    assert "Not in the chart, for its rate or its PSNR was not measured: own." in " ".join(text.split())
    assert cell == "not measured"
