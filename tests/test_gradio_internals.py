"""What Gradio does not document is used in one module, and that module's uses are listed here."""

import ast
import importlib
import re
from pathlib import Path

import gradio as gr
import pytest
from conftest import ROOT

INTERNALS = ROOT / "vae_demo" / "hosting" / "gradio_internals.py"
PRODUCT = [ROOT / "app.py", *sorted((ROOT / "vae_demo").rglob("*.py"))]
OTHERS = [path for path in PRODUCT if path != INTERNALS]

IMPORTS = {
    "gradio",
    "gradio.mcp.GradioMCPServer",
    "gradio.queueing.Queue",
    "gradio.route_utils.FnIndexInferError",
    "gradio.routes",
    "gradio.routes.App",
    "gradio.tunneling.CURRENT_TUNNELS",
    "gradio.utils.get_function_description",
}
"""All that gradio_internals.py imports of Gradio: whoever adds to it says there why, and what it would take without."""
OVERRIDDEN = {"process_api", "preprocess_data", "call_function", "postprocess_data", "get_api_info"}
REPLACED = {
    "routes.generate_code_snippets", "routes.generate_cli_snippet", "GradioMCPServer.postprocess_output_data",
}  # fmt: skip
"""Functions of Gradio's in whose place it calls ours."""
ATTRIBUTES = {
    "_data", "_queue", "blocks", "config_values", "event_ids_to_events", "fns", "get_blocks", "is_template",
    "keep_in_cache", "pending_event_ids_session", "pending_messages_per_session", "server", "sleep_when_free",
    "state_holder",
}  # fmt: skip
"""What Gradio's objects have and its documentation does not."""
EXTENSIBLE = {"HTML", "Radio", "Dropdown", "Slider", "Number", "Image"}
COMPONENT_METHODS = {"__init__", "preprocess", "postprocess", "api_info", "example_payload", "example_value"}
"""What Gradio's guide to custom components has them define."""
ELSEWHERE = {"_exit"}
"""Python's own names that begin with an underscore."""


def gradio_imports(tree: ast.AST) -> set[str]:
    """All that a module imports of Gradio, by its full name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.partition(".")[0] in ("gradio", "gradio_client")}


def gradio_names(tree: ast.AST) -> set[str]:
    """What a module takes from the package gradio by name, as in gr.Blocks."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("gr", "gradio")
    }


def undocumented(tree: ast.AST) -> set[str]:
    """The attributes in a module, also named by a string, that are Gradio's own affair."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            private = re.match(r"_[a-z]", node.attr) and node.attr not in ELSEWHERE
            found |= {node.attr} if not own and (private or node.attr in ATTRIBUTES) else set()
        elif isinstance(node, ast.Constant) and node.value in ATTRIBUTES - {"blocks", "server"}:
            found.add(node.value)
    return found


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_other_module_uses_what_gradio_does_not_document(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert gradio_imports(tree) <= {"gradio"}
    assert gradio_names(tree) <= {*gr.__all__, "api", "components", "themes", "__file__"}
    if gradio_imports(tree) or "hosting" in path.parts:
        assert undocumented(tree) == set()
    for node in ast.walk(tree):
        bases = [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []
        for base in (base.removeprefix("gr.") for base in bases if base.startswith("gr.")):
            assert base in EXTENSIBLE, f"{node.name} extends gr.{base}"
            methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            assert methods <= COMPONENT_METHODS, node.name


def test_the_one_module_uses_what_is_listed_here_and_nothing_else():
    tree = ast.parse(INTERNALS.read_text(encoding="utf-8"))
    assert gradio_imports(tree) == IMPORTS
    assert undocumented(tree) <= ATTRIBUTES
    hooked = next(node for node in tree.body if isinstance(node, ast.ClassDef))
    methods = {part.name for part in hooked.body if isinstance(part, ast.AsyncFunctionDef | ast.FunctionDef)}
    assert {name for name in methods if hasattr(gr.Blocks, name)} - {"__init__"} == OVERRIDDEN
    targets = (target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets)
    assigned = {ast.unparse(part) for target in targets for part in getattr(target, "elts", [target])}
    assert {name for name in assigned if "." in name} == REPLACED


def test_each_use_says_why_and_what_it_would_take_to_do_without():
    tree = ast.parse(INTERNALS.read_text(encoding="utf-8"))
    documented = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    assert len(documented) >= 8
    for node in documented:
        text = " ".join((ast.get_docstring(node) or "").split())
        if node.name not in ("finished_events", "forget_session"):  # which queue_of speaks for
            assert "Why" in text, node.name
            assert "Without" in text, node.name
            assert "To do without" in text, node.name


def test_the_functions_in_which_a_callers_mistake_shows_are_still_gradios():
    from vae_demo.hosting.gradio_internals import READERS

    for module, function in READERS:
        tree = ast.parse(Path(importlib.import_module(module).__file__).read_text(encoding="utf-8"))
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        assert function in {node.name for node in functions}, f"{module}.{function}"


@pytest.mark.parametrize(
    "line",
    [
        "from gradio.utils import get_upload_folder", "import gradio.routes", "from gradio import routes",
        "import gradio as gr\nclass Page(gr.Blocks): pass", "import gradio as gr\npage = gr.routes",
        "import gradio as gr\npage.fns", "import gradio as gr\nvars(event)['_data']",
        "import gradio as gr\nevent._target", "import gradio as gr\nclass A(gr.HTML):\n    def get_config(self): pass",
        "import gradio as gr\npage.server.config", "from gradio_client.utils import construct_args",
    ],
)  # fmt: skip
def test_a_new_use_is_noticed(tmp_path, line):
    path = tmp_path / "module.py"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(AssertionError):
        test_no_other_module_uses_what_gradio_does_not_document(path)
