"""Judges a request by the types of the vendor's own SDK: what those do not allow, the vendor does not either."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

from google.genai import types as gemini
from pydantic import BaseModel, ValidationError
from typing_extensions import get_type_hints, is_typeddict

PLAIN: dict[Any, Any] = {int: int, float: (int, float), bool: bool, str: str, NoneType: NoneType}


def typed_problems(value: Any, hint: Any, where: str) -> list[str]:
    """What is wrong with a JSON value for a type hint: TypedDicts, unions, literals, lists, mappings."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in (Any, object):
        return []
    if origin in (Required, NotRequired, Annotated):
        return typed_problems(value, arguments[0], where)
    if origin in (Union, UnionType):
        return min((typed_problems(value, variant, where) for variant in arguments), key=lambda p: _weight(p, where))
    if origin is Literal:
        return [] if value in arguments else [f"{where}: {value!r} is none of {list(arguments)[:8]}"]
    if is_typeddict(hint):
        return _object_problems(value, hint, where)
    if hint in PLAIN:
        good = isinstance(value, PLAIN[hint]) and (hint is bool or not isinstance(value, bool))
        return [] if good else [f"{where}: {value!r} is no {hint.__name__}"]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_problems(value, arguments, where)
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return _list_problems(value, arguments, where)
    # Open files, and the SDK's own answers given back as objects: beside them stands what they are on the wire.
    return [f"{where}.type: {hint} does not travel"] * 2


def _weight(problems: list[str], where: str) -> tuple[bool, int, int]:
    """The least wrong variant of a union is the one that is meant; a wrong kind of value and a wrong `type` weigh most."""
    other_kind = any(problem.startswith(f"{where}: ") for problem in problems)
    return other_kind, sum(problem.startswith(f"{where}.type:") for problem in problems), len(problems)


def _object_problems(value: Any, hint: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {type(value).__name__} instead of {hint.__name__}"]
    fields = _fields(hint)
    problems = [f"{where}.{key}: unknown to {hint.__name__}" for key in value if key not in fields]
    for key, field in fields.items():
        if key in value:
            problems += typed_problems(value[key], field, f"{where}.{key}")
        elif get_origin(field) is Required:
            problems.append(f"{where}.{key}: missing")
    return problems


@cache
def _fields(hint: Any) -> dict[str, Any]:
    return get_type_hints(hint, include_extras=True)


def _mapping_problems(value: Any, arguments: tuple[Any, ...], where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {type(value).__name__} instead of an object"]
    return [problem for key, item in value.items() for problem in typed_problems(item, arguments[1], f"{where}.{key}")]


def _list_problems(value: Any, arguments: tuple[Any, ...], where: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{where}: {type(value).__name__} instead of a list"]
    return [problem for n, item in enumerate(value) for problem in typed_problems(item, arguments[0], f"{where}.{n}")]


# Google's types are classes, which refuse keys they do not know


def gemini_problems(body: dict[str, Any]) -> list[str]:
    """What Google's SDK says about a generateContent body."""
    parts: list[tuple[str, type[BaseModel], Any]] = [
        ("systemInstruction", gemini.Content, body.get("systemInstruction")),
        ("generationConfig", gemini.GenerationConfig, body.get("generationConfig")),
        *((f"contents.{n}", gemini.Content, content) for n, content in enumerate(body.get("contents") or [])),
        *((f"tools.{n}", gemini.Tool, tool) for n, tool in enumerate(body.get("tools") or [])),
    ]
    return [p for where, kind, value in parts if value is not None for p in _model_problems(kind, value, where)]


def _model_problems(kind: type[BaseModel], value: Any, where: str) -> list[str]:
    try:
        kind.model_validate_json(json.dumps(value))
    except ValidationError as error:
        return [f"{where}.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    return []
