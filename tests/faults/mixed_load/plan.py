"""The rows of a mixed load, and the plan of its 16 clients."""

import datetime as dt

from joindin.operations.accounts.sessions import create_browser_session
from joindin.utils.datetimes import utc_now
from tests.api_client import issue_token
from tests.crew_factories import make_crew_event, make_shift
from tests.factories import days_from_now, make_client, make_event, make_talk, make_user

# Pause of a client after each request. The short form shares its machine with other tests.
SHORT_PAUSE_S, LONG_PAUSE_S = 0.1, 0.03
MAY_DECLINE = {"user_can_decline_confirmed": True}


def make_plan(session, *, port: int, pause_s: float) -> dict:
    """Commit users, events, talks and shifts, and return the plan of the clients as a dict for JSON.

    Talks are held now, as guests may rate them. The speaker of each is mailed about comments.
    """
    now = utc_now()
    host, speaker = make_user(session, "host"), make_user(session, "speaker")
    events = [
        make_event(session, host=host, starts_at=now - dt.timedelta(hours=2), ends_at=now + dt.timedelta(days=1))
        for _ in range(2)
    ]
    talks = [make_talk(session, event, speakers=[speaker]) for event in events * 2]
    edited = [make_talk(session, events[0]) for _ in range(3)]
    attendees, volunteers, visitors = ([make_user(session) for _ in range(count)] for count in (4, 3, 2))
    crew_event = make_crew_event(session, "Congress", seen_by=volunteers, changed_by=[host])
    shifts = [
        make_shift(session, crew_event, starts_at=days_from_now(day), signup_flow_configuration=MAY_DECLINE)
        for day in range(10, 14)
    ]
    client = make_client(session)

    def token(user):
        return {"token": issue_token(session, user, client), "user_id": user.id}

    def browser_session(user):
        _, value = create_browser_session(
            session,
            user,
            ip_address=None,
            user_agent="",
            lifetime=dt.timedelta(days=1),
            now=now,
            with_second_factor=True,
        )
        return {"session": value, "user_id": user.id}

    public_talks = [{"id": talk.id, "stub": talk.stub} for talk in talks]
    edited_talks = [{"id": talk.id, "starts_at": talk.starts_at.isoformat()} for talk in edited]
    paths = [f"/event/{events[0].slug}", f"/event/{events[0].slug}/schedule", "/", "/search?q=talk"]
    ids = {"event_ids": [event.id for event in events], "talk_ids": [talk.id for talk in talks]}
    clients = [
        *({"kind": "attendee", **token(user), **ids} for user in attendees),
        {"kind": "organiser", **token(host), "event_id": events[0].id, "talks": edited_talks},
        *(
            {"kind": "volunteer", **token(user), "event_id": crew_event.id, "shift_ids": [shift.id for shift in shifts]}
            for user in volunteers
        ),
        *({"kind": "submitter", "starts_at": int(days_from_now(5).timestamp())} for _ in range(2)),
        {"kind": "agenda reader"},
        *({"kind": "visitor", **browser_session(user), "talks": public_talks, "paths": paths} for user in visitors),
        *({"kind": "guest", "talks": public_talks} for _ in range(2)),
        {"kind": "feed reader"},
    ]
    session.commit()
    return {"port": port, "pause_s": pause_s, "clients": clients}
