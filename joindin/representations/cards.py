"""Contents of the cards that networks show beside links to events and talks, and of slides."""

from joindin.utils.images.card_contents import Card, Slide
from joindin.utils.localized_dates import LocalizedDates


def represent_event_card(event, flyer) -> Card:
    return _card(event.name, (event.location, _days(event)), flyer)


def represent_talk_card(event, talk, flyer) -> Card:
    """Return the card of a talk that is loaded with its speakers."""
    return _card(talk.title, (_names(talk), event.name, _dates(event).day_and_time(talk.starts_at)), flyer)


def represent_slide(event, talk, address: str) -> Slide:
    return Slide(event.name, talk.title, _names(talk), address)


def _names(talk):
    return ", ".join(map(_speaker_name, talk.speakers))


def _speaker_name(speaker):
    is_user = speaker.user is not None and speaker.user.is_active
    return (speaker.user.full_name if is_user else "") or speaker.name


def _card(title, lines, flyer):
    focal_point = (flyer.focal_x, flyer.focal_y) if flyer else (0.0, 0.0)
    return Card(title, tuple(line for line in lines if line), flyer.file if flyer else "", focal_point)


def _days(event):
    return _dates(event).days(event.starts_at, event.ends_at)


def _dates(event):
    return LocalizedDates("en", event.timezone or "UTC")
