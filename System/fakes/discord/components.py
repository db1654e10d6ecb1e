"""Buttons, selects and layout components, and their limits (component reference)."""

from __future__ import annotations

from typing import Any

from fakes.discord.form import Form
from fakes.discord.message import flat

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (STRING_SELECT, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
LAYOUT = (SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER)
LINK, PREMIUM = 5, 6
MAXIMUM_ROWS = 5
MAXIMUM_COMPONENTS = 40
MAXIMUM_TEXT = 4000


def read_components(form: Form, layout: bool) -> list[dict[str, Any]]:
    """The message's components; without the components flag (`layout`) only up to five rows are allowed."""
    top = (ROW, *LAYOUT) if layout else (ROW,)
    children = form.forms("components", most=MAXIMUM_COMPONENTS if layout else MAXIMUM_ROWS)
    for child in children:
        _read(child, top)
    components = [child.value for child in children]
    everything = flat(components)
    _check_ids(form, [part.get("custom_id") for part in everything])
    if len(everything) > MAXIMUM_COMPONENTS:
        form.fail("components", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {MAXIMUM_COMPONENTS} in length.")
    if sum(len(str(part.get("content", ""))) for part in everything if part.get("type") == TEXT) > MAXIMUM_TEXT:
        message = f"Total text size exceeds maximum size of {MAXIMUM_TEXT}"
        form.fail("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)
    return components


def read_modal(form: Form) -> None:
    """What a modal may hold: text inputs in rows, or labels with one component each."""
    form.string("custom_id", 1, 100, required=True)
    form.string("title", 1, 45, required=True)
    for child in form.forms("components", most=5, least=1, required=True):
        kind = child.choice("type", (ROW, TEXT, LABEL), required=True)
        if kind == ROW:
            for field in child.forms("components", most=1, least=1, required=True):
                _read_text_input(field)
        elif kind == LABEL:
            child.string("label", 1, 45, required=True)
            inner = child.form("component", required=True)
            if inner is not None and inner.value.get("type") == TEXT_INPUT:
                _read_text_input(inner)


def _read(form: Form, allowed: tuple[int, ...]) -> None:
    kind = form.choice("type", allowed, required=True)
    if kind == ROW:
        _read_row(form)
    elif kind == BUTTON:
        _read_button(form)
    elif kind in SELECTS:
        _read_select(form, kind)
    elif kind == TEXT:
        form.string("content", 1, MAXIMUM_TEXT, required=True)
    elif kind == SECTION:
        for child in form.forms("components", most=3, least=1, required=True):
            _read(child, (TEXT,))
        if accessory := form.form("accessory", required=True):
            _read(accessory, (BUTTON, THUMBNAIL))
    elif kind == CONTAINER:
        for child in form.forms("components", most=MAXIMUM_COMPONENTS, least=1, required=True):
            _read(child, (ROW, TEXT, SECTION, GALLERY, SEPARATOR, FILE))
    elif kind == GALLERY:
        form.forms("items", most=10, least=1, required=True)


def _read_row(form: Form) -> None:
    children = form.forms("components", most=5, least=1, required=True)
    for child in children:
        _read(child, (BUTTON, *SELECTS))
    if len(children) > 1 and any(child.value.get("type") in SELECTS for child in children):
        form.fail("components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")


def _read_button(form: Form) -> None:
    style = form.choice("style", (1, 2, 3, 4, LINK, PREMIUM), required=True)
    form.string("label", most=80)
    if style == LINK:
        form.string("url", 1, 512, required=True, pattern=r"(https?|discord)://.+")
    elif style != PREMIUM:
        form.string("custom_id", 1, 100, required=True)
    if style == LINK and form.has("custom_id"):
        message = "A custom id and url cannot both be specified"
        form.fail("custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    if style != PREMIUM and not form.has("label") and not form.has("emoji"):
        form.fail(None, "BUTTON_COMPONENT_INVALID_BUTTON", "A button must have a label or an emoji")


def _read_select(form: Form, kind: int) -> None:
    form.string("custom_id", 1, 100, required=True)
    form.string("placeholder", most=150)
    form.integer("min_values", 0, 25)
    form.integer("max_values", 1, 25)
    if kind != STRING_SELECT:
        return
    values = []
    for option in form.forms("options", most=25, least=1, required=True):
        option.string("label", 1, 100, required=True)
        values.append(option.string("value", 1, 100, required=True))
        option.string("description", most=100)
    if len(values) != len(set(values)):
        form.fail("options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")


def _read_text_input(form: Form) -> None:
    form.string("custom_id", 1, 100, required=True)
    form.choice("style", (1, 2), required=True)
    form.string("label", most=45)
    form.integer("min_length", 0, 4000)
    form.integer("max_length", 1, 4000)
    form.string("value", most=4000)
    form.string("placeholder", most=100)


def _check_ids(form: Form, ids: list[Any]) -> None:
    given = [identity for identity in ids if identity]
    if len(given) != len(set(given)):
        form.fail("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
