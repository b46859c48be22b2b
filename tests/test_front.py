"""The browser's half, module by module, in a real Chromium: state, helpers, and what every file keeps to."""

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
import torch
from conftest import ROOT
from playwright.sync_api import Browser, Page

from vae_demo.images import DIFFERENCE_COLOURS, difference_picture
from vae_demo.images.formats import FORMATS_IN_WORDS
from vae_demo.inference import from_text, to_text
from vae_demo.ui.browser import ADDRESS, FRONT

MODULES = sorted(path.relative_to(FRONT).as_posix() for path in FRONT.rglob("*.js"))
WITHOUT_EXPORTS = {"awaited_file.js", "decoder/worker.js", "history_steps.js"}
"""The modules that do their work by being started, or imported."""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    """The address of vae_demo/ui/front alone, without the page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=FRONT))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def blank(files: str, browser: Browser) -> Iterator[Page]:
    """An empty page at the modules' address."""
    page = browser.new_page()
    page.route("**/blank*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto(f"{files}/blank")
    yield page
    page.close()


def run(page: Page, module: str, script: str) -> Any:
    """What a script with `m`, the module, returns."""
    return page.evaluate(f"async () => {{ const m = await import('/{module}'); {script} }}")


@pytest.mark.parametrize("module", MODULES)
def test_every_module_loads_by_itself(blank, module):
    faults = []
    blank.on("pageerror", lambda error: faults.append(error))
    assert run(blank, module, "return Object.keys(m).length") > 0 or module in WITHOUT_EXPORTS
    assert not faults


def test_no_module_is_out_of_reach_and_none_sets_a_global_name(blank):
    """Each is a panel of the page, or imported by one."""
    python = "".join(path.read_text(encoding="utf-8") for path in FRONT.parent.glob("*.py"))
    reached, waiting = set(), [name for name in MODULES if f'"{name}"' in python]
    before = blank.evaluate("Object.keys(window)")
    while waiting:
        name = waiting.pop()
        reached.add(name)
        if not name.endswith(".js"):
            continue
        run(blank, name, "")
        written = (FRONT / name).read_text(encoding="utf-8")
        imported = re.findall(r"(?:from|import) '\./([\w.]+)'|new URL\('\./([\w./]+)', import\.meta\.url", written)
        imported = [f"{name.rpartition('/')[0]}/{a or b}".removeprefix("/") for a, b in imported]
        waiting += [other for other in imported if other not in reached]
    assert sorted(reached) == sorted([*MODULES, "decoder/product.wasm"])
    assert blank.evaluate("Object.keys(window)") == before


@pytest.mark.parametrize("path", sorted(FRONT.rglob("*.*s")), ids=lambda path: path.name)
def test_a_file_is_short_and_has_short_lines(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 250
    assert [number for number, line in enumerate(lines, 1) if len(line) > 120] == []


def state(page: Page, query: str, script: str) -> Any:
    """What a script with `state`, made from an address with that query, returns."""
    return run(page, "state.js", f"const state = new m.PageState('http://page/sub/{query}'); {script}")


UNSET = {
    "dataset": None,
    "example": None,
    "posterior": None,
    "seed": None,
    "gain": None,
    "picture": None,
    "origin": None,
    "moved": None,
    "second": None,
    "second_picture": None,
    "share": None,
    "with": None,
    "without": None,
    "along": None,
}


@pytest.mark.parametrize(
    "query",
    [
        "?tab=reconstruction&dataset=digits&example=3&posterior=sample&seed=7",
        "?tab=sampling&checkpoint=vae-digits&prior=standard-normal&count=16&seed=0&temperature=0.85",
        "?tab=sampling&checkpoint=vae-digits&seed=0&plane=pc1.7&opened=3&moved=q8zvAQID",
        "?tab=beta_comparison&dataset=sprites&example=heart&beta=0.0625",
        "?tab=code_maps&checkpoint=vq-vae-cartoons&example=face+1%26",
        "?tab=code_maps&checkpoint=vq-vae-cartoons&codes=VlEx-_a",
        "?tab=about",
    ],
)
def test_an_address_is_read_and_written_back_the_same(blank, query):
    assert state(blank, query, "return state.address('http://page/sub/')") == f"http://page/sub/{query}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", UNSET),
        ("?dataset=digits", UNSET | {"dataset": "digits"}),  # of the tab that the page opens with
        ("?tab=toString&seed=1", UNSET),
        (
            "?tab=reconstruction&posterior=worst&seed=-1&dataset=",
            UNSET,
        ),
        ("?tab=reconstruction&seed=1.5", UNSET),
        ("?tab=reconstruction&seed=12&gain=5", UNSET | {"seed": 12}),
        ("?tab=reconstruction&gain=16", UNSET | {"gain": 16}),
    ],
)
def test_what_an_address_has_wrong_is_left_out(blank, query, expected):
    assert state(blank, query, "return state.get('reconstruction')") == expected


def test_the_rest_of_an_address_stays_and_another_tabs_settings_go(blank):
    script = "state.show('sampling'); state.answered('about'); state.show('about');"
    address = state(blank, "?tab=sampling&seed=4", f"{script} return state.address('http://page/?__theme=dark&seed=4')")
    assert address == "http://page/?__theme=dark&tab=about"
    assert state(blank, "?tab=sampling&seed=4", f"{script} return state.get('sampling').seed") == 4


@pytest.mark.parametrize(
    ("query", "opened", "expected"),
    [
        ("", "['code_maps']", [True]),  # before the first tab has come into view
        ("?tab=code_maps", "['reconstruction', 'code_maps', 'reconstruction']", [False, True, True]),
        ("?tab=code_maps", "['reconstruction', 'sampling', 'reconstruction']", [False, True, True]),
    ],
)
def test_a_visitor_may_open_any_tab_before_the_one_that_the_address_names(blank, query, opened, expected):
    assert state(blank, query, f"return {opened}.map((tab) => state.show(tab))") == expected


@pytest.mark.parametrize("change", ["{seeds: 1}", "{seed: -1}", "{seed: '1'}", "{posterior: 'worst'}", "{dataset: ''}"])
def test_a_change_that_no_property_allows_is_an_error_and_changes_nothing(blank, change):
    script = (
        f"try {{ state.set('reconstruction', {change}) }} catch (e) {{ return [e.name, state.get(state.tab).seed] }}"
    )
    assert state(blank, "?tab=reconstruction&seed=3", script) == ["TypeError", 3]


def test_codes_are_in_the_address_as_text_and_not_as_json(blank):
    script = "state.set('code_maps', {codes: '%s'}); return state.address('http://page/')"
    assert state(blank, "?tab=code_maps", script % "VlEx") == "http://page/?tab=code_maps&codes=VlEx"
    assert state(blank, "?tab=code_maps", script % '{"codes": 1}') == "http://page/?tab=code_maps"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("{with: '7', without: '3', along: 1}", "with=7&without=3&along=1"),
        ("{with: '7', without: '[{}]', along: 1}", "with=7"),
        ("{with: '[{}]', without: '[{}]', along: 1}", ""),
        ("{second: '7', share: 0.25}", "second=7&share=0.25"),
        ("{second_picture: {}, share: 0.25}", ""),
    ],
)
def test_a_sliders_place_is_in_the_address_only_where_its_pictures_are(blank, values, expected):
    script = f"state.set('reconstruction', {values}); return state.address('http://page/')"
    assert state(blank, "", script) == f"http://page/?tab=reconstruction{expected and '&' + expected}"


def test_listeners_hear_of_changes_until_they_leave(blank):
    script = """
        const heard = []; const leave = state.subscribe((s) => heard.push(s.get('sampling').seed));
        state.set('sampling', {seed: 5}); leave(); state.set('sampling', {seed: 6}); return heard;"""
    assert state(blank, "", script) == [5]


def test_the_address_waits_for_the_tab_that_it_names_and_for_its_answer(blank):
    """Gradio shows the first tab until the server has opened the linked one, and reads the address until then."""
    script = """
        const seen = [];
        state.answered('reconstruction', {dataset: 'digits'}); state.show('reconstruction'); seen.push(state.settled);
        state.show('code_maps'); seen.push(state.settled);
        state.answered('code_maps', {checkpoint: 'x'}); seen.push(state.settled);
        state.show('reconstruction'); seen.push(state.settled, state.tab); return seen;"""
    assert state(blank, "?tab=code_maps", script) == [False, False, True, True, "reconstruction"]


def test_the_page_itself_keeps_its_state_in_the_address(blank):
    run(blank, "state.js", "m.state.show('reconstruction'); m.state.answered('reconstruction', {seed: 9}); return 0")
    assert blank.url.endswith("/blank?tab=reconstruction&seed=9")
    assert blank.evaluate("history.length") == 2  # about:blank and this page


def test_markup_is_safe_and_numbers_are_written_for_readers(blank):
    assert run(blank, "parts.js", """return m.text('<b a="1">&\\'')""") == "&#60;b a=&#34;1&#34;&#62;&#38;&#39;"
    numbers = "[m.number(1234.5), m.number(2, 0), m.number(null), m.number(Infinity), m.number(undefined)]"
    assert run(blank, "parts.js", f"return {numbers}") == ["1,234.50", "2", "–", "∞", "–"]
    assert run(blank, "parts.js", "return [m.signedNumber(-0.001, 2), m.signedNumber(-1.5, 1)]") == ["0.00", "−1.5"]
    assert "&#34;" in run(blank, "parts.js", """return m.image('data:"', 'x')""")


@pytest.mark.parametrize(
    ("key", "index", "expected"),
    [
        ("ArrowRight", 0, 1),
        ("ArrowDown", 0, 4),
        ("ArrowUp", 0, None),
        ("ArrowLeft", 0, None),
        ("ArrowDown", 9, None),
        ("ArrowRight", 9, None),
        ("ArrowUp", 9, 5),
        ("a", 3, None),
    ],
)
def test_arrow_keys_walk_a_grid_and_stay_in_it(blank, key, index, expected):
    assert run(blank, "parts.js", f"return m.gridStep('{key}', {index}, 10, 4)") == expected


def test_an_event_goes_to_the_first_selector_around_its_target(blank):
    script = """
        document.body.innerHTML = '<div id=root><p><b>x</b></p></div>'; const called = [];
        const root = document.querySelector('#root');
        const push = (name) => () => called.push(name);
        m.on(root, 'click keydown', {b: push('b'), p: (p) => called.push(p.tagName), body: push('!')});
        root.querySelector('b').click(); root.querySelector('p').click(); root.click(); return called;"""
    assert run(blank, "parts.js", script) == ["b", "P"]


def test_one_request_is_under_way_at_a_time_and_older_answers_are_dropped(blank):
    script = """
        const asked = []; const talk = new m.Conversation((number) => asked.push(number)); const seen = [];
        talk.changed(); talk.changed(); talk.changed(); seen.push([...asked]);
        seen.push(talk.answered(0), talk.answered(1), [...asked]);
        talk.reset(); seen.push(talk.answered(2)); talk.changed(); seen.push([...asked]); return seen;"""
    assert run(blank, "transport.js", script) == [[1], False, True, [1, 2], False, [1, 2, 4]]


def test_a_pause_gathers_changes_and_an_answer_that_never_comes_ends_nothing(blank):
    script = """
        const asked = []; const talk = new m.Conversation((number) => asked.push(number), 120); const seen = [];
        const wait = (ms) => new Promise((done) => setTimeout(done, ms));
        talk.changed(); talk.changed(); await wait(60); seen.push(asked.length); await wait(120);
        seen.push(asked.length);
        talk.changed(); await wait(200); seen.push(asked.length); talk.answered(1); seen.push(asked.length);
        talk.answered(2); talk.changed(); talk.cancel(); await wait(200); seen.push(asked.length);
        talk.changed(); await wait(200); talk.changed(); const now = performance.now.bind(performance);
        performance.now = () => now() + 6000; talk.changed(); await wait(200); seen.push(asked.length); return seen;"""
    assert run(blank, "transport.js", script) == [0, 1, 1, 2, 2, 4]


def test_a_code_map_is_edited_undone_and_swapped_by_region(blank):
    script = """
        const changes = []; const map = new m.CodeMap([[1, 2], [3, 4]], (cells) => changes.push(cells.length));
        const seen = []; const keep = () => seen.push(JSON.stringify(map.codes));
        map.beginStroke(); map.set([[0, 0, 9]]); map.set([[0, 0, 9]]); map.set([[0, 1, 9]]); map.endStroke(); keep();
        map.undo(); keep(); map.undo(); map.redo(); keep(); map.undo(); map.set([[1, 1, 7]]);
        seen.push(map.canRedo); map.select([1, 1], [0, 1]);
        seen.push([map.isSelected(0, 0), map.isSelected(0, 1), map.isSelected(1, 1)]);
        map.swap([[5, 6, 6]]); keep(); map.undo(); map.undo(); keep(); seen.push(map.canUndo, changes); return seen;"""
    assert run(blank, "code_map.js", script) == [
        "[[9,9],[3,4]]", "[[1,2],[3,4]]", "[[9,9],[3,4]]", False, [False, True, True], "[[1,6],[3,7]]",
        "[[1,2],[3,4]]", False, [1, 1, 2, 2, 2, 1, 1, 1, 1],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "side", "expected"),
    [
        ([3, 3], 1, [[3, 3]]),
        ([3, 3], 2, [[3, 3], [3, 4], [4, 3], [4, 4]]),
        ([6, 6], 2, [[6, 6]]),
        ([0, 6], 4, [[0, 5], [0, 6], [1, 5], [1, 6], [2, 5], [2, 6]]),
    ],
)
def test_a_brush_covers_no_more_than_the_map_has(blank, place, side, expected):
    script = f"return m.cellsOf(m.covered({place}, {side}, {{ rows: 7, columns: 7 }}))"
    assert run(blank, "brush_size.js", script) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ([3, 3], [3, 3], [[3, 3]]),
        ([0, 0], [0, 3], [[0, 0], [0, 1], [0, 2], [0, 3]]),
        ([4, 1], [1, 4], [[4, 1], [3, 2], [2, 3], [1, 4]]),
        ([0, 5], [4, 3], [[0, 5], [1, 5], [2, 4], [3, 4], [4, 3]]),
    ],
)
def test_a_line_has_every_cell_on_its_way(blank, first, last, expected):
    assert run(blank, "line.js", f"return m.lineOf({first}, {last})") == expected


def test_a_stroke_that_is_begun_or_undone_while_one_is_open_ends_that(blank):
    script = """
        const map = new m.CodeMap([[1, 2]]); const seen = []; const keep = () => seen.push(JSON.stringify(map.codes));
        map.beginStroke(); map.set([[0, 0, 7]]); map.beginStroke(); map.set([[0, 1, 8]]); map.endStroke();
        map.undo(); keep(); map.undo(); keep();
        map.set([[0, 0, 7]]); map.beginStroke(); map.set([[0, 0, 9]]); map.undo(); keep(); seen.push(map.inStroke);
        map.endStroke(); map.undo(); keep(); seen.push(map.canUndo); map.redo(); map.redo(); keep(); return seen;"""
    assert run(blank, "code_map.js", script) == ["[[7,2]]", "[[1,2]]", "[[7,2]]", False, "[[1,2]]", False, "[[9,2]]"]


def test_bytes_become_text_for_an_address_as_the_server_writes_it_and_back(blank):
    content = [*range(256), 255]
    text = run(blank, "base64url.js", f"return m.toText(new Uint8Array({content}))")
    assert text == to_text(bytes(content))
    assert run(blank, "base64url.js", f"return [...m.fromText('{text}')]") == content


def test_a_latent_is_text_for_an_address_and_back_to_a_thousandth(blank):
    digest = "ab12cd34" + 56 * "0"
    latent = [0, 0.0004, -0.0006, 1.5, -7.99, 99.5, -100, 3.14159]
    script = f"""
        const text = m.latentText({latent}, '{digest}'); const size = {len(latent)};
        const short = m.latentText([3.99, -3.99, 7.9, 0.01], '{digest}');
        return [text, m.readLatent(text, size), short,
                m.readLatent(text, size + 1), m.readLatent(text.slice(0, -2), size),
                m.isOfWeights(text, '{digest}'), m.isOfWeights(text, 'ff' + '{digest}'), m.isOfWeights('!', '{digest}'),
                m.isOfWeights('', '{digest}'), m.isOfWeights(text, null), m.latentText([1], null),
                m.readLatent(m.latentText([101], '{digest}'), 1)];"""
    text, back, short, *others = run(blank, "latent_text.js", script)
    assert from_text(text)[:4].hex() == digest[:8]
    assert back == pytest.approx(latent, abs=0.5 / 1024)
    assert len(from_text(short)) == 4 + 2 * 3 + 1
    assert others == [None, None, True, False, False, False, False, None, None]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([300, 200, 180], "None of the others fits in 116 bytes. The smallest, AVIF, needs 180, and is still 1.0 dB "
         "below the codes."),
        ([300, 120, 180], "None of the others fits in 116 bytes. The smallest, WebP, needs 120, and is then 2.5 dB "
         "above the codes."),
        ([100, 110, 90], "In 116 bytes WebP wins, 2.5 dB above the codes."),
        ([100, 200, 190], "In 116 bytes the codes win, 3.0 dB above JPEG. WebP and AVIF cannot be so small."),
    ],
)  # fmt: skip
def test_a_sentence_says_which_codec_wins_and_by_how_much(blank, sizes, expected):
    others = [
        {"codec": codec, "bytes": size, "psnr": psnr}
        for codec, size, psnr in zip(("JPEG", "WebP", "AVIF"), sizes, (20, 25.5, 22), strict=True)
    ]
    assert run(blank, "codec_comparison.js", f"return m.winner({{ bytes: 116, psnr: 23 }}, {others})") == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (100, "In 116 bytes the codes keep as much as WebP."),
        (120, "None of the others fits in 116 bytes. The smallest, WebP, needs 120, and then keeps as much as the "
         "codes."),
    ],
)  # fmt: skip
def test_nobody_wins_by_nothing(blank, size, expected):
    other = {"codec": "WebP", "bytes": size, "psnr": 23.04}
    assert run(blank, "codec_comparison.js", f"return m.winner({{ bytes: 116, psnr: 23 }}, [{other}])") == expected


def test_a_charts_axis_ends_at_a_round_number_past_its_largest_value(blank):
    assert run(blank, "beta_chart.js", "return m.ticks(7.3)") == [0, 2, 4, 6, 8]
    assert run(blank, "beta_chart.js", "return m.ticks(0.5)") == [0, 0.1, 0.2, 0.3, 0.4, 0.5]


def test_names_of_a_chart_lie_neither_on_one_another_nor_on_what_is_drawn(blank):
    script = """
        const frame = { left: 48, right: 636, top: 4, bottom: 256 };
        const dots = [['VAE', 100, 120], ['ConvVAE', 104, 122], ['Beta-VAE, β = 4', 52, 250], ['VQ-VAE', 600, 60]];
        const curve = { name: 'JPEG', points: [[610, 10], [560, 90], [520, 200]] };
        const named = [...dots.map(([name, x, y]) => ({ name, points: [[x, y]] })), curve];
        const drawn = [...dots.map(([, x, y]) => [x, y]), ...m.along(curve.points)];
        const places = m.placeNames(named, drawn, frame, 12);
        document.body.innerHTML = `<svg width="640" height="300" style="font: 12px sans-serif">${
            places.map(({ x, y, anchor }, i) => `<text x="${x}" y="${y + 4}" text-anchor="${anchor}">${
                named[i].name}</text>`).join('')}</svg>`;
        const origin = document.querySelector('svg').getBoundingClientRect();
        return { drawn, boxes: [...document.querySelectorAll('text')].map((one) => {
            const { left, right, top, bottom } = one.getBoundingClientRect();
            return [left - origin.left, right - origin.left, top - origin.top + 3, bottom - origin.top - 3];
        }) };"""
    found = run(blank, "label_places.js", script)
    for i, (left, right, top, bottom) in enumerate(found["boxes"]):
        assert left >= 40, i
        assert right <= 640, i
        for x, y in found["drawn"]:
            assert not (left < x < right and top < y < bottom), i
        for other in found["boxes"][i + 1 :]:
            assert not (left < other[1] and other[0] < right and top < other[3] and other[2] < bottom), i


def test_colours_of_difference_maps_are_the_servers_and_each_tells_one_error(blank):
    scale = f"linear-gradient(to right, {', '.join(DIFFERENCE_COLOURS)})"
    blank.evaluate(f"document.documentElement.style.setProperty('--difference-scale', '{scale}')")
    ramp = difference_picture(torch.linspace(0, 1, 256).view(1, -1), 1.0).convert("RGB")
    colours = run(blank, "difference.js", "return m.palette()")
    assert colours == [list(ramp.getpixel((level, 0))) for level in range(256)]
    assert len(set(map(tuple, colours))) == 256


def test_the_largest_distortion_is_named_where_it_is_not_the_last_betas(blank):
    script = """
        const member = (beta, rate, distortion) => ({ beta, rate, distortion, active: 3, test_active: 3, mig: null });
        const said = (members) => new DOMParser().parseFromString(m.gist(members), 'text/html').body.textContent;
        return [said([member(1, 9, 5), member(4, 5, 30.5), member(16, 1, 20)]),
                said([member(1, 9, 5), member(4, 5, 10), member(16, 1, 20)])];"""
    peaked, rising = run(blank, "beta_comparison.js", script)
    assert "distortion 5.0, then 20.0, and most of all 30.5 at β = 4." in " ".join(peaked.split())
    assert "distortion 5.0, then 20.0." in " ".join(rising.split())


def test_a_rate_that_was_not_measured_is_not_named(blank):
    one = "title: 'Mine', psnr: 28, frechet: null, mig: null, frechet_floor: null"
    said = run(blank, "trade_off.js", f"return [m.gist([{{ {one}, rate: null }}]), m.gist([{{ {one}, rate: 200 }}])]")
    assert "kept by <b>Mine</b>: 28.0 dB." in said[0]
    assert "kept by <b>Mine</b>: 28.0 dB in 200 bits." in said[1]


def test_a_large_canvas_is_sent_to_the_server_and_a_small_one_travels_inside_the_request(blank):
    script = """
        const sent = [];
        window.fetch = async (address, options) => {
          sent.push(address.pathname ?? String(address));
          return new Response(address.pathname?.endsWith('/upload') ? '["/tmp/picture.png"]' : '{}', { status: 200 });
        };
        const asked = [];
        const { tab } = await import('/tabs.js');
        tab('code_maps').change = (changes) => asked.push(changes.picture);
        const canvas = () => Object.assign(document.createElement('canvas'), size);
        m.handleUses(document.body, () => ({ picture: canvas(), name: 'x' }));
        document.body.innerHTML = '<button class="use" data-use="code_maps"></button>';
        let size;
        for (size of [{ width: 64, height: 64 }, { width: 300, height: 200 }]) {
          document.querySelector('.use').click();
          await new Promise((next) => setTimeout(next, 300));
        }
        return [asked, sent.filter((path) => path.endsWith('/upload')).length];"""
    [[small, large], uploads] = run(blank, "use_picture.js", script)
    assert small.startswith("data:image/png;base64,")
    assert large["path"] == "/tmp/picture.png"
    assert uploads == 1


def test_what_is_no_picture_is_told_as_the_server_tells_it():
    assert f"const FORMATS = '{FORMATS_IN_WORDS}';" in (FRONT / "picture_files.js").read_text(encoding="utf-8")


def test_modules_are_served_to_be_kept_and_under_no_other_address(server):
    module = httpx.get(f"{server}/{ADDRESS}/state.js")
    assert module.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in module.headers["content-type"]
    assert module.content == (FRONT / "state.js").read_bytes()
    for wrong in ("front/000000000000/state.js", "front/state.js", f"{ADDRESS}/none.js", f"{ADDRESS}/..%2fpage.py"):
        assert httpx.get(f"{server}/{wrong}").status_code == 404, wrong


def test_the_tests_settings_for_lint_and_format_are_used_by_the_one_command():
    script = (ROOT / "tests" / "run").read_text(encoding="utf-8")
    assert "tests/oxlint.json --deny-warnings vae_demo/ui/front" in script
    assert "tests/oxfmt.json --check" in script
