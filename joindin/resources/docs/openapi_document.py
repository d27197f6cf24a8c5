"""The OpenAPI document: completes the document of flask-smorest with introduction, scopes, ids and examples."""

import re
from pathlib import Path

from werkzeug.routing import Map

from joindin.http.token_scopes import RouteScopes, scope_for_path
from joindin.security.scopes import SCOPE_DESCRIPTIONS

INTRODUCTION = Path(__file__).with_name("introduction.md").read_text("utf-8")

# Base address of the examples. The page shows the server's own address instead.
EXAMPLE_BASE = "https://api.example.org"

# Schemas of flask-smorest that no operation refers to.
UNUSED = ("Error", "PaginationMetadata")

# Ids in the examples, by the name of the path parameter.
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


# GET requests with a text in place of one of these ids are answered with the whole list, as by the original.
LIST_SCHEMAS = {"/v2.1/events/{event_id}": "EventPage", "/v2.1/users/{user_id}": "UserPage"}

# Requests for an object that does not exist succeed here, also those with a text in place of the id.
PATHS_WITH_ANY_ID = ("/v2.1/talks/{talk_id}", "/v2.1/talks/{talk_id}/links/{link_id}", "/v2.1/talks/{talk_id}/starred")


def complete_document(document: dict, routes: RouteScopes, url_map: Map) -> dict:
    """Add introduction, scopes and operation ids, and adapt the examples to their paths."""
    for name in UNUSED:
        document["components"].get("schemas", {}).pop(name, None)
    document["info"] |= {
        "summary": "Conferences, their talks and what people say about them",
        "description": INTRODUCTION.replace("[scopes]", _scope_table()),
    }
    listing_paths = _paths_with_list(url_map)
    document["servers"] = [{"url": "/", "description": "This server"}]
    for path, item in document["paths"].items():
        for parameter in item.get("parameters", ()):
            _describe_id(parameter)
        if path in PATHS_WITH_ANY_ID:
            item["parameters"][-1]["schema"] = {"type": ["integer", "string"]}
        if path in listing_paths and "get" in item:
            _describe_list_instead(item, LIST_SCHEMAS[_first_id(path)])
        for method in METHODS:
            if method in item:
                item[method]["operationId"] = operation_id(method, path)
                item[method]["security"] = _security(item[method], scope_for_path(routes, path, method.upper()))
                item[method]["responses"] = dict(sorted(item[method]["responses"].items()))
                _set_page_links(item[method], example_path(path))
    return {name: document[name] for name in sorted(document, key=_rank)}


def operation_id(method: str, path: str) -> str:
    """Return a unique id that stays the same in every release, such as ``getEventsByEventIdTalks``."""
    parts = path.removeprefix("/v2.1").replace("{", "by_").replace("}", "")
    return method + "".join(word.capitalize() for word in re.split(r"[^a-z0-9]+", parts or "version") if word)


def example_path(path: str) -> str:
    """Return the path with the ids of the examples."""
    return re.sub(r"\{(\w+)\}", lambda name: str(EXAMPLE_IDS.get(name[1], 1)), path)


def _scope_table():
    return "\n".join(
        [
            "| Scope | Permits |",
            "|---|---|",
            *(f"| `{s}` | {w} |" for s, w in SCOPE_DESCRIPTIONS.items()),
        ]
    )


def _security(operation, scope):
    """Return the security requirement. A token is optional unless the operation documents 401."""
    token = {"token": [scope]}
    return [token] if "security" in operation else [{}, token]


def _describe_id(parameter):
    noun = parameter["name"].removesuffix("_id").replace("_", " ")
    parameter["description"] = f"The id of the {noun}, as in its address."
    parameter["example"] = EXAMPLE_IDS.get(parameter["name"], 1)


def _paths_with_list(url_map):
    """Return the paths whose first id has to be a number: other texts belong to the route of the list."""
    paths = (rule.rule for rule in url_map.iter_rules() if "<positive:" in rule.rule)
    documented = {re.sub(r"<\w+:(\w+)>", r"{\1}", path): path.index("<positive:") for path in paths}
    return {path for path, start in documented.items() if _first_id(path) in LIST_SCHEMAS and path.index("{") == start}


def _first_id(path):
    return path.partition("}")[0] + "}"


def _describe_list_instead(item, name):
    parameter = item["parameters"][0]
    parameter["schema"] = {"type": ["integer", "string"]}
    noun = parameter["name"].removesuffix("_id")
    parameter["description"] += f" `GET` with another text is answered with the list of {noun}s."
    content = item["get"]["responses"]["200"]["content"]["application/json"]
    schemas = content["schema"].get("anyOf", [content["schema"]])
    listed = [{"$ref": f"#/components/schemas/{prefix}{name}"} for prefix in ("", "Verbose")]
    content["schema"] = {"anyOf": [*schemas, *(schema for schema in listed if schema not in schemas)]}


def _set_page_links(operation, path):
    """Set ``meta.this_page`` in the examples of lists."""
    for response in operation["responses"].values():
        for content in response.get("content", {}).values():
            for name, example in content.get("examples", {}).items():
                meta = example["value"].get("meta", {}) if isinstance(example["value"], dict) else {}
                if "this_page" in meta:
                    query = "?verbose=yes&resultsperpage=20" if name == "verbose" else "?resultsperpage=20"
                    meta["this_page"] = f"{EXAMPLE_BASE}{path}{query}"


def _rank(name):
    order = ("openapi", "info", "servers", "security", "tags", "paths", "components")
    return order.index(name) if name in order else len(order)
