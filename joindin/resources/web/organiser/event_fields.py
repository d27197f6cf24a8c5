"""The form for the fields of an event, and the values that it starts from and returns."""

from flask import current_app, request
from wtforms import BooleanField, FileField, SelectField, TextAreaField, ValidationError
from wtforms.validators import Optional

from joindin.errors import InvalidInput
from joindin.http.pages.forms import Form, PlainTextField, RadioChoice, choices
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.models.agenda.call_times import ANYWHERE_ON_EARTH
from joindin.models.event_settings import CONFERENCE, LICENCES, MEETUP, OTHER
from joindin.models.events import MAX_EVENT_NAME_LENGTH
from joindin.operations.agenda.event_fields import FlyerChange
from joindin.operations.events import EventDetails
from joindin.operations.organiser.event_details import EventParts
from joindin.resources.web.organiser.fields import (
    MAX_URL_LENGTH,
    LocalTimeField,
    WebAddressField,
    clean_text,
    limited,
    needed,
)
from joindin.utils.coordinates import parse_coordinates
from joindin.utils.datetimes import UTC, get_timezone
from joindin.utils.gazetteer import geocode
from joindin.utils.text import complete_web_url, is_web_url, to_plain_line, to_plain_text
from joindin.utils.timezones import find_timezone_name

MAX_TAGS, MAX_TAG_LENGTH, MAX_URLS = 50, 100, 20
ONLINE = "online"
KINDS = (
    (CONFERENCE, lazy_gettext("a conference")),
    (MEETUP, lazy_gettext("a meetup")),
    (OTHER, lazy_gettext("something else")),
)
LICENCE_CHOICES = (("", lazy_gettext("none named")), *((key, name) for key, (name, _) in LICENCES.items()))


class EventFieldsForm(Form):
    name = PlainTextField(
        lazy_gettext("Name"), [needed(lazy_gettext("Enter the name of the event.")), limited(MAX_EVENT_NAME_LENGTH)]
    )
    kind = RadioChoice(lazy_gettext("The event is"), choices=choices(KINDS), default=CONFERENCE)
    starts_at = LocalTimeField(lazy_gettext("Start"), [needed(lazy_gettext("Enter day and time of the start."))])
    ends_at = LocalTimeField(lazy_gettext("End"), [needed(lazy_gettext("Enter day and time of the end."))])
    timezone = PlainTextField(
        lazy_gettext("Time zone"),
        description=lazy_gettext("For example Europe/Berlin. Left empty, it is that of the place."),
        render_kw={"list": "timezones", "autocomplete": "off"},
    )
    place_name = PlainTextField(
        lazy_gettext("Place"),
        [limited(2_000)],
        description=lazy_gettext("Its name, or the city. Leave it empty for an event that is online only."),
        render_kw={"list": "places", "autocomplete": "off"},
    )
    place_address = PlainTextField(lazy_gettext("Address of the place"), [limited(500)])
    coordinates = PlainTextField(
        lazy_gettext("Coordinates"),
        description=lazy_gettext("Two numbers such as 52.52, 13.40, or the link of a map."),
    )
    online_locations = TextAreaField(
        lazy_gettext("Addresses for taking part online"),
        description=lazy_gettext("One a line."),
        render_kw={"rows": 3},
    )
    description = TextAreaField(
        lazy_gettext("Description"),
        [needed(lazy_gettext("Describe the event.")), limited(20_000)],
        filters=[clean_text],
        render_kw={"rows": 10},
    )
    licence = SelectField(
        lazy_gettext("Licence of the description"),
        choices=choices(LICENCE_CHOICES),
        default="",
        render_kw={"required": False},
    )
    href = WebAddressField(lazy_gettext("Web site"))
    tags = PlainTextField(
        lazy_gettext("Tags"),
        description=lazy_gettext("With commas between them."),
        render_kw={"list": "known-tags", "autocomplete": "off"},
    )
    cfp_url = WebAddressField(lazy_gettext("Web page of the call for papers"))
    cfp_starts_at = LocalTimeField(lazy_gettext("The call for papers opens"), [Optional()])
    cfp_ends_at = LocalTimeField(
        lazy_gettext("The call for papers closes"),
        [Optional()],
        description=lazy_gettext("Day and time in the time zone of the event. 00:00 stands for the end of that day."),
    )
    is_cfp_anywhere = BooleanField(
        lazy_gettext("It closes when the day ends anywhere on earth: day and time are those of UTC−12")
    )
    image = FileField(
        lazy_gettext("Image"),
        description=lazy_gettext("PNG, JPEG, GIF or WebP. After an error it has to be chosen again."),
        render_kw={"accept": "image/*"},
    )
    alt_text = PlainTextField(
        lazy_gettext("Description of the image"),
        [limited(500)],
        description=lazy_gettext("For people who do not see it."),
    )

    def validate_ends_at(self, field):
        if field.data and self.starts_at.data and field.data < self.starts_at.data:
            raise ValidationError(gettext("The end is before the start."))

    def validate_timezone(self, field):
        if field.data and find_timezone_name(field.data) is None:
            raise ValidationError(gettext("There is no time zone of this name. Choose one of the list."))
        if not field.data and self._guess_timezone() is None:
            raise ValidationError(gettext("The time zone is not clear from the place. Choose one of the list."))

    def validate_place_name(self, field):
        if not field.data and not self.urls:
            raise ValidationError(gettext("Enter the place, or an address for taking part online."))

    def validate_coordinates(self, field):
        if field.data and parse_coordinates(field.data) is None:
            raise ValidationError(gettext("Enter latitude and longitude, such as 52.52, 13.40"))

    def validate_online_locations(self, _field):
        if len(self.urls) > MAX_URLS or not all(len(url) <= MAX_URL_LENGTH and is_web_url(url) for url in self.urls):
            raise ValidationError(gettext("Enter web addresses, such as https://meet.example"))

    def validate_tags(self, _field):
        if len(self.tag_names) > MAX_TAGS or any(len(name) > MAX_TAG_LENGTH for name in self.tag_names):
            raise ValidationError(
                gettext("At most %(tags)d tags of %(length)d characters", tags=MAX_TAGS, length=MAX_TAG_LENGTH)
            )

    def validate_cfp_ends_at(self, field):
        if field.data and self.cfp_starts_at.data and field.data < self.cfp_starts_at.data:
            raise ValidationError(gettext("The call closes before it opens."))

    @property
    def tag_names(self) -> list[str]:
        return [name for name in map(to_plain_line, self.tags.data.lower().split(",")) if name]

    @property
    def urls(self) -> list[str]:
        lines = to_plain_text(self.online_locations.data or "").splitlines()
        return [complete_web_url(line.strip()) for line in lines if line.strip()]

    @property
    def details(self) -> EventDetails:
        zone = find_timezone_name(self.timezone.data) or self._guess_timezone()
        latitude, longitude = parse_coordinates(self.coordinates.data) or (None, None)
        cfp_zone = ANYWHERE_ON_EARTH if self.is_cfp_anywhere.data else zone
        return EventDetails(
            name=self.name.data,
            description=self.description.data,
            location=self.place_name.data or ONLINE,
            timezone=zone,
            href=self.href.data,
            cfp_url=self.cfp_url.data,
            latitude=latitude,
            longitude=longitude,
            tags=self.tag_names,
            **{name: to_utc(self[name].data, zone) for name in ("starts_at", "ends_at", "cfp_starts_at")},
            cfp_ends_at=to_utc(self.cfp_ends_at.data, cfp_zone),
            is_cfp_anywhere=self.is_cfp_anywhere.data and self.cfp_ends_at.data is not None,
        )

    def read_parts(self) -> EventParts | None:
        """Return the place, the addresses online and the image; None if the image is none, which becomes an error."""
        try:
            flyer = read_image("image")
        except InvalidInput as error:
            self.add_error(gettext(str(error)), self.image)
            return None
        return EventParts(
            address=self.place_address.data,
            online_locations=self.urls,
            image=FlyerChange(flyer=flyer, alt_text=self.alt_text.data),
            settings=self.settings,
        )

    @property
    def settings(self) -> dict:
        """Columns of the settings that describe the event."""
        return {"kind": self.kind.data, "licence": self.licence.data or None}

    def _guess_timezone(self):
        """Return the zone of the city that the place or its address names; None if it is not clear."""
        for text in (self.place_address.data, self.place_name.data):
            city, _, country = (text or "").rpartition(",")
            for match in (
                (geocode(text, None), geocode(city.rpartition(",")[2].strip(), country.strip())) if text else ()
            ):
                if match.matched_by == "city":
                    return match.timezone
        return None


def to_local(at, timezone):
    return at and at.astimezone(get_timezone(timezone)).replace(second=0, microsecond=0, tzinfo=None)


def to_utc(local, timezone):
    return local and local.replace(tzinfo=get_timezone(timezone)).astimezone(UTC)


def read_image(name: str, **options):
    """Return the image that was uploaded as the field ``name``, processed with the options; None if there is none.

    :raises InvalidInput: if it is too large, or no image.
    """
    upload = request.files.get(name)
    if upload is None or not upload.filename:
        return None
    content, limit = upload.read(), current_app.config["MAX_IMAGE_BYTES"]
    if len(content) > limit:
        raise InvalidInput(gettext("The image may have at most %(size)d MB.", size=limit // 1_000_000))
    # Imported here: Pillow needs as much memory as a thousand rendered events, and few workers need it.
    from joindin.utils.images.flyers import process_flyer

    try:
        return process_flyer(content, **options)
    except InvalidInput:
        raise InvalidInput("This file is no image that can be shown. Choose a PNG, JPEG, GIF or WebP.") from None
