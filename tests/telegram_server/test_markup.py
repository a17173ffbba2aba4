"""HTML is read as the Bot API documents it."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telegram_server import parse_html, units


@given(st.text())
def test_escaped_text_is_itself(text: str) -> None:
    """What is escaped comes back as it was, without entities."""
    assert parse_html(html.escape(text)) == (text, [])


@given(st.text(), st.text(min_size=1))
def test_entities_are_counted_in_utf16(before: str, inside: str) -> None:
    """Offsets and lengths are UTF-16 units."""
    text, entities = parse_html(f"{html.escape(before)}<b>{html.escape(inside)}</b>")
    assert text == before + inside
    assert entities == [{"type": "bold", "offset": units(before), "length": units(inside)}]


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("<b><i>x</i></b>", ["bold", "italic"]),
        ("<blockquote expandable>x</blockquote>", ["expandable_blockquote"]),
        ('<a href="https://a.example/?x=1&amp;y=2">x</a>', ["text_link"]),
        ('<pre><code class="language-py">x</code></pre>', ["pre"]),
        ("<tg-spoiler>x</tg-spoiler><u>y</u><s>z</s>", ["spoiler", "underline", "strikethrough"]),
        ("<b></b>&#x27;&#39;&quot;", []),
    ],
)
def test_tags(source: str, kinds: list[str]) -> None:
    """The documented tags are read."""
    assert [entity["type"] for entity in parse_html(source)[1]] == kinds


@pytest.mark.parametrize(
    "source",
    ["<", "a > b", "a & b", "&nbsp;", "<b>", "</b>", "<b><i>x</b></i>", "<p>x</p>", "<b x=y>z</b>",
     "<a>x</a>", "<code><b>x</b></code>", "<blockquote><blockquote>x</blockquote></blockquote>"],
)  # fmt: skip
def test_what_is_not_html(source: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match=r"(?i)tag|character"):
        parse_html(source)
