"""Removal of HTML from texts that are plain text for every client (spec 2.15).

Clients of the original print these texts without escaping, so everything that a browser would treat as an element goes.
Texts that only look like tags stay: ``List<String>``, ``map<K, V>``, ``if (a<b && c>d)``.
"""

import re

ELEMENTS = frozenset({
    "a", "abbr", "acronym", "address", "applet", "area", "article", "aside", "audio", "b", "base", "basefont",
    "bdi", "bdo", "bgsound", "big", "blink", "blockquote", "body", "br", "button", "canvas", "caption",
    "center", "cite", "code", "col", "colgroup", "command", "data", "datalist", "dd", "del", "details", "dfn",
    "dialog", "dir", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure", "font", "footer",
    "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html",
    "i", "iframe", "image", "img", "input", "ins", "isindex", "kbd", "keygen", "label", "legend", "li", "link",
    "listing", "main", "map", "mark", "marquee", "math", "menu", "menuitem", "meta", "meter", "multicol", "nav",
    "nextid", "nobr", "noembed", "noframes", "noscript", "object", "ol", "optgroup", "option", "output", "p",
    "param", "picture", "plaintext", "pre", "progress", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp",
    "script", "search", "section", "select", "slot", "small", "source", "spacer", "span", "strike", "strong",
    "style", "sub", "summary", "sup", "svg", "table", "tbody", "td", "template", "textarea", "tfoot", "th",
    "thead", "time", "title", "tr", "track", "tt", "u", "ul", "var", "video", "wbr", "xmp",
})  # fmt: skip
# Elements without effect of their own that are also names of variables: "a<b and c>d" is a comparison.
VARIABLE_NAMES = frozenset("abipqsu")
# Attributes without a value that people write in them.
BOOLEAN_ATTRIBUTES = frozenset({"autofocus", "compact", "download", "hidden", "inert", "nowrap"})
# Any other element may be the name of a type in a program, as in "List<Video>": without attributes it is harmless. These
# run code, or take the text that follows for their own.
NO_TYPE_NAMES = frozenset({
    "Iframe", "Noembed", "Noframes", "Noscript", "Plaintext", "Script", "Select", "Style", "Template", "Textarea",
    "Title", "Xmp",
})  # fmt: skip
TYPE_NAME = re.compile(r"[A-Z][a-z]+")

TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9-]*)(?=[\s/]|\Z)(.*)", re.DOTALL)
DECLARATION = re.compile(r"!(?:doctype\b|\[CDATA\[|--)|\?(?:php|xml|=)", re.IGNORECASE)
# A browser runs the handlers of unknown elements too.
EVENT_HANDLER = re.compile(r"[\s/\"']on[a-z]+\s*=", re.IGNORECASE)
# A tag without its ">" takes the one of the page that prints it. "a <b or data = 5" and "x <y and style = 3" are
# comparisons: only <object> has an attribute "data", and a style needs a colon.
UNFINISHED_TAG = re.compile(
    r"<(?:[a-z][a-z0-9-]*[\s/][^<>]*?(?<![\w-])(?:(?:on[a-z]+|src|href|srcdoc|action|formaction)\s*="
    r"|style\s*=\s*(?:[\"']|[^\s<>]*[:&]))|object[\s/][^<>]*?(?<![\w-])data\s*=)",
    re.IGNORECASE,
)


def remove_markup(text: str) -> str:
    """Remove comments and the tags of HTML elements; their contents stay."""
    return _without_unfinished_tag(_without_tags(_without_comments(text))) if "<" in text else text


def _without_comments(text):
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join(kept) + text[at:]


def _without_tags(text):
    """Remove tags, also those that appear when a tag inside them is removed.

    Works in a single pass: repeated passes would take quadratic time on hostile input.
    """
    kept, opened = [], []
    for token in re.split(r"([<>])", text):
        if token == ">" and opened:
            start = _find_tag_start(kept, opened)
            if start is not None:
                del kept[start:]
                continue
            # This ">" stays in the text, and no tag can extend over it.
            opened.clear()
        elif token == "<":
            opened.append(len(kept))
        kept.append(token)
    return "".join(kept)


def _without_unfinished_tag(text):
    match = UNFINISHED_TAG.search(text, text.rfind(">") + 1)
    return text[: match.start()] if match else text


def _find_tag_start(kept, opened):
    """Return the place of the last "<" that makes a tag with the ">" after ``kept``, and remove it from ``opened``.

    A tag may contain another "<": a browser takes ``<img src=x onerror=f() <foo>`` for one element.
    """
    end, following, has_equals_sign = len(kept), "", False
    while opened:
        start = opened.pop()
        content = "".join(kept[start + 1 : end]) + following
        has_equals_sign = has_equals_sign or "=" in content
        if _is_tag(content, has_equals_sign, "".join(kept[max(0, start - 1) : start])):
            return start
        end, following = start, "<"
    return None


def _is_tag(content, has_equals_sign, text_before):
    """Return whether ``content``, which stands after "<", begins an element for a browser."""
    if DECLARATION.match(content):
        return True
    tag = TAG.match(content)
    if tag is None:
        return False
    slash, name, attributes = tag.groups()
    if name.lower() not in ELEMENTS:
        return bool(EVENT_HANDLER.search(attributes))
    if slash:
        return True
    if TYPE_NAME.fullmatch(content) and content not in NO_TYPE_NAMES and text_before[-1:].isalnum():
        return False
    words = attributes.replace("/", " ").lower().split()
    is_comparison = name.lower() in VARIABLE_NAMES and not has_equals_sign and not BOOLEAN_ATTRIBUTES.issuperset(words)
    return not is_comparison
