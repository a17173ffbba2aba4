"""Text with entities, as Telegram counts and reads it; offsets and lengths are UTF-16 units."""

import html
import re
from typing import Any

from tests.telegram_server.model import Json

TAGS = {
    "b": "bold", "strong": "bold",
    "i": "italic", "em": "italic",
    "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "code": "code", "pre": "pre", "a": "text_link",
    "tg-spoiler": "spoiler", "blockquote": "blockquote",
}  # fmt: skip
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TOKEN = re.compile(
    r"</(?P<end>[a-z-]*)>|<(?P<tag>[a-z-]+)(?P<rest>\s[^<>]*)?>"
    r"|&(?P<named>[a-z]+);|&#(?P<decimal>[0-9]+);|&#[xX](?P<hex>[0-9a-fA-F]+);"
    r"|(?P<stray>[<>&])|(?P<plain>[^<>&]+)"
)
ATTRIBUTES = {
    "a": re.compile(r'\s+href="(?P<url>[^"]+)"\s*'),
    "blockquote": re.compile(r"\s+(?P<expandable>expandable)\s*"),
    "code": re.compile(r'\s+class="language-(?P<language>[^"]+)"\s*'),
}
DETECTED = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?<![\w/])(?P<bot_command>/\w{1,64}(?:@\w{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{2,31})(?!\w)"
)


def units(text: str) -> int:
    """A text's length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(text: str) -> tuple[str, list[Json]]:
    """Read Telegram's HTML; stricter than Telegram, which lets a stray > or & pass.

    Returns:
        The text, nothing stripped, and its entities by offset, the outer before the inner.

    Raises:
        ValueError: A tag or a character that the documentation does not allow; in its words.

    """
    reader = _Reader(text)
    for token in TOKEN.finditer(text):
        reader.take(token)
    return reader.finish()


class _Reader:
    """The text so far, and the tags that are open."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._parts: list[str] = []
        self._length = 0
        self._open: list[tuple[str, Json]] = []
        self._entities: list[Json] = []

    def take(self, token: re.Match[str]) -> None:
        """The next token."""
        match token.lastgroup:
            case "plain":
                self._add(token["plain"])
            case "named" if token["named"] in NAMED:
                self._add(NAMED[token["named"]])
            case "decimal" | "hex":
                self._add(html.unescape(token.group()))
            case "tag" | "rest" if token["tag"] in TAGS:
                self._start(token)
            case "end":
                self._end(token)
            case _:
                what = "start tag" if token["tag"] else "character"
                raise self._error(f'Unsupported {what} "{token["tag"] or token.group()}"', token)

    def finish(self) -> tuple[str, list[Json]]:
        """What was read, once everything is closed."""
        if self._open:
            raise ValueError(
                f'Can\'t find end tag corresponding to start tag "{self._open[-1][0]}"'
            )
        entities = [entity for entity in self._entities if entity["length"]]
        entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self._parts), entities

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += units(text)

    def _start(self, token: re.Match[str]) -> None:
        tag, rest = token["tag"], token["rest"] or ""
        pattern = ATTRIBUTES.get(tag)
        attributes = pattern.fullmatch(rest) if pattern else None
        if (rest.strip() and not attributes) or (tag == "a" and not attributes):
            raise self._error(f'Tag "{tag}" has wrong attributes', token)
        around = [name for name, _ in self._open]
        language = around == ["pre"] and tag == "code"
        if (not language and {"code", "pre"} & set(around)) or (
            tag == "blockquote" and "blockquote" in around
        ):
            raise self._error(f'Tag "{tag}" must not be nested here', token)
        entity: Json = {"type": TAGS[tag], "offset": self._length, "length": 0}
        entity |= {} if attributes is None else _told(attributes)
        self._open.append((tag, entity))
        self._entities.append(entity)

    def _end(self, token: re.Match[str]) -> None:
        if not self._open:
            raise self._error("Unexpected end tag", token)
        tag, entity = self._open.pop()
        if token["end"] not in {tag, ""}:
            raise self._error(f'Unmatched end tag, expected "</{tag}>"', token)
        entity["length"] = self._length - entity["offset"]
        if tag == "code" and self._open and self._open[-1][0] == "pre":
            self._open[-1][1].update(_only(entity, "language"))
            entity["length"] = 0  # the two are one entity

    def _error(self, what: str, token: re.Match[str]) -> ValueError:
        return ValueError(f"{what} at byte offset {len(self._source[: token.start()].encode())}")


def _told(attributes: re.Match[str]) -> Json:
    """What the attributes of a tag add to its entity."""
    found = {name: html.unescape(value) for name, value in attributes.groupdict().items()}
    return {"type": "expandable_blockquote"} if "expandable" in found else dict[str, Any](found)


def _only(entity: Json, *names: str) -> Json:
    return {name: entity[name] for name in names if name in entity}


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text without space around it, as Telegram keeps it; entities moved and cut with it."""
    kept = text.strip()
    first = units(text[: len(text) - len(text.lstrip())])
    last = first + units(kept)
    moved = []
    for entity in entities:
        start = max(entity["offset"], first)
        end = min(entity["offset"] + entity["length"], last)
        if start < end:
            moved.append(entity | {"offset": start - first, "length": end - start})
    return kept, moved


def detected(text: str) -> list[Json]:
    """Commands, mentions and addresses in what a person wrote."""
    return [
        {
            "type": found.lastgroup,
            "offset": units(text[: found.start()]),
            "length": units(found.group()),
        }
        for found in DETECTED.finditer(text)
    ]
