"""Privileged operations on the federation of crews: rows of the table in ``test_audit.py``."""

from joindin.federation.addresses import Invitation
from joindin.federation.answers import Membership
from joindin.models.crew import FederationHost
from joindin.operations.crew.federation.guests import remove_guest
from joindin.operations.crew.federation.hosts import JoinRequest, join_host, remove_host
from joindin.operations.crew.federation.invites import create_invite, withdraw_invite
from joindin.operations.crew.federation.shares import share_event_with_guests
from tests.crew_factories import make_crew_event, make_federation_guest
from tests.factories import NOW

HOST_URL = "https://host.example"


def share_with_neighbours(session, actor):
    guest = make_federation_guest(session, "Neighbours")
    share_event_with_guests(session, make_crew_event(session, "Congress").id, [guest.id], actor=actor)


def join_neighbours(session, actor):
    request = JoinRequest(Invitation("http://web.example", "code", HOST_URL), "key", "secret")
    return join_host(session, request, Membership("token", "Neighbours"), actor=actor, now=NOW)


def remove_neighbours(session, actor):
    host = FederationHost(name="Neighbours", url=HOST_URL, credentials={"access_token": "token"})
    session.add(host)
    session.flush()
    remove_host(session, host.id, actor=actor)


# The call, then the action, the type of subject, its name and the changes of the entry.
PRIVILEGED_ON_FEDERATION = {
    share_event_with_guests: (
        lambda s, w: share_with_neighbours(s, w.root),
        "event.share", "event", "Congress", {"shared with": [[], ["Neighbours"]]},
    ),
    create_invite: (
        lambda s, w: create_invite(s, HOST_URL, actor=w.root, now=NOW),
        "federation_invite.create", "federation_invite", HOST_URL, {},
    ),
    withdraw_invite: (
        lambda s, w: withdraw_invite(s, create_invite(s, HOST_URL, actor=w.ada, now=NOW)[0].id, actor=w.root),
        "federation_invite.withdraw", "federation_invite", HOST_URL, {},
    ),
    remove_guest: (
        lambda s, w: remove_guest(
            s, make_federation_guest(s, "Neighbours").id, actor=w.root, now=NOW, timezone="Europe/Berlin"
        ),
        "federation_guest.remove", "federation_guest", "Neighbours", {},
    ),
    join_host: (
        lambda s, w: join_neighbours(s, w.root), "federation_host.add", "federation_host", "Neighbours", {},
    ),
    remove_host: (
        lambda s, w: remove_neighbours(s, w.root), "federation_host.remove", "federation_host", "Neighbours", {},
    ),
}  # fmt: skip
