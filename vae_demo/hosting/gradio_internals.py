"""Every use of what Gradio does not document. No other module of the product imports, overrides or reads such things.

They were tried on Gradio 6.31, to which requirements.txt is pinned; `python -m pytest -m latest` tries the newest one.
Each entry says why it is here, what breaks without it, and what it would take to do without. Not here, because they are
no code of Gradio's: the variable GRADIO_ANALYTICS_CACHE_FREQUENCY, which environment.py sets before Gradio is imported,
and the addresses to which Gradio's front end posts, which door.py lists.
"""

import os
import re
import traceback
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr
from gradio import routes
from gradio.mcp import GradioMCPServer
from gradio.queueing import Queue
from gradio.route_utils import FnIndexInferError
from gradio.routes import App
from gradio.tunneling import CURRENT_TUNNELS
from gradio.utils import get_function_description

from vae_demo.hosting.agents import answer_apart


class HookedBlocks(gr.Blocks):
    """Blocks that call four methods, which a subclass defines, around the steps of answering a request.

    Why: an event's values must be checked before Gradio copies the files that they name, and whatever fails must be
    answered with a sentence. Without it, callers can have other files than uploads opened, and read "Error" for every
    failure. To do without: a `validator=` on each event runs only after Gradio has copied the files, and sees neither
    an event's own data nor failures; Gradio would need a hook of its own.

    `examples` are values for the parameters of endpoints, by name, that have no default, or functions that give one.
    `example_files` are the files that those have given: whoever keeps them keeps the snippets running.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.examples: dict[str, dict[str, Any]] = {}
        self.example_files: set[Path] = set()

    def get_api_info(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As Gradio's, with what the function's docstring says of every parameter, an example for each, and no picture
        as a default.

        Why: Gradio's example of a picture is an address in the web, which is refused here, and of anything else "...".
        It also gives the page's first picture as a default, with its path on the server, and describes parameters to
        agents alone. Without it: no snippet of the page's API runs. To do without: examples and descriptions as
        arguments of gr.api; defaults that are not the page's own.
        """
        info = super().get_api_info(*args, **kwargs)
        functions = {f"/{event.api_name}": event.fn for event in self.fns.values()}
        for name, endpoint in info["named_endpoints"].items():
            known = self.examples.get(name.strip("/"), {})
            _, described, returned = get_function_description(functions[name])
            endpoint["description"] = " ".join([endpoint["description"], *(f"Returns: {what}" for what in returned)])
            for parameter in endpoint["parameters"]:
                default, called = parameter["parameter_default"], parameter["parameter_name"]
                example = known.get(called, default)
                example = example() if callable(example) else example
                parameter["python_type"]["description"] = described.get(called, "")
                parameter["label"] = called
                if isinstance(example, dict) and example.get("path"):
                    self.example_files.add(Path(example["path"]))
                    file = {"path": FILE_ROUTE + quote(example["path"]), "orig_name": example["orig_name"]}
                    parameter["example_input"] = file | {"url": file["path"], "meta": {"_type": "gradio.FileData"}}
                    parameter |= {"parameter_has_default": False, "parameter_default": None}
                elif parameter["parameter_has_default"] or called in known:
                    parameter["example_input"] = example
        return info

    def check_values(self, values: Any) -> None:
        """Refuse values of a request, by a gr.Error, before anything is done with them."""

    def reading(self) -> AbstractContextManager[None]:
        """Around Gradio's reading of a request's values."""
        return nullcontext()

    def answering(self) -> AbstractContextManager[None]:
        """Around the event's function, and around Gradio's packing of what it returns."""
        return nullcontext()

    def answered(self, values: Any) -> None:
        """Called with the values that go back to the caller."""

    async def process_api(self, block_fn: Any, inputs: list[Any], state: Any = None, **kwargs: Any) -> dict[str, Any]:
        """As Gradio's, but nothing that a visitor sent or saw is kept.

        Why: Gradio keeps the last values of every session, up to half a megabyte each, for its own deep links, which
        this page does not have. Without it: memory grows with the visitors. To do without: a setting of Gradio's.
        """
        try:
            return await super().process_api(block_fn, inputs, state, **kwargs)
        finally:
            if state:
                state.config_values = {key: {} for key in state.config_values}

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *args: Any, **kwargs: Any) -> Any:
        self.check_values(inputs)
        with self.reading():
            return await super().preprocess_data(block_fn, inputs, *args, **kwargs)

    async def call_function(self, *args: Any, **kwargs: Any) -> Any:
        for event in (value for value in (*args, *kwargs.values()) if isinstance(value, gr.EventData)):
            self.check_values(vars(event).get("_data"))
        with self.answering():
            return await super().call_function(*args, **kwargs)

    async def postprocess_data(self, *args: Any, **kwargs: Any) -> Any:
        with self.answering():
            answer = await super().postprocess_data(*args, **kwargs)
        self.answered(answer)
        return answer


FILE_ROUTE = "/gradio_api/file="
_made_snippets, _made_commands = routes.generate_code_snippets, routes.generate_cli_snippet


def runnable_snippets(name: str, info: dict[str, Any], root: str, **kwargs: Any) -> dict[str, str]:
    """Gradio's snippets of an endpoint, by language, such that they run as they stand.

    Why: an example's address must be whole; the file that curl uploads must exist; and bash
    loses what the last command of a pipe reads. Without it: no snippet runs that has a picture, and none by curl. To do
    without: the same in Gradio's own gradio_client.snippet.
    """
    examples = [parameter["example_input"] for parameter in info["parameters"]]
    files = [example for example in examples if isinstance(example, dict) and "url" in example]
    for file in files:
        file["path"] = file["url"] = root.rstrip("/") + file["url"]
    snippets = _made_snippets(name, info, root, **kwargs)
    bash = re.sub(
        r"(?s)^(curl -X POST .*?) \\\n  \| read EVENT_ID; ", r"EVENT_ID=$(\1)\n", snippets["bash"], flags=re.M
    )
    for file in files:
        name = f"example{Path(file['url']).suffix}"
        bash = f"curl -s {file['url']} -o {name}\n" + bash.replace("/path/to/your/file", name)
    return snippets | {"bash": bash}


def runnable_commands(endpoints: dict[str, Any]) -> dict[str, str]:
    """Gradio's commands for a terminal, by endpoint, in which it fills in the page's address afterwards.

    Why, Without it and To do without: as for the snippets; the address of an example must be whole here too.
    """
    host = os.environ.get("SPACE_HOST")  # where the page is called OWNER/SPACE
    whole = f"https://{host}" if host else "{space_id}"
    return {
        name: command.replace(f'"{FILE_ROUTE}', f'"{whole}{FILE_ROUTE}')
        for name, command in _made_commands(endpoints).items()
    }


routes.generate_code_snippets, routes.generate_cli_snippet = runnable_snippets, runnable_commands


def answer_for_agents(server: GradioMCPServer, answers: list[Any], root: str) -> list[Any]:
    """What a tool of the page's answers: text, and pictures that an agent can see.

    Why: Gradio writes an answer as Python does, its pictures as base64 within the text. Without it: comparing betas
    costs an agent a hundred thousand characters, and it sees no picture. To do without: a setting of Gradio's.
    """
    contents = []
    for answer in answers:
        text, pictures = answer_apart(answer, lambda path: f"{root.rstrip('/')}{FILE_ROUTE}{quote(path)}")
        contents.append(server.types.TextContent(type="text", text=text))
        contents += [server.types.ImageContent(type="image", mimeType=kind, data=data) for kind, data in pictures]
    return contents


GradioMCPServer.postprocess_output_data = answer_for_agents


def drawn_by_parent(component: type) -> type:
    """Let the front end draw a component's subclass as it draws the component itself.

    Why: Gradio looks for a front end by the class's name. Without it: the page does not open, for there is no "choice".
    To do without: Gradio's own components, which refuse values in words that are not for people.
    """
    component.is_template = True
    return component


READERS = {
    ("gradio.route_utils", "get_fn"),  # fn_index or the name of an endpoint
    ("gradio.routes", "_"),  # /call/v2/NAME
    ("gradio_client.utils", "construct_args"),  # the arguments of /call/v2/NAME
    ("gradio.routes", "component_server"),
    ("gradio.routes", "get_item_or_file"),  # the fields of /component_server
    ("gradio.state_holder", "__getitem__"),  # a session's hash, or a component's number
    ("gradio.state_holder", "__contains__"),
    ("gradio.state_holder", "update"),
}
"""The functions of Gradio, by module and name, that look up what a request names."""


def is_unknown_name(error: Exception) -> bool:
    """Whether Gradio raised this because a request names an endpoint, a component or an argument that does not exist.

    Why: it raises plain KeyErrors and TypeErrors for them. Without it: a caller's mistake is answered with status 500,
    or a fault of the server's with 404. To do without: Gradio would have to answer with 4xx by itself.
    """
    if isinstance(error, FnIndexInferError):
        return True
    if not isinstance(error, KeyError | TypeError):
        return False
    *_, (innermost, _) = traceback.walk_tb(error.__traceback__)
    return (innermost.f_globals.get("__name__"), innermost.f_code.co_name) in READERS


def is_full_queue(detail: str) -> bool:
    """Whether a 503's detail is Gradio's for a full queue, and not for one that is being stopped.

    Why: Gradio tells them apart by their text alone. Without it: visitors are told to wait for a restart. To do
    without: a header or a status of their own from Gradio.
    """
    return "full" in detail


def queue_of(app: App) -> Queue:
    """The queue of a running page.

    Why, for this, `finished_events` and `forget_session`: Gradio keeps every answer that nobody fetches, however large,
    for 2,000 callers, and the name of everyone who ever called. Without it: memory grows for weeks. To do without: a
    time limit of Gradio's.
    """
    return app.get_blocks()._queue


def rest_longer(queue: Queue, seconds: float) -> None:
    """Let a queue in which nothing waits look again after so long.

    Why: on Linux Gradio looks 1,000 times a second. Without it: a page that nobody visits takes 6 % of a core. To do
    without: a queue that is woken when something is put into it.
    """
    queue.sleep_when_free = seconds


def is_kept(queue: Queue, event: str) -> bool:
    """Whether an event waits, is computed, or has an answer that nobody fetched yet.

    Why: asked for any other event, Gradio holds the connection for minutes, and then ends it without a word. Without
    it: a caller who asks twice waits for nothing. To do without: Gradio would have to refuse such a request.
    """
    return event in queue.event_ids_to_events or any(event in e for e in list(queue.pending_event_ids_session.values()))


def finished_events(queue: Queue) -> dict[str, frozenset[str]]:
    """By session, the events whose answers are computed but not fetched; only sessions that wait for no other."""
    return {
        session: frozenset(events)
        for session, events in queue.pending_event_ids_session.items()
        if events.isdisjoint(queue.event_ids_to_events)
    }


def forget_session(queue: Queue, session: str) -> None:
    """Drop a session's answers. Only on the event loop, where no caller can come in the middle of it."""
    queue.pending_event_ids_session.pop(session, None)
    queue.pending_messages_per_session.pop(session, None)


async def answer_of(page: gr.Blocks, endpoint: str, *data: Any) -> Any:
    """What an endpoint answers to `data`, as a caller gets it, but for the page's address before those of files.

    Why: the page carries the first answers along. Without it: each visitor's page asks for them. To do without:
    `page(*data, api_name=endpoint)`, which Gradio documents, hands out bare paths in place of files.
    """
    event = next(event for event in page.fns.values() if event.api_name == endpoint)
    return (await page.process_api(event, [*data], state={}, explicit_call=True))["data"][0]


def files_of_page(page: gr.Blocks) -> set[Path]:
    """The files in the upload folder that the page itself shows as it opens, and those of its API's examples.

    Why: they are never uploaded again. Without it: housekeeping deletes them, and the page opens on broken pictures. To
    do without: components without initial pictures, which then come with the page's load event.
    """
    shown = {Path(file) for block in page.blocks.values() for file in getattr(block, "keep_in_cache", ())}
    return shown | getattr(page, "example_files", set())


def close_tunnels() -> None:
    """End the processes that carry --share's public link.

    Why: Gradio ends them when Python exits in the usual way, which takes as long as what is still being computed.
    Without it: they outlive the page. To do without: no --share.
    """
    for tunnel in CURRENT_TUNNELS:
        tunnel.kill()
