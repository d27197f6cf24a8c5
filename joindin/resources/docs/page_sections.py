"""What stands on the page, taken from the document: sections, operations, shapes."""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from joindin.resources.docs.markdown import render_inline, render_markdown
from joindin.resources.docs.openapi_document import EXAMPLE_BASE, METHODS, example_path

EXAMPLE_TOKEN = "6c3e7c1f0a9b4d52"

# Said once in the introduction.
COMMON = ("format", "callback")


@dataclass(frozen=True)
class Field:
    """A member of an object, or a parameter."""

    name: str
    kind: Markup
    is_required: bool
    about: Markup
    example: str | None


@dataclass(frozen=True)
class DocumentedResponse:
    status: str
    about: Markup
    location: str | None
    shape: Markup | None
    examples: Sequence[tuple[str, str]]
    sentences: Sequence[str]


@dataclass(frozen=True)
class Body:
    media_type: str
    fields: Sequence[Field]
    example: str | None


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: Markup
    about: Markup
    takes_token: bool
    scope: str
    parameters: Sequence[Field]
    body: Body | None
    answers: Sequence[DocumentedResponse]
    refusals: Sequence[DocumentedResponse]
    curl: str


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str
    about: Markup
    operations: Sequence[Operation]


@dataclass(frozen=True)
class DocumentedSchema:
    anchor: str
    name: str
    about: Markup
    fields: Sequence[Field]


def list_sections(document: dict) -> list[Section]:
    """The tags in their order, each with its operations; tags without any are left out."""
    sections = []
    for tag in document["tags"]:
        operations = [
            _operation(document, method, path, item)
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item and tag["name"] in item[method]["tags"]
        ]
        if operations:
            title = tag["name"][:1].upper() + tag["name"][1:]
            sections.append(Section(_anchor(tag["name"]), title, render_inline(tag["description"]), operations))
    return sections


def list_schemas(document: dict) -> list[DocumentedSchema]:
    """The objects that answers are made of, by name; request bodies are shown where they are sent."""
    sent = {
        content["schema"]["$ref"]
        for item in document["paths"].values()
        for method in METHODS
        for content in item.get(method, {}).get("requestBody", {}).get("content", {}).values()
    }
    return [
        DocumentedSchema(f"shape-{name}", name, render_inline(schema.get("description", "")), _fields(document, schema))
        for name, schema in sorted(document["components"]["schemas"].items())
        if f"#/components/schemas/{name}" not in sent and schema["type"] == "object"
    ]


def _operation(document, method, path, item):
    operation = item[method]
    parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
    parameters = [_resolve(document, parameter) for parameter in parameters]
    answers = [_answer(status, answer) for status, answer in operation["responses"].items() if status != "default"]
    takes_token = {} not in operation["security"]
    body = _body(document, operation)
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=render_inline(operation["summary"]),
        about=render_markdown(operation.get("description", "")),
        takes_token=takes_token,
        scope=operation["security"][-1]["token"][0],
        parameters=[_parameter(parameter) for parameter in parameters if parameter["name"] not in COMMON],
        body=body,
        answers=[answer for answer in answers if answer.status < "400"],
        refusals=[answer for answer in answers if answer.status >= "400"],
        curl=_curl(method.upper(), path, takes_token, body),
    )


def _parameter(parameter):
    name = parameter["name"]
    return Field(
        name if parameter["in"] == "query" else f"{{{name}}}",
        _kind(parameter["schema"]),
        parameter.get("required", False),
        render_inline(parameter.get("description", "")),
        _line(parameter.get("example")),
    )


def _body(document, operation):
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolve(document, content["schema"])
        example = _pretty(content["example"]) if "example" in content else None
        return Body(media_type, _fields(document, schema), example)
    return None


def _answer(status, answer):
    content = answer.get("content", {}).get("application/json", {})
    shown = [(form, example["value"]) for form, example in content.get("examples", {}).items()]
    is_refusal = str(status) >= "400"
    return DocumentedResponse(
        str(status),
        render_inline(answer["description"]),
        answer.get("headers", {}).get("Location", {}).get("example"),
        _kind(content["schema"]) if content and not is_refusal else None,
        [] if is_refusal else [(form, _pretty(value)) for form, value in shown],
        [value[0] for _, value in shown] if is_refusal else [],
    )


def _fields(document, schema):
    required = schema.get("required", ())
    return [
        Field(
            name,
            _kind(field),
            name in required,
            render_inline(field.get("description", "")),
            _line(field["examples"][0]) if "examples" in field else None,
        )
        for name, field in schema.get("properties", {}).items()
    ]


def _kind(schema):
    """What a value is, in words, with links to the shapes."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#shape-{0}">{0}</a>').format(name)
    if "anyOf" in schema:
        return Markup(" or ").join(_kind(form) for form in schema["anyOf"])
    if "enum" in schema:
        return Markup(" or ").join(Markup("<code>{}</code>").format(json.dumps(value)) for value in schema["enum"])
    kinds = schema.get("type", "anything")
    return Markup(" or ").join(_kind_named(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _kind_named(kind, schema):
    if kind == "array":
        if schema.get("maxItems") == 0:
            return Markup("empty list")
        return Markup("list of ") + _kind(schema["items"])
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
        return Markup("object of ") + _kind(schema["additionalProperties"])
    formats = {"date-time": "date", "uri": "address", "email": "e-mail address", "binary": "file"}
    return escape(formats.get(schema.get("format"), kind) if kind == "string" else kind)


def _curl(method, path, takes_token, body):
    parts = ["curl"]
    if method != "GET":
        parts.append(f"-X {method}")
    if takes_token:
        parts.append(f"-H 'Authorization: Bearer {EXAMPLE_TOKEN}'")
    if body and body.example:
        parts.append("-H 'Content-Type: application/json'")
        parts.append(f"-d {shlex.quote(json.dumps(json.loads(body.example), ensure_ascii=False))}")
    elif body:
        parts += [f"-F {field.name}=@{field.name}.png" for field in body.fields]
    return " \\\n  ".join([" ".join(parts[:2]), *parts[2:], EXAMPLE_BASE + example_path(path)])


def _resolve(document, thing):
    if "$ref" not in thing:
        return thing
    for part in thing["$ref"].removeprefix("#/").split("/"):
        document = document[part]
    return document


def _line(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _pretty(value):
    return json.dumps(value, indent=2, ensure_ascii=False)


def _anchor(words):
    return re.sub(r"\W+", "-", words.lower())
