"""Reads a JSON body as Discord does: every complaint at once, nested like the body itself."""

from __future__ import annotations

import re
from typing import Any

from fakes.discord.refusal import Refusal

REQUIRED = "This field is required"
MAXIMUM_SNOWFLAKE = 2**64 - 1


class Form:
    """One object of a body. Complaints of nested forms end up in the same tree; `check` raises when there are any."""

    def __init__(self, value: Any, parent: Form | None = None, path: tuple[str, ...] = ()) -> None:
        self._path = path
        self.errors: dict[str, Any] = parent.errors if parent else {}
        self.ignored: list[str] = parent.ignored if parent else []
        self.value: dict[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.fail(None, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")

    def check(self) -> None:
        if self.errors:
            raise Refusal(400, 50035, errors=self.errors)

    def fail(self, key: str | None, code: str, message: str) -> None:
        place = self.errors
        for step in self._path if key is None else (*self._path, key):
            place = place.setdefault(step, {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def only(self, *known: str) -> None:
        """Remembers keys that Discord would silently ignore: a misspelled key is a mistake all the same."""
        self.ignored += [f"the key {key!r} means nothing to Discord" for key in self.value if key not in known]

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def string(
        self, key: str, least: int = 0, most: int | None = None, required: bool = False, pattern: str | None = None
    ) -> str | None:
        value = self._get(key, required)
        if value is None:
            return None
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            self.fail(key, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return None
        value = str(value)
        self._check_length(key, len(value), least, most)
        if pattern and not re.fullmatch(pattern, value):
            self.fail(key, "STRING_TYPE_REGEX", "String value did not match validation regex.")
        return value

    def integer(
        self, key: str, least: int | None = None, most: int | None = None, required: bool = False
    ) -> int | None:
        value = self._get(key, required)
        if value is None:
            return None
        try:
            number = int(value)
        except (TypeError, ValueError):
            self.fail(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return None
        if most is not None and number > most:
            self.fail(key, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
        if least is not None and number < least:
            self.fail(key, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        return number

    def choice(self, key: str, allowed: tuple[Any, ...], required: bool = False) -> Any:
        value = self._get(key, required)
        if value is not None and value not in allowed:
            self.fail(key, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, allowed))}}}.")
            return None
        return value

    def snowflake(self, key: str, required: bool = False) -> int | None:
        value = self._get(key, required)
        if value is None:
            return None
        if not is_snowflake(value):
            self.fail(key, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
            return None
        return int(value)

    def boolean(self, key: str) -> bool:
        value = self.value.get(key)
        if value not in (None, True, False):
            self.fail(key, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        return value is True

    def values(self, key: str, most: int | None = None, least: int = 0, required: bool = False) -> list[Any]:
        value = self._get(key, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fail(key, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        self._check_length(key, len(value), least, most)
        return value

    def forms(self, key: str, most: int | None = None, least: int = 0, required: bool = False) -> list[Form]:
        """The objects of a list, each a form whose complaints are at its index."""
        return [self.nested(value, key, str(n)) for n, value in enumerate(self.values(key, most, least, required))]

    def form(self, key: str, required: bool = False) -> Form | None:
        value = self._get(key, required)
        return None if value is None else self.nested(value, key)

    def nested(self, value: Any, *path: str) -> Form:
        return Form(value, self, (*self._path, *path))

    def _get(self, key: str, required: bool) -> Any:
        value = self.value.get(key)
        if value is None and required:
            self.fail(key, "BASE_TYPE_REQUIRED", REQUIRED)
        return value

    def _check_length(self, key: str, length: int, least: int, most: int | None) -> None:
        if least <= length and (most is None or length <= most):
            return
        if most is None:
            self.fail(key, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")
        elif least > 0:
            self.fail(key, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            self.fail(key, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def is_snowflake(value: Any) -> bool:
    return isinstance(value, (str, int)) and str(value).isdecimal() and int(value) <= MAXIMUM_SNOWFLAKE
