"""Paths below a list of an event or of a user are read as the list, as in the original."""

import pytest

from joindin.resources.v2_1.prefix_routes import LISTS
from tests.factories import (
    make_attendance,
    make_event_comment,
    make_report,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)


@pytest.fixture
def ids(session, event, host):
    make_track(session, event)
    talk = make_talk(session, event, speakers=[host])
    make_talk_comment(session, talk, host, rating=0)
    make_event_comment(session, event, host, rating=0)
    make_attendance(session, event, host)
    make_report(session, make_event_comment(session, event, is_hidden=True))
    make_report(session, make_talk_comment(session, talk, is_hidden=True))
    return {"event_id": event.id, "user_id": host.id}


@pytest.mark.parametrize("below", ["3", "3/comments", "x", "3/", "%20/..%2f"])
@pytest.mark.parametrize("rule", LISTS)
def test_what_follows_a_list_does_not_matter(api, host, ids, rule, below):
    path = "/v2.1" + rule.replace("<positive:", "{").replace(">", "}").format(**ids)
    reader = api.signed_in(host)

    expected, reply = reader.get(path).json, reader.get(f"{path}/{below}")

    assert reply.status_code == 200
    assert {name: value for name, value in reply.json.items() if name != "meta"} == {
        name: value for name, value in expected.items() if name != "meta"
    }
    assert any(expected.values())
    if "this_page" in expected["meta"]:
        assert reply.json["meta"]["this_page"].startswith(f"http://localhost{path}/")
        assert reply.json["meta"]["total"] == expected["meta"]["total"] > 0


def test_lists_of_more_than_the_path_keep_their_meaning(api, event):
    paths = ("comments/reported", "comments/reported/3", "nonsense/3")
    reported, below, unknown = (api.get(f"/v2.1/events/{event.id}/{path}") for path in paths)

    assert [(reply.status_code, reply.json) for reply in (reported, below)] == [
        (401, ["You must log in to do that"])
    ] * 2
    assert (unknown.status_code, unknown.json) == (404, ["Unknown Subrequest"])


def test_writes_to_paths_below_a_list_are_refused(api, session, event, count_rows):
    writer = api.signed_in(make_user(session))
    before = count_rows()

    reply = writer.post(f"/v2.1/events/{event.id}/comments/3", json={"comment": "a", "rating": 3})

    assert (reply.status_code, reply.json) == (404, ["Operation not supported, sorry"])
    assert count_rows() == before
