"""A list costs a fixed number of statements, independent of its length."""

import pytest

from joindin.models import EventHost, EventImage
from tests.factories import make_attendance, make_event, make_user, parse_instant

NOW = parse_instant("2026-11-21T15:30")
REFUSED = ("visitor", "filter=pending")


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW, tick=False)


def make_rich_event(session, host, is_pending=False):
    """An event that every list shows, with rows of all related tables."""
    event = make_event(
        session,
        tags=["php", f"tag{host.id}"],
        host=host,
        stub=f"stub{host.id}",
        starts_at=parse_instant("2026-11-20T20:00"),
        cfp_url="https://cfp.example",
        cfp_starts_at=parse_instant("2026-11-01"),
        cfp_ends_at=parse_instant("2026-12-01"),
        is_pending=is_pending,
    )
    session.add(EventHost(event_id=event.id, user_id=make_user(session).id))
    for size in ("orig", "small"):
        session.add(EventImage(event_id=event.id, size=size, file=f"{event.id}-{size}.png", width=140, height=140))
    make_attendance(session, event, host)
    return event


@pytest.fixture
def cost(api, session, count_statements):
    """Return the number of statements of a GET, as a visitor or with a recently used token."""
    admin = api.signed_in(make_user(session, is_admin=True))
    admin.get("/")

    def counted(role, address):
        with count_statements() as seen:
            reply = (admin if role == "admin" else api).get(address)
        return reply.json["meta"]["count"], len(seen)

    return counted


LISTS = [
    *("", "filter=hot", "filter=upcoming", "filter=past", "filter=cfp", "filter=all&start=0", "filter=pending"),
    *("tags[]=php", "title=conf", "filter=hot&title=conf", "startdate=2026-11-01", "resultsperpage=0"),
]


@pytest.mark.parametrize("verbose", ["no", "yes"])
@pytest.mark.parametrize(
    ("role", "asked"), [(role, asked) for role in ("visitor", "admin") for asked in LISTS if (role, asked) != REFUSED]
)
def test_a_list_of_three_events_costs_what_one_costs(app, session, cost, role, asked, verbose):
    address = f"/v2.1/events?{asked}&verbose={verbose}"
    costs = []
    for number in (1, 2, 3):
        make_rich_event(session, make_user(session), is_pending=asked == "filter=pending")
        app.extensions["fragment_cache"].clear()
        app.extensions["query_cache"].clear()
        costs.append((number, cost(role, address), cost(role, address)))

    cold, warm = costs[0][1][1], costs[0][2][1]
    assert costs == [(number, (number, cold), (number, warm)) for number in (1, 2, 3)]
    # Events with their tags, images and, for the verbose form, hosts are loaded only without cached fragments.
    # The number of open calls is counted once.
    is_counted = asked == "filter=cfp"
    assert cold == warm + (4 if verbose == "yes" else 3) + is_counted


@pytest.mark.parametrize("what", ["hosts", "attendees"])
@pytest.mark.parametrize("role", ["visitor", "admin"])
def test_a_list_of_three_people_costs_what_one_costs(session, cost, role, what):
    event = make_event(session)
    address = f"/v2.1/events/{event.id}/{what}?verbose=yes"
    costs = []
    for _ in range(3):
        user = make_user(session)
        session.add(EventHost(event_id=event.id, user_id=user.id))
        make_attendance(session, event, user)
        costs.append(cost(role, address))

    assert costs == [(number, costs[0][1]) for number in (1, 2, 3)]


def test_a_single_event_costs_a_fixed_number_of_statements(app, session, cost):
    address = f"/v2.1/events/{make_rich_event(session, make_user(session)).id}?verbose=yes"
    costs = {}
    for role in ("visitor", "admin"):
        app.extensions["fragment_cache"].clear()
        costs[role] = [cost(role, address)[1] for _ in range(2)]

    # Signed in: the token with its user and client; the event comes with the relations.
    assert costs == {"visitor": [5, 1], "admin": [6, 2]}
