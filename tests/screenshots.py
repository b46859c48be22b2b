"""Take the README's pictures of the page: `python -m tests.screenshots [ADDRESS]`, which starts it where none is given.

One picture of each tab, and one of a phone in the dark, as lossless WebP in vae_demo/ui/assets/screenshots/; and an
animation of a latent that is moved.
"""

import argparse
import math
import re
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.chromium import chromium
from tests.visitor import BEEN_HERE, loaded, open_tab

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "vae_demo" / "ui" / "assets" / "screenshots"
WIDTH, HEIGHT = 1280, 900
# file name: the tab's title, its panel, and the example to click (by place), where it has examples
TABS = {
    "reconstruction": ("Reconstruction", "reconstruct", 2),
    "sampling": ("Random sampling", "sample", None),
    "beta-comparison": ("Beta comparison", "beta", 2),
    "code-maps": ("VQ code maps", "codes", 1),
}
FRAMES = 48
FRAME_MILLISECONDS = 70
REACH = 2.5
"""How far the animation moves a latent to either side of where it was."""


def main() -> None:
    """Start the page unless an address is given, and write all pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__.split("\n")[0])
    parser.add_argument("address", nargs="?", help="a running page, such as http://127.0.0.1:7860 (default: its own)")
    address = parser.parse_args().address
    if address:
        take(address)
        return
    command = [sys.executable, "-u", str(ROOT / "app.py"), "--host", "127.0.0.1"]
    with tempfile.TemporaryFile() as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8")
        try:
            found = next((m for line in server.stdout if (m := re.search(r"http://127\.0\.0\.1:\d+", line))), None)
            if not found:
                errors.seek(0)
                sys.exit(f"The page did not start:\n{errors.read().decode()}")
            take(found[0])
        finally:
            server.terminate()
            server.wait(timeout=20)


def take(address: str) -> None:
    """Write the pictures of the page at `address`."""
    TARGET.mkdir(exist_ok=True)
    expect.set_options(timeout=30_000)
    with chromium() as browser:
        for name, tab in TABS.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})  # a visitor who gave nothing elsewhere
            page.add_init_script(BEEN_HERE)
            page.goto(f"{address}/?__theme=light")
            picture(page, name, *tab)
        phone = browser.new_page(viewport={"width": 375, "height": 812}, device_scale_factor=2, has_touch=True)
        phone.add_init_script(BEEN_HERE)
        phone.goto(f"{address}/?__theme=dark")
        picture(phone, "phone", *TABS["beta-comparison"])
        animation(browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}), address)


def picture(page: Page, name: str, title: str, panel: str, example: int | None) -> None:
    """Open a tab, click an example, wait for what it gives, and write TARGET/name.webp."""
    result = f"#{panel}-result"
    open_tab(page, title)
    expect(page.locator(f"{result} .panel-body")).not_to_contain_text("Loading")
    if example is not None:
        before = page.locator(f"{result} img").first.get_attribute("src")
        page.locator(f"#{panel}-examples .example").nth(example).click()
        expect(page.locator(f"{result} img").first).not_to_have_attribute("src", before)
    loaded(page, result)
    page.wait_for_function("!document.querySelector('.pending')")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    top = page.locator(result).bounding_box()["y"] - 40 if page.viewport_size["width"] < 700 else 0
    page.evaluate("top => window.scrollBy(0, top)", top)
    page.wait_for_timeout(400)  # the end of Gradio's own transitions
    path = TARGET / f"{name}.webp"
    Image.open(BytesIO(page.screenshot())).convert("RGB").save(path, "WEBP", lossless=True, quality=80, method=6)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1024:.0f} KB")


def animation(page: Page, address: str) -> None:
    """Move the strongest latent of the ConvVAE of faces there and back, and write TARGET/latent.webp."""
    page.add_init_script(BEEN_HERE)
    page.goto(f"{address}/?__theme=light&tab=reconstruction&dataset=faces")
    card = page.locator("#reconstruct-result .card[data-checkpoint=conv-vae-faces]")
    card.locator(".forward summary").click()
    slider = card.locator(".movers input").first
    expect(slider).to_be_visible()
    card.locator(".latents").evaluate("part => part.querySelectorAll('.mover:nth-child(n+4)').forEach(m => m.remove())")
    card.scroll_into_view_if_needed()
    start, frames = float(slider.input_value()), []
    for step in range(FRAMES):
        slider.fill(f"{start + REACH * math.sin(2 * math.pi * step / FRAMES):.2f}")
        page.wait_for_timeout(150)  # the worker decodes in a fraction of that
        frames.append(Image.open(BytesIO(card.screenshot())).convert("RGB"))
    path = TARGET / "latent.webp"
    frames[0].save(
        path, "WEBP", save_all=True, append_images=frames[1:], duration=FRAME_MILLISECONDS, loop=0, quality=70, method=6
    )
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
