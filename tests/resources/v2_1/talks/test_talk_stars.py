import pytest
from sqlalchemy import func, select

from joindin.models import Mail, Talk, TalkStar
from tests.factories import make_event, make_star, make_talk, make_user

BASE_URL = "http://localhost/v2.1"


@pytest.fixture
def fan(api, session):
    return api.signed_in(make_user(session))


def starred(client, talk):
    shown = client.get(f"/v2.1/talks/{talk.id}").json["talks"][0]
    asked = client.get(f"/v2.1/talks/{talk.id}/starred").json["has_starred"]
    assert asked == shown["starred"]
    return shown["starred"], shown["starred_count"]


def test_a_star_is_counted_once(api, fan, session, talk):
    make_star(session, talk, make_user(session))
    path = f"/v2.1/talks/{talk.id}/starred"

    replies = [fan.post(path, json=[]), fan.post(path), fan.post(f"{path}/", data="x")]

    assert [(reply.status_code, reply.data, reply.headers["Location"]) for reply in replies] == [
        (201, b"", f"{BASE_URL}/talks/{talk.id}/starred"),
        (201, b"", f"{BASE_URL}/talks/{talk.id}/starred"),
        (201, b"", f"{BASE_URL}/talks/{talk.id}/starred/"),
    ]
    assert (starred(fan, talk), starred(api, talk)) == ((True, 2), (False, 2))
    assert session.scalars(select(Mail)).all() == []


def test_a_star_is_removed_once_and_removing_it_again_succeeds(fan, session, talk):
    make_star(session, talk, make_user(session))
    path = f"/v2.1/talks/{talk.id}/starred"
    fan.post(path)

    replies = [fan.delete(path) for _ in range(2)]

    assert [(reply.status_code, reply.data, reply.headers["Location"]) for reply in replies] == [
        (200, b"", f"{BASE_URL}/talks/{talk.id}/starred")
    ] * 2
    assert starred(fan, talk) == (False, 1)


def test_missing_talks_cannot_be_starred(fan, session, talk):
    gone = make_talk(session, make_event(session), is_active=False)

    replies = [
        fan.request(method, f"/v2.1/talks/{id_}/starred") for method in ("POST", "DELETE") for id_ in (gone.id, 12345)
    ]

    assert [(reply.status_code, reply.get_json(silent=True)) for reply in replies] == [
        (404, ["Talk not found"]),
        (404, ["Talk not found"]),
        (200, None),
        (200, None),
    ]
    assert session.scalar(select(func.count()).select_from(TalkStar)) == 0


def test_the_version_moves_with_the_count_alone(fan, session, talk):
    path = f"/v2.1/talks/{talk.id}/starred"
    versions = [talk.version]

    for method in ("DELETE", "POST", "POST", "DELETE", "DELETE"):
        fan.request(method, path)
        versions.append(session.get(Talk, talk.id).version)

    first = versions[0]
    assert versions == [first, first, first + 1, first + 1, first + 2, first + 2]


def test_starring_costs_little(fan, session, talk, count_statements):
    path = f"/v2.1/talks/{talk.id}/starred"

    with count_statements() as seen:
        fan.post(path)

    # Token of the request; star and counter, one statement on PostgreSQL.
    kinds = [statement.split()[0] for statement in seen]
    assert kinds == (
        ["SELECT", "WITH"] if session.get_bind().dialect.name == "postgresql" else ["SELECT", "INSERT", "UPDATE"]
    )
