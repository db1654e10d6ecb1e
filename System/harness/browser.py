"""The Control UI in Chromium, through the eyes and hands of a person."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Locator, Page, expect, sync_playwright

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ARTIFACTS = Path(__file__).resolve().parents[1] / ".artifacts"
WAIT_MILLISECONDS = 15_000
# A name for loopback that is neither https nor localhost: to the browser no secure context, like any private address.
PRIVATE_NAME = "gateway.internal"
NOISE_IMAGES = """async ([element, kind, count, side]) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const noise = new ImageData(side, side);
    const words = new Uint32Array(noise.data.buffer);
    for (let index = 0; index < words.length; index += 1) words[index] = (Math.random() * 0x1000000) | 0xff000000;
    canvas.getContext("2d").putImageData(noise, 0, 0);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const transfer = new DataTransfer();
    for (let n = 0; n < count; n += 1) transfer.items.add(new File([blob], `noise-${n}.png`, { type: "image/png" }));
    const options = { bubbles: true, cancelable: true };
    const event = kind === "paste"
        ? new ClipboardEvent("paste", { clipboardData: transfer, ...options })
        : new DragEvent("drop", { dataTransfer: transfer, ...options });
    element.dispatchEvent(event);
    return blob.size;
}"""
TEXT_NODES = """(box) => {
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    const lines = [];
    while (walker.nextNode()) lines.push(walker.currentNode.data);
    return lines.join("\\n");
}"""
PUT_TEXT = """(field, text) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
}"""
PASTE_IMAGE = """([element, data]) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "dot.png", { type: "image/png" }));
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""


def chromium() -> str:
    """Debian's Chromium, or the one a variable names; nothing is downloaded."""
    return (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or "/usr/bin/chromium"
    )


@contextmanager
def browser(*names: str) -> Iterator[Browser]:
    """`names` are further rules for finding hosts, as `MAP name address:port`."""
    rules = ", ".join([f"MAP {PRIVATE_NAME} 127.0.0.1", *names])
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-dev-shm-usage", f"--host-resolver-rules={rules}"],
        )
        expect.set_options(timeout=WAIT_MILLISECONDS)
        yield launched
        launched.close()


class Tab:
    """One tab on the Control UI. Errors the page logs are kept; a test ends with none."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        page.set_default_timeout(WAIT_MILLISECONDS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda m: self.errors.append(m.text) if m.type == "error" and "ERR_CONNECTION" not in m.text else None,
        )

    def open(self, path: str = "/") -> Tab:
        """Again when the machine's network changed meanwhile: a browser drops what it was loading then."""
        changed = "ERR_NETWORK_CHANGED"
        for _ in range(3):
            self.errors[:] = [error for error in self.errors if changed not in error]
            try:
                self.page.goto(self.url + path)
            except Error as error:
                if changed not in str(error):
                    raise
                continue
            if not any(changed in error for error in self.errors):
                break
        return self

    def log_in(self, token: str) -> Tab:
        self.page.get_by_label("Gateway token or password").fill(token)
        self.page.get_by_role("button", name="Connect", exact=True).click()
        expect(self.message_box).to_be_visible()
        return self

    @property
    def message_box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def answers(self) -> Locator:
        return self.page.get_by_role("article", name="Assistant")

    @property
    def conversation(self) -> Locator:
        return self.page.get_by_role("log", name="Conversation")

    def said(self) -> str:
        """The conversation's words, a text node a line: the browser's own `innerText` leaves out rows it has not drawn yet."""
        return str(self.conversation.evaluate(TEXT_NODES))

    @property
    def stop_button(self) -> Locator:
        return self.page.get_by_role("button", name="Stop", exact=True)

    def say(self, text: str) -> None:
        self.message_box.fill(text)
        self.message_box.press("Enter")

    def put(self, text: str) -> None:
        """Fills the message box at once; the browser's own typing takes minutes for what is this long."""
        self.message_box.evaluate(PUT_TEXT, text)

    def paste_image(self, data: str) -> None:
        self.message_box.evaluate("(element, data) => (" + PASTE_IMAGE + ")([element, data])", data)

    def bring_images(self, kind: str, count: int, side: int) -> int:
        """Pastes or drops `count` images no compression makes smaller; returns the bytes of one."""
        return int(self.message_box.evaluate(f"(element, rest) => ({NOISE_IMAGES})([element, ...rest])", [kind, count, side]))

    def picture(self, name: str) -> None:
        self.page.screenshot(path=str(ARTIFACTS / f"{name}.png"))
