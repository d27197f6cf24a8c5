"""The document is valid, whole, and says what is."""

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from joindin.http.surface_routing import EPHIOS, GANCIO, OAUTH2, surface_for_path
from joindin.resources.v2_1.prefix_routes import LISTS as PREFIX_ROUTES
from tests.resources.docs.openapi_document import HTTP_METHODS, list_operations, operation_name, validation_errors

pytestmark = pytest.mark.runs_once("the OpenAPI document reads no rows")

# Pages of the agenda, feeds, and files of flyers; docs/feeds.md and docs/embedding.md describe them.
AGENDA_PAGES = (
    *("/f/", "/r/", "/comments/", "/guest/feedback/"),
    *("/admin", "/collection/", "/embed/", "/place", "/tag", "/city/", "/country/", "/recover/", "/user_confirm/"),
    *("/event/edit/", "/event/<row_id:event_id>/", "/event/<slug>.ics", "/events.", "/talk/<stub>.ics"),
    *("/event/<slug>/manage/", "/event/submit", "/event/<path:slug>/edit", "/event/<path:slug>/add-talk", "/add"),
    # Search, texts of the operator, files for search engines, and old addresses.
    *(
        "/about",
        "/add",
        "/agenda",
        "/assets",
        "/contact",
        "/not-allowed",
        "/p/",
        "/privacy",
        "/search",
        "/sitemap",
        "/opensearch.xml",
        "/oembed",
    ),
    *("/event/attend/", "/event/unattend/", "/event/xhr-", "/event/callforpapers"),
    *("/event/<slug>/details", "/event/<slug>/host"),
    *("/event/<slug>/import", "/event/<slug>/schedule/list", "/event/<slug>/schedule/grid"),
    *("/event/<slug>/comments/<comment_hash>", "/user/<username>/", "/user/<rest:username>/", "/user/view/"),
    *(f"/event/<slug>/<talk_slug>/{part}" for part in ("unlink/", "comments/<comment_hash>", "card.png")),
    *("/user/register", "/user/resend", "/user/password", "/user/username-reminder", "/user/logout"),
    *("/event/view/<row_id:event_id>/<extra>", "/<positive:talk_id>"),
    *("/crew/", "/me/", "/guests/", "/healthcheck/", "/api/federation/oauth-callback"),
    *("/shifts/", "/events/", "/notifications"),
    *("/calendar/", "/settings/calendar", "/shifts-json-export"),
    *("/consequences", "/settings", "/users", "/workinghours"),
    "/guest/",
    *("/download/", "/media/", "/fallbackimage.png", "/headerimage.png", "/logo.png", "/gancio-events.es.js"),
    *(f"/event/<slug>/{page}" for page in ("schedule", "changes", "now", "programme", "talks", "speakers", "rooms")),
    *(f"/event/<slug>/{page}" for page in ("tracks/", "slides", "calendar", "card.png")),
)
# Undocumented routes: the documentation, files, pages, and the contract's answers below unknown addresses.
HIDDEN = {
    ("GET", "/docs"),
    ("GET", "/docs/openapi.json"),
    ("GET", "/inc/img/event_icons/{file}"),
    *(("GET", path) for path in ("/robots.txt", "/favicon.ico", "/Favicon.ico")),
    ("GET", "/static/{filename}"),
    *(
        (method, f"/event/{{slug}}{path}")
        for path in (
            *("/comments", "/{talk_slug}/comments", "/{talk_slug}/claim", "/{talk_slug}/delete", "/{talk_slug}/edit"),
            "/{talk_slug}/speakers/{speaker_id}/unlink",
        )
        for method in ("GET", "POST")
    ),
    *(("GET", f"/event/{{slug}}/{page}") for page in ("add-talk", "edit", "edit-tracks")),
    *(
        ("POST", f"{talk}/results/{action}")
        for talk in ("/event/{slug}/{talk_slug}", "/talk/{stub}")
        for action in ("answer", "share")
    ),
    *(
        (method, f"/talk/{{stub}}/{page}")
        for page in ("comments", "claim", "delete", "edit", "speakers/{speaker_id}/unlink")
        for method in ("GET", "POST")
    ),
    *(
        ("GET", f"{talk}/{page}")
        for talk in ("/event/{slug}/{talk_slug}", "/talk/{stub}")
        for page in (
            "results",
            "results.csv",
            "results.json",
            "results.svg",
            "results.xlsx",
            "slide",
            "slide.png",
            "slide.svg",
        )
    ),
    *(("GET", f"/event/{{slug}}/{path}") for path in ("feedback", "talk-comments")),
    *(("GET", path) for path in ("/event/view/{event_id}", "/event/{slug}", "/event/{slug}/{talk_slug}", "/e/{stub}")),
    *(("GET", path) for path in ("/event/pending", "/event/{slug}/claims", "/event/{slug}/reported-comments")),
    ("GET", "/user/{username}/claims"),
    *(
        ("GET", path)
        for path in ("/home", "/event", "/events", "/cfp", "/cfp/conference-data.json", "/cfps.atom", "/cfps.ics")
    ),
    *(("GET", f"/event/{{slug}}/{page}") for page in ("attendees", "mine", "mine/{token}")),
    *(("POST", f"/event/{{slug}}/{page}") for page in ("attend", "mine/share")),
    ("POST", "/look/"),
    *(("GET", path) for path in ("/talk/view/{talk_id}", "/talk/{stub}", "/user/{username}")),
    *(("GET", path) for path in ("/user/login", "/user/verification", "/user/new-password")),
    *(
        (method, f"/{page}/{{path}}")
        for method in ("POST", "PUT", "DELETE", "PATCH")
        for page in ("event", "e", "talk", "user")
    ),
    *((method, path) for method in ("POST", "PUT", "DELETE", "PATCH") for path in ("/", "/v2.1")),
    *((method, "/v2.1/events/{rest}") for method in ("GET", "POST", "PUT", "DELETE")),
    *((method, "/v2.1/users/{rest}") for method in ("GET", "POST")),
    *((method, "/v2.1/talks/{rest}") for method in ("GET", "POST", "PUT", "DELETE")),
    *((method, "/v2.1/talks/{talk_id}/{below}") for method in ("GET", "POST", "PUT", "DELETE")),
    *(("GET", re.sub(r"<\w+:(\w+)>", r"{\1}", f"/v2.1{rule}/{{below}}")) for rule in PREFIX_ROUTES),
    ("POST", "/v2.1/talks"),
    ("POST", "/v2.1/talks/{talk_id}"),
    *(("GET", f"/v2.1/{path}") for path in ("tracks", "event_comments", "talk_comments")),
    *(("POST", f"/v2.1/{path}") for path in ("twitter/request_token", "twitter/token", "facebook/token")),
}


def test_the_document_is_valid_openapi(document):
    errors = [
        f"{list(error.absolute_path)}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]

    assert errors == []
    assert document["openapi"].startswith("3.1.")


def test_every_route_is_documented_or_hidden_on_purpose(app, document):
    routed = {
        (method, re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        # Pages for signed-in users, and of the agenda.
        if not rule.rule.startswith(("/accounts/", "/api/settings/", "/desk/", *AGENDA_PAGES))
        # Other dialects have documents of their own; docs/oauth.md tells how applications are let in.
        if surface_for_path(rule.rule) not in (OAUTH2, GANCIO, EPHIOS)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    assert sorted(routed - HIDDEN) == sorted((method.upper(), path) for path, method, _ in list_operations(document))
    assert sorted(HIDDEN - routed) == []


def test_every_operation_is_documented_completely(document):
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}
    poor = [
        (operation_name(each), lack)
        for each in list_operations(document)
        for lack in lacks(each[2], tags)
    ]  # fmt: skip

    assert poor == []


def lacks(operation, tags):
    """Return what is missing in the documentation of the operation."""
    success = {status: answer for status, answer in operation["responses"].items() if status < "300"}
    refusals = {status: answer for status, answer in operation["responses"].items() if status >= "300"}
    if not operation.get("summary", "").endswith((".", "?")):
        yield "a sentence as its summary"
    if len(operation["tags"]) != 1 or not tags.issuperset(operation["tags"]):
        yield "a tag with a description"
    if not success and "501" not in refusals:
        yield "an answer when all is well"
    for status, answer in success.items():
        content = answer.get("content", {})
        if content and not content["application/json"].get("examples"):
            yield f"an example of its {status}"
        if content and set(content) != {"application/json", "text/html", "text/javascript"}:
            yield f"a format of its {status}"
    if refusals.pop("default", None) != {"$ref": "#/components/responses/OtherError"}:
        yield "the shape of refusals"
    for status, answer in refusals.items():
        examples = answer["content"]["application/json"]["examples"].values()
        if not examples or any(not isinstance(example["value"], list) for example in examples):
            yield f"the sentences of its {status}"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "schema" not in content:
            yield "the shape of its body"


def test_every_example_fits_its_schema(document):
    wrong = [
        (operation_name((path, method, operation)), problem)
        for path, method, operation in list_operations(document)
        for schema, example in examples_of(operation)
        for problem in validation_errors(document, schema, example)
    ]

    assert wrong == []


def examples_of(operation):
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        for content in part.get("content", {}).values():
            for example in content.get("examples", {}).values():
                yield content["schema"], example["value"]
            if "example" in content:
                yield content["schema"], content["example"]


def test_operation_ids_and_schema_names_are_unique(document):
    ids = [operation["operationId"] for _, _, operation in list_operations(document)]

    assert sorted(ids) == sorted(set(ids))
    assert [name for name in document["components"]["schemas"] if name[-1].isdigit()] == []


def test_a_token_is_required_where_401_is_documented(app, document):
    """Without a token, what asks for one refuses and what does not ask does not."""
    client = app.test_client()
    surprises = [
        (operation_name((path, method, operation)), reply.json)
        for path, method, operation in list_operations(document)
        for reply in [client.open(re.sub(r"\{\w+\}", "1", path), method=method.upper(), json={})]
        if ({} not in operation["security"]) is not refuses_visitors(reply)
    ]

    assert surprises == []


def refuses_visitors(reply):
    sentence = str(reply.get_json(silent=True))
    return reply.status_code in (400, 401, 403) and bool(re.search("log in|logged in|not have permission", sentence))


def test_only_what_can_be_sent_is_listed_as_a_method(document):
    assert {key for item in document["paths"].values() for key in item} == {*HTTP_METHODS, "parameters"}
