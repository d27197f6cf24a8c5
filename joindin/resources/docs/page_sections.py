"""Content of the documentation page, read from the OpenAPI document: sections, operations, schemas."""

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

# Described in the introduction.
COMMON_PARAMETERS = ("format", "callback")


@dataclass(frozen=True)
class Field:
    """A member of an object, or a parameter."""

    name: str
    type: Markup
    is_required: bool
    description: Markup
    example: str | None


@dataclass(frozen=True)
class DocumentedResponse:
    status: str
    description: Markup
    location: str | None
    schema: Markup | None
    examples: Sequence[tuple[str, str]]
    messages: Sequence[str]


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
    description: Markup
    requires_token: bool
    scope: str
    parameters: Sequence[Field]
    body: Body | None
    responses: Sequence[DocumentedResponse]
    errors: Sequence[DocumentedResponse]
    curl: str


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str
    description: Markup
    operations: Sequence[Operation]


@dataclass(frozen=True)
class DocumentedSchema:
    anchor: str
    name: str
    description: Markup
    fields: Sequence[Field]


def list_sections(document: dict) -> list[Section]:
    """Return the tags in their order, each with its operations. Tags without operations are left out."""
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
    """Return the objects in responses, by name. Request bodies are described at their operations."""
    body_refs = {
        content["schema"]["$ref"]
        for item in document["paths"].values()
        for method in METHODS
        for content in item.get(method, {}).get("requestBody", {}).get("content", {}).values()
    }
    return [
        DocumentedSchema(
            f"schema-{name}", name, render_inline(schema.get("description", "")), _fields(document, schema)
        )
        for name, schema in sorted(document["components"]["schemas"].items())
        if f"#/components/schemas/{name}" not in body_refs and schema["type"] == "object"
    ]


def _operation(document, method, path, item):
    operation = item[method]
    parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
    parameters = [_resolve(document, parameter) for parameter in parameters]
    responses = [
        _response(status, response) for status, response in operation["responses"].items() if status != "default"
    ]
    requires_token = {} not in operation["security"]
    body = _body(document, operation)
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=render_inline(operation["summary"]),
        description=render_markdown(operation.get("description", "")),
        requires_token=requires_token,
        scope=operation["security"][-1]["token"][0],
        parameters=[_parameter(parameter) for parameter in parameters if parameter["name"] not in COMMON_PARAMETERS],
        body=body,
        responses=[response for response in responses if response.status < "400"],
        errors=[response for response in responses if response.status >= "400"],
        curl=_curl(method.upper(), path, requires_token, body),
    )


def _parameter(parameter):
    name = parameter["name"]
    return Field(
        name if parameter["in"] == "query" else f"{{{name}}}",
        _type(parameter["schema"]),
        parameter.get("required", False),
        render_inline(parameter.get("description", "")),
        _single_line(parameter.get("example")),
    )


def _body(document, operation):
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        schema = _resolve(document, content["schema"])
        example = _pretty(content["example"]) if "example" in content else None
        return Body(media_type, _fields(document, schema), example)
    return None


def _response(status, response):
    content = response.get("content", {}).get("application/json", {})
    examples = [(name, example["value"]) for name, example in content.get("examples", {}).items()]
    is_error = str(status) >= "400"
    return DocumentedResponse(
        str(status),
        render_inline(response["description"]),
        response.get("headers", {}).get("Location", {}).get("example"),
        _type(content["schema"]) if content and not is_error else None,
        [] if is_error else [(name, _pretty(value)) for name, value in examples],
        [value[0] for _, value in examples] if is_error else [],
    )


def _fields(document, schema):
    required = schema.get("required", ())
    return [
        Field(
            name,
            _type(field),
            name in required,
            render_inline(field.get("description", "")),
            _single_line(field["examples"][0]) if "examples" in field else None,
        )
        for name, field in schema.get("properties", {}).items()
    ]


def _type(schema):
    """Return the type of a value as text, with links to schemas."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    if "anyOf" in schema:
        return Markup(" or ").join(_type(option) for option in schema["anyOf"])
    if schema.get("const") == "":
        return Markup("empty")
    if "enum" in schema:
        return Markup(" or ").join(Markup("<code>{}</code>").format(json.dumps(value)) for value in schema["enum"])
    types = schema.get("type", "anything")
    return Markup(" or ").join(_single_type(name, schema) for name in ([types] if isinstance(types, str) else types))


def _single_type(name, schema):
    if name == "array":
        if schema.get("maxItems") == 0:
            return Markup("empty list")
        return Markup("list of ") + _type(schema["items"])
    if name == "object" and isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
        return Markup("object of ") + _type(schema["additionalProperties"])
    formats = {"date-time": "date", "uri": "address", "email": "e-mail address", "binary": "file"}
    return escape(formats.get(schema.get("format"), name) if name == "string" else name)


def _curl(method, path, requires_token, body):
    parts = ["curl"]
    if method != "GET":
        parts.append(f"-X {method}")
    if requires_token:
        parts.append(f"-H 'Authorization: Bearer {EXAMPLE_TOKEN}'")
    if body and body.example:
        parts.append("-H 'Content-Type: application/json'")
        parts.append(f"-d {shlex.quote(json.dumps(json.loads(body.example), ensure_ascii=False))}")
    elif body:
        parts += [f"-F {field.name}=@{field.name}.png" for field in body.fields]
    return " \\\n  ".join([" ".join(parts[:2]), *parts[2:], EXAMPLE_BASE + example_path(path)])


def _resolve(document, item):
    if "$ref" not in item:
        return item
    for part in item["$ref"].removeprefix("#/").split("/"):
        document = document[part]
    return document


def _single_line(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _pretty(value):
    return json.dumps(value, indent=2, ensure_ascii=False)


def _anchor(text):
    return re.sub(r"\W+", "-", text.lower())
