"""Walking through the document, and through answers along their schemas."""

from collections import Counter

from jsonschema import Draft202012Validator

HTTP_METHODS = ("get", "post", "put", "delete")


def list_operations(document):
    """Path, method and operation of each."""
    return [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in HTTP_METHODS
        if method in item
    ]


def operation_name(operation):
    path, method, _ = operation
    return f"{method.upper()} {path}"


def resolve(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def validation_errors(document, schema, value):
    """Return the errors of a validator for the value. Objects may have documented members only."""
    whole = {"components": closed(document["components"]), **closed(schema)}
    return [f"{error.json_path}: {error.message}"[:300] for error in Draft202012Validator(whole).iter_errors(value)]


def closed(part):
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    shut = {name: closed(each) for name, each in part.items()}
    if part.get("type") == "object" and "properties" in part:
        shut.setdefault("additionalProperties", False)
    return shut


class SchemaCoverage:
    """Which documented members were there and which were not, by shape; and those out of order."""

    def __init__(self, document):
        self._document = document
        self.there = Counter()
        self.absent = Counter()
        self.out_of_order = []

    def note(self, schema, value):
        name = schema.get("$ref", "").rpartition("/")[2]
        schema = resolve(self._document, schema)
        if "anyOf" in schema:
            fitting = [form for form in schema["anyOf"] if not validation_errors(self._document, form, value)]
            self.note(fitting[0], value)
        elif isinstance(value, dict) and "properties" in schema:
            known = [each for each in schema["properties"] if each in value]
            if [each for each in value if each in schema["properties"]] != known:
                self.out_of_order.append((name, list(value)))
            for each, inner in schema["properties"].items():
                (self.there if each in value else self.absent)[name, each] += 1
                if each in value:
                    self.note(inner, value[each])
        elif isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
            for each in value.values():
                self.note(schema["additionalProperties"], each)
        elif isinstance(value, list):
            for each in value:
                self.note(schema.get("items", {}), each)
