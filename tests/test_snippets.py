"""What "Use via API" shows runs as it stands: every snippet, in every language, against the page that shows it."""

import ast
import inspect
import json
import re
import shlex
import shutil
import subprocess
import urllib.request
from pathlib import Path

import hf_gradio.cli
import pytest
from playwright.sync_api import expect
from typer.testing import CliRunner

import vae_demo

ENDPOINTS = [
    "/reconstruct", "/sample", "/walk", "/compare_betas", "/encode_codes", "/decode_codes", "/checkpoints",
    "/model_card", "/compress", "/decompress", "/compress_codes", "/compare_codecs",
    "/compare_codebooks",
]  # fmt: skip
TABS = {"python": "Python", "javascript": "JavaScript", "bash": "cURL", "cli": "CLI"}


@pytest.fixture(scope="module")
def endpoints(server):
    with urllib.request.urlopen(f"{server}/gradio_api/info", timeout=30) as answer:
        return json.load(answer)["named_endpoints"]


@pytest.fixture(scope="module")
def answers(endpoints):
    """What the Python snippets print, by endpoint."""
    found = {}
    for name, endpoint in endpoints.items():
        run = {}
        exec(compile(endpoint["code_snippets"]["python"], name, "exec"), run)
        found[name] = run["result"]
    return found


def test_the_python_snippets_run(answers):
    assert sorted(answers) == sorted(ENDPOINTS)
    assert [variant["title"] for variant in answers["/reconstruct"]["variants"]][:2] == ["VAE", "ConvVAE"]
    assert (len(answers["/sample"]["pictures"]), len(answers["/walk"]["pictures"])) == (16, 9)
    assert answers["/decode_codes"]["size"] == [8, 8]
    assert answers["/model_card"].startswith("# ")
    assert answers["/compress"]["bytes"] < 150
    assert len(answers["/decompress"]["codes"]) == 16
    assert answers["/compress_codes"]["text"].startswith("VlEx")
    assert [codec["codec"] for codec in answers["/compare_codecs"]["codecs"]] == ["JPEG", "WebP", "AVIF"]


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_snippets_for_bash_run(endpoints, answers, name, tmp_path):
    script = endpoints[name]["code_snippets"]["bash"]
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    event, data = re.findall(r"^(?:event|data): (.*)$", done.stdout, re.MULTILINE)[-2:]
    assert (event, plain_files(json.loads(data))) == ("complete", [plain_files(answers[name])])


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_commands_for_a_terminal_run(endpoints, answers, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    called, *arguments = shlex.split(endpoints[name]["code_snippets"]["cli"])
    assert called == "{command}"  # "gradio" or "hf gradio", as the visitor chooses
    done = CliRunner().invoke(hf_gradio.cli.app, arguments)
    assert done.exit_code == 0, done.output
    assert plain_files(list(json.loads(done.stdout).values())) == [plain_files(answers[name])]


def test_the_snippets_in_javascript_run(endpoints, answers, tmp_path):
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        pytest.skip("There is no node, or no npm to install @gradio/client with.")
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", "@gradio/client"]
    if subprocess.run(install, cwd=tmp_path, capture_output=True, timeout=120, check=False).returncode:
        pytest.skip("@gradio/client cannot be installed from npm.")
    for name, endpoint in endpoints.items():
        module = endpoint["code_snippets"]["javascript"] + "\nexport default result.data;\n"
        (tmp_path / f"{name[1:]}.mjs").write_text(module, encoding="utf-8")
    imports = "".join(f"found['{name}'] = (await import('./{name[1:]}.mjs')).default;\n" for name in endpoints)
    # The client keeps its connection, and with it the program, until somebody ends it.
    write = "(await import('node:fs')).writeFileSync('found.json', JSON.stringify(found)); process.exit();"
    (tmp_path / "all.mjs").write_text(f"const found = {{}};\n{imports}{write}", encoding="utf-8")
    subprocess.run([node, "all.mjs"], cwd=tmp_path, capture_output=True, timeout=120, check=True)
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert plain_files(found) == {name: [plain_files(answer)] for name, answer in answers.items()}


def test_the_page_shows_these_snippets_and_says_what_each_parameter_is(browser, server, endpoints):
    page = browser.new_page()
    page.goto(server)
    page.get_by_text("Use via API").first.click()
    for language, tab in TABS.items():
        page.get_by_text(tab, exact=True).first.click()
        snippets = {name: plain(endpoint["code_snippets"][language]) for name, endpoint in endpoints.items()}
        last = page.locator("pre").filter(has_text=re.compile(r"/model_card\b"), visible=True)
        expect(last.first).to_be_visible()
        shown = set(map(plain, page.locator("pre").filter(visible=True).all_text_contents()))
        assert {snippet.replace("{command}", "gradio") for snippet in snippets.values()} <= shown, language
    page.close()
    for endpoint in endpoints.values():
        for parameter in endpoint["parameters"]:
            assert parameter["python_type"]["description"], parameter["parameter_name"]


def plain_files(value):
    """A value with every file by its name alone: Python's client fetches files, the others say where they are."""
    if isinstance(value, dict):
        if "path" in value:
            return Path(value["path"]).name
        return {key: plain_files(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_files(item) for item in value]
    return Path(value).name if isinstance(value, str) and value.endswith(".vq") else value


def plain(code):
    return re.sub(r"\s+", " ", code).strip()


def test_the_library_and_the_api_have_the_same_defaults(endpoints):
    for name, endpoint in endpoints.items():
        verb = getattr(vae_demo, name[1:], None)
        if verb is None:
            continue
        known = inspect.signature(verb).parameters
        for parameter in endpoint["parameters"]:
            expected = known[parameter["parameter_name"]].default
            shown = parameter["parameter_default"] if parameter["parameter_has_default"] else inspect.Parameter.empty
            assert shown == expected, (name, parameter["parameter_name"])


def test_no_snippet_and_no_default_has_an_address_elsewhere(endpoints, server):
    written = json.dumps(endpoints)
    assert set(re.findall(r"https?://[\w.:-]+", written)) == {server.rstrip("/")}
    assert not any(isinstance(p["parameter_default"], dict) for e in endpoints.values() for p in e["parameters"])
    assert all(ast.parse(endpoint["code_snippets"]["python"]) for endpoint in endpoints.values())
    assert Path(re.search(r"file=([^'\"]+)", written)[1]).suffix == ".png"
