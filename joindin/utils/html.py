"""HTML of event descriptions: sanitising, links, and conversion from and to plain text (Gancio contract, section 7)."""

import html
import re
from html.parser import HTMLParser

import nh3

from joindin.errors import InvalidInput
from joindin.utils.text import strip_control_chars

ALLOWED_TAGS = {
    "a", "b", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "i", "li", "ol", "p", "s", "span",
    "strong", "u", "ul",
}  # fmt: skip
# Elements whose content is no text for readers. The content of other forbidden elements stays.
REMOVED_WITH_CONTENT = {
    "audio", "iframe", "math", "noembed", "noframes", "noscript", "object", "script", "style", "svg", "template",
    "title", "video", "xmp",
}  # fmt: skip
ALLOWED_SCHEMES = {"ftp", "ftps", "geo", "http", "https", "mailto", "matrix", "sip", "sms", "tel", "webcal", "xmpp"}

# Parsing takes quadratic time in the depth of elements and in the attributes of one element: about 0.1 s at these limits.
MAX_TAGS = 5_000
MAX_TAG_LENGTH = 10_000
# An address in a tag, with its entities. Longer ones are no links.
MAX_ADDRESS_LENGTH = 5_000

TAG_START_PATTERN = re.compile(r"<[/!?a-zA-Z]")
LONG_TAG_PATTERN = re.compile(rf"<[a-zA-Z][^>]{{{MAX_TAG_LENGTH}}}")
# HTML as nh3 writes it: attributes in double quotes.
TAG_PATTERN = re.compile(r'(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)')
ADDRESS_PATTERN = re.compile(r"(?<![\w@./-])(?:https?://|www\.(?=[^\W_]))[^\s<>\"]+", re.IGNORECASE)
# Punctuation that ends a sentence rather than an address.
CLOSING_CHARACTERS = ".,:;!?'*_~…’”»"
CLOSING_BRACKETS = {")": "(", "]": "[", "}": "{"}
FBCLID_PATTERN = re.compile(r"([?&])(?:fbclid=[^&#\s]*(&|(?=[#\s]|\Z)))+")

BLOCK_TAGS = {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "ul"}


def sanitize_html(text: str) -> str:
    """Return HTML with the allowed elements, ``href`` and ``target`` of links, and bare addresses made into links.

    The click identifier ``fbclid`` is removed from links and from their text. The result is returned unchanged when it is
    sanitised again.

    :raises InvalidInput: if the text or the result has too many or too long tags to be parsed.
    """
    text = strip_control_chars(text)
    _check_tags(text)
    clean = nh3.clean(
        text,
        tags=ALLOWED_TAGS,
        clean_content_tags=REMOVED_WITH_CONTENT,
        attributes={"*": set(), "a": {"href", "target"}},
        url_schemes=ALLOWED_SCHEMES,
        link_rel=None,
        attribute_filter=_clean_attribute,
    )
    linked = _make_links(clean)
    _check_tags(linked)
    return linked


def html_to_text(text: str) -> str:
    """Return the text of sanitised HTML: a blank line between paragraphs, links as ``text [address]``."""
    writer = _TextWriter()
    writer.feed(text)
    writer.close()
    return writer.text()


def text_to_html(text: str) -> str:
    """Return plain text as HTML with paragraphs, line breaks and links."""
    paragraphs = re.split(r"\n\s*\n", "\n".join(strip_control_chars(text).splitlines()).strip())
    return "".join(
        f"<p>{'<br>'.join(_link_addresses(line.strip()) for line in paragraph.splitlines())}</p>"
        for paragraph in paragraphs
        if paragraph.strip()
    )


def _check_tags(text):
    if text.count("<") > MAX_TAGS and sum(1 for _ in TAG_START_PATTERN.finditer(text)) > MAX_TAGS:
        raise InvalidInput(f"The HTML may have at most {MAX_TAGS:,} tags and addresses")
    if LONG_TAG_PATTERN.search(text):
        raise InvalidInput(f"A tag of the HTML may have at most {MAX_TAG_LENGTH:,} characters")


def _clean_attribute(_tag, attribute, value):
    if attribute == "href":
        value = _remove_click_id(value)
    return value if len(_escape_attribute(value)) <= MAX_ADDRESS_LENGTH else None


def _remove_click_id(text):
    return FBCLID_PATTERN.sub(lambda found: found[1] if found[2] else "", text)


def _make_links(clean):
    parts, is_in_link = TAG_PATTERN.split(clean), False
    for index, part in enumerate(parts):
        if index % 2:
            is_in_link = part.startswith("<a") if part.startswith(("<a ", "<a>", "</a")) else is_in_link
        elif is_in_link:
            parts[index] = _escape(_remove_click_id(html.unescape(part)))
        else:
            parts[index] = _link_addresses(html.unescape(part))
    return "".join(parts)


def _link_addresses(text):
    """Return text as HTML in which every address is a link."""
    written, end = [], 0
    for found in ADDRESS_PATTERN.finditer(text):
        address = _without_closing_characters(found[0])
        if address.endswith("://") or len(_escape_attribute(address)) >= MAX_ADDRESS_LENGTH - len("http://"):
            continue
        shown = _remove_click_id(address)
        href = shown if shown[:4].lower() == "http" else f"http://{shown}"
        written += (
            _escape(text[end : found.start()]),
            f'<a target="_blank" href="{_escape_attribute(href)}">{_escape(shown)}</a>',
        )
        end = found.start() + len(address)
    return "".join(written) + _escape(text[end:])


def _without_closing_characters(address):
    """Return the address without the punctuation after it; a bracket that was opened inside belongs to it."""
    end = len(address)
    unopened = {
        closing: address.count(closing) - address.count(opening) for closing, opening in CLOSING_BRACKETS.items()
    }
    while end:
        last = address[end - 1]
        if unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in CLOSING_CHARACTERS:
            break
        end -= 1
    return address[:end]


def _escape_attribute(text):
    return html.escape(text).replace("\xa0", "&nbsp;")


def _escape(text):
    return html.escape(text, quote=False).replace("\xa0", "&nbsp;")


class _TextWriter(HTMLParser):
    """Writes the text of sanitised HTML. ``_gap`` are the line breaks due before the next text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self._written: list[str] = []
        self._gap = 0
        self._lists: list[int | None] = []
        self._link_address, self._link_start = "", 0

    def text(self) -> str:
        return "\n".join(line.strip() for line in "".join(self._written).split("\n")).strip()

    def handle_starttag(self, tag, attrs):
        if tag == "br":
            self._written.append("\n")
        elif tag in ("ol", "ul"):
            self._break_lines(1 if self._lists else 2)
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._break_lines(1)
            self._write(self._item_mark())
        elif tag in BLOCK_TAGS:
            self._break_lines(2)
        elif tag == "a":
            self._link_address = dict(attrs).get("href") or ""
            self._link_start = len(self._written)

    def handle_endtag(self, tag):
        if tag in ("ol", "ul"):
            if self._lists:
                self._lists.pop()
            self._break_lines(1 if self._lists else 2)
        elif tag in BLOCK_TAGS:
            self._break_lines(2)
        elif tag == "li":
            self._break_lines(1)
        elif tag == "a":
            shown = "".join(self._written[self._link_start :]).strip()
            if self._link_address not in ("", shown, f"http://{shown}", f"mailto:{shown}"):
                self._write(f" [{self._link_address}]" if shown else f"[{self._link_address}]")
            self._link_address = ""

    def handle_data(self, data):
        text = re.sub(r"[ \t\n\r\f]+", " ", data)
        if text.strip() or not self._gap:
            self._write(text)

    def _write(self, text):
        if self._gap and self._written:
            self._written.append("\n" * self._gap)
            text = text.lstrip()
        self._gap = 0
        self._written.append(text)

    def _break_lines(self, count):
        self._gap = max(self._gap, count)

    def _item_mark(self):
        if not self._lists or self._lists[-1] is None:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "
