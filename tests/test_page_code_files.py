"""A code map as a file and as a link, on the VQ code maps tab, in a real Chromium."""

import json
import re
from pathlib import Path

import pytest
from conftest import EXAMPLES
from playwright.sync_api import Page, expect
from test_live_page import code_rows

from tests.visitor import open_tab, upload
from vae_demo.inference import compare_codecs, compress, compress_codes, decode_codes, decompress, encode_codes, to_text
from vae_demo.ui.pictures import encode_image

CARTOONS = "vq-vae-cartoons"
FACE = EXAMPLES / "cartoons" / "face-1.png"


@pytest.fixture
def codes(page: Page) -> Page:
    open_tab(page, "VQ code maps")
    expect(page.locator("#codes-result .cell")).to_have_count(256)
    return page


def panel(page: Page):
    return page.locator("#codes-result")


def paint(page: Page) -> list[list[int]]:
    """Paint two cells; the codes by then."""
    panel(page).locator(".swatch").nth(7).click()
    for place in (100, 101):
        panel(page).locator(".cell").nth(place).click()
    return code_rows(panel(page))


def says_bytes(page: Page, content: bytes) -> None:
    expect(panel(page).locator(".download-file")).to_have_text(f"Download, {len(content):,} bytes")


def downloaded(page: Page, button: str, path: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    assert download.value.suggested_filename.startswith("vq-vae-")
    download.value.save_as(path)
    return path


def open_file(page: Page, path: Path) -> None:
    page.get_by_label("Open a file of codes").set_input_files(path)


def shows(page: Page, rows: list[list[int]], checkpoint: str = CARTOONS) -> None:
    picture = encode_image(decode_codes(rows, checkpoint).picture)
    expect(panel(page).locator(".decoded img")).to_have_attribute("src", picture)
    assert code_rows(panel(page)) == rows


def test_the_button_says_how_many_bytes_the_file_has_before_and_after_painting(codes, tmp_path):
    file = compress(FACE, CARTOONS)
    says_bytes(codes, file)
    assert downloaded(codes, "Download, ", tmp_path / "face.vq").read_bytes() == file
    painted = paint(codes)
    file = compress_codes(painted, CARTOONS)
    says_bytes(codes, file)
    assert downloaded(codes, "Download, ", tmp_path / "painted.vq").read_bytes() == file
    assert decompress(tmp_path / "painted.vq").codes == painted


def test_a_file_is_asked_for_when_the_hand_rests_and_not_while_it_paints(codes):
    says_bytes(codes, compress(FACE, CARTOONS))
    asked = []
    codes.on("request", lambda request: asked.append(request.url) if "file_of_codes" in request.url else None)
    cells = panel(codes).locator(".cell")
    panel(codes).locator(".swatch").nth(7).click()
    cells.nth(100).hover()
    codes.mouse.down()
    for place in (101, 102, 103):
        cells.nth(place).hover()
    codes.wait_for_timeout(900)
    assert asked == []
    codes.mouse.up()
    says_bytes(codes, compress_codes(code_rows(panel(codes)), CARTOONS))
    assert len([url for url in asked if url.endswith("/file_of_codes")]) == 1


@pytest.mark.parametrize(("button", "name"), [("Download, ", "codes.vq"), ("Save as JSON", "codes.json")])
def test_a_file_is_opened_to_the_same_codes_and_picture(codes, tmp_path, button, name):
    painted = paint(codes)
    says_bytes(codes, compress_codes(painted, CARTOONS))
    path = downloaded(codes, button, tmp_path / name)
    panel(codes).page.locator("#codes-examples button").nth(3).click()
    expect(codes).to_have_url(re.compile("example=face-4$"))
    open_file(codes, path)
    shows(codes, painted)
    says_bytes(codes, compress_codes(painted, CARTOONS))
    expect(panel(codes)).to_contain_text("There is no picture")


def test_a_file_of_another_checkpoint_is_shown_by_that_one(codes, tmp_path):
    digit = EXAMPLES / "digits" / "3.png"
    (tmp_path / "three.vq").write_bytes(compress(digit, "vq-vae-digits"))
    open_file(codes, tmp_path / "three.vq")
    expect(panel(codes).locator(".cell")).to_have_count(49)
    expect(codes.locator("#codes-checkpoint input")).to_have_value("digits")
    picture = encode_image(decode_codes(encode_codes(digit, "vq-vae-digits").codes, "vq-vae-digits").picture)
    expect(panel(codes).locator(".decoded img")).to_have_attribute("src", picture)


def damaged(content: bytes) -> bytes:
    return content[:40] + bytes([content[40] ^ 1]) + content[41:]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (damaged, "damaged"),
        (lambda content: content[:10], "cut short"),
        (lambda content: content[:3] + b"????" + content[7:], "made with other weights"),
        (lambda content: FACE.read_bytes(), 'begins with the letters "VQ"'),
        (lambda content: b"", 'begins with the letters "VQ"'),
        (lambda content: b'{"format": "x"}', "no file of codes"),
    ],
)
def test_what_is_no_file_gets_a_sentence_and_nothing_is_lost(codes, tmp_path, change, why):
    painted = paint(codes)
    says_bytes(codes, compress_codes(painted, CARTOONS))
    address = codes.url
    (tmp_path / "x.vq").write_bytes(change(compress(FACE, CARTOONS)))
    open_file(codes, tmp_path / "x.vq")
    expect(codes.locator(".message")).to_have_count(1)
    expect(codes.locator(".message")).to_contain_text(why)
    codes.wait_for_function("!document.querySelector('.pending')")
    assert code_rows(panel(codes)) == painted
    expect(panel(codes).locator(".undo")).to_be_enabled()
    assert codes.url == address


@pytest.mark.parametrize("width", [375, 1440])
def test_a_painted_picture_is_a_link_that_opens_elsewhere_to_the_same_codes(codes, browser, server, width):
    codes.context.grant_permissions(["clipboard-read", "clipboard-write"])
    codes.set_viewport_size({"width": width, "height": 900})
    says_bytes(codes, compress(FACE, CARTOONS))
    assert "codes=" not in codes.url  # the example's name says it
    painted = paint(codes)
    codes.get_by_role("button", name="Copy a link to this picture").click()  # at once: the file is not here yet
    expect(panel(codes).locator(".told").first).to_contain_text("Copied.")
    link = codes.evaluate("navigator.clipboard.readText()")
    assert link.endswith(f"&codes={to_text(compress_codes(painted, CARTOONS))}")
    assert len(link) < 400
    other = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    other.goto(link)
    shows(other, painted)
    assert other.url == link
    other.context.close()
    panel(codes).locator(".undo").click()
    panel(codes).locator(".undo").click()
    says_bytes(codes, compress(FACE, CARTOONS))
    assert "codes=" not in codes.url


def test_the_codes_of_an_own_picture_are_in_its_link(codes):
    upload(codes, "codes", EXAMPLES / "cartoons" / "face-5.png")
    file = compress(EXAMPLES / "cartoons" / "face-5.png", "vq-vae-photos")  # which the picture chooses
    says_bytes(codes, file)
    link = codes.url
    assert link.endswith(f"&codes={to_text(file)}")
    codes.goto("about:blank")
    codes.goto(link)
    shows(codes, decompress(file).codes, "vq-vae-photos")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text[:-12], "damaged"),
        (lambda text: text[:4] + "AAAA" + text[8:], "made with other weights"),
        (lambda text: text + "!", 'letters, digits, "-" and "_"'),
        (lambda text: "x", "cut short"),
    ],
)
def test_a_link_that_cannot_be_followed_gets_a_sentence_and_the_usual_page(page, server, change, why):
    page.goto(f"{server}/?tab=code_maps&codes={change(to_text(compress(FACE, CARTOONS)))}")
    expect(page.locator(".message").first).to_contain_text("The link cannot be followed")
    expect(page.locator(".message").first).to_contain_text(why)
    expect(panel(page).locator(".cell")).to_have_count(256)
    expect(page).not_to_have_url(re.compile("codes="))


def test_painted_codes_outlive_a_reload(codes):
    painted = paint(codes)
    says_bytes(codes, compress_codes(painted, CARTOONS))
    codes.reload()
    shows(codes, painted)


# Beside other codecs


def test_the_picture_stands_beside_other_codecs_at_its_bytes(codes):
    figures = panel(codes).locator(".codec")
    expect(figures).to_have_count(4)
    expected = compare_codecs(FACE, CARTOONS)
    for figure, wanted in zip(figures.all(), [expected.codes, *expected.codecs], strict=True):
        expect(figure).to_contain_text(f"{wanted.codec}, {wanted.bytes:,} bytes")
        expect(figure).to_contain_text(f"{wanted.psnr:.1f} dB, SSIM {wanted.ssim:.2f}")
        expect(figure.locator("img")).to_have_attribute("src", encode_image(wanted.picture))
    expect(panel(codes).locator(".winner")).to_contain_text("dB below the codes.")


def test_a_photograph_is_compressed_whole_when_it_is_asked_for(page, server, tmp_path):
    page.goto(f"{server}/?tab=code_maps&checkpoint=vq-vae-photos-64")
    expect(panel(page).locator(".cell").first).to_be_visible()
    expect(panel(page).locator(".download-file")).to_have_text("Download")
    expect(panel(page).locator(".codec")).to_have_count(0)
    page.get_by_role("button", name="Compress the whole photograph").click()
    expect(panel(page).locator(".codec")).to_have_count(4, timeout=60_000)
    whole = decompress(downloaded(page, "Download the whole", tmp_path / "whole.vq"))
    assert (whole.checkpoint, whole.height * whole.width > 1024) == ("vq-vae-photos-64", True)


def test_a_large_map_is_written_when_it_is_asked_for(page, server, tmp_path):
    page.goto(f"{server}/?tab=code_maps&checkpoint=vq-vae-photos-64")
    button = panel(page).locator(".download-file")
    expect(button).to_have_text("Download")
    with page.expect_download() as download:
        button.click()
    download.value.save_as(tmp_path / "map.vq")
    expect(button).to_have_text(f"Download, {(tmp_path / 'map.vq').stat().st_size:,} bytes")
    found = decompress(tmp_path / "map.vq")
    assert found.height * found.width == panel(page).locator(".cell").count()
    page.get_by_role("button", name="Copy a link").click()
    assert "codes=" not in page.url


def test_codes_saved_as_json_are_those_on_the_page(codes, tmp_path):
    painted = paint(codes)
    path = downloaded(codes, "Save as JSON", tmp_path / "codes.json")
    assert json.loads(path.read_text())["codes"] == painted
