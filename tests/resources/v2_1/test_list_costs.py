"""A page of any list with cached fragments costs one statement, and two or three for signed-in users."""

import pytest

from joindin.extensions import db
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_event_comment,
    make_star,
    make_talk,
    make_talk_comment,
    make_user,
    parse_instant,
)

# Further statements of a signed-in user's page: the token, and the viewer's relations to the objects. PostgreSQL returns the
# relations with the page.
TOKEN, RELATIONS_WITH_PAGE, RELATIONS = (
    "the token",
    "the token, and on SQLite what they are",
    "the token, what they are",
)

LISTS = {
    "/v2.1/events": RELATIONS_WITH_PAGE,
    "/v2.1/events?filter=hot": RELATIONS_WITH_PAGE,
    "/v2.1/events?filter=upcoming": RELATIONS_WITH_PAGE,
    "/v2.1/events?filter=past": RELATIONS_WITH_PAGE,
    "/v2.1/events?title=conf": RELATIONS,
    "/v2.1/events?tags[]=php": RELATIONS_WITH_PAGE,
    "/v2.1/events?tags[]=php&tags[]=perl": RELATIONS,
    "/v2.1/users/{user}/hosted": RELATIONS,
    "/v2.1/users/{user}/attended": RELATIONS,
    "/v2.1/events/{event}/talks": RELATIONS,
    "/v2.1/users/{user}/talks": RELATIONS,
    "/v2.1/talks?title=story": RELATIONS,
    "/v2.1/talks/{talk}": RELATIONS,
    "/v2.1/events/{event}/comments": TOKEN,
    "/v2.1/event_comments/{event_comment}": TOKEN,
    "/v2.1/talks/{talk}/comments": TOKEN,
    "/v2.1/events/{event}/talk_comments": TOKEN,
    "/v2.1/users/{user}/talk_comments": TOKEN,
    "/v2.1/talk_comments/{talk_comment}": TOKEN,
    "/v2.1/users": TOKEN,
    "/v2.1/users?keyword=host": TOKEN,
    "/v2.1/users?username=host": TOKEN,
    "/v2.1/users/{user}": TOKEN,
    "/v2.1/events/{event}/attendees": TOKEN,
}


@pytest.fixture
def ids(session):
    host = make_user(session, "host")
    event = make_event(session, host=host, tags=["php", "perl"], starts_at=parse_instant("2026-03-02T09:00"))
    make_event(session, host=host, starts_at=days_from_now(100))
    talks = [make_talk(session, event, "A story", speakers=[host]) for _ in range(3)]
    for talk in talks:
        make_star(session, talk, host)
        comment = make_talk_comment(session, talk, host)
    said = [make_event_comment(session, event, make_user(session)) for _ in range(3)]
    make_attendance(session, event, host)
    ids = {"user": host, "event": event, "talk": talks[0], "talk_comment": comment, "event_comment": said[0]}
    return {name: thing.id for name, thing in ids.items()}


@pytest.mark.parametrize("verbose", ["no", "yes"])
@pytest.mark.parametrize("path", LISTS)
def test_a_page_with_cached_fragments_costs_few_statements(api, session, ids, count_statements, path, verbose):
    address = path.format(**ids) + f"{'&' if '?' in path else '?'}verbose={verbose}"
    callers = [api, api.signed_in(make_user(session)), api.signed_in(make_user(session, is_admin=True))]
    costs = []
    for caller in callers:
        first = caller.get(address).json
        with count_statements() as seen:
            again = caller.get(address).json
        assert again == first
        assert again["meta"]["count"] > 0
        costs.append(len(seen))

    # The ids of tags are found first.
    visitors = 1 + ("tags" in path)
    more = {TOKEN: 1, RELATIONS_WITH_PAGE: 2 if db.engine.dialect.name == "sqlite" else 1, RELATIONS: 2}[LISTS[path]]
    # The verbose row of the viewer shows the address that they have requested and not confirmed.
    more += path == "/v2.1/users" and verbose == "yes"
    assert costs == [visitors, visitors + more, visitors + more]
