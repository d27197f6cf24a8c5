"""Migration of stored addresses that are scripts."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from joindin.models import Client, Event, EventImage, Talk, TalkLink
from tests.factories import make_client, make_event, make_talk

SCRIPT, ADDRESS = " Java\tScript:alert(1)", "https://conf.example/"


@pytest.fixture
def old_revision(session):
    def go():
        session.commit()
        session.remove()
        downgrade(revision="0021")

    yield go
    session.remove()
    upgrade()


@pytest.mark.parametrize(
    ("url", "is_kept"), [(SCRIPT, False), ("data:text/html,x", False), (ADDRESS, True), ("conf.example", True)]
)
def test_stored_scripts_are_removed_and_addresses_stay(session, old_revision, url, is_kept):
    event = make_event(session, href=url, cfp_url=url)
    talk = make_talk(session, event, slides_url=url)
    client = make_client(session, callback_url=url, website=url)
    session.add(TalkLink(talk_id=talk.id, type="slides_link", url=url))
    session.add(EventImage(event_id=event.id, size="orig", url=url))
    ids = event.id, talk.id, client.id

    old_revision()
    upgrade()

    event, talk, client = (session.get_one(model, id_) for model, id_ in zip((Event, Talk, Client), ids, strict=True))
    stored = [event.href, event.cfp_url, talk.slides_url, client.callback_url, client.website]
    expected = url if is_kept else None
    assert (stored, session.scalar(select(EventImage.url))) == ([expected] * 5, expected)
    assert session.scalars(select(TalkLink.url)).all() == ([url] if is_kept else [])
