"""The document of the API: valid, complete, and equal to the answers."""

from decimal import Decimal

import pytest
from openapi_spec_validator import validate

from joindin.models import FEDERATION, AccessToken
from joindin.models.crew import (
    BlockComposition,
    BlockPosition,
    BlockRequirement,
    BuildingBlock,
    FederationGuest,
    WorkingHours,
    federation_shares,
)
from joindin.operations.crew.working_hours import request_working_hours
from joindin.security.tokens import hash_token
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_participation,
    make_participation_comment,
    make_qualification,
    make_shift,
)
from tests.factories import NOW, make_user


@pytest.fixture
def document(app):
    return app.test_client().get("/api/schema/?format=json").get_json(force=True)


def test_the_document_is_valid_and_public(app, document):
    validate(document)

    yaml = app.test_client().get("/api/schema/")
    assert (yaml.status_code, yaml.content_type) == (200, "application/vnd.oai.openapi; charset=utf-8")
    assert yaml.headers["Content-Disposition"] == 'inline; filename="ephios API (api).yaml"'
    assert "events_list" in app.test_client().get("/api/schema/swagger-ui/").text


def test_every_route_for_reading_is_in_the_document(app, document):
    names = {"pk": "id", "user_id": "user", "email": "email"}
    rules = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("ephios_") and rule.rule.endswith("/") and "GET" in rule.methods
    }
    for name, documented in names.items():
        rules = {rule.replace(f"<{name}>", f"{{{documented}}}") for rule in rules}

    paths = {path for path, methods in document["paths"].items() if "get" in methods}
    assert paths == rules - {"/api/", "/api/schema/", "/api/schema/swagger-ui/"}


@pytest.fixture
def filled(session):
    """An admin, and a row of everything that the API shows."""
    admin = make_user(session, is_admin=True)
    qualification = make_qualification(session, includes=[make_qualification(session)])
    grant_qualification(session, admin, qualification)
    event = make_crew_event(session)
    row = make_participation(session, make_shift(session, event), admin)
    make_participation_comment(session, row, text="late", visibility=2)
    make_crew_event(session, "Without shifts")
    request_working_hours(session, admin.id, worked_on=NOW.date(), hours=Decimal(2), reason="Cleaning")
    session.add(WorkingHours(user_id=admin.id, hours=Decimal(2), reason="Cleaning", worked_on=NOW.date()))
    blocks = [BuildingBlock(uuid=f"u{n}", name="B", block_type="atomic") for n in range(2)]
    session.add_all(blocks)
    session.flush()
    session.add_all(
        [
            BlockPosition(block_id=blocks[0].id),
            BlockRequirement(block_id=blocks[0].id),
            BlockComposition(block_id=blocks[1].id, part_id=blocks[0].id),
        ]
    )
    token = AccessToken(kind=FEDERATION, token_hash=hash_token("guest"), scopes="", created_at=NOW)
    session.add(token)
    session.flush()
    guest = FederationGuest(
        name="G", url="http://g.example", access_token_id=token.id, credentials={"client_secret": "s"}
    )
    session.add(guest)
    session.flush()
    session.execute(federation_shares.insert().values(event_id=event.id, guest_id=guest.id))
    return admin


def test_answers_are_as_the_document_says(app, document, filled, token_for, session):
    own = token_for(filled)
    session.commit()
    checked = 0
    reads = {path: methods for path, methods in document["paths"].items() if "get" in methods}
    for path, methods in reads.items():
        address = path.replace("{id}", "1").replace("{user}", str(filled.id)).replace("{email}", filled.email)
        token = "guest" if "federation" in path else own
        reply = app.test_client().get(address, headers={"Authorization": f"Bearer {token}"})
        assert reply.status_code == 200, path
        schema = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        check_value(reply.json, schema, document["components"]["schemas"], path)
        assert reply.json.get("count") != 0, path
        checked += 1

    assert checked == len(reads)


WRITING = tuple(
    f"ephios_{name}"
    for name in (
        "signup",
        "planning",
        "qualifications",
        "working_hours",
        "secret_addresses",
        "programme",
        "federation",
    )
)


def test_every_write_is_in_the_document(app, document):
    rules = {
        (rule.rule.replace("<pk>", "{id}").replace("<uuid>", "{uuid}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(WRITING) and rule.rule.endswith("/")
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}
    }

    documented = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert {each for each in documented if each[1] != "get"} == rules


TYPES = {"integer": int, "number": float, "string": str, "boolean": bool, "array": list, "object": dict}


def check_value(value, schema, components, path):
    """Check the type of a value, and that an object has the documented fields in the documented order."""
    if "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    if value is None:
        assert schema.get("nullable"), path
        return
    assert type(value) is TYPES[schema["type"]], path
    assert value in schema.get("enum", [value]), path
    if schema["type"] == "array":
        for each in value:
            check_value(each, schema["items"], components, path)
    for name, part in schema.get("properties", {}).items():
        check_value(value[name], part, components, f"{path} {name}")
    if "properties" in schema:
        assert list(value) == list(schema["properties"]), path
