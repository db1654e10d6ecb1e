"""The smallest configuration that gives a streamed answer, and variations of it."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKEN = "tok-test-0123456789abcdef"

APIS = {
    "FakeAnthropic": "anthropic-messages",
    "FakeOpenAIChat": "openai-completions",
    "FakeOpenAIResponses": "openai-responses",
    "FakeGemini": "google-generative-ai",
}


@dataclass(frozen=True)
class ModelConfig:
    """One provider with one model, as `models.providers.<provider>` wants it."""

    provider: str
    url: str
    api: str = "openai-completions"
    model: str = "fake-1"
    key: str = "x"
    reasoning: bool = False
    # What a million tokens in cost; out costs twice that, cached input a tenth.
    price: float = 1

    @property
    def reference(self) -> str:
        return f"{self.provider}/{self.model}"

    def entry(self) -> dict[str, Any]:
        return {
            "baseUrl": self.url,
            "apiKey": self.key,
            "api": self.api,
            "models": [
                {
                    "id": self.model,
                    "name": f"Fake {self.model}",
                    "reasoning": self.reasoning,
                    "input": ["text", "image"],
                    "cost": {
                        "input": self.price,
                        "output": 2 * self.price,
                        "cacheRead": self.price / 10,
                        "cacheWrite": 1.25 * self.price,
                    },
                    "contextWindow": 128000,
                    "maxTokens": 8192,
                }
            ],
        }


def gateway_config(
    state: Path,
    models: Iterable[ModelConfig] = (),
    token: str | None = TOKEN,
    fallbacks: Iterable[str] = (),
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """`more` is merged over the result, key by key."""
    models = list(models)
    gateway: dict[str, Any] = {"mode": "local", "bind": "loopback"}
    if token:
        gateway["auth"] = {"mode": "token", "token": token}
    config: dict[str, Any] = {
        "gateway": gateway,
        "agents": {"defaults": {"workspace": str(state / "workspace")}},
    }
    if models:
        config["models"] = {"mode": "merge", "providers": {m.provider: m.entry() for m in models}}
        config["agents"]["defaults"]["model"] = {"primary": models[0].reference, "fallbacks": list(fallbacks)}
    return merged(config, more or {})


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = deepcopy(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result
