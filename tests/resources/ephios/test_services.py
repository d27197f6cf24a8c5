"""Services: applications of the operator whose tokens belong to no person."""

import contextvars

import pytest

from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import make_client, make_user

SECRET = "quite secret"
FORBIDDEN = (403, {"detail": "You do not have permission to perform this action."})
NO_CREDENTIALS = (403, {"detail": "Authentication credentials were not provided."})


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def shift(session, ada):
    shift = make_shift(session, make_crew_event(session, "Congress"))
    make_shift(session, make_crew_event(session, "Draft", is_draft=True))
    make_participation(session, shift, ada)
    return shift


@pytest.fixture
def service(app, session):
    """``service(scopes)`` returns a function that sends requests with a token of the service."""

    def connect(scopes):
        client = make_client(session, "doors", SECRET, is_service=True, scopes=scopes)
        session.commit()
        http = app.test_client()

        def call(method, path, **options):
            # A context of its own: the test's would keep what a request has loaded.
            return contextvars.Context().run(http.open, f"/api/{path}", method=method, **options)

        credentials = {"client_id": client.key, "client_secret": SECRET}
        form = {"grant_type": "client_credentials", **credentials}
        token = call("POST", "oauth/token/", data=form).json["access_token"]

        def send(path, method="GET", **options):
            headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
            reply = call(method, path, headers=headers, **options)
            return reply.status_code, reply.json

        send.revoke = lambda: call("POST", "oauth/revoke_token/", data={"token": token, **credentials}).status_code
        return send

    return connect


def test_a_service_reads_active_events_until_its_token_is_revoked(shift, service):
    send = service("PUBLIC_READ PUBLIC_WRITE")

    assert [each["title"] for each in send("events/")[1]["results"]] == ["Congress"]
    assert [each["id"] for each in send("shifts/")[1]["results"]] == [shift.id]
    assert send(f"shifts/{shift.id}/")[0] == send("buildingblocks/")[0] == 200
    assert send("participations/") == send("users/") == send("users/me/") == FORBIDDEN
    assert send.revoke() == 200
    assert send("events/") == NO_CREDENTIALS


def test_a_service_reads_people_with_the_confidential_scope(ada, shift, service):
    send = service("CONFIDENTIAL_READ")

    assert [each["id"] for each in send("users/")[1]["results"]] == [ada.id]
    assert [each["user"] for each in send("participations/")[1]["results"]] == [ada.id]
    assert [each["user"] for each in send(f"users/{ada.id}/participations/")[1]["results"]] == [ada.id]
    assert send("events/") == FORBIDDEN


def test_a_service_takes_part_in_nothing_and_changes_nothing(ada, shift, service, count_rows):
    send = service("PUBLIC_READ PUBLIC_WRITE ME_READ ME_WRITE CONFIDENTIAL_READ CONFIDENTIAL_WRITE")
    before = count_rows()

    assert send("users/me/") == send("users/me/participations/") == send("consequences/") == FORBIDDEN
    assert send(f"shifts/{shift.id}/signup/", "POST") == FORBIDDEN
    assert send("planning/events/", "POST", json={"title": "X", "type": 1}) == FORBIDDEN
    assert send(f"planning/shifts/{shift.id}/", "DELETE") == FORBIDDEN
    assert send(f"planning/users/{ada.id}/qualifications/none/", "PUT") == FORBIDDEN
    assert count_rows() == before
