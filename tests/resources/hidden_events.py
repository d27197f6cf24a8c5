"""Events and talks with everything that can belong to one, in a state in which visitors may not see it."""

from functools import partial
from types import SimpleNamespace

from joindin.models import EventImage
from joindin.models.crew.crew_details import CrewDetails
from joindin.operations.organiser.talks import set_talk_visibility
from tests.crew_factories import make_event_type, make_participation, make_shift
from tests.factories import (
    make_attendance,
    make_claim,
    make_event,
    make_event_comment,
    make_pending_event,
    make_rejected_event,
    make_report,
    make_room,
    make_star,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)

# Stands in every text that belongs to the event.
MARK = "Zyxomma"

STATES = {
    "pending": make_pending_event,
    "rejected": make_rejected_event,
    "private": partial(make_event, is_private=True),
    "inactive": partial(make_event, is_active=False, is_pending=None),
}


def make_hidden_event(session, state):
    """Store the event; return it with its host, a participant and the rows that belong to it."""
    host, participant = make_user(session, "hanna"), make_user(session, "pat")
    texts = {"description": f"About {MARK}", "location": MARK, "stub": MARK.lower(), "slug": MARK.lower()}
    event = STATES[state](session, f"{MARK} Days", host=host, tags=[MARK.lower()], **texts)
    session.add(EventImage(event_id=event.id, size="small", file=f"{MARK}.png", width=140, height=140))
    track = make_track(session, event, f"{MARK} track")
    room = make_room(session, event, f"{MARK} hall")
    link = ("slides_link", f"https://slides.example/{MARK}")
    talk = make_talk(
        session,
        event,
        f"{MARK} talk",
        speakers=[participant, f"{MARK} Speaker"],
        tracks=[track],
        links=[link],
        room_id=room.id,
    )
    make_attendance(session, event, participant)
    event_comment = make_event_comment(session, event, participant, text=f"{MARK} comment")
    talk_comment = make_talk_comment(session, talk, participant, rating=0, text=f"{MARK} talk comment")
    reported = make_event_comment(session, event, participant, text=f"{MARK} reported", is_hidden=True)
    make_report(session, reported)
    make_claim(session, talk, talk.speakers[0], make_user(session))
    session.add(CrewDetails(event_id=event.id, event_type_id=make_event_type(session).id))
    shift = make_shift(session, event, label=f"{MARK} shift")
    participation = make_participation(session, shift, participant)
    link_id = talk.links[0].id
    session.commit()
    return SimpleNamespace(
        event=event,
        host=host,
        participant=participant,
        track=track,
        room=room,
        talk=talk,
        event_comment=event_comment,
        talk_comment=talk_comment,
        link_id=link_id,
        shift=shift,
        participation=participation,
    )


def make_hidden_talk(session):
    """Store a public event with a talk that its hosts hid; return them as :func:`make_hidden_event`.

    Only texts that belong to the talk have the mark.
    """
    host, participant = make_user(session, "hanna"), make_user(session, "pat")
    event = make_event(session, "Open Days", host=host, slug="open", stub="open")
    track, room = make_track(session, event, "Web"), make_room(session, event, "Hall")
    talk = make_talk(
        session,
        event,
        f"{MARK} talk",
        description=f"About {MARK}",
        speakers=[participant, f"{MARK} Speaker"],
        tracks=[track],
        links=[("slides_link", f"https://slides.example/{MARK}")],
        room_id=room.id,
    )
    fan = make_user(session, "fan")
    make_talk(session, event, "Open talk", room_id=room.id, speakers=[participant, "Open Speaker"])
    event_comment = make_event_comment(session, event, fan, text="Good")
    talk_comment = make_talk_comment(session, talk, fan, rating=3, text=f"{MARK} talk comment")
    make_star(session, talk, fan)
    make_claim(session, talk, talk.speakers[0], make_user(session))
    session.add(CrewDetails(event_id=event.id, event_type_id=make_event_type(session).id))
    shift = make_shift(session, event, label="Door")
    participation = make_participation(session, shift, participant)
    link_id = talk.links[0].id
    set_talk_visibility(session, talk.id, is_active=False, actor=None)
    session.commit()
    return SimpleNamespace(
        event=event,
        host=host,
        participant=participant,
        fan=fan,
        track=track,
        room=room,
        talk=talk,
        event_comment=event_comment,
        talk_comment=talk_comment,
        link_id=link_id,
        shift=shift,
        participation=participation,
    )
