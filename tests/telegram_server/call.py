"""A call of the API: its method and parameters, however they were sent."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.telegram_server.errors import bad
from tests.telegram_server.model import Json


@dataclass(frozen=True, slots=True)
class Upload:
    """A file within a call."""

    name: str
    content: bytes
    mime: str


@dataclass(slots=True)
class Call:
    """A call, and how it was answered.

    Attributes:
        method: As the client wrote it.
        given: Parameters; nested ones are objects (JSON bodies) or JSON strings (forms).
        files: Uploads by field name.
        at: When it came, monotonic seconds.
        status: The answer's status; 0 before that, -1 where the connection was dropped.

    """

    method: str
    given: Json
    files: dict[str, Upload] = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)
    status: int = 0

    @property
    def chat_id(self) -> int | None:
        """The chat that it is about, where it is given by number."""
        try:
            return int(self.given["chat_id"])
        except (KeyError, TypeError, ValueError):
            return None

    def text(self, name: str) -> str:
        """A string; empty where it is missing."""
        return str(self.given.get(name, ""))

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number."""
        try:
            return int(self.given.get(name, default))
        except (TypeError, ValueError):
            raise bad(f"wrong parameter {name} in request") from None

    def number(self, name: str) -> float:
        """A number; 0 where it is missing."""
        try:
            return float(self.given.get(name, 0))
        except (TypeError, ValueError):
            raise bad(f"wrong parameter {name} in request") from None

    def flag(self, name: str) -> bool:
        """Whether a switch is on."""
        return str(self.given.get(name, "")).lower() in {"true", "1", "yes"}

    def nested(self, name: str) -> Any:  # noqa: ANN401 -- what it is, each method checks
        """An object or array; None where it is missing."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """A file: in the field of that name, or attached under another."""
        value = self.given.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            name = value.removeprefix("attach://")
        return self.files.get(name)


async def read(request: web.Request, method: str) -> Call:
    """Read a request: query, urlencoded form, multipart form or JSON body."""
    call = Call(method, dict(request.query))
    if request.content_type == "application/json":
        body = await request.read()
        try:
            call.given |= json.loads(body) if body else {}
        except (TypeError, ValueError):
            raise bad("can't parse request parameters JSON object") from None
        return call
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            content = value.file.read()
            call.files[name] = Upload(value.filename or name, content, value.content_type)
        else:
            call.given[name] = value if isinstance(value, str) else value.decode()
    return call
