"""A page of someone else's in place of ours: `gateway.controlUi.root` serves any single-page app."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from harness import Gateway, ModelConfig, gateway_config
from harness.browser import browser

INLINE = "window.started = document.title;"
INDEX = f"""<!doctype html>
<html lang="en">
  <head>
    <title>Another page</title>
    <link rel="icon" href="data:,">
    <script>{INLINE}</script>
    <script type="module" crossorigin src="./assets/index-DFDgq9AK.js"></script>
    <link rel="stylesheet" crossorigin href="./assets/index-B1a2c3d4.css">
  </head>
  <body><other-app></other-app></body>
</html>
"""
MODULE = """
const said = (text) => { document.querySelector('other-app').textContent = text; };
const base = window.__OPENCLAW_CONTROL_UI_BASE_PATH__ ?? '';
const config = await (await fetch(`${base}/control-ui-config.json`)).json();
const socket = new WebSocket(`ws://${location.host}${base}/`);
const challenge = await new Promise((done) => { socket.onmessage = (m) => done(JSON.parse(m.data)); });
document.body.style.background = getComputedStyle(document.body).color;
said([window.started, config.assistantName, window.__OPENCLAW_ASSISTANT_NAME__, base, challenge.event].join('|'));
"""


@pytest.fixture
def another(tmp_path: Path) -> Path:
    """A single-page app as build tools make them: hashed names, a module, a script inside the HTML."""
    root = tmp_path / "another page"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text(INDEX)
    (root / "index.html.gz").write_bytes(b"a packed copy that was left behind")
    (root / "assets/index-DFDgq9AK.js").write_text(MODULE)
    (root / "assets/index-B1a2c3d4.css").write_text("body { color: rgb(1, 2, 3) }")
    (root / "sw.js").write_text("// a worker")
    (root / "manifest.webmanifest").write_text("{}")
    return root


Serve = Callable[[str], Gateway]


@pytest.fixture(scope="module")
def chrome(openclaw: Path) -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture
def serve(start: Any, state: Path, another: Path) -> Serve:
    def with_base(base: str) -> Gateway:
        ui: dict[str, Any] = {"root": str(another), **({"basePath": base} if base else {})}
        more = {"gateway": {"controlUi": ui}, "ui": {"assistant": {"name": "</script>Ada & co"}}}
        gateway: Gateway = start(gateway_config(state, [ModelConfig("fake", "http://127.0.0.1:9/v1")], more=more))
        return gateway

    return with_base


@pytest.mark.parametrize("base", ["", "/claw"])
def test_another_page_is_served_whole(serve: Serve, base: str) -> None:
    gateway = serve(base)
    for path in ("/", "/index.html", "/chat/main", "/settings/general", "/some/unknown/page"):
        reply = gateway.get(base + path, headers={"Accept-Encoding": "gzip, br"})
        assert reply.status == 200 and "<other-app>" in reply.text, path
        assert reply.headers["cache-control"] == "no-cache" and "content-encoding" not in reply.headers
    for path in ("/assets/index-DFDgq9AK.js", "/chat/assets/index-DFDgq9AK.js"):
        script = gateway.get(base + path)
        assert script.text == MODULE and script.headers["content-type"].startswith("text/javascript")
        assert "immutable" in script.headers["cache-control"]
    assert gateway.get(base + "/assets/index-B1a2c3d4.css").headers["content-type"].startswith("text/css")
    assert gateway.get(base + "/manifest.webmanifest").headers["content-type"].startswith("application/manifest+json")
    assert gateway.get(base + "/sw.js").headers["cache-control"] == "no-cache", "a worker must be able to change"
    assert gateway.get(base + "/assets/index-gone.js").status == 404
    assert gateway.get(base + "/control-ui-config.json").json["basePath"] == base


@pytest.mark.parametrize("base", ["", "/claw"])
def test_another_page_is_told_where_it_is_and_whose(serve: Serve, base: str) -> None:
    html = serve(base).get(base + "/chat/main").text
    found = re.search(r"<script>(window\.__OPENCLAW_[^\n]*)</script>\s*</head>", html)
    assert found, "told before the end of its head"
    told = dict(re.findall(r'window\.(__OPENCLAW_[A-Z_]+__)=("(?:[^"\\]|\\.)*");', found.group(1)))
    assert json.loads(told["__OPENCLAW_CONTROL_UI_BASE_PATH__"]) == base
    assert json.loads(told["__OPENCLAW_ASSISTANT_NAME__"]) == "</script>Ada & co"
    assert html.count("</script>") == 3, "a name cannot end the script"
    assert INDEX.split("</head>")[1] in html, "all else is as it was"


def test_only_the_scripts_inside_another_pages_html_may_run_besides_its_files(serve: Serve) -> None:
    reply = serve("").get("/")
    policy = reply.headers["content-security-policy"]
    allowed = next(part.split()[1:] for part in policy.split("; ") if part.startswith("script-src"))
    inside = re.findall(r"<script>(.*?)</script>", reply.text, re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inside]
    assert len(inside) == 2 and INLINE in inside
    assert allowed == ["'self'", *hashes, "'wasm-unsafe-eval'"]


@pytest.mark.browser
@pytest.mark.parametrize("base", ["", "/claw"])
def test_another_page_works_in_a_browser(serve: Serve, base: str, chrome: Browser) -> None:
    gateway = serve(base)
    page = chrome.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{gateway.url}{base}/")
    expect(page.locator("other-app")).not_to_be_empty()  # polling inside the page would need `eval`, which it forbids
    said = page.text_content("other-app")
    name = "</script>Ada & co"
    assert said == f"Another page|{name}|{name}|{base}|connect.challenge", problems
    assert problems == []
    page.close()
