"""The Control UI in Chromium, through the eyes and hands of a person."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ARTIFACTS = Path(__file__).resolve().parents[1] / ".artifacts"
WAIT_MILLISECONDS = 15_000
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
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
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
        self.page.goto(self.url + path)
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

    @property
    def stop_button(self) -> Locator:
        return self.page.get_by_role("button", name="Stop", exact=True)

    def say(self, text: str) -> None:
        self.message_box.fill(text)
        self.message_box.press("Enter")

    def paste_image(self, data: str) -> None:
        self.message_box.evaluate("(element, data) => (" + PASTE_IMAGE + ")([element, data])", data)

    def picture(self, name: str) -> None:
        self.page.screenshot(path=str(ARTIFACTS / f"{name}.png"))
