"""Responses are as documented."""

import re
from io import BytesIO
from urllib.parse import urlencode

import pytest
from PIL import Image

from joindin.models import AccessToken, EmailVerification, PasswordReset, TalkComment
from joindin.resources.v2_1.events.event_parsing import MSG_FIELD_REQUIRED, NewEventSchema
from joindin.security.passwords import hash_password
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.resources.docs.openapi_document import SchemaCoverage, list_operations, operation_name, validation_errors

FORMS = ("default", "verbose")
# Parameters named ``resultsperpage``.
SIZES = ("resultsperpage", "entries")

# Reports are listed while they are open.
NEVER_LISTED = {("EventReport", "deciding_user_uri"), ("TalkReport", "deciding_user_uri")}

# Members that complete sample data in it always have; elsewhere they are missing.
ALWAYS_HERE = {("TalkSpeakers", "0")}


def test_every_response_to_a_read_is_as_documented(api, session, sample_data, document):
    callers = {"visitor": api} | {
        name: api.signed_in(user, sample_data.client) for name, user in sample_data.users.items()
    }
    seen, wrong = SchemaCoverage(document), []

    for path, _, operation in reads(document):
        for name, caller in callers.items():
            for address in addresses(path, operation, sample_data, session):
                reply = caller.get(address)
                wrong += [(name, address, problem) for problem in differences(document, operation, address, reply)]
                if reply.status_code == 200:
                    seen.note(form_of(operation, address), reply.json)

    assert wrong == []
    assert seen.out_of_order == []
    assert never_there(document, seen) == NEVER_LISTED
    assert never_missing(document, seen) == ALWAYS_HERE


def reads(document):
    return [(path, method, operation) for path, method, operation in list_operations(document) if method == "get"]


def addresses(path, operation, sample_data, session):
    """Where to ask: in each form, cut into pages, and for things of every state."""
    ids = sample_data.ids | {"token_id": session.query(AccessToken.id).order_by(AccessToken.id).limit(1).scalar()}
    paths = [fill(path, ids)]
    if path == "/v2.1/events/{event_id}":
        paths += [fill(path, {"event_id": event.id}) for event in (sample_data.pending, sample_data.rejected)]
    if operation["operationId"] in ("getTalks", "getUsers"):
        paths = [f"{path}?{urlencode({'title': 't', 'keyword': 'a'})}"]
    for address in paths:
        joint = "&" if "?" in address else "?"
        yield address
        if has_two_forms(operation):
            yield f"{address}{joint}verbose=yes"
        if {"$ref": "#/components/parameters/start"} in operation.get("parameters", ()):
            yield f"{address}{joint}start=1&resultsperpage=1"
        if any({"$ref": f"#/components/parameters/{name}"} in operation.get("parameters", ()) for name in SIZES):
            yield f"{address}{joint}resultsperpage=1"


def fill(path, ids):
    if path.startswith("/v2.1/talk_comments"):
        ids = ids | {"comment_id": ids["talk_comment_id"]}
    return re.sub(r"\{(\w+)\}", lambda name: str(ids[name[1]]), path)


def has_two_forms(operation):
    return {"$ref": "#/components/parameters/verbose"} in operation.get("parameters", ())


def form_of(operation, address):
    """Return the schema of the default form, or of the verbose one. Those of the list for other ids come after them."""
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return schema["anyOf"]["verbose=yes" in address] if "anyOf" in schema else schema


def differences(document, operation, address, reply):
    if reply.status_code == 200:
        return validation_errors(document, form_of(operation, address), reply.json)
    answer = operation["responses"].get(str(reply.status_code))
    if answer is None:
        return [f"{reply.status_code} {reply.json} is not documented"]
    known = [example["value"] for example in answer["content"]["application/json"]["examples"].values()]
    return [] if reply.json in known else [f"{reply.json} is not documented"]


def never_there(document, seen):
    return {
        (shape, member)
        for shape, schema in document["components"]["schemas"].items()
        if any(name == shape for name, _ in (*seen.there, *seen.absent))
        for member in schema.get("properties", ())
        if not seen.there[shape, member]
    }


def never_missing(document, seen):
    """Members that are said to be missing at times, and never were."""
    return {
        (shape, member)
        for shape, member in seen.there
        if shape
        if member not in document["components"]["schemas"][shape].get("required", ())
        if not seen.absent[shape, member]
    }


def test_every_example_body_is_accepted(api, session, sample_data, document):
    hashed, surprises = hash_password("correct horse"), []

    for path, method, operation in list_operations(document):
        if content := operation.get("requestBody", {}).get("content", {}).get("application/json"):
            prepare_for_sending(session, sample_data, hashed)
            body = content["example"]
            if "track_uri" in body:
                body = body | {"track_uri": fill("/v2.1/tracks/{track_id}", sample_data.ids)}
            # Each request has a token of its own, because a password reset ends all of them.
            ada = api.signed_in(sample_data.users["host"], sample_data.client)
            reply = ada.request(method.upper(), fill(path, sample_data.ids), json=body)
            surprises += [(operation_name((path, method, operation)), each) for each in unlike(operation, reply)]

    assert surprises == []


def prepare_for_sending(session, sample_data, hashed):
    """Give Ada the password and the mailed tokens of the examples, the rights of an admin, and what others own."""
    ada = sample_data.users["host"]
    ada.password_hash, ada.is_admin = hashed, True
    sample_data.client.secret_hash, sample_data.client.owner_id = hash_token("web2secret"), ada.id
    session.get_one(TalkComment, sample_data.ids["talk_comment_id"]).user_id = ada.id
    for kind in (EmailVerification, PasswordReset):
        session.query(kind).delete()
        session.add(kind(user_id=ada.id, token_hash=hash_token("0b5f2a9c77e14d38"), created_at=utc_now()))
    session.commit()


def unlike(operation, reply):
    """How the reply is not what the document promises when all is well."""
    answer = operation["responses"].get(str(reply.status_code))
    if answer is None or reply.status_code not in (200, 201, 202, 204, 501):
        return [f"{reply.status_code} {reply.get_data(as_text=True)[:200]}"]
    location = answer.get("headers", {}).get("Location", {}).get("example")
    if shape_of(location) != shape_of(reply.headers.get("Location")):
        return [f"Location is {reply.headers.get('Location')}"]
    if bool(reply.data) is not ("content" in answer):
        return [f"the body is {reply.get_data(as_text=True)[:200]}"]
    return []


def shape_of(address):
    """Return the path without host and ids."""
    return address and re.sub(r"\d+", "0", re.sub(r"^https?://[^/]+/v2\.1", "", address))


@pytest.mark.parametrize(("is_admin", "status", "location"), [(True, 201, "/events/0"), (False, 202, "/events")])
def test_the_example_event_is_accepted(api, session, sample_data, document, is_admin, status, location):
    submitter = sample_data.users["admin" if is_admin else "guest"]
    example = document["paths"]["/v2.1/events"]["post"]["requestBody"]["content"]["application/json"]["example"]

    reply = api.signed_in(submitter).post("/v2.1/events", json=example)

    assert (reply.status_code, shape_of(reply.headers["Location"])) == (status, location)


def test_an_image_is_sent_as_documented(api, session, sample_data, document):
    operation = document["paths"]["/v2.1/events/{event_id}/images"]["post"]
    (media_type,) = operation["requestBody"]["content"]
    picture = BytesIO()
    Image.new("RGB", (200, 200)).save(picture, "PNG")
    picture.seek(0)

    reply = api.signed_in(sample_data.users["host"]).post(
        fill("/v2.1/events/{event_id}/images", sample_data.ids),
        data={"image": (picture, "icon.png")},
        content_type=media_type,
    )

    assert unlike(operation, reply) == []


def test_required_members_are_those_that_the_parser_requires():
    required = {name for name, field in NewEventSchema().fields.items() if field.required}

    assert required == {*MSG_FIELD_REQUIRED, "start_date", "end_date", "tz_continent", "tz_place"}
