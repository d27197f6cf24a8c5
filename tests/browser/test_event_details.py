"""The details of an event in a browser without JavaScript: entered, shown in a preview, changed further and saved."""

import pytest

from joindin.models import EventSettings, EventVenuePlan
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import make_event, make_place
from tests.resources.web.organiser.conftest import STARTS_AT
from tests.utils.images.image_files import encode, make_image

PLAN = {"name": "plan.png", "mimeType": "image/png", "buffer": encode(make_image(size=(1200, 500)))}


@pytest.fixture
def event(session):
    host = make_user_with_password(session, "hanna", full_name="Hanna Host")
    place = make_place(session, "Boathouse", address="Quay 1, Bristol")
    event = make_event(
        session, "Harbour Conf", host=host, slug="harbour", starts_at=STARTS_AT, timezone="Europe/London", place_id=place.id,
        location="Boathouse, Quay 1, Bristol", description="One day.\n\nOne track.",
    )  # fmt: skip
    session.commit()
    return event


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_details_are_previewed_changed_further_and_saved(new_visitor, session, event, locale):
    german = locale == "de-DE"
    preview, change, save = ("Vorschau", "Mehr ändern", "Speichern") if german else ("Preview", "Change more", "Save")
    host = new_visitor(javascript=False, locale=locale)
    host.sign_in("hanna", PASSWORD)
    host.visit("/event/harbour/manage/details/")
    host.fill(name="Harbour Conf 2", capacity="0", contact_address="the desk")
    host.press(preview)
    host.check_page(f"details with errors {locale}")
    host.fill(capacity="300", contact_address="desk@harbour.example", venue_plan_text="Hall A is upstairs")
    host.page.locator("[name=spoken_language]").select_option("fr")
    host.page.locator("[name=venue_plan]").set_input_files(PLAN)
    host.press(preview)

    assert "Harbour Conf 2" in host.page.locator("h1").inner_text()
    assert ("Platz für 300 Personen" if german else "room for 300 people") in host.text
    assert ("Französisch" if german else "French") in host.text
    host.check_page(f"preview of details {locale}")
    host.press(change)
    assert host.page.locator("[name=name]").input_value() == "Harbour Conf 2"
    assert host.page.locator("[name=description]").input_value() == "One day.\n\nOne track."
    assert host.page.locator("[name=spoken_language]").input_value() == "fr"
    host.fill(capacity="250")
    host.page.locator("[name=venue_plan]").set_input_files(PLAN)
    host.press(preview)
    session.expire_all()
    assert session.query(EventSettings).count() == 0
    host.page.locator("[name=venue_plan]").set_input_files(PLAN)
    host.press(save)
    host.check_page(f"details with a plan {locale}")

    session.expire_all()
    settings = session.get_one(EventSettings, event.id)
    assert (event.name, event.description) == ("Harbour Conf 2", "One day.\n\nOne track.")
    assert (settings.capacity, settings.spoken_language, settings.contact_address) == (
        250,
        "fr",
        "desk@harbour.example",
    )
    assert session.get_one(EventVenuePlan, event.id).alt_text == "Hall A is upstairs"
    visitor = new_visitor(locale=locale)
    for path in ("/event/harbour", f"/place/{event.place_id}/Boathouse"):
        visitor.visit(path)
        plan = visitor.page.get_by_role("img", name="Hall A is upstairs")
        plan.scroll_into_view_if_needed()
        assert plan.evaluate("image => image.decode().then(() => image.naturalWidth)") == 500
        visitor.check_page(f"{path} with a plan {locale}")
