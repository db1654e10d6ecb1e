"""Model vendors on loopback: real servers, strict about what they are sent, with scripted faults.

The chat platforms are packages of their own: `fakes.discord` and `fakes.telegram`.
"""

from fakes.anthropic import FakeAnthropic
from fakes.gemini import FakeGemini
from fakes.logins import FakeLogins
from fakes.openai_chat import FakeOpenAIChat
from fakes.openai_responses import FakeOpenAIResponses
from fakes.proxy import FakeProxy
from fakes.server import FakeServer, Seen
from fakes.steps import (
    Cut,
    Error,
    ErrorEvent,
    Hold,
    Lingering,
    OneByteChunks,
    Silence,
    Step,
    Text,
    ToolCall,
)

__all__ = [
    "Cut",
    "Error",
    "ErrorEvent",
    "FakeAnthropic",
    "FakeGemini",
    "FakeLogins",
    "FakeOpenAIChat",
    "FakeOpenAIResponses",
    "FakeProxy",
    "FakeServer",
    "Hold",
    "Lingering",
    "OneByteChunks",
    "Seen",
    "Silence",
    "Step",
    "Text",
    "ToolCall",
]
