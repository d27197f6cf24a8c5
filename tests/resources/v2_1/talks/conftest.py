import pytest

from joindin.queries.accounts.users import get_user_by_username
from tests.factories import days_from_now, make_claim, make_event, make_star, make_talk, make_track, make_user
from tests.resources.v2_1.talks.talk_routes import ROLES


@pytest.fixture
def role_clients(api, session):
    """A client for each role."""
    users = {role: make_user(session, role) for role in ROLES if role not in ("visitor", "admin")}
    clients = {role: api.signed_in(user) for role, user in users.items()}
    return clients | {"visitor": api, "admin": api.signed_in(make_user(session, "admin", is_admin=True))}


@pytest.fixture
def arrange_talk(session, role_clients):
    """``arrange_talk()`` stores a new talk with everything that the routes write to, and returns the ids."""
    host, speaker, elsewhere = (get_user_by_username(session, name) for name in ("host", "speaker", "elsewhere"))
    claimant = make_user(session, "claimant")
    make_talk(session, make_event(session, host=elsewhere))

    def store():
        event = make_event(session, host=host, starts_at=days_from_now(0))
        track, free_track = make_track(session, event), make_track(session, event)
        talk = make_talk(
            session,
            event,
            speakers=[speaker, "Free", "Claimed"],
            tracks=[track],
            links=[("slides_link", "https://s.example/")],
        )
        make_claim(session, talk, talk.speakers[2], claimant)
        make_star(session, talk, speaker)
        return {
            "event": event.id,
            "talk": talk.id,
            "track": track.id,
            "free_track": free_track.id,
            "link": talk.links[0].id,
            "speaker": speaker.id,
        }

    return store


@pytest.fixture
def talk_ids(arrange_talk):
    return arrange_talk()
