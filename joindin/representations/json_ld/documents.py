"""Documents of structured data, and parts that several of them have."""

import json
from collections.abc import Iterable, Mapping

from markupsafe import Markup

from joindin.representations.links import Links

CONTEXT = "https://schema.org"
# Characters that could end the element of a page which holds the JSON.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def to_script_text(*parts: Mapping | None) -> Markup:
    """Return a document with the parts that are given, for a ``<script type="application/ld+json">``."""
    document = {"@context": CONTEXT, "@graph": [part for part in parts if part is not None]}
    return Markup(json.dumps(document, ensure_ascii=False).translate(_ESCAPES))  # noqa: S704 - escaped


def breadcrumb(*steps: tuple[str, str]) -> dict:
    """Return the names and addresses that lead to a page."""
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": address}
        for number, (name, address) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def person(user, links: Links) -> dict:
    return {"@type": "Person", "name": user.full_name or user.username, "url": links.user_page(user.username)}


def without_empty(document: Mapping) -> dict:
    return {name: value for name, value in document.items() if value not in (None, "", [])}


def named_parts(parts: Iterable[tuple[str, str]]) -> list[dict]:
    """Return the events with these addresses and names, each only as a reference to its page."""
    return [{"@type": "Event", "@id": address, "name": name} for address, name in parts]
