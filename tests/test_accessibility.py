"""axe-core on every tab: nothing serious or critical that a bare Gradio page does not have too."""

from collections.abc import Iterator

import gradio as gr
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.visitor import open_tab

AXE = Axe()
TABS = {
    "Reconstruction": "#reconstruct-result",
    "Random sampling": "#sample-result",
    "Beta comparison": "#beta-result",
    "VQ code maps": "#codes-result",
    "About the models": "#about",
}


@pytest.fixture(scope="module")
def bare_page() -> Iterator[str]:
    """A page of stock components alone, with stock settings."""
    with gr.Blocks(title="Bare", analytics_enabled=False) as bare:
        gr.Markdown("# Bare")
        with gr.Tabs():
            for name in TABS:
                with gr.Tab(name):
                    gr.Radio(["a", "b"], value="a", label="Radio")
                    gr.Dropdown(["a", "b"], value="a", label="Dropdown")
                    gr.Image(label="Image", sources=["upload", "webcam", "clipboard"])
                    gr.Dataset(components=[gr.Textbox(render=False)], samples=[["a"], ["b"]], label="Examples")
                    gr.Number(0, label="Number")
                    gr.Slider(0, 1, label="Slider")
                    with gr.Accordion("Accordion", open=False):
                        gr.HTML("<p>HTML</p>")
                    gr.Button("Button")
    bare.launch(prevent_thread_lock=True, quiet=True, footer_links=["api", "settings"])
    yield bare.local_url
    bare.close()


def findings(page: Page) -> dict[str, list[dict]]:
    """Serious and critical findings of axe-core on what is shown: by rule, the nodes that it found."""
    violations = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return {v["id"]: v["nodes"] for v in violations if v["impact"] in ("serious", "critical")}


def drawn_here(page: Page, node: dict) -> bool:
    """Whether the project's own script drew a node, and not Gradio."""
    return page.locator(node["target"][-1]).evaluate("element => !!element.closest('.panel-body')")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1440])
def test_no_tab_has_a_grave_finding_of_its_own(server: str, bare_page: str, browser: Browser, width: int, theme: str):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{bare_page}?__theme={theme}")
    expect(page.get_by_role("tab").first).to_be_visible()
    stock = findings(page)
    page.goto(f"{server}?__theme={theme}")
    # Half-way through a change of colour there is a contrast that nobody reads by.
    page.add_style_tag(content="*, *::before, *::after { transition: none !important; animation: none !important; }")
    own = {}
    for name, panel in TABS.items():
        open_tab(page, name)
        expect(page.locator(f"{panel} .panel-body")).not_to_contain_text("Loading")
        page.wait_for_function("!document.querySelector('.pending')")  # what is being replaced is shown pale
        for rule, nodes in findings(page).items():
            # What Gradio draws is forgiven where the bare page has it too; what the project draws has no excuse.
            grave = [node for node in nodes if rule not in stock or drawn_here(page, node)]
            if grave:
                own[f"{name}: {rule}"] = "; ".join(f"{node['html'][:120]} {node['any'][:1]}" for node in grave[:4])
    page.close()
    assert not own, "\n".join(f"{rule}: {where}" for rule, where in own.items())
