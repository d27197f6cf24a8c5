"""The parts of a body that the captures show, by the words of their ``view``."""

import re


def view_body(step, body):
    """Return the part of ``body`` that the step's ``view`` names."""
    name = step.get("view")
    if name is None or body is None:
        return body
    if name.startswith("picked:"):
        return {path: _pick(body, path) for path in name.removeprefix("picked:").strip().split(", ")}
    return VIEWS[name](body, step) if name in VIEWS else {**body, "leaks": _leaks(body)}


def _leaks(body):
    return "password" in body or bool(re.search(r"\$2[aby]\$|argon2", str(body)))


MISSING = "(missing)"


def _pick(body, path):
    for key in path.split("."):
        try:
            body = body[int(key)] if isinstance(body, list) else body[key]
        except (KeyError, IndexError, TypeError):
            # Fields that Gancio leaves out when they are empty.
            return None if path in ("parentId", "recurrent") else MISSING
    return body


def _slugs(body, _step=None):
    rows = body["events"] if isinstance(body, dict) and "events" in body else body
    return [row["slug"] for row in rows] if isinstance(rows, list) else rows


def _first(body, step):
    if not body:
        return None
    expected, row = step["response"]["body"], body[0]
    if isinstance(expected, list):
        return [row["slug"], row.get("parentId")]
    if isinstance(expected, str) and isinstance(row, dict):
        return row["slug"]
    return row


def _named(rows, column, *names):
    return [row for row in rows if row[column] in names]


VIEWS = {
    "the body is not looked at": lambda body, step: None,
    "the slugs, in order": _slugs,
    "the first": _first,
    "names": lambda body, step: [row["name"] for row in body],
    "frequency": lambda body, step: (body.get("recurrent") or {}).get("frequency") if isinstance(body, dict) else body,
    "has an access token": lambda body, step: bool(body.get("access_token")),
    "secrets": lambda body, step: [name for name in body if "key" in name.lower() and "private" in name.lower()],
    "the address": lambda body, step: body.get("email"),
    "addresses and roles of four": lambda body, step: [
        [row["email"], row["role"]]
        for row in _named(body, "email", *(f"{n}@example.org" for n in ("bob", "ann", "ed", "boss")))
    ],
    "cat": lambda body, step: _named(body, "email", "cat@example.org"),
    "zoe": lambda body, step: [row["email"] for row in _named(body, "email", "zoe@example.org")],
    "client ids": lambda body, step: sorted({row["clientId"] for row in body}),
    "visible": lambda body, step: body["is_visible"],
    "media": lambda body, step: body["media"] if isinstance(body, dict) else body,
    "keys, and the slugs of the two": lambda body, step: {
        key: [row["slug"] for row in body[key] if row["slug"] in ("queue-one", "queue-two")] for key in body
    },
    "queue-of-ann": lambda body, step: _named(body, "slug", "queue-of-ann"),
    "authors and messages, newest first": lambda body, step: [[row["author"], row["message"]] for row in body],
    "fields": lambda body, step: [[row["slug"], row["multidate"], row["end_datetime"]] for row in body],
    "the first start": lambda body, step: body["events"][0]["start_datetime"],
    "number of places": lambda body, step: len(body),
    "place and slugs": lambda body, step: {
        "place": body["place"],
        "events": _slugs(body["events"]),
        "pastEvents": _slugs(body["pastEvents"]),
    },
    "name and slugs": lambda body, step: {
        "name": body["place"]["name"],
        "events": _slugs(body["events"]),
        "pastEvents": _slugs(body["pastEvents"]),
    },
    "rows whose name starts with 'Plaza'": lambda body, step: [row for row in body if row["name"].startswith("Plaza")],
    "labels, types and counts": lambda body, step: [[row["label"], row["type"], row["w"]] for row in body],
    "sorted": lambda body, step: sorted(body),
    "tag-two and tag-Dup": lambda body, step: sorted(
        [row["tag"], row["count"]] for row in _named(body, "tag", "tag-two", "tag-Dup")
    ),
    "tags": lambda body, step: [sorted(row["tags"]) for row in body["events"]],
    "first two": lambda body, step: body[:2],
    "rows of the second and third": lambda body, step: body[1:3],
    "titles": lambda body, step: [item["title"] for item in body["items"]],
    "number, order, channel": lambda body, step: [
        len(body["items"]),
        body["channel"],
        [item["title"][:12] for item in body["items"]] == sorted(item["title"][:12] for item in body["items"]),
        body["version"],
    ],
    "has them all": lambda body, step: len(body["events"]) > 20,
    "relations": lambda body, step: [link["rel"] for link in body["links"]],
    "is an object": lambda body, step: isinstance(body, dict),
}
