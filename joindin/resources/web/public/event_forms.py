"""The form for the fields of an event, and its values before and after."""

from wtforms import DateTimeLocalField, TextAreaField, ValidationError
from wtforms.validators import Optional

from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, max_length, required
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.models import Place
from joindin.models.agenda.places import ONLINE
from joindin.models.events import MAX_EVENT_NAME_LENGTH
from joindin.operations.agenda.event_fields import AgendaFields
from joindin.operations.agenda.places import PlaceChoice
from joindin.queries.events import load_events
from joindin.utils.datetimes import UTC, get_timezone
from joindin.utils.html import text_to_html
from joindin.utils.text import complete_web_url, fold_case, is_web_url, to_plain_line, to_plain_text

MAX_TAGS, MAX_TAG_LENGTH, MAX_URLS = 50, 200, 20
YEARS = range(1971, 2969)
LOCAL_TIME_FORMAT = "%Y-%m-%dT%H:%M"


def realistic_year(_form, field) -> None:
    if field.data and field.data.year not in YEARS:
        raise ValidationError(gettext("Enter a year from %(first)d to %(last)d", first=YEARS[0], last=YEARS[-1]))


class EventForm(Form):
    name = PlainTextField(
        lazy_gettext("Title"),
        [required(lazy_gettext("Enter a title")), max_length(MAX_EVENT_NAME_LENGTH, lazy_gettext("The title"))],
    )
    starts_at = DateTimeLocalField(
        lazy_gettext("Start"), [required(lazy_gettext("Enter the start")), realistic_year], format=LOCAL_TIME_FORMAT
    )
    ends_at = DateTimeLocalField(lazy_gettext("End"), [Optional(), realistic_year], format=LOCAL_TIME_FORMAT)
    place_name = PlainTextField(
        lazy_gettext("Place"),
        [required(lazy_gettext("Enter the place, or online")), max_length(255, lazy_gettext("The place"))],
    )
    place_address = PlainTextField(lazy_gettext("Address of the place"), [max_length(500, lazy_gettext("The address"))])
    description = TextAreaField(
        lazy_gettext("Description"),
        [max_length(20_000, lazy_gettext("The description"))],
        description=lazy_gettext("Addresses of web pages become links."),
        filters=[lambda text: _clean_text(text)],
        render_kw={"rows": 10},
    )
    tags = PlainTextField(lazy_gettext("Tags"), description=lazy_gettext("With commas between them."))
    online_locations = TextAreaField(
        lazy_gettext("Addresses for taking part online"),
        description=lazy_gettext("One a line."),
        render_kw={"rows": 3},
    )

    def validate_ends_at(self, field):
        if field.data and self.starts_at.data and field.data < self.starts_at.data:
            raise ValidationError(gettext("The end is before the start"))

    def validate_tags(self, field):
        if len(self.tag_names) > MAX_TAGS or any(len(name) > MAX_TAG_LENGTH for name in self.tag_names):
            raise ValidationError(
                gettext("At most %(tags)d tags of %(length)d characters", tags=MAX_TAGS, length=MAX_TAG_LENGTH)
            )

    def validate_online_locations(self, field):
        if len(self.urls) > MAX_URLS or not all(len(url) < 2000 and is_web_url(url) for url in self.urls):
            raise ValidationError(gettext("Enter web addresses, such as https://meet.example"))

    @property
    def tag_names(self) -> list[str]:
        return [name for name in map(to_plain_line, self.tags.data.split(",")) if name]

    @property
    def urls(self) -> list[str]:
        return [
            complete_web_url(line.strip()) for line in (self.online_locations.data or "").splitlines() if line.strip()
        ]


class AgendaEventForm(EventForm):
    """The form of an event without an account. As in Gancio's API, a place needs an address."""

    def validate_place_address(self, field):
        if not field.data and fold_case(self.place_name.data) != ONLINE:
            raise ValidationError(gettext("Enter the address of the place"))


def present_values(event) -> dict:
    """Return what the fields of the form contain for the event as it is."""
    loaded = load_events(db.session, [event.id])[event.id]
    place = db.session.get(Place, event.place_id) if event.place_id is not None else None
    return {
        "name": to_plain_line(event.name),
        "starts_at": to_local(event.starts_at, event.timezone),
        "ends_at": to_local(event.ends_at, event.timezone) if event.is_end_known else None,
        "place_name": to_plain_line(place.name if place else event.location or ""),
        "place_address": to_plain_line(place.address if place else ""),
        "description": _clean_text(event.description),
        "tags": ", ".join(tag.name for tag in loaded.tags),
        "online_locations": "\n".join(event.online_locations),
    }


def changed_fields(form, event, **others) -> AgendaFields:
    """Return the fields that differ from the present ones, so that the others keep what the form cannot show."""
    present = present_values(event)
    changed = {name for name, value in present.items() if form[name].data != value}
    values = {}
    if "name" in changed:
        values["name"] = form.name.data
    if "starts_at" in changed:
        values["starts_at"] = to_utc(form.starts_at.data, event.timezone)
    if "ends_at" in changed:
        values["ends_at"] = to_utc(form.ends_at.data, event.timezone) if form.ends_at.data else None
    if changed & {"place_name", "place_address"}:
        values["place"] = PlaceChoice(name=form.place_name.data, address=form.place_address.data)
    if "description" in changed:
        values["description_html"] = text_to_html(form.description.data)
    if "tags" in changed:
        values["tags"] = form.tag_names
    if "online_locations" in changed:
        values["online_locations"] = form.urls
    return AgendaFields(**values, **others)


def to_local(at, timezone):
    return at.astimezone(get_timezone(timezone)).replace(second=0, microsecond=0, tzinfo=None)


def to_utc(local, timezone):
    return local.replace(tzinfo=get_timezone(timezone)).astimezone(UTC)


def _clean_text(text):
    return "\n".join(to_plain_text(text or "").splitlines())
