"""Sending of captured requests, and comparison of the answers."""

import csv
import html
import json
import re
from functools import reduce
from urllib.parse import parse_qs, unquote_plus, urlsplit

from tests.replay.ephios.symbols import match_symbols

BASE = "http://crew.example.org"
COMPARED_HEADERS = ("Content-Type", "Content-Language", "Allow", "Vary", "X-Frame-Options", "X-Content-Type-Options",
                    "Referrer-Policy", "Cross-Origin-Opener-Policy")  # fmt: skip
CALENDAR_LINES = ("SUMMARY", "DTSTART", "DTEND", "UID", "DESCRIPTION", "LOCATION", "ORGANIZER", "STATUS", "URL")


class Conversation:
    """The browsers and saved values of one case."""

    def __init__(self, app):
        self._app = app
        self._browsers = {}
        self.saved = {}

    def send(self, step):
        request = step["request"]
        name = step.get("as")
        client = self._browsers.setdefault(name, self._app.test_client()) if name else self._app.test_client()
        headers = {key: self._fill(value) for key, value in request.get("headers", {}).items()}
        host = headers.pop("Host", "crew.example.org")
        for cookie in filter(None, headers.pop("Cookie", "").split("; ")):
            key, _, value = cookie.partition("=")
            client.set_cookie(key, value, domain=host.partition(":")[0])
        arguments = {}
        if "json" in request:
            arguments["json"] = request["json"]
        elif "form" in request:
            arguments["data"] = [(key, self._fill(value)) for key, value in request["form"]]
            if name:
                arguments["data"].append(("csrfmiddlewaretoken", self._csrf_token(client, request["path"], headers)))
            arguments["data"] = reduce(_collect, arguments["data"], {})
        elif "raw" in request:
            arguments["data"] = request["raw"]
        reply = client.open(
            self._fill(request["path"]),
            method=request["method"],
            headers=headers,
            base_url=f"http://{host}",
            **arguments,
        )
        for name, source in step.get("save", {}).items():
            self.saved[name] = saved_value(reply, source)
        return reply

    def _csrf_token(self, client, path, headers):
        page = client.get(self._fill(path).partition("?")[0], headers=headers, base_url=BASE)
        found = re.search(r'name="?csrfmiddlewaretoken"?[^>]*value="?([^">\s]+)', page.get_data(as_text=True))
        if found is None:
            page = client.get("/accounts/login/", headers=headers, base_url=BASE)
            found = re.search(r'name="?csrfmiddlewaretoken"?[^>]*value="?([^">\s]+)', page.get_data(as_text=True))
        cookie = client.get_cookie("csrftoken", domain="crew.example.org")
        return found[1] if found else cookie.value if cookie else ""

    def _fill(self, text):
        return (
            re.sub(r"\{\{(\w+)\}\}", lambda match: str(self.saved[match[1]]), text) if isinstance(text, str) else text
        )


def _collect(data, pair):
    data.setdefault(pair[0], []).append(pair[1])
    return data


def saved_value(reply, source):
    kind, _, detail = source.partition(":")
    if kind == "json":
        return reduce(
            lambda value, key: value[int(key) if isinstance(value, list) else key], detail.split("."), reply.json
        )
    if kind == "query":
        return parse_qs(urlsplit(reply.headers["Location"]).query)[detail][0]
    if kind == "location":
        return reply.headers["Location"]
    # A part of the form's token can have the shape of what is looked for.
    page = re.sub(r"<input[^>]*csrfmiddlewaretoken[^>]*>", "", reply.get_data(as_text=True))
    return re.search(detail, page)[1]


# The page after a sign-in.
OUR_LOCATIONS = {"/": "/accounts/"}
# The issuer that RFC 9207 adds to redirects of OAuth.
ISSUER = "iss=http://crew.example.org"


def is_expected_location(shown, expected) -> bool:
    """Captured addresses are decoded, and their parameters sorted."""
    ours = [part for part in address_parts(shown or "") if part != ISSUER]
    return match_symbols(ours, address_parts(OUR_LOCATIONS.get(expected, expected)))


def address_parts(address):
    decoded = unquote_plus(unquote_plus(address))
    return sorted(re.split(r"[?&]", decoded), key=lambda part: part.partition("=")[0])


def differences(reply, expected) -> list[str]:
    """Return how the answer differs from the expected one; nothing if it is equal."""
    if reply.status_code != expected["status"]:
        return [f"status {reply.status_code} instead of {expected['status']}: {reply.get_data(as_text=True)[:200]}"]
    is_json = expected["headers"].get("Content-Type", "").startswith("application/json")
    is_resource = is_json and "Allow" in expected["headers"]
    found = [
        f"{name}: {reply.headers.get(name)!r} instead of {expected['headers'].get(name)!r}"
        for name in (COMPARED_HEADERS if is_resource else ())
        if name in expected["headers"] and reply.headers.get(name) != expected["headers"][name]
    ]
    if expected["headers"].get("Content-Type", "").startswith("text/calendar"):
        return found + calendar_differences(reply, expected)
    location = expected["headers"].get("Location")
    if location is not None and not is_expected_location(reply.headers.get("Location"), location):
        found.append(f"Location: {reply.headers.get('Location')!r} instead of {location!r}")
    if language := next(
        (each for each in expected["headers"].get("Set-Cookie", []) if each.startswith("django_")), None
    ):
        sent = " ".join(reply.headers.getlist("Set-Cookie"))
        if language not in sent:
            found.append(f"Set-Cookie: {language} is missing")
    page = html.unescape(reply.get_data(as_text=True)) if expected.get("texts") else ""
    found += [f"text: {text!r}" for text, is_shown in expected.get("texts", {}).items() if (text in page) != is_shown]
    if "body" in expected and expected["body"] is not None:
        is_csv = expected["headers"].get("Content-Type", "").startswith("text/csv")
        shown = csv_rows(reply) if is_csv else reply.get_json(silent=True)
        if not match_symbols(shown, expected["body"]):
            found.append(f"body: {first_difference(shown, expected['body'])}")
    return found


def calendar_differences(reply, expected):
    """Compare the lines of the contract in each entry, in order; our entries have more."""
    entries = []
    for line in reply.get_data(as_text=True).replace("\r\n ", "").splitlines():
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            entries.append({})
        elif entries and name in CALENDAR_LINES:
            entries[-1][name] = value
    names = ("Content-Type", "Content-Disposition")
    found = [f"{name}: {reply.headers.get(name)}" for name in names if reply.headers[name] != expected["headers"][name]]
    if not match_symbols(entries, expected["body"]):
        found.append(f"body: {first_difference(entries, expected['body'])}")
    return found


def csv_rows(reply) -> list[list]:
    """Return the rows in the order of the captures, which are sorted, with numbers for texts of digits."""
    rows = csv.reader(reply.get_data(as_text=True).removeprefix("\ufeff").splitlines())
    return sorted([float(cell) if re.fullmatch(r"\d+(\.\d+)?", cell) else cell for cell in row] for row in rows)


def first_difference(shown, expected, path="") -> str:
    if isinstance(shown, dict) and isinstance(expected, dict):
        if list(shown) != list(expected):
            return f"{path}: keys {list(shown)} instead of {list(expected)}"
        return next((first_difference(shown[key], expected[key], f"{path}.{key}") for key in shown
                     if not match_symbols(shown[key], expected[key])), "")  # fmt: skip
    if isinstance(shown, list) and isinstance(expected, list) and len(shown) == len(expected):
        return next((first_difference(a, b, f"{path}[{index}]") for index, (a, b) in enumerate(zip(shown, expected))
                     if not match_symbols(a, b)), "")  # fmt: skip
    return f"{path}: {json.dumps(shown, ensure_ascii=False)[:300]} instead of {json.dumps(expected, ensure_ascii=False)[:300]}"


def missing_in_document(document, expected) -> list[str]:
    """Return what the captured document of the API has and ours has not."""
    found = [f"component {name}" for name in expected["components"] if name not in document["components"]["schemas"]]
    for path, operation in expected["paths"].items():
        ours = document["paths"].get(path, {}).get("get", {})
        names = {each["name"] for each in ours.get("parameters", ())}
        if ours.get("operationId") != operation["operationId"] or not names >= set(operation["parameters"]):
            found.append(f"{path}: {ours.get('operationId')} {sorted(set(operation['parameters']) - names)}")
    return found + [title for title in [document["info"]["title"]] if title != expected["title"]]
