"""Changes of a programme as entries of Atom, in the language of the event's pages."""

from html import escape

from joindin.representations.feeds.event_texts import entry_id, xml_text
from joindin.representations.links import Links
from joindin.representations.programme.changes import (
    KIND_NAMES,
    TALK_NOT_SHOWN,
    TALK_TAKEN_OUT,
    TalkPlace,
    places_of_change,
)
from joindin.utils.datetimes import iso_local
from joindin.utils.localized_dates import LocalizedDates
from joindin.utils.translations import load_translations

DEFAULT_LANGUAGE = "en"


def represent_change_entry(change, event, links: Links) -> str:
    """Return the entry of a change of one talk, or of talks that were added together (``queries/programme/changes.py``)."""
    texts = ChangeTexts(event)
    page = f"{links.event_page(event.slug)}/changes"
    lines = [texts.line(talk) for talk in change.talks]
    html = "".join(f"<p>{escape(line)}</p>" for line in lines) + f'<p><a href="{escape(page)}">{escape(page)}</a></p>'
    link = page
    if change.number == 1 and change.talks[0].title is not None:
        link = links.canonical_talk_page(event, change.talks[0])
    at = iso_local(change.changed_at, "UTC")
    return "".join(
        [
            f"<entry><id>{xml_text(entry_id(event, links))}/changes/{change.id}</id>",
            f"<title>{xml_text(texts.title(change))}</title>",
            f'<link rel="alternate" type="text/html" href="{xml_text(link)}"/>',
            f"<published>{at}</published><updated>{at}</updated>",
            f'<category term="{change.kind}"/>',
            f'<content type="html">{xml_text(html)}</content>',
            "</entry>",
        ]
    )


class ChangeTexts:
    """Texts about changes in the language of the event's pages and in its time zone."""

    def __init__(self, event):
        language = event.page_language or DEFAULT_LANGUAGE
        self._translations = load_translations(language)
        self._dates = LocalizedDates(language, event.timezone or "UTC")

    def feed_title(self, event) -> str:
        return f"{self._translations.gettext('Changes of the programme')} – {event.name}"

    def title(self, change) -> str:
        if change.number > 1:
            words = self._translations.ngettext("%(num)d talk was added", "%(num)d talks were added", change.number)
            return words % {"num": change.number}
        [talk] = change.talks
        if talk.title is None and talk.kind == "removed":
            return self._translations.gettext(TALK_TAKEN_OUT)
        return f"{self._translations.gettext(KIND_NAMES[change.kind])}: {self._name(talk)}"

    def line(self, talk) -> str:
        """Return where the talk was and is; of talks that were added together with its title."""
        was, now = places_of_change(talk)
        parts = [self._name(talk)] if talk.title is not None else []
        if was:
            parts.append(f"{self._translations.gettext('was')} {self._place(was)}")
        if now:
            parts.append(f"{self._translations.gettext('now')} {self._place(now)}" if was else self._place(now))
        return " · ".join(parts)

    def _name(self, talk):
        return talk.title if talk.title is not None else self._translations.gettext(TALK_NOT_SHOWN)

    def _place(self, place: TalkPlace):
        return ", ".join(
            filter(
                None,
                (
                    place.starts_at and self._dates.day_and_time(place.starts_at),
                    self._translations.gettext("without a room") if place.has_no_room else place.room_name,
                ),
            )
        )
