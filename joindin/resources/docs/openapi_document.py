"""The OpenAPI document: what flask-smorest gathered, and what only can be said of the whole."""

import re
from pathlib import Path

from joindin.http.token_scopes import scope_for_path
from joindin.security.scopes import SCOPE_DESCRIPTIONS

INTRODUCTION = Path(__file__).with_name("introduction.md").read_text("utf-8")

# The address that examples use; readers of the page see their own server's in its place.
EXAMPLE_BASE = "https://api.example.org"

# Of flask-smorest itself; nothing here refers to them.
UNUSED = ("Error", "PaginationMetadata")

# What the examples speak of, by the name in the path.
EXAMPLE_IDS = {
    "event_id": 3,
    "talk_id": 42,
    "track_id": 4,
    "user_id": 7,
    "comment_id": 11,
    "link_id": 15,
    "token_id": 12,
    "client_id": 4,
    "language_id": 2,
    "type_id": 1,
}
METHODS = ("get", "post", "put", "delete")


def complete_document(document: dict) -> dict:
    """The document with its introduction, ids, and examples that fit their paths."""
    for name in UNUSED:
        document["components"].get("schemas", {}).pop(name, None)
    document["info"] |= {
        "summary": "Conferences, their talks and what people say about them",
        "description": INTRODUCTION.replace("[scopes]", _table_of_scopes()),
    }
    document["servers"] = [{"url": "/", "description": "This server"}]
    for path, item in document["paths"].items():
        for parameter in item.get("parameters", ()):
            _describe_id(parameter)
        for method in METHODS:
            if method in item:
                item[method]["operationId"] = operation_id(method, path)
                item[method]["security"] = _security(item[method], method, path)
                item[method]["responses"] = dict(sorted(item[method]["responses"].items()))
                _place_examples(item[method], example_path(path))
    return {name: document[name] for name in sorted(document, key=_rank)}


def operation_id(method: str, path: str) -> str:
    """``getEventsByEventIdTalks``: unique, and the same in every release."""
    parts = path.removeprefix("/v2.1").replace("{", "by_").replace("}", "")
    return method + "".join(word.capitalize() for word in re.split(r"[^a-z0-9]+", parts or "version") if word)


def example_path(path: str) -> str:
    """The path with the examples' ids in it."""
    return re.sub(r"\{(\w+)\}", lambda name: str(EXAMPLE_IDS.get(name[1], 1)), path)


def _table_of_scopes():
    return "\n".join(
        [
            "| Scope | What it lets a token do |",
            "|---|---|",
            *(f"| `{s}` | {w} |" for s, w in SCOPE_DESCRIPTIONS.items()),
        ]
    )


def _security(operation, method, path):
    """A token is welcome everywhere and asked for where an operation says so; of what scope, the table knows."""
    token = {"token": [scope_for_path(path, method.upper())]}
    return [token] if "security" in operation else [{}, token]


def _describe_id(parameter):
    thing = parameter["name"].removesuffix("_id").replace("_", " ")
    parameter["description"] = f"The number of the {thing}, as in its address."
    parameter["example"] = EXAMPLE_IDS.get(parameter["name"], 1)


def _place_examples(operation, path):
    """Let every example of a list say where it is from."""
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            for form, example in content.get("examples", {}).items():
                meta = example["value"].get("meta", {}) if isinstance(example["value"], dict) else {}
                if "this_page" in meta:
                    query = "?verbose=yes&resultsperpage=20" if form == "verbose" else "?resultsperpage=20"
                    meta["this_page"] = f"{EXAMPLE_BASE}{path}{query}"


def _rank(name):
    order = ("openapi", "info", "servers", "security", "tags", "paths", "components")
    return order.index(name) if name in order else len(order)
