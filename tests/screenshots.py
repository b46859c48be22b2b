"""Take the README's screenshot of a running page: `python tests/screenshots.py http://127.0.0.1:7860`."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

TARGET = Path(__file__).parent.parent / "vae_demo" / "ui" / "assets" / "screenshot.png"


def main() -> None:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{sys.argv[1]}/?__theme=light")
        page.wait_for_selector("#reconstruct-result .card[data-checkpoint]")
        page.locator("#reconstruct-examples button").nth(2).click()
        page.wait_for_timeout(2000)
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
