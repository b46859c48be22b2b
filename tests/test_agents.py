"""The endpoints as an agent's tools: listed and called by a real client of the Model Context Protocol."""

import asyncio
import base64
import json
from io import BytesIO

import pytest
from conftest import EXAMPLES, readme_snippet
from PIL import Image
from test_api import call
from test_faults import upload

from vae_demo import reconstruct, sample
from vae_demo.hosting import environment
from vae_demo.hosting.agents import LEFT_OUT, MOST_PICTURES, answer_apart

DIGIT = EXAMPLES / "digits" / "3.png"
NEEDS_MCP = "mcp is not installed: it comes with gradio[mcp], which is in tests/requirements.txt"


@pytest.fixture(scope="module")
def agent(server):
    """Calls tools, one connection for each call: (name, arguments) to (is an error, text, pictures)."""
    mcp = pytest.importorskip("mcp", reason=NEEDS_MCP)
    from mcp.client.streamable_http import streamable_http_client

    async def ask(question):
        address = f"{server}/gradio_api/mcp/"
        async with (
            streamable_http_client(address) as (read, write, _),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await question(session)

    return lambda question: asyncio.run(ask(question))


def called(agent, name, **arguments):
    """Whether a tool answered with an error, its text, and its pictures."""
    answer = agent(lambda session: session.call_tool(name, arguments))
    text, *pictures = answer.content
    assert {content.type for content in pictures} <= {"image"}
    return answer.isError, text.text, [Image.open(BytesIO(base64.b64decode(content.data))) for content in pictures]


def data_uri(path):
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"


def test_the_tools_are_the_endpoints_and_each_says_what_it_is(agent):
    tools = {tool.name: tool for tool in agent(lambda session: session.list_tools()).tools}
    assert set(tools) == {
        "reconstruct", "sample", "walk", "compare_betas", "encode_codes", "decode_codes", "checkpoints", "model_card",
        "compress", "decompress", "compress_codes", "compare_codecs", "compare_codebooks",
    }  # fmt: skip
    for tool in tools.values():
        assert len(tool.description) > 60
        assert "Returns: " in tool.description
        for name, parameter in tool.inputSchema["properties"].items():
            assert len(parameter["description"]) > 20, (tool.name, name)
            assert parameter["type"] in ("string", "integer", "number", "array")
    required = {name: tool.inputSchema.get("required", []) for name, tool in tools.items()}
    assert required["sample"] == required["checkpoints"] == []
    assert required["reconstruct"] == required["encode_codes"] == ["picture"]
    assert "data URI" in tools["reconstruct"].inputSchema["properties"]["picture"]["description"]


def test_an_agent_gets_numbers_as_json_and_pictures_as_pictures(agent):
    failed, text, pictures = called(agent, "reconstruct", picture=data_uri(DIGIT), dataset="digits")
    answer, expected = json.loads(text), reconstruct(DIGIT, "digits")
    assert not failed
    assert (answer["model_input"], answer["variants"][0]["reconstruction"]) == ("picture 1", "picture 3")
    assert [variant["mse"] for variant in answer["variants"]] == [variant.mse for variant in expected.variants]
    assert pictures[2].convert("L").tobytes() == expected.variants[0].reconstruction.tobytes()
    assert len(pictures) == 1 + 3 * len(expected.variants)


def test_what_one_tool_gives_another_takes(agent, server):
    _, text, pictures = called(agent, "sample", checkpoint="vae-digits", count=2, seed=5)
    assert [picture.tobytes() for picture in pictures] == [p.tobytes() for p in sample(count=2, seed=5).pictures]
    start, end = json.loads(text)["latents"]
    _, _, walked = called(agent, "walk", checkpoint="vae-digits", start=start, end=end, steps=3)
    assert [walked[0].tobytes(), walked[-1].tobytes()] == [picture.tobytes() for picture in pictures]
    _, text, encoded = called(agent, "encode_codes", picture=data_uri(DIGIT), checkpoint="vq-vae-digits")
    codes = json.loads(text)["codes"]
    _, _, decoded = called(agent, "decode_codes", codes=codes, checkpoint="vq-vae-digits")
    assert decoded[0].tobytes() in [picture.tobytes() for picture in encoded]
    assert called(agent, "model_card", checkpoint="vae-digits")[1].startswith("# vae-digits")
    named = [checkpoint["name"] for checkpoint in json.loads(called(agent, "checkpoints")[1])["checkpoints"]]
    assert "vq-vae-digits" in named


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("sample", {"checkpoint": "magic"}, "There is no such checkpoint here. Choose one of"),
        ("sample", {"count": 1000}, "The number of samples must be a whole number from 1 to 64, not 1000"),
        ("sample", {"count": "many"}, "'many' is not of type 'integer'"),
        ("reconstruct", {}, "'picture' is a required property"),
        ("reconstruct", {"picture": "/etc/passwd"}, "Invalid file data format"),
        ("reconstruct", {"picture": "http://127.0.0.1:1/picture.png"}, "Only a file that was uploaded here"),
        ("reconstruct", {"picture": "http://x/gradio_api/file=/etc/passwd"}, "Only a file that was uploaded here"),
        ("reconstruct", {"picture": "data:image/png;base64,d29yZHM="}, "is text: send a picture"),
        ("run", {}, "Unknown tool"),
    ],
)
def test_an_agents_mistake_is_said(agent, name, arguments, why):
    failed, text, _ = called(agent, name, **arguments)
    assert failed
    assert why in text


def test_the_readmes_snippet_runs(agent, server):
    found = {}
    exec(
        compile(readme_snippet("As an agent's tools").replace("http://127.0.0.1:7860", server), "README.md", "exec"),
        found,
    )
    assert len(found["tools"]) == 13
    assert [content.type for content in found["content"]] == ["text"] + ["image"] * 4
    assert json.loads(readme_snippet("As an agent's tools", "json"))["mcpServers"]["vae-demo"]["url"].endswith("/mcp/")


def test_an_uploaded_picture_may_be_given_by_its_address_here(server, agent):
    status, paths = upload(server, DIGIT)
    assert status == 200
    address = f"{server}/gradio_api/file={json.loads(paths)[0]}"
    for given in (address, address.replace("127.0.0.1", "elsewhere")):  # nothing is fetched: the path alone counts
        kind, answer = call(
            server, "reconstruct", {"path": given, "meta": {"_type": "gradio.FileData"}}, "digits", "mean", 0
        )
        assert (kind, answer[0]["dataset"]) == ("complete", "digits")
        assert not called(agent, "reconstruct", picture=given)[0]


# What an answer becomes


def test_only_the_outermost_pictures_are_sent():
    uri = "data:image/webp;base64,AAAA"
    answer = {"rows": [[[uri] * 30]], "cells": [{"deep": uri}], "shallow": uri, "file": {"path": "/a b", "meta": {}}}
    text, pictures = answer_apart(answer, lambda path: f"http://here/file={path}")
    found = json.loads(text)
    assert (found["shallow"], found["cells"], found["file"]) == (
        "picture 1",
        [{"deep": "picture 2"}],
        "http://here/file=/a b",
    )
    assert found["rows"][0][0][-1] == LEFT_OUT
    assert pictures == [("image/webp", "AAAA")] * MOST_PICTURES
    assert answer["shallow"] == uri
    assert answer_apart("a card", str) == ("a card", [])


def test_a_host_can_switch_the_tools_off_and_without_the_extra_there_are_none(monkeypatch, tmp_path):
    for installed, said, expected in [
        (True, {}, "True"),
        (True, {"GRADIO_MCP_SERVER": "False"}, "False"),
        (False, {}, None),
    ]:
        monkeypatch.setattr(environment, "find_spec", lambda name, installed=installed: installed or None)
        environ = {"GRADIO_TEMP_DIR": str(tmp_path)} | said
        environment.set_up(environ)
        assert environ.get("GRADIO_MCP_SERVER") == expected
