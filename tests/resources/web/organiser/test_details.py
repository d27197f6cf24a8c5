"""The details that follow the submission of an event: language, size, contact and venue plan, and the preview."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from joindin.models import AuditEntry, EventFlyer, EventSettings, EventVenuePlan
from tests.browser_client import Browser, form_fields, main_text
from tests.factories import make_pending_event, make_place, make_talk, make_user
from tests.hostile_text import HOSTILE, HOSTILE_URL, HostileParts

CHECKBOXES = ("is_cfp_anywhere", "is_image_removed", "is_venue_plan_removed")


@pytest.fixture
def path(manage):
    return f"{manage}details/"


@pytest.fixture
def send(organiser, event, path):
    """Change fields of the form as it is shown, and send it."""

    def send(**fields):
        shown = form_fields(organiser.get(path).text)
        shown = {name: value for name, value in shown.items() if name not in CHECKBOXES}
        return organiser.send(
            path, shown | {"description": "Two days.", "state": "scheduled", "kind": "conference"} | fields
        )

    return send


def picture(size=(300, 200)):
    file = io.BytesIO()
    Image.new("RGB", size, "navy").save(file, "PNG")
    file.seek(0)
    return file, "plan.png"


def settings_of(session, event):
    return session.get(EventSettings, event.id, populate_existing=True)


def store_plan(session, event, **fields):
    values = {"file": f"{'a' * 32}.jpg", "width": 1000, "height": 400, "alt_text": "Hall A is upstairs"} | fields
    session.add(EventVenuePlan(event_id=event.id, **values))
    session.commit()


def test_language_size_and_contact_are_stored_and_shown(session, browser, app, event, send):
    reply = send(spoken_language="de", capacity="300", contact_address=" mailto:desk+conf@harbour.example ")
    stored = settings_of(session, event)
    page = Browser(app).get(f"/event/{event.slug}")
    german = main_text(Browser(app).get(f"/event/{event.slug}", headers={"Accept-Language": "de"}))

    assert reply.status_code == 303
    assert (stored.spoken_language, stored.capacity, stored.contact_address) == ("de", 300, "desk+conf@harbour.example")
    assert "Language German" in main_text(page)
    assert "Size room for 300 people" in main_text(page)
    assert '<a href="mailto:desk%2Bconf@harbour.example" dir="auto">desk+conf@harbour.example</a>' in page.text
    assert '"maximumAttendeeCapacity": 300' in page.text.replace('":', '": ').replace('":  ', '": ')
    assert "Sprache Deutsch" in german
    assert "Größe Platz für 300 Personen" in german


def test_the_form_starts_with_what_is_stored_and_may_be_emptied(session, organiser, event, path, send):
    send(spoken_language="de", capacity="300", contact_address="chat.harbour.example/desk")
    opened = organiser.get(path).text
    fields = form_fields(opened)

    assert '<option selected value="de">' in opened
    assert (fields["capacity"], fields["contact_address"]) == ("300", "https://chat.harbour.example/desk")
    assert send(capacity="", contact_address="").status_code == 303
    stored = settings_of(session, event)
    assert (stored.spoken_language, stored.capacity, stored.contact_address) == (None, None, None)
    assert not re.search("Language|Size|Contact", main_text(organiser.get(f"/event/{event.slug}")))


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("harbour.example/@desk", "https://harbour.example/@desk"),
        ("HTTPS://harbour.example/", "HTTPS://harbour.example/"),
        ("de\0sk\u200b@harbour.example", "desk@harbour.example"),
        ("Desk@hafen-köln.example", "Desk@xn--hafen-kln-67a.example"),
        ("o'brien@harbour.example", "o'brien@harbour.example"),
    ],
)
def test_a_contact_is_an_e_mail_address_or_a_web_address(session, event, send, sent, stored):
    assert send(contact_address=sent).status_code == 303
    assert settings_of(session, event).contact_address == stored


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"capacity": "0"}, "Enter a number from 1 to 1000000."),
        ({"capacity": "1000001"}, "Enter a number from 1 to 1000000."),
        ({"capacity": "many"}, "Enter a number from 1 to 1000000."),
        ({"capacity": "9" * 400}, "Enter a number from 1 to 1000000."),
        ({"spoken_language": "klingon"}, "Not a valid choice."),
        ({"contact_address": "the desk"}, "Enter an e-mail address or a web address."),
        ({"contact_address": "desk@@harbour.example"}, "Enter an e-mail address or a web address."),
        ({"contact_address": HOSTILE_URL}, "Enter an e-mail address or a web address."),
        ({"contact_address": HOSTILE}, "Enter an e-mail address or a web address."),
        ({"contact_address": f"https://a.example/{'x' * 600}"}, "Enter an e-mail address or a web address."),
        ({"contact_address": f"{'x' * 300}@a.example"}, "Enter an e-mail address or a web address."),
        ({"venue_plan_text": "x" * 1001}, "Enter at most 1000 characters."),
        ({"venue_plan": picture()}, "Describe the venue plan."),
        ({"venue_plan": (io.BytesIO(b"%PDF-1.4"), "x.png"), "venue_plan_text": "x"}, "This file is no image"),
    ],
)
def test_wrong_values_store_nothing_and_stay_in_the_form(organiser, count_rows, event, send, fields, message):
    before = count_rows()

    reply = send(name="Other Conf", **fields)

    assert (reply.status_code, count_rows()) == (400, before)
    assert message in main_text(reply)
    assert form_fields(reply.text)["name"] == "Other Conf"
    assert HostileParts(reply.text).found == []


def test_repeated_fields_and_lone_surrogates_are_no_error_of_the_server(organiser, event, path, send):
    shown = {name: value for name, value in form_fields(organiser.get(path).text).items() if name not in CHECKBOXES}
    shown |= {"description": "x", "state": "scheduled", "kind": "conference"}

    for fields in ({"capacity": ["1", "x"]}, {"action": ["preview", "change"]}, {"action": "cats"}):
        assert organiser.send(path, shown | fields).status_code in (200, 303, 400, 409)
    body = "&".join(
        f"{name}={value}" for name, value in {"contact_address": "%ED%A0%80@a.example", "name": "%ED%A0%80"}.items()
    )
    token = f"csrfmiddlewaretoken={shown['csrfmiddlewaretoken']}"
    reply = organiser.post(
        path,
        f"{token}&{body}",
        content_type="application/x-www-form-urlencoded",
        headers={"Referer": f"http://localhost{path}"},
    )
    assert reply.status_code == 400


def test_a_venue_plan_is_stored_shown_and_removed(session, organiser, event, path, send):
    reply = send(venue_plan=picture((900, 300)), venue_plan_text="Hall A is upstairs")
    plan = session.get_one(EventVenuePlan, event.id)
    page = organiser.get(f"/event/{event.slug}").text
    thumbnail, full = organiser.get(f"/media/thumb/{plan.file}"), organiser.get(f"/media/{plan.file}")

    assert reply.status_code == 303
    assert f'src="/media/thumb/{plan.file}" alt="Hall A is upstairs" width="500" height="167" loading="lazy"' in page
    assert f'<a href="/media/{plan.file}">Show the plan in full size</a>' in page
    sizes = [Image.open(io.BytesIO(each.data)).size for each in (thumbnail, full)]
    assert sizes == [(500, 167), (900, 300)]

    file = plan.file
    assert send(venue_plan_text="").status_code == 400
    assert send(venue_plan_text="", is_venue_plan_removed="y").status_code == 303
    assert session.scalars(select(EventVenuePlan)).all() == []
    assert organiser.get(f"/media/thumb/{file}").status_code == 302
    assert "Venue plan" not in main_text(organiser.get(f"/event/{event.slug}"))


def test_changes_are_in_the_history_without_the_mailbox(session, organiser, event, manage, send):
    send()
    session.query(AuditEntry).delete()

    send(
        capacity="300",
        contact_address="grace@harbour.example",
        spoken_language="de",
        venue_plan=picture(),
        venue_plan_text="Up",
    )
    entry = session.scalars(select(AuditEntry)).one()
    plan = session.get_one(EventVenuePlan, event.id)

    assert (entry.action, entry.actor_name) == ("event.edit", "grace")
    assert entry.changes == {
        "capacity": [None, 300],
        "contact_address": [None, "…@harbour.example"],
        "spoken_language": [None, "de"],
        "venue_plan": [None, plan.file],
        "venue_plan_text": [None, "Up"],
    }
    assert (
        "changed the details: Language of the event, Number of people for whom there is room, Contact, Venue plan,"
        " Description of the venue plan" in main_text(organiser.get(f"{manage}details/"))
    )
    send(spoken_language="de")
    assert session.query(AuditEntry).count() == 1


def test_a_change_at_the_end_of_a_long_description_is_in_the_history(session, event, send):
    send(description="x" * 300)
    session.query(AuditEntry).delete()

    send(description="x" * 300 + "y")

    [before, after] = session.scalars(select(AuditEntry)).one().changes["description"]
    assert before == after == "x" * 199 + "…"


def test_the_preview_shows_the_page_with_nothing_stored(session, organiser, count_rows, event, send):
    before = count_rows()

    reply = send(
        action="preview",
        name="Plain <Conf> 2",
        description="Three days.\r\n\r\nMore.",
        starts_at="2027-05-09T09:00",
        ends_at="2027-05-12T18:00",
        place_name="Boathouse",
        place_address="Quay 1",
        tags="python, Python, tides",
        state="cancelled",
        capacity="1",
        contact_address="grace@harbour.example",
        spoken_language="fr",
        licence="cc-by",
    )  # fmt: skip
    text = main_text(reply)

    assert (reply.status_code, count_rows()) == (200, before)
    assert "no-store" in reply.headers["Cache-Control"]
    assert reply.headers["X-Robots-Tag"] == "noindex"
    assert text.startswith("This is a preview. Nothing is stored yet.")
    for part in (
        "Plain <Conf> 2", "Cancelled", "Sun, 9 May 2027 – Wed, 12 May 2027", "Boathouse, Quay 1", "Language French", "room for 1 person", "Three days.",
        "grace@harbour.example", "CC BY 4.0", "python tides",
    ):  # fmt: skip
        assert part in text
    session.refresh(event)
    assert event.name == "Plain Conf"


def test_nothing_but_the_buttons_of_the_preview_acts(session, organiser, event, path, send):
    make_talk(session, event, starts_at=event.starts_at)
    session.commit()
    public = organiser.get(path.removesuffix("/manage/details/")).text

    main = send(action="preview").text.partition("<main")[2].partition("</main>")[0]

    assert ("/attend" in public, 'class="star"' in public) == (True, True)
    assert re.findall(r'<form [^>]*action="([^"]*)"', main) == [path]
    assert 'class="star"' not in main


def test_a_rejected_event_is_not_submitted_from_the_preview(session, organiser, event, path, send):
    event.is_active, event.is_pending = False, False
    session.commit()
    page = organiser.get(path.removesuffix("/manage/details/")).text

    preview = send(action="preview")

    assert ("Submit it again" in page, preview.status_code, "Submit it again" in preview.text) == (True, 200, False)


def test_the_preview_is_saved_or_changed_further(session, organiser, event, path, send):
    preview = send(
        action="preview", name="Fair Conf", description="One\r\n\r\ntwo", capacity="20", spoken_language="de"
    )
    carried = form_fields(preview.text.partition(f'action="{path}"')[2].partition("</form>")[0])

    again = organiser.send(path, carried | {"action": "change"})
    stored = event.name
    saved = organiser.send(path, carried)
    session.refresh(event)

    assert (again.status_code, form_fields(again.text)["name"], stored) == (200, "Fair Conf", "Plain Conf")
    assert "One\r\n\r\ntwo" in again.text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert '<option selected value="de">' in again.text
    assert (saved.status_code, event.name, event.description) == (303, "Fair Conf", "One\n\ntwo")
    assert settings_of(session, event).capacity == 20


def test_the_preview_says_that_pictures_have_to_be_chosen_again(organiser, count_rows, event, send):
    before = count_rows()

    with_plan = send(action="preview", venue_plan=picture(), venue_plan_text="Up")
    without = send(action="preview")

    assert count_rows() == before
    assert "Choose them again before you save." in main_text(with_plan)
    assert ('type="file"' in with_plan.text, 'type="file"' in without.text) == (True, False)
    assert "Choose them again" not in main_text(without)


def test_the_preview_leaves_out_pictures_that_are_removed(session, organiser, event, send):
    session.add(EventFlyer(event_id=event.id, file=f"{'b' * 32}.jpg", width=9, height=9, byte_size=9, alt_text="Pier"))
    store_plan(session, event)

    kept = send(action="preview", alt_text="Quay", venue_plan_text="Hall B")
    removed = send(action="preview", is_image_removed="y", is_venue_plan_removed="y")

    assert ('alt="Quay"' in kept.text, 'alt="Hall B"' in kept.text) == (True, True)
    assert "/media/" not in removed.text.partition("<main")[2]


def test_the_preview_checks_the_fields_and_other_changes(session, organiser, event, path, send):
    assert send(action="preview", capacity="0").status_code == 400
    opened = form_fields(organiser.get(path).text) | {
        "description": "Two days.",
        "state": "scheduled",
        "kind": "conference",
    }
    event.name = "Renamed Conf"
    session.commit()

    reply = organiser.send(path, opened | {"action": "preview"})

    assert reply.status_code == 409
    assert "Renamed Conf" in main_text(reply)


def test_a_hostile_preview_holds_no_markup_of_it(organiser, event, send):
    reply = send(
        action="preview",
        name=f"A {HOSTILE}",
        description=HOSTILE,
        place_name=HOSTILE,
        tags=HOSTILE,
        venue_plan_text=HOSTILE,
    )

    assert reply.status_code == 200
    assert HostileParts(reply.text).found == []


def test_the_contact_of_a_hidden_event_is_not_in_a_page_that_caches_keep(session, app, organiser, host):
    event = make_pending_event(session, "Waiting", slug="waiting", host=host)
    session.add(EventSettings(event_id=event.id, contact_address="grace@harbour.example"))
    session.commit()

    own, other = organiser.get("/event/waiting"), Browser(app).get("/event/waiting")

    assert "grace@harbour.example" in own.text
    assert "no-store" in own.headers["Cache-Control"]
    assert (other.status_code, "harbour" in other.text) == (404, False)


def test_editors_see_contact_and_plan_before_they_decide(session, app, host):
    event = make_pending_event(session, "Waiting", slug="waiting", host=host)
    session.add(EventSettings(event_id=event.id, contact_address="grace@harbour.example", capacity=7))
    store_plan(session, event)
    browser = Browser(app).sign_in_directly(make_user(session, is_admin=True))
    session.commit()

    page = browser.get(f"/desk/events/{event.id}/")

    assert "room for 7 people" in main_text(page)
    assert "grace@harbour.example" in page.text
    assert 'alt="Hall A is upstairs"' in page.text


def test_the_page_of_a_place_has_the_plan_of_its_last_public_event(session, app, host, event):
    place = make_place(session, "Boathouse")
    hidden = make_pending_event(session, "Waiting", host=host, place_id=place.id)
    event.place_id = place.id
    store_plan(session, hidden, file="hidden.jpg")
    path = f"/place/{place.id}/Boathouse"
    before = Browser(app).get(path)

    store_plan(session, event)
    after = Browser(app).get(path)

    assert "Venue plan" not in main_text(before)
    assert "Venue plan Of the event Plain Conf" in main_text(after)
    assert 'alt="Hall A is upstairs" width="500" height="200"' in after.text
    assert "hidden.jpg" not in after.text


def test_the_hosts_page_says_how_to_reach_them(session, app, event):
    session.add(EventSettings(event_id=event.id, contact_address="https://chat.harbour.example/@desk"))
    session.commit()

    page = Browser(app).get(f"/event/{event.slug}/hosts")

    assert '<a href="https://chat.harbour.example/@desk"' in page.text
    assert "How to reach them Contact https://chat.harbour.example/@desk" in main_text(page)


def test_the_details_cost_the_page_no_statement(session, app, event, count_statements):
    def count():
        with count_statements() as statements:
            assert Browser(app).get(f"/event/{event.slug}").status_code == 200
        return len(statements)

    bare = count()
    session.add(EventSettings(event_id=event.id, capacity=3, spoken_language="de", contact_address="a@b.example"))
    store_plan(session, event)

    assert count() == bare
