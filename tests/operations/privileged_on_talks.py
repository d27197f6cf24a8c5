"""Writes of talks that are logged with their actor: rows of the table in ``test_audit.py``."""

import datetime as dt

from joindin.models.talks import CANCELLED_TALK
from joindin.operations.feedback.talk_editing import content_version, edit_talk_content
from joindin.operations.organiser.talks import (
    TalkPlacement,
    add_placed_talk,
    cancel_talk,
    edit_placed_talk,
    set_talk_visibility,
)
from joindin.operations.talks import TalkDetails, add_talk, delete_talk, edit_talk
from tests.factories import NOW, make_room, make_track

HOUR = dt.timedelta(hours=1)


def details(talk, **fields):
    columns = ("title", "description", "type_id", "language_id", "starts_at", "duration")
    return TalkDetails(**{name: getattr(talk, name) for name in columns} | fields)


def edit_all(session, sample):
    talk, room, track = sample.talk, make_room(session, sample.event, "Hall"), make_track(session, sample.event, "Web")
    placement = TalkPlacement(room.id, [track.id], subtitle="Part one", state=CANCELLED_TALK)
    changed = details(talk, title="New", starts_at=talk.starts_at + HOUR, speakers=["Ada L.", "Grace H."])
    sample.starts_at, sample.room = talk.starts_at, room
    edit_placed_talk(session, talk.id, changed, placement, actor=sample.root, now=NOW)


def edit_content(session, sample):
    talk = sample.talk
    edit_talk_content(
        session, talk.id, title="Talk", description="About something.", language_id=talk.language_id, level="advanced",
        links=[("slides_link", "https://example.org/slides")], has_feedback=True, has_recording_opt_out=True,
        version=content_version(talk, []), actor=sample.root, now=NOW,
    )  # fmt: skip


def changes_of_all(sample):
    return {
        "title": ["Talk", "New"],
        "subtitle": ["", "Part one"],
        "starts_at": [sample.starts_at.isoformat(), (sample.starts_at + HOUR).isoformat()],
        "room_id": [None, sample.room.id],
        "state": ["confirmed", CANCELLED_TALK],
        "speakers": ["Ada L.", "Ada L., Grace H."],
        "tracks": ["", "Web"],
    }


PRIVILEGED_ON_TALKS = {
    add_talk: (
        lambda s, w: add_talk(s, w.event.id, details(w.talk, title="Second"), actor=w.root),
        "talk.create", "talk", "Second", {},
    ),
    add_placed_talk: (
        lambda s, w: add_placed_talk(s, w.event.id, details(w.talk, title="Second"), TalkPlacement(None, []), actor=w.root),
        "talk.create", "talk", "Second", {},
    ),
    edit_talk: (
        lambda s, w: edit_talk(s, w.talk.id, details(w.talk, title="New"), actor=w.root, now=NOW),
        "talk.edit", "talk", "New", {"title": ["Talk", "New"]},
    ),
    edit_placed_talk: (edit_all, "talk.edit", "talk", "New", changes_of_all),
    edit_talk_content: (
        edit_content, "talk.edit", "talk", "Talk",
        {"level": [None, "advanced"], "links": ["", "https://example.org/slides"], "has_recording_opt_out": [False, True]},
    ),
    set_talk_visibility: (
        lambda s, w: set_talk_visibility(s, w.talk.id, is_active=False, actor=w.root), "talk.hide", "talk", "Talk", {},
    ),
    cancel_talk: (lambda s, w: cancel_talk(s, w.talk.id, actor=w.root), "talk.cancel", "talk", "Talk", {}),
    delete_talk: (lambda s, w: delete_talk(s, w.talk.id, actor=w.root), "talk.delete", "talk", "Talk", {}),
}  # fmt: skip
