"""The decoders in the browser, in a real Chromium: equal to the server's for every bundled checkpoint."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page

from tests.assemble import BINARY, assembled
from vae_demo.inference import Checkpoints, decode_codes, decode_latent, walk
from vae_demo.inference.browser_decoder import decoder_file
from vae_demo.ui.browser import ADDRESS
from vae_demo.ui.decoders import DIGEST_LENGTH
from vae_demo.weights.hub import bundled

CHECKPOINTS = Checkpoints(bundled())
NAMES = [checkpoint.name for checkpoint in CHECKPOINTS.of(None, "latents", "codes")]
COUNT = 20
ASK = """
    async ([worker, address, asked]) => {
      globalThis.worker ??= new Worker(worker, { type: 'module' });
      const pictures = [];
      for (const values of asked) {
        const { picture, error } = await new Promise((resolve) => {
          globalThis.worker.onmessage = ({ data }) => data.job && resolve(data);
          globalThis.worker.postMessage({ job: 1, address, ...values });
        });
        if (error) throw new Error(error);
        let text = '';
        for (const byte of picture.pixels) text += String.fromCharCode(byte);
        pictures.push([picture.width, picture.height, btoa(text)]);
      }
      return pictures;
    }"""


@pytest.fixture(scope="module")
def blank(server: str, browser: Browser) -> Iterator[Page]:
    """An empty page beside the page's modules and decoders."""
    page = browser.new_page()
    page.route("**/blank", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto(f"{server}/blank")
    yield page
    page.close()


def decoder_address(name: str) -> str:
    return f"decoders/{name}/{CHECKPOINTS.get(name).weights_sha256[:DIGEST_LENGTH]}"


def decoded(page: Page, name: str, asked: list[dict[str, Any]]) -> list[np.ndarray]:
    """The pictures that the browser's worker makes of latents or code maps, RGB."""
    origin = page.url.removesuffix("/blank")
    address = f"{origin}/{decoder_address(name)}"
    found = page.evaluate(ASK, [f"{origin}/{ADDRESS}/decoder/worker.js", address, asked])
    return [np.frombuffer(base64.b64decode(p), np.uint8).reshape(h, w, 4)[..., :3] for w, h, p in found]


def pixels(picture: Any) -> np.ndarray:
    return np.array(picture.convert("RGB"))


def furthest(ours: list[np.ndarray], theirs: list[np.ndarray]) -> int:
    """The largest difference of any pixel, in levels of 255."""
    return max(int(np.abs(a.astype(int) - b).max()) for a, b in zip(ours, theirs, strict=True))


def code_map(codes: list[list[int]]) -> dict[str, Any]:
    return {"codes": {"rows": len(codes), "columns": len(codes[0]), "first": [code for row in codes for code in row]}}


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_decoded_in_the_browser_is_the_servers(blank, name):
    checkpoint = CHECKPOINTS.get(name)
    generator = torch.Generator().manual_seed(19)
    if checkpoint.latent_kind == "latents":
        drawn = (2 * torch.randn(COUNT, checkpoint.arguments["latent_dim"], generator=generator)).tolist()
        ours = decoded(blank, name, [{"latent": latent} for latent in drawn])
        theirs = [pixels(decode_latent(name, latent, CHECKPOINTS)) for latent in drawn]
    else:
        side = (6, 9) if checkpoint.fit == "whole" else [length // 4 for length in checkpoint.image_shape[1:]]
        drawn = torch.randint(checkpoint.arguments["num_embeddings"], (COUNT, *side), generator=generator).tolist()
        ours = decoded(blank, name, [code_map(codes) for codes in drawn])
        theirs = [pixels(decode_codes(codes, name, CHECKPOINTS).picture) for codes in drawn]
    assert len(ours) == COUNT
    assert any(np.ptp(picture) > 50 for picture in ours) or checkpoint.beta == 64  # a collapsed posterior draws a mean
    assert furthest(ours, theirs) <= 1


def test_a_map_edited_code_by_code_is_decoded_as_the_whole_map(blank):
    """Corners, borders, the middle, then an undo of all."""
    name = "vq-vae-photos"
    codes = torch.randint(512, (8, 7), generator=torch.Generator().manual_seed(4)).tolist()
    maps = [codes]
    for row, column in [(0, 0), (7, 6), (3, 3), (0, 6), (4, 0), (3, 4)]:
        edited = [list(line) for line in maps[-1]]
        edited[row][column] = (edited[row][column] + 100) % 512
        maps.append(edited)
    maps += [maps[-1], codes]
    theirs = [pixels(decode_codes(codes, name, CHECKPOINTS).picture) for codes in maps]
    assert furthest(decoded(blank, name, [code_map(codes) for codes in maps]), theirs) <= 1


def test_maps_of_other_sizes_between_the_edits_of_one_change_nothing(blank):
    """More of them than stay bound; one of the sizes comes back after each edit."""
    name = "vq-vae-photos"
    codes = torch.randint(512, (8, 7), generator=torch.Generator().manual_seed(6)).tolist()
    maps = []
    for number, small in enumerate([(6, 6), (6, 6), (3, 4), (5, 5)]):
        codes = [list(line) for line in codes]
        codes[2 * number][number] = number
        maps += [codes, [small[1] * [number]] * small[0]]
    theirs = [pixels(decode_codes(codes, name, CHECKPOINTS).picture) for codes in maps]
    assert furthest(decoded(blank, name, [code_map(codes) for codes in maps]), theirs) <= 1


def test_between_two_code_maps_their_vectors_are_mixed_as_the_server_does(blank):
    name = "vq-vae-digits"
    first, last = torch.randint(512, (2, 7, 7), generator=torch.Generator().manual_seed(5)).tolist()
    theirs = [pixels(picture) for picture in walk(name, first, last, 5, CHECKPOINTS).pictures]
    asked = [code_map(first)["codes"] | {"last": code_map(last)["codes"]["first"], "share": i / 4} for i in range(5)]
    assert furthest(decoded(blank, name, [{"codes": one} for one in asked]), theirs) <= 1


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("conv-vae-faces", {"latent": [(-1) ** i * i / 200 for i in range(256)]}),
        ("vae-digits", {"latent": [i / 10 - 1 for i in range(20)]}),
        ("vq-vae-photos-4096", {"codes": {"rows": 3, "columns": 5, "first": [271 * i for i in range(15)]}}),
        ("vq-vae-digits", {"codes": {"rows": 7, "columns": 7, "first": [10 * i for i in range(49)]}}),
    ],
)
def test_where_webassembly_cannot_run_javascript_computes_the_same(blank, name, asked):
    script = f"""async ([address, asked]) => {{
        const {{ Decoder }} = await import('/{ADDRESS}/decoder/decoder.js');
        const {{ compiledProduct }} = await import('/{ADDRESS}/decoder/heap.js');
        const file = await (await fetch(address)).arrayBuffer();
        const product = await compiledProduct();
        return [product, null].map((product) => {{
            const decoder = new Decoder(file, product);
            const {{ pixels }} = asked.latent ? decoder.decodeLatent(asked.latent) : decoder.decodeCodes(asked.codes);
            return [product !== null, [...pixels]];
        }});
    }}"""
    (compiled, fast), (_, plain) = blank.evaluate(script, [f"/{decoder_address(name)}", asked])
    assert compiled
    assert furthest([np.array(fast, np.uint8)], [np.array(plain, np.uint8)]) <= 1
    assert np.ptp(plain) > 50


def test_the_product_in_webassembly_is_assembled_of_its_text():
    assert BINARY.read_bytes() == assembled()


def test_half_precision_is_widened_exactly(blank):
    finite = [*range(0x7C00), *range(0x8000, 0xFC00)]
    script = f"""async () => {{
        const {{ widen }} = await import('/{ADDRESS}/decoder/safetensors.js');
        const finite = Uint16Array.from({{ length: 65536 }}, (_, half) => half).filter((half) => ~half & 0x7c00);
        return widen(finite).join(); }}"""
    found = np.array(blank.evaluate(script).split(","), np.float64)
    assert (found == np.array(finite, np.uint16).view(np.float16)).all()


def test_only_the_decoders_tensors_are_sent_and_kept_for_good(server):
    content = decoder_file(CHECKPOINTS.get("conv-vae-cartoons"), CHECKPOINTS)
    answer = httpx.get(f"{server}/{decoder_address('conv-vae-cartoons')}")
    assert answer.content == content
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert int(answer.headers["content-length"]) == len(content)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    tensors = header.keys() - {"__metadata__"}
    assert tensors
    assert all(name.startswith(("decoder.", "fc_decode.")) for name in tensors)
    assert all(header[name]["dtype"] == "F16" for name in tensors)
    kinds = [layer["kind"] for layer in json.loads(header["__metadata__"]["layers"])]
    assert kinds == ["linear", "unflatten", *3 * ["transposed-convolution", "relu"], "transposed-convolution",
                     "sigmoid", "clamp"]  # fmt: skip


@pytest.mark.parametrize("wrong", ["vae-digits/0000000000000000", "no-such/0000000000000000", "code-prior-digits/x"])
def test_other_weights_than_those_in_use_are_not_found(server, wrong):
    assert httpx.get(f"{server}/decoders/{wrong}").status_code == 404


def test_a_decoder_with_an_unknown_layer_is_left_to_the_server(monkeypatch):
    checkpoints = Checkpoints(bundled())
    checkpoint = checkpoints.get("vae-digits")
    model = checkpoints.model(checkpoint)
    monkeypatch.setitem(model.decoder._modules, "1", torch.nn.Tanh())
    assert decoder_file(checkpoint, checkpoints) is None


def test_a_decoder_that_does_more_than_its_layers_is_left_to_the_server(monkeypatch):
    checkpoints = Checkpoints(bundled())
    checkpoint = checkpoints.get("vae-digits")
    monkeypatch.setattr(checkpoints.model(checkpoint), "decode", lambda z: z.new_zeros(len(z), 784))
    assert decoder_file(checkpoint, checkpoints) is None
