"""Keyboards below a message, and what may be on their buttons."""

from __future__ import annotations

from typing import Any

from fakes.telegram.arguments import Arguments
from fakes.telegram.refusal import bad

MAXIMUM_DATA_BYTES = 64
MAXIMUM_BUTTONS = 100
ACTIONS = (
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
)


def read_markup(arguments: Arguments) -> dict[str, Any] | None:
    """The `reply_markup`, checked."""
    markup = arguments.parsed("reply_markup", "reply keyboard markup")
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        _check_inline(markup["inline_keyboard"])
    elif "keyboard" in markup:
        _check_rows(markup["keyboard"], "keyboard")
    return markup


def _check_rows(rows: Any, name: str) -> None:
    if not isinstance(rows, list):
        raise bad(f'field "{name}" of the ReplyKeyboardMarkup must be an Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad(f'field "{name}" of the ReplyKeyboardMarkup must be an Array of Arrays')


def _check_inline(rows: Any) -> None:
    if not isinstance(rows, list):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    buttons = [button for row in rows for button in row]
    for button in buttons:
        _check_button(button)
    if len(buttons) > MAXIMUM_BUTTONS:
        raise bad("reply markup is too long")


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise bad("can't parse inline keyboard button: Can't find field \"text\"")
    if not any(button.get(action) is not None for action in ACTIONS):
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(str(button.get("callback_data", "")).encode()) > MAXIMUM_DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url and not str(url).startswith(("http://", "https://", "tg://")):
        raise bad("BUTTON_URL_INVALID")
