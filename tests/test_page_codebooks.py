"""A picture under every codebook of its dataset, and the palette of a large codebook, in a real Chromium."""

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image
from playwright.sync_api import Page, expect

from tests.visitor import eventually, loaded
from vae_demo.errors import InputError
from vae_demo.examples import example_pictures
from vae_demo.inference import compare_codebooks
from vae_demo.ui.pictures import encode_image

PHOTOGRAPH = example_pictures("photos")[0]


def open_map(page: Page, server: str, checkpoint: str) -> None:
    page.goto(f"{server}/?tab=code_maps&checkpoint={checkpoint}")
    expect(page.locator("#codes-result .cell").first).to_be_visible(timeout=30_000)


def test_more_codes_cost_more_bits_and_bring_the_picture_nearer():
    found = compare_codebooks(PHOTOGRAPH)
    assert [member.num_embeddings for member in found.members] == [64, 512, 4096]
    assert max(found.model_input.size) == 256
    psnr = [member.psnr for member in found.members]
    assert psnr == sorted(psnr)
    for member in found.members:
        pair = [np.asarray(picture, float) / 255 for picture in (member.reconstruction, found.model_input)]
        assert member.psnr == pytest.approx(-10 * np.log10(np.square(pair[0] - pair[1]).mean()), abs=0.05)
        assert member.bits == member.codes * np.log2(member.num_embeddings)
        assert 0 < member.bits_unigram < member.bits
        assert 0 < member.distinct <= min(member.num_embeddings, member.codes)


def test_a_dataset_with_one_codebook_is_answered_and_another_name_refused():
    (member,) = compare_codebooks(example_pictures("digits")[0], "digits").members
    assert (member.checkpoint, member.codes) == ("vq-vae-digits", 49)
    with pytest.raises(InputError, match="The dataset must be one of cartoons, digits, faces, photos"):
        compare_codebooks(PHOTOGRAPH, "sprites")


def test_the_api_gives_what_the_library_gives(server, tmp_path):
    path = tmp_path / "photograph.png"
    Image.open(PHOTOGRAPH).resize((96, 64)).save(path)
    answer = Client(server, verbose=False).predict(handle_file(str(path)), "photos", api_name="/compare_codebooks")
    expected = compare_codebooks(path).members
    assert [member["reconstruction"] for member in answer["members"]] == [
        encode_image(member.reconstruction) for member in expected
    ]
    assert [member["psnr"] for member in answer["members"]] == [member.psnr for member in expected]


@pytest.mark.parametrize("width", [1440, 375])
def test_the_picture_is_shown_under_every_codebook_on_request(page, server, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_map(page, server, "vq-vae-photos")
    page.get_by_role("button", name="Compare 3 codebooks").click()
    members = page.locator("#codes-result .codebooks figure")
    expect(members).to_have_count(3, timeout=30_000)
    loaded(page, "#codes-result .codebooks")
    assert [text.split("\n")[0] for text in members.all_inner_texts()] == ["64 codes", "512 codes", "4,096 codes"]
    expected = compare_codebooks(PHOTOGRAPH).members
    for text, member in zip(members.all_inner_texts(), expected, strict=True):
        assert f"{member.psnr:.1f} dB" in text
    gain = expected[-1].psnr - expected[0].psnr
    expect(page.locator("#codes-result .codebooks .winner")).to_contain_text(
        f"6 more bits a code and buy {gain:.1f} dB"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_dataset_with_one_codebook_offers_no_comparison(page, server):
    open_map(page, server, "vq-vae-cartoons")
    expect(page.locator("#codes-result .palette .swatch")).to_have_count(512)
    expect(page.locator("#codes-result .codebooks")).to_have_count(0)


def test_a_large_codebook_shows_the_maps_codes_first_and_all_on_request(page, server):
    open_map(page, server, "vq-vae-photos-4096")
    swatches = page.locator("#codes-result .palette .swatch")
    cells = page.locator("#codes-result .cell")
    used = {label.split()[-1] for label in cells.evaluate_all("all => all.map((c) => c.ariaLabel)")}
    assert swatches.count() == len(used) < 4096
    page.get_by_role("button", name="Show all 4,096").click()
    expect(swatches).to_have_count(4096)
    chosen = page.locator("#codes-result .swatch[tabindex='0']")
    before = chosen.get_attribute("data-code")
    chosen.focus()
    page.keyboard.press("ArrowRight")
    assert eventually(lambda: chosen.get_attribute("data-code") != before)
    code = chosen.get_attribute("data-code")
    expect(page.locator("#codes-result .brush b")).to_have_text(f"Brush: code {code}")
    expect(chosen).to_be_focused()
