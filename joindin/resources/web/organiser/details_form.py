"""The form for the details of an event: the fields of its submission, and those that follow it."""

from dataclasses import replace

from babel import Locale
from flask import request
from wtforms import BooleanField, FileField, SelectField, ValidationError
from wtforms.validators import Optional

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import PlainTextField, RadioChoice, choices
from joindin.http.pages.languages import gettext, lazy_gettext, page_language
from joindin.models import Event, Place
from joindin.models.agenda.call_times import CallTimes
from joindin.models.event_settings import CONFERENCE, MAX_CAPACITY, SPOKEN_LANGUAGES
from joindin.models.events import CANCELLED, POSTPONED, SCHEDULED, TENTATIVE
from joindin.operations.agenda.venue_plans import PLAN_WIDTH_PX, VenuePlanChange
from joindin.operations.organiser.event_details import EventParts
from joindin.queries.agenda.flyers import find_flyer
from joindin.queries.agenda.venue_plans import find_venue_plan
from joindin.queries.event_settings import load_event_settings
from joindin.queries.events import load_events
from joindin.resources.web.organiser.conflicts import VersionedForm
from joindin.resources.web.organiser.event_fields import EventFieldsForm, read_image, to_local
from joindin.resources.web.organiser.fields import ContactField, WholeNumberField, clean_text, limited
from joindin.utils.coordinates import format_coordinates
from joindin.utils.text import fold_case_accents, to_plain_line

STATES = (
    (SCHEDULED, lazy_gettext("takes place as planned")),
    (TENTATIVE, lazy_gettext("not certain yet")),
    (POSTPONED, lazy_gettext("postponed")),
    (CANCELLED, lazy_gettext("cancelled")),
)


def list_language_choices():
    """Return the languages by name, in the language of the page, after the choice of none."""
    names = Locale.parse(page_language()).languages
    return choices(
        [("", gettext("not named")), *sorted(((code, names[code]) for code in SPOKEN_LANGUAGES), key=_by_name)]
    )


class DetailsForm(VersionedForm, EventFieldsForm):
    is_image_removed = BooleanField(lazy_gettext("Remove the image"))
    focal_x = WholeNumberField(
        lazy_gettext("Most important point from the left, in percent"), [Optional()], maximum=100
    )
    focal_y = WholeNumberField(
        lazy_gettext("Most important point from the top, in percent"),
        [Optional()],
        maximum=100,
        description=lazy_gettext("Square pictures are cut around this point."),
    )
    spoken_language = SelectField(
        lazy_gettext("Language of the event"),
        choices=list_language_choices,
        default="",
        render_kw={"required": False},
    )
    capacity = WholeNumberField(
        lazy_gettext("Number of people for whom there is room"), [Optional()], minimum=1, maximum=MAX_CAPACITY
    )
    contact_address = ContactField(
        lazy_gettext("Contact"),
        description=lazy_gettext("An e-mail address or a web address. Everyone who sees the event sees it."),
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    venue_plan = FileField(
        lazy_gettext("Venue plan"),
        description=lazy_gettext("A picture that shows where the rooms are. After an error it has to be chosen again."),
        render_kw={"accept": "image/*"},
    )
    venue_plan_text = PlainTextField(
        lazy_gettext("Description of the venue plan"),
        [limited(1_000)],
        description=lazy_gettext("The way to the rooms in words, for people who do not see the plan."),
    )
    is_venue_plan_removed = BooleanField(lazy_gettext("Remove the venue plan"))
    state = RadioChoice(lazy_gettext("The event"), choices=choices(STATES), default=SCHEDULED)

    # Whether the event has a plan already.
    has_venue_plan = False

    def validate_venue_plan_text(self, field):
        is_kept = self.has_venue_plan and not self.is_venue_plan_removed.data
        if not field.data and (is_kept or "venue_plan" in self.chosen_files):
            raise ValidationError(gettext("Describe the venue plan."))

    @property
    def chosen_files(self) -> list[str]:
        """The names of the fields with an uploaded file."""
        return [name for name in ("image", "venue_plan") if (file := request.files.get(name)) and file.filename]

    @property
    def focal_point(self) -> tuple[float, float] | None:
        """The point as flyers have it, from -1 to 1; None if one of the fields is empty."""
        percents = (self.focal_x.data, self.focal_y.data)
        return None if None in percents else tuple(percent / 50 - 1 for percent in percents)

    @property
    def settings(self) -> dict:
        return super().settings | {
            "capacity": self.capacity.data,
            "contact_address": self.contact_address.data or None,
            "spoken_language": self.spoken_language.data or None,
        }

    def read_parts(self) -> EventParts | None:
        """Return all parts; None if a file is no image, which becomes an error of its field."""
        parts = super().read_parts()
        try:
            plan = read_image("venue_plan", max_width=PLAN_WIDTH_PX)
        except InvalidInput as error:
            self.add_error(gettext(str(error)), self.venue_plan)
            return None
        change = VenuePlanChange(plan, self.venue_plan_text.data, self.is_venue_plan_removed.data)
        return parts and replace(parts, state=self.state.data, venue_plan=change)


def load_present_values(event: Event) -> dict:
    """Return what the fields of the form contain for the event as it is."""
    loaded = load_events(db.session, [event.id])[event.id]
    place = db.session.get(Place, event.place_id) if event.place_id is not None else None
    flyer, plan = find_flyer(db.session, event.id), find_venue_plan(db.session, event.id)
    settings = load_event_settings(db.session, event.id)
    zone = event.timezone or "UTC"
    location = event.location or ""
    is_online = location.lower() == "online" and bool(event.online_locations)
    return {
        "name": to_plain_line(event.name),
        **{name: to_local(getattr(event, name), zone) for name in ("starts_at", "ends_at", "cfp_starts_at")},
        "cfp_ends_at": to_local(event.cfp_ends_at, CallTimes.of(event).timezone),
        "is_cfp_anywhere": event.is_cfp_anywhere,
        "timezone": zone,
        "place_name": "" if is_online else to_plain_line(place.name if place else location),
        "place_address": to_plain_line(place.address if place else ""),
        "coordinates": format_coordinates(event.latitude, event.longitude),
        "online_locations": "\n".join(event.online_locations),
        "description": clean_text(event.description),
        "href": event.href or "",
        "tags": ", ".join(tag.name for tag in loaded.tags),
        "cfp_url": event.cfp_url or "",
        "alt_text": flyer.alt_text if flyer else "",
        "focal_x": round(50 * (flyer.focal_x + 1)) if flyer else None,
        "focal_y": round(50 * (flyer.focal_y + 1)) if flyer else None,
        "state": event.state,
        "kind": settings.kind or CONFERENCE,
        "licence": settings.licence or "",
        "spoken_language": settings.spoken_language or "",
        "capacity": settings.capacity,
        "contact_address": settings.contact_address or "",
        "venue_plan_text": plan.alt_text if plan else "",
    }


def _by_name(choice):
    return fold_case_accents(choice[1])
