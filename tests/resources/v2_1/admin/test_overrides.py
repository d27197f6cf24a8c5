"""Changes by administrators to events of others are in the audit log as such; those by hosts and speakers are not."""

import pytest
from sqlalchemy import func, select

from joindin.models import AuditEntry
from tests.factories import days_from_now, make_event, make_talk, make_track, make_user

START = days_from_now(10)

EVENT = {
    "name": "Rope Days", "description": "New", "location": "Here", "start_date": "2030-01-01", "end_date": "2030-01-02",
    "tz_continent": "Europe", "tz_place": "London",
}  # fmt: skip
TALK = {"talk_title": "New", "talk_description": "About it", "start_date": START.isoformat()}
LINK = {"display_name": "code_link", "url": "https://c.example/"}

# Method, path, body, what the entry is about, and whether speakers may as well.
WRITES = [
    ("PUT", "/events/{event}", EVENT, "event", False),
    ("DELETE", "/events/{event}/images", None, "event", False),
    ("DELETE", "/events/{event}/hosts/{stranger}", None, "event", False),
    ("POST", "/events/{event}/talks", TALK, "event", False),
    ("POST", "/events/{event}/tracks", {"track_name": "New"}, "event", False),
    ("PUT", "/tracks/{track}", {"track_name": "New"}, "event", False),
    ("PUT", "/talks/{talk}", TALK, "talk", True),
    ("POST", "/talks/{talk}/links", LINK, "talk", True),
    ("DELETE", "/talks/{talk}/speakers/{speaker}", None, "talk", True),
    ("DELETE", "/talks/{talk}", None, "talk", False),
]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: f"{write[0]} {write[1]}")
def test_an_admin_who_writes_where_others_do_is_seen(api, session, write):
    method, path, body, kind, may_speak = write
    host, speaker = make_user(session, "host", is_admin=True), make_user(session, "speaker", is_admin=True)
    admin, stranger = make_user(session, "admin", is_admin=True), make_user(session)

    def entries_by(person):
        event = make_event(session, "Rope Days", host=host, starts_at=START)
        talk = make_talk(session, event, "A talk", speakers=[speaker])
        track = make_track(session, event)
        ids = {"event": event.id, "talk": talk.id, "track": track.id, "speaker": speaker.id, "stranger": stranger.id}
        address = f"/v2.1{path.format(**ids)}"
        reply = api.signed_in(person).request(method, address, json=body)
        assert reply.status_code < 300, reply.json
        found = session.scalars(
            select(AuditEntry).where(AuditEntry.action == f"{kind}.override", AuditEntry.actor_id == person.id)
        ).all()
        assert [(entry.subject_type, entry.subject_id, entry.changes) for entry in found] in (
            [],
            [(kind, ids[kind], {"request": [None, f"{method} {address}"]})],
        )
        return len(found)

    assert (entries_by(admin), entries_by(host), entries_by(speaker)) == (1, 0, 0 if may_speak else 1)


def test_what_is_refused_or_only_read_leaves_nothing(api, session):
    event = make_event(session, host=make_user(session))
    admin = api.signed_in(make_user(session, is_admin=True))

    refused, read = admin.put(f"/v2.1/events/{event.id}", json={}), admin.get(f"/v2.1/events/{event.id}/claims")

    assert (refused.status_code, read.status_code) == (400, 200)
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0
