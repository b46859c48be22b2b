"""A model card as the page shows it: formatted, and harmless whoever wrote it."""

import dataclasses

import pytest
from conftest import ROOT
from PIL import Image

from vae_demo.ui.model_cards import card_html
from vae_demo.weights.catalogue import read_checkpoint

CHECKPOINT = read_checkpoint(ROOT / "checkpoints" / "vae-digits")


@pytest.fixture
def written(tmp_path):
    """What a card written so is shown as."""

    def show(card: str) -> str:
        (tmp_path / "README.md").write_text(card)
        return card_html(dataclasses.replace(CHECKPOINT, folder=tmp_path))

    return show


def test_front_matter_is_left_out_and_headings_go_below_the_page_s_own(written):
    shown = written("---\nlicense: mit\n---\n\n# Name\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n")
    assert "license" not in shown
    assert "<h4>Name</h4>" in shown
    assert "<td>1</td>" in shown


@pytest.mark.parametrize(
    "card",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "![badge](https://example.com/badge.png)",
        "![secret](../../etc/passwd.png)",
        "![gone](gone.png)",
        "[![badge](https://example.com/badge.png)](https://example.com)",
    ],
)
def test_a_card_runs_nothing_and_fetches_nothing(written, card):
    shown = written(card)
    assert "<script" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown


def test_a_picture_beside_the_card_is_shown(written, tmp_path):
    Image.new("L", (2, 2)).save(tmp_path / "limits.png")
    assert 'src="data:image/png;base64,' in written("![What it fails at](limits.png)")


def test_a_missing_card_is_said(tmp_path):
    assert "no model card" in card_html(dataclasses.replace(CHECKPOINT, folder=tmp_path))
