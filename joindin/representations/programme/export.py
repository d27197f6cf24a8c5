"""The programme of an event as other programs read it: what all formats of schedules have in common.

Identifiers are stable: they are computed from ids, so that a changed name, room or time does not change them. Times are those
of the event. Each talk is on the day of the programme that has its start.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from joindin.models import CANCELLED, CANCELLED_TALK
from joindin.models.event_settings import OFF
from joindin.models.talks import speaker_name
from joindin.representations.links import Links
from joindin.representations.programme.days import ends_at, event_days, programme_day
from joindin.representations.programme.exported_parts import (
    ExportedDay,
    ExportedLink,
    ExportedPerson,
    ExportedRoom,
    ExportedTalk,
    ExportedTrack,
)
from joindin.utils.datetimes import UTC, get_timezone
from joindin.utils.text import fold_case, is_web_url, slugify
from joindin.utils.translations import load_translations

GENERATOR = "joindin"
OTHER_TRACK_SLUG = "other"
# The length of a talk without a known end, and the longest one that readers of frab's format accept, in minutes.
UNKNOWN_LENGTH, MAX_LENGTH = 5, 23 * 60 + 59
# Characters of an address that are not escaped (RFC 3986); a percent sign that begins an escape is none of them. Brackets
# surround IPv6 addresses.
URI_CHARACTERS = "!#$%&'()*+,/:;=?@~"
NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
HOST_CHARACTERS = f"{URI_CHARACTERS}[]"
# Names of zones that version 1 of the JSON allows.
ZONE = re.compile("[A-Z][a-z]+/[A-Z][a-z]+|UTC$")
MIN_ACRONYM_LENGTH, MAX_ACRONYM_LENGTH = 4, 30
# Days without a talk are written up to this length of an event.
MAX_DAYS = 100
# As near to those of the pages as sRGB allows.
TRACK_COLOURS = {
    "red": "#ce514d", "orange": "#c66000", "yellow": "#9f7c00", "lime": "#6b8f00", "green": "#139948", "teal": "#009d8d",
    "cyan": "#0095bb", "blue": "#1a83db", "indigo": "#7071dd", "purple": "#9d60c6", "pink": "#c3518d", "grey": "#767676",
}  # fmt: skip
# Codes of the original that are no language tags.
LANGUAGE_TAGS = {"us": "en-US", "uk": "en-GB", "ne": "nl", "pobr": "pt-BR"}
OTHER_LANGUAGE = "en"


@dataclass(frozen=True)
class ProgrammeExport:
    """``talks`` and ``rooms`` are those of ``load_programme``, ``image`` the file and the address of the event's image, or None."""

    event: object
    talks: list
    rooms: list
    image: object | None
    links: Links
    address: str

    @cached_property
    def timezone(self) -> str:
        return self.event.timezone or "UTC"

    @cached_property
    def timezone_name(self) -> str | None:
        """The name of the zone, if the formats allow it."""
        return self.timezone if ZONE.match(self.timezone) else None

    @cached_property
    def page(self) -> str:
        return self.links.canonical_event_page(self.event)

    @cached_property
    def website(self) -> str | None:
        """The event's own web site."""
        return _to_uri(self.event.href) if is_web_url(self.event.href or "") else None

    @cached_property
    def logo(self) -> str | None:
        if self.image is None:
            return None
        address = self.image.url or self.links.event_image(self.image.file)
        return _to_uri(address) if is_web_url(address) else None

    @cached_property
    def other(self) -> str:
        """The name of the room and the track of talks without one, in the language of the event's pages."""
        return load_translations(self.event.page_language or OTHER_LANGUAGE).gettext("Other")

    @cached_property
    def version(self) -> str:
        changed_at = self.event.programme_changed_at
        minute = f" {changed_at.astimezone(UTC):%Y-%m-%d %H:%M}" if changed_at else ""
        return f"v{self.event.programme_version}{minute}"

    @cached_property
    def acronym(self) -> str:
        acronym = re.sub("[^a-z0-9_]", "", self.event.slug.lower())[:MAX_ACRONYM_LENGTH]
        return acronym if len(acronym) >= MIN_ACRONYM_LENGTH else f"{acronym}{self.event.starts_at.year:04}"

    def guid(self, path: str) -> str:
        """Return the identifier of a part of this instance, which ``path`` names."""
        return str(uuid5(self._instance, path))

    @cached_property
    def _instance(self):
        return uuid5(NAMESPACE_URL, f"{self.links.namespace}/")

    @cached_property
    def exported_rooms(self) -> list[ExportedRoom]:
        return [self._room(room) for room in self.rooms]

    @cached_property
    def tracks(self) -> list[ExportedTrack]:
        """The tracks that talks have, in their order."""
        tracks = {track.id: track for talk in self.talks for track in talk.tracks}
        return [_track(track) for track in sorted(tracks.values(), key=_track_order)]

    @cached_property
    def days(self) -> list[ExportedDay]:
        """The days of the event, and those of talks before and after it."""
        by_day = {}
        for talk in self.talks:
            by_day.setdefault(programme_day(self.event, talk.starts_at), []).append(self._talk(talk))
        days = {*event_days(self.event), *by_day}
        if (max(days) - min(days)).days < MAX_DAYS:
            days = {min(days) + dt.timedelta(days=number) for number in range((max(days) - min(days)).days + 1)}
        return [
            ExportedDay(index, on, self._boundary(on), self._boundary(_day_after(on)), by_day.get(on, []))
            for index, on in enumerate(sorted(days), 1)
        ]

    def local(self, at: dt.datetime) -> dt.datetime:
        """Return a time in the zone of the event; in UTC where its offset has seconds, which the formats do not know."""
        local = at.astimezone(get_timezone(self.event.timezone))
        return at.astimezone(UTC) if local.utcoffset().total_seconds() % 60 else local

    def _boundary(self, on):
        start = dt.datetime.combine(on, dt.time(), tzinfo=get_timezone(self.event.timezone))
        try:
            return self.local(start + dt.timedelta(minutes=self.event.day_starts_at))
        except OverflowError:
            return start.replace(tzinfo=UTC)

    @cached_property
    def _persons(self):
        """The persons of all talks, by account or folded name."""
        persons = {}
        for entry in sorted((entry for talk in self.talks for entry in talk.speakers), key=lambda entry: entry.id):
            persons.setdefault(_person_key(entry), self._person(entry))
        return persons

    def _person(self, entry):
        user = entry.user
        path = f"user/{user.id}" if user else f"event/{self.event.id}/speaker/{fold_case(entry.name)}"
        url = self.links.user_page(user.username) if user and user.is_active else None
        return ExportedPerson(entry.id, self.guid(path), speaker_name(entry), url)

    def _room(self, room):
        if room is None:
            return ExportedRoom(self.other, self.guid(f"event/{self.event.id}/room/-"), None)
        return ExportedRoom(room.name, _valid_guid(room.guid) or self.guid(f"room/{room.id}"), room)

    def _talk(self, talk):
        has_feedback = talk.has_feedback and talk.feedback_access != OFF
        return ExportedTalk(
            talk,
            self.guid(f"talk/{talk.id}"),
            _slug(self.acronym, talk),
            self.local(talk.starts_at),
            self.local(ends_at(talk, UNKNOWN_LENGTH)),
            min(talk.duration, MAX_LENGTH) if talk.duration > 0 else UNKNOWN_LENGTH,
            self._room(talk.room),
            _track(min(talk.tracks, key=_track_order)) if talk.tracks else None,
            language_tag(talk.language.code),
            list(dict.fromkeys(self._persons[_person_key(each)] for each in talk.speakers)),
            _links(talk),
            _to_uri(self.links.canonical_talk_page(self.event, talk)),
            f"{self.links.website}/f/{talk.stub}" if has_feedback else None,
            talk.state == CANCELLED_TALK or self.event.state == CANCELLED,
        )


def language_tag(code: str | None) -> str:
    """Return the language tag of a code of the original; English for a code that is none."""
    tag = LANGUAGE_TAGS.get((code or "").lower(), code or "")
    return tag if re.fullmatch("[a-z]{2}(-[A-Z]{2})?", tag) else OTHER_LANGUAGE


def time_stamp(at: dt.datetime) -> str:
    """Return the time with its offset (RFC 3339)."""
    return at.replace(microsecond=0).isoformat()


def _day_after(on):
    return on + dt.timedelta(days=1) if on < dt.date.max else on


def _person_key(entry):
    return entry.user_id or fold_case(entry.name)


def _valid_guid(text):
    try:
        return str(UUID(text)) if text else None
    except ValueError:
        return None


def _slug(acronym, talk):
    rest = re.sub("[^a-z0-9]+", "-", (talk.slug or "").lower()).strip("-")
    return f"{acronym}-{talk.id:05}{f'-{rest}' if rest else ''}"


def _track(track):
    rest = re.sub("-+", "-", slugify(track.name)).strip("-")
    slug = f"t{track.id}{f'-{rest}' if rest else ''}"
    # A track without a colour gets one that does not change.
    colour = TRACK_COLOURS.get(track.hue) or list(TRACK_COLOURS.values())[track.id % len(TRACK_COLOURS)]
    return ExportedTrack(track.name, slug, colour)


def _track_order(track):
    return (track.position, track.id)


def _links(talk):
    """Return the links to material. Old data have the address of the slides in a field of the talk."""
    pairs = [(link.type, link.url) for link in talk.links]
    if talk.slides_url and not any(kind == "slides_link" for kind, _ in pairs):
        pairs.append(("slides_link", talk.slides_url))
    return [ExportedLink(kind, _to_uri(url), urlsplit(url).hostname) for kind, url in pairs if is_web_url(url)]


def _to_uri(address):
    address = NO_ESCAPE.sub("%25", address)
    host = re.match(r"[^/]*//[^/?#]*", address)
    end = host.end() if host else 0
    return quote(address[:end], safe=HOST_CHARACTERS) + quote(address[end:], safe=URI_CHARACTERS)
