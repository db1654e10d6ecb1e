"""Rebuilds the SQLite stores of the current release from their recorded columns and rows."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from harness.golden import FOLDER


def rows() -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads((FOLDER / "v4/state-rows.json").read_text())
    return recorded


def build(state: Path) -> None:
    """Writes both stores into a state directory, where the current release keeps them."""
    recorded = rows()
    for store in ("agent", "state"):
        path = state / recorded[store]["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(path) as database:
            for name, table in recorded[store]["tables"].items():
                _table(database, name, table)
        database.close()


def _table(database: sqlite3.Connection, name: str, table: dict[str, Any]) -> None:
    columns = [f'"{column["name"]}" {column["type"]}' for column in table["columns"]]
    keys = [f'"{column["name"]}"' for column in table["columns"] if column["key"]]
    primary = [f"PRIMARY KEY ({', '.join(keys)})"] if keys else []
    database.execute(f'CREATE TABLE "{name}" ({", ".join(columns + primary)})')
    marks = ", ".join("?" * len(columns))
    values = [[_value(value) for value in row] for row in table["rows"]]
    database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', values)


def _value(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value
