"""Every change of an event shows in the next response, although fragments are cached."""

import datetime as dt
import io

import pytest
from PIL import Image

from tests.factories import (
    days_from_now,
    make_client,
    make_event,
    make_event_comment,
    make_pending_event,
    make_talk,
    make_user,
)


@pytest.fixture(autouse=True)
def _media(media_folder):
    """Uploaded images are stored in a folder of the test."""


@pytest.fixture
def host(session):
    return make_user(session, "host", full_name="Hedy Host", email="host@example.org")


@pytest.fixture
def event(session, host):
    return make_event(session, "SampleConf", host=host, tags=["php"])


def picture():
    made = io.BytesIO()
    Image.new("RGB", (150, 150)).save(made, "PNG")
    return {"data": {"image": (io.BytesIO(made.getvalue()), "a.png")}, "content_type": "multipart/form-data"}


def body(**changes):
    return {
        "name": "SampleConf",
        "description": "Two days.",
        "location": "Main Hall",
        "start_date": "2026-12-01",
        "end_date": "2026-12-02",
        "tz_continent": "Europe",
        "tz_place": "Amsterdam",
        **changes,
    }


# Actions of the host, and the fields of the event that they change.
CHANGES = {
    "attending": ("POST", "{event}/attending", {}, {"attendee_count": 1}),
    "commenting": ("POST", "{event}/comments", {"json": {"comment": "Nice", "rating": 4}}, {"event_comments_count": 1}),
    "editing": ("PUT", "{event}", {"json": body(location="Online")}, {"location": "Online"}),
    "tagging": ("PUT", "{event}", {"json": body(tags=["perl", "php"])}, {"tags": ["perl", "php"]}),
    "untagging": ("PUT", "{event}", {"json": body(tags=[])}, {"tags": []}),
    "adding a track": ("POST", "{event}/tracks", {"json": {"track_name": "Web", "track_description": "x"}}, {"tracks_count": 1}),
}  # fmt: skip


@pytest.mark.parametrize("done", CHANGES)
def test_a_change_shows_in_every_read_that_follows(api, host, event, done):
    verb, path, sent, changed = CHANGES[done]
    callers = (api, api.signed_in(host))
    addresses = (f"/v2.1/events/{event.id}", "/v2.1/events", "/v2.1/events?filter=hot&verbose=yes")
    before = [shown(caller, address) for caller in callers for address in addresses]

    reply = callers[1].request(verb, path.format(event=addresses[0]), **sent)

    assert reply.status_code in (201, 204), reply.json
    for old, new in zip(before, [shown(caller, address) for caller in callers for address in addresses]):
        assert {key: old[key] for key in changed} != changed
        assert {key: new[key] for key in changed} == changed


def shown(caller, address):
    return caller.get(address).json["events"][0]


def test_no_longer_attending_shows_to_the_user_and_to_visitors(api, host, event):
    caller, here = api.signed_in(host), f"/v2.1/events/{event.id}"
    seen = []
    for verb in ("POST", "DELETE"):
        caller.request(verb, f"{here}/attending")
        seen.append([(shown(each, here)["attending"], shown(each, here)["attendee_count"]) for each in (caller, api)])

    assert seen == [[(True, 1), (False, 1)], [(False, 0), (False, 0)]]


def test_a_rating_shows(api, session, event):
    here = f"/v2.1/events/{event.id}"
    before = shown(api, here)["event_average_rating"]

    api.signed_in(make_user(session)).post(f"{here}/comments", json={"comment": "Nice", "rating": 4})

    assert (before, shown(api, here)["event_average_rating"]) == (0, 4)


def test_an_image_shows_and_its_removal_too(api, host, event):
    caller, here = api.signed_in(host), f"/v2.1/events/{event.id}"
    seen = [shown(api, here)["images"]]
    caller.post(f"{here}/images", **picture())
    seen.append(shown(api, here)["images"])
    caller.post(f"{here}/images", **picture())
    seen.append(shown(api, here)["images"])
    caller.delete(f"{here}/images")
    seen.append(shown(api, here)["images"])

    assert [images and images["small"]["url"].rpartition("/")[2] for images in seen] == [
        *([], f"icon-{event.id}-small.png", f"icon-{event.id}-2-small.png", []),
    ]


def test_hosts_show_when_they_come_go_and_change_their_names(api, session, host, event):
    newcomer = make_user(session, "newcomer", full_name="New Comer", email="new@example.org")
    caller, here = api.signed_in(host), f"/v2.1/events/{event.id}"
    self = api.signed_in(newcomer, make_client(session, is_trusted=True))

    def names():
        return [each["host_name"] for each in shown(api, f"{here}?verbose=yes")["hosts"]]

    seen = [names()]
    caller.post(f"{here}/hosts", json={"host_name": "newcomer"})
    seen.append(names())
    renamed = self.put(f"/v2.1/users/{newcomer.id}", json={"full_name": "Re Named", "email": "new@example.org"})
    seen.append(names())
    caller.delete(f"{here}/hosts/{newcomer.id}")
    seen.append(names())

    assert renamed.status_code == 204, renamed.json
    assert seen == [["Hedy Host"], ["Hedy Host", "New Comer"], ["Hedy Host", "Re Named"], ["Hedy Host"]]


def test_approval_and_rejection_show(api, session, host):
    admin = api.signed_in(make_user(session, is_admin=True))
    own = api.signed_in(host)
    first, second = make_pending_event(session, host=host), make_pending_event(session, host=host)

    def states():
        pages = [
            [caller.get(f"/v2.1/events/{event.id}") for caller in (api, own)] for event in (first, second)
        ]  # fmt: skip
        return [(page[0].status_code, page[1].json["events"][0]["pending"]) for page in pages]

    seen = [states()]
    admin.post(f"/v2.1/events/{first.id}/approval")
    admin.delete(f"/v2.1/events/{second.id}/approval?reason=No")
    seen.append(states())
    own.post(f"/v2.1/events/{second.id}/submission")
    seen.append(states())

    assert seen == [[(404, 1), (404, 1)], [(200, 0), (404, 0)], [(200, 0), (404, 1)]]


def test_a_granted_or_revoked_role_shows(api, session, host, event):
    caller, here = api.signed_in(host), f"/v2.1/events/{event.id}?verbose=yes"
    seen = [shown(caller, here)["can_edit"]]
    admin = api.signed_in(make_user(session, is_admin=True))
    admin.delete(f"/v2.1/events/{event.id}/hosts/{host.id}")
    seen.append(shown(caller, here)["can_edit"])
    host.is_admin = True
    seen.append(shown(caller, here)["can_edit"])

    assert seen == [True, False, True]


def test_a_hidden_comment_still_counts(api, session, host, event):
    comment = make_event_comment(session, event, make_user(session))
    before = shown(api, f"/v2.1/events/{event.id}")

    api.signed_in(host).post(f"/v2.1/event_comments/{comment.id}/reported")

    assert shown(api, f"/v2.1/events/{event.id}") == before
    assert before["event_comments_count"] == 1


def test_a_talk_shows_when_it_comes_and_goes(api, session, host, event):
    here = f"/v2.1/events/{event.id}"
    talk = make_talk(session, event)
    seen = [shown(api, here)["talks_count"]]

    api.signed_in(host).delete(f"/v2.1/talks/{talk.id}")
    seen.append(shown(api, here)["talks_count"])

    assert seen == [1, 0]


def test_the_day_that_passes_shows_in_the_verbose_form(api, event, time_machine):
    here = f"/v2.1/events/{event.id}?verbose=yes"
    time_machine.move_to(event.starts_at.replace(hour=1) - dt.timedelta(days=1))
    seen = [shown(api, here)["comments_enabled"]]
    time_machine.shift(86400)
    seen.append(shown(api, here)["comments_enabled"])

    assert seen == [0, 1]


def test_viewers_with_different_relations_get_different_fragments(api, session, host):
    pending = make_pending_event(session, host=host)
    here = f"/v2.1/events/{pending.id}?verbose=yes"
    editor, admin = make_user(session, is_editor=True), make_user(session, is_admin=True)
    callers = [api.signed_in(each) for each in (host, admin, editor)]

    seen = [(shown(each, here)["can_edit"], "approval_uri" in shown(each, here)) for each in callers * 2]

    assert seen == [(True, False), (True, True), (False, True)] * 2


def test_users_without_relation_share_the_fragment_of_visitors(app, api, session, event):
    here, stranger = f"/v2.1/events/{event.id}?verbose=yes", api.signed_in(make_user(session))
    app.extensions["fragment_cache"].clear()

    seen = [shown(each, here) for each in (api, stranger)]

    assert seen[0] == seen[1]
    assert len(app.extensions["fragment_cache"]) == 1


@pytest.mark.parametrize("asked", ["title=conf", "tags[]=php", "tags[]=php&tags[]=perl"])
def test_a_repeated_search_shows_the_current_events(api, session, host, asked):
    first = make_event(session, "SampleConf", host=host, tags=["php"], starts_at=days_from_now(3))
    second = make_event(session, "OtherConf", host=host, tags=["php", "perl"], starts_at=days_from_now(2))
    address, seen = f"/v2.1/events?{asked}", []

    def look():
        reply = api.get(address).json
        assert reply["meta"]["total"] == len(reply["events"])
        seen.append([event["name"] for event in reply["events"]])

    look()
    second.starts_at = days_from_now(4)
    look()
    second.is_private = True
    look()
    make_event(session, "ThirdConf", tags=["php"], starts_at=days_from_now(1))
    look()
    session.delete(first)
    look()

    assert seen == [
        ["SampleConf", "OtherConf"], ["OtherConf", "SampleConf"], ["SampleConf"], ["SampleConf", "ThirdConf"], ["ThirdConf"]
    ]  # fmt: skip
