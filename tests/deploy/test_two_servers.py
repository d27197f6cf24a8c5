"""Several machines with one PostgreSQL database and one Redis: what is written at one holds at the other at once.

The tests share two servers and their database, so each has users and events of its own.
"""

import asyncio
import datetime as dt
import io
import threading
from collections import Counter
from functools import partial
from itertools import cycle, product

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from joindin.extensions import db
from joindin.jobs.queue import get_queue
from joindin.models import AccessToken, Attendance, Event, EventComment, EventSeries, Mail, TalkRating
from joindin.models.crew import Participation
from joindin.operations.counter_repair import verify_counters, verify_read_models
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.api_client import issue_token
from tests.browser_client import PASSWORD, make_user_with_password
from tests.concurrency import run_concurrently
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.deploy.two_servers import HOST, PRIMING_REQUESTS, Client, check_next_responses, two_servers, wait_until
from tests.factories import days_from_now, make_event, make_talk, make_user
from tests.faults.mails import count_due_mails

pytestmark = [
    pytest.mark.runs_once("has a PostgreSQL cluster of its own"),
    pytest.mark.slow("starts two servers with their job processes"),
]

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def started_servers(tmp_path_factory):
    with two_servers(tmp_path_factory.mktemp("two-servers")) as started:
        yield started
        assert [server.first_traceback() for server in started] == ["", ""]


@pytest.fixture
def servers(started_servers):
    """The two servers, running: a former test may have killed one."""
    for server in started_servers:
        if server.server.process.poll() is not None:
            server.start()
    return started_servers


@pytest.fixture
def session(servers):
    yield db.session
    db.session.rollback()


def count(session, model, **conditions):
    session.rollback()
    return session.scalar(select(func.count()).select_from(model).filter_by(**conditions))


def test_a_session_begins_and_ends_at_both_servers(servers, session):
    user = make_user_with_password(session)
    session.commit()

    for here, there in servers.both_ways():
        visitor = Client()
        signed_in = visitor.submit(here, there, "/accounts/login/", username=user.username, password=PASSWORD)
        shown = [visitor.get(server, "/accounts/").status_code for server in (here, there)]
        cookies = visitor.cookies
        visitor.submit(here, here, "/accounts/", "/accounts/logout/")
        # With the cookie that the browser has forgotten.
        ended = [Client().get(server, "/accounts/", cookies=cookies).status_code for server in (there, here)]

        assert (signed_in.status_code, shown, ended) == (302, [200, 200], [302, 302])


def test_a_revoked_token_is_refused_by_both_servers(servers, session):
    user = make_user(session)
    make_shift(session, make_crew_event(session, seen_by=[user]))
    client = Client(issue_token(session, user))
    paths = ("/api/users/me/", "/api/shifts/", "/api/events/", "/v2.1/token")

    for here, there in servers.both_ways():
        token = issue_token(session, user)
        token_id = session.scalar(select(AccessToken.id).where(AccessToken.token_hash == hash_token(token)))
        session.rollback()
        other = Client(token)
        before = [other.get(there, path).status_code for path in paths for _ in range(PRIMING_REQUESTS)]
        revoked = client.send(here, "DELETE", f"/v2.1/token/{token_id}")
        after = [other.get(server, path).status_code for path in paths for server in (there, here)]

        assert (set(before), revoked.status_code) == ({200}, 204)
        assert set(after) <= {401, 403}


def test_a_change_of_an_event_and_a_talk_is_in_the_next_response_of_each_surface(servers, session):
    host = make_user(session)
    event = make_event(session, "Name 0", host=host)
    talk = make_talk(session, event, "Title 0")
    organiser = Client(issue_token(session, host))
    page = f"/event/{event.slug}"
    event_paths = [
        "/", "/event", "/events.rss", "/events.ics", "/feed/json", "/feed/rss", "/feed/ics", "/api/events", page,
        f"{page}/schedule", f"/embed/{event.slug}", "/v2.1/events", "/v2.1/events?title=Name", f"/v2.1/events/{event.id}",
    ]  # fmt: skip
    talk_paths = [
        f"{page}/schedule?view=grid", f"{page}/schedule?view=list", f"{page}/schedule.ics", f"{page}/schedule.json", f"{page}/schedule.xml",
        f"{page}/talks", "/v2.1/talks?title=Title", f"/v2.1/talks/{talk.id}", f"/v2.1/events/{event.id}/talks",
    ]  # fmt: skip
    event_body = {
        "description": "Two days.", "location": "Main Hall", "start_date": event.starts_at.date().isoformat(),
        "end_date": event.ends_at.date().isoformat(), "tz_continent": "Europe", "tz_place": "Amsterdam",
    }  # fmt: skip
    talk_body = {"talk_description": "About something.", "start_date": talk.starts_at.isoformat()}
    event_path, talk_path = f"/v2.1/events/{event.id}", f"/v2.1/talks/{talk.id}"

    for number, (here, there) in enumerate(servers.both_ways()):
        names, titles = [[f"{word} {each}" for each in (number, number + 1)] for word in ("Name", "Title")]

        def rename(server, name=names[1], title=titles[1]):
            yield organiser.send(server, "PUT", event_path, json={"name": name, **event_body})
            yield organiser.send(server, "PUT", talk_path, json={"talk_title": title, **talk_body})

        texts = dict.fromkeys(event_paths, names) | dict.fromkeys(talk_paths, titles)
        check_next_responses(Client(), here, there, texts, rename)


def test_a_change_of_a_crew_event_is_in_the_next_response_to_a_token(servers, session):
    planner = make_user(session)
    event = make_crew_event(session, "Title 0", changed_by=[planner])
    shift = make_shift(session, event, label="Label 0")
    client = Client(issue_token(session, planner))
    event_paths = ["/api/events/", f"/api/events/{event.id}/"]
    shift_paths = ["/api/shifts/", f"/api/shifts/{shift.id}/"]
    event_path, shift_path = f"/api/planning/events/{event.id}/", f"/api/planning/shifts/{shift.id}/"

    for number, (here, there) in enumerate(servers.both_ways()):
        titles, labels = [[f"{word} {each}" for each in (number, number + 1)] for word in ("Title", "Label")]

        def rename(server, title=titles[1], label=labels[1]):
            yield client.send(server, "PATCH", event_path, json={"title": title})
            yield client.send(server, "PATCH", shift_path, json={"label": label})

        texts = dict.fromkeys(event_paths, titles) | dict.fromkeys(shift_paths, labels)
        check_next_responses(client, here, there, texts, rename)


def test_a_validator_of_one_server_holds_at_the_other_until_a_write(servers, session):
    event = make_event(session)
    attendee, visitor = Client(issue_token(session, make_user(session))), Client()
    paths = [f"/v2.1/events/{event.id}", "/v2.1/events", f"/event/{event.slug}", "/events.rss", "/feed/rss"]
    methods = cycle(["POST", "DELETE"])

    def statuses(server, tags):
        return [visitor.get(server, path, headers={"If-None-Match": tag}).status_code for path, tag in tags.items()]

    for here, there in servers.both_ways():
        tags = {path: visitor.get(here, path).headers["ETag"] for path in paths}
        unchanged = statuses(there, tags)
        attendee.send(here, next(methods), f"/v2.1/events/{event.id}/attending").raise_for_status()
        changed = statuses(there, tags)

        assert (unchanged, changed[:3]) == ([304] * 5, [200] * 3)


def test_requests_to_both_servers_count_for_one_limit(servers, session):
    user = make_user_with_password(session)
    session.commit()
    submitter, guesser = Client(address="198.51.100.1"), Client(address="198.51.100.2")
    body = {"start_datetime": int(days_from_now(5).timestamp()), "place_name": "Hall", "place_address": "Road 1"}

    submitted = [
        submitter.send(server, "POST", "/api/event", json={"title": f"Agenda {number}", **body}).status_code
        for number, server in zip(range(8), cycle(servers))
    ]
    guessed = [
        guesser.submit(server, server, "/accounts/login/", username=user.username, password=f"{number}").status_code
        for number, server in zip(range(12), cycle(servers))
    ]

    assert submitted == [200] * 6 + [429] * 2
    assert guessed == [200] * 10 + [429] * 2


def test_simultaneous_writes_at_both_servers_are_all_counted(servers, session):
    event, users = make_event(session), [make_user(session) for _ in range(8)]
    crew_event = make_crew_event(session, seen_by=users)
    shift = make_shift(session, crew_event, structure_configuration={"maximum_number_of_participants": 1})
    clients = [Client(issue_token(session, user)) for user in users]
    path = f"/v2.1/events/{event.id}"

    def post(path, targets, **options):
        requests = [partial(client.send, server, "POST", path, **options) for client, server in targets]
        return Counter(reply.status_code for reply in run_concurrently(session, requests))

    attended = post(f"{path}/attending", product(clients, servers))
    rated = post(f"{path}/comments", zip(clients, cycle(servers)), json={"comment": "Nice", "rating": 3})
    signed_up = post(f"/api/shifts/{shift.id}/signup/", zip(clients, cycle(servers)), json={})

    assert (attended, rated, signed_up) == ({201: 16}, {201: 8}, {201: 1, 400: 7})
    for server in servers:
        [shown] = clients[0].get(server, path).json()["events"]
        assert (shown["attendee_count"], shown["event_comments_count"], shown["event_average_rating"]) == (8, 8, 3)
    assert count(session, Attendance, event_id=event.id) == count(session, EventComment, event_id=event.id) == 8
    assert count(session, Participation, shift_id=shift.id) == 1
    assert [each for _, inconsistencies in verify_counters(session, fix=False) for each in inconsistencies] == []
    assert verify_read_models(session, fix=False) == {}


def test_both_servers_show_an_image_that_one_has_received(servers, session):
    host = make_user(session)
    event = make_event(session, host=host)
    organiser, visitor = Client(issue_token(session, host)), Client()
    path, card = f"/v2.1/events/{event.id}", f"/event/{event.slug}/card.png"

    for colour, (here, there) in zip([(255, 0, 0), (0, 0, 255)], servers.both_ways()):
        content = io.BytesIO()
        Image.new("RGB", (200, 200), colour).save(content, "PNG")
        files = {"image": ("a.png", content.getvalue(), "image/png")}
        uploaded = organiser.send(here, "POST", f"{path}/images", files=files)
        [shown] = visitor.get(there, path).json()["events"]
        address = shown["images"]["small"]["url"].removeprefix(f"http://{HOST}")
        images = [visitor.get(server, address).content for server in (there, here)]
        cards = [visitor.get(server, card).content for server in (there, here)]

        assert uploaded.status_code == 201
        assert [Image.open(io.BytesIO(image)).convert("RGB").getpixel((5, 5)) for image in images] == [colour, colour]
        assert cards[0] == cards[1] != b""


@pytest.fixture
def comment(servers, session):
    """``comment(server, text)`` comments on a talk, about which its speaker is mailed."""
    now = utc_now()
    event = make_event(session, starts_at=now - DAY, ends_at=now + DAY)
    talk = make_talk(session, event, speakers=[make_user(session)], starts_at=now - DAY)
    author = Client(issue_token(session, make_user(session)))

    def send(server, text):
        body = {"comment": text, "rating": 3}
        assert author.send(server, "POST", f"/v2.1/talks/{talk.id}/comments", json=body).status_code == 201

    wait_until(lambda: count_due_mails() == 0, "the mails of other tests are not sent")
    return send


def test_each_mail_and_job_is_done_once_while_both_servers_do_jobs(servers, session, comment):
    now = utc_now()
    speaker, helper, parent = make_user(session), make_user(session), make_event(session, is_series=True)
    talk = make_talk(session, make_event(session, starts_at=now - 2 * DAY), speakers=[speaker])
    session.add(TalkRating(talk_id=talk.id, rating=4, created_at=now - DAY, updated_at=now - DAY))
    shift = make_shift(session, make_crew_event(session), starts_at=now + dt.timedelta(hours=2))
    make_participation(session, shift, helper)
    session.add(EventSeries(event_id=parent.id, rrule="FREQ=WEEKLY"))
    session.commit()
    texts = [f"Text 1-{number}" for number in range(24)]

    def comment_on_both(texts):
        for server, text in zip(cycle(servers), texts):
            comment(server, text)
        wait_until(lambda: set(texts) <= set(servers.count_comment_mails()), "mails do not arrive")

    servers.let_deliveries_meet()
    comment_on_both(texts[:-2])
    servers.schedule_jobs()
    wait_until(lambda: get_queue(servers.first.app).pending_count() == 0 == count_due_mails(), "jobs are not done")
    # Both job processes take another mail only after the jobs that they have begun.
    servers.let_deliveries_meet()
    comment_on_both(texts[-2:])
    wait_until(lambda: count_due_mails() == 0, "mails are not sent")

    assert servers.count_comment_mails() == dict.fromkeys(texts, 1)
    receivers = Counter(message["To"] for message in servers.mail_server.messages)
    assert (receivers[speaker.email], receivers[helper.email]) == (1, 1)
    assert count(session, Mail, user_id=speaker.id) == count(session, Event, parent_id=parent.id) == 1


def test_one_server_goes_on_with_the_jobs_when_the_other_is_killed(servers, session, comment):
    is_killed = threading.Event()

    async def wait_for_the_end_of_the_sender():
        while not is_killed.is_set():
            await asyncio.sleep(0.01)
        raise ConnectionAbortedError

    servers.mail_server.meanwhile = wait_for_the_end_of_the_sender
    comment(servers.first, "Text 2-0")
    wait_until(servers.delivering, "the mail is not being sent")
    killed = servers.delivering()
    [other] = [server for server in servers if server is not killed]
    killed.kill()
    is_killed.set()
    servers.mail_server.meanwhile = None
    for number in range(1, 4):
        comment(other, f"Text 2-{number}")
    wait_until(lambda: servers.count_comment_mails()["Text 2-3"] == 1, "the other server sends no mails")
    # The lease of the killed process ends.
    session.execute(update(Mail).where(Mail.due_at.is_not(None)).values(due_at=utc_now()))
    session.commit()
    comment(other, "Text 2-4")
    wait_until(lambda: count_due_mails() == 0, "the mail of the killed server is not sent")

    arrived = {text: number for text, number in servers.count_comment_mails().items() if text.startswith("Text 2-")}
    assert arrived == {f"Text 2-{number}": 1 for number in range(5)}
