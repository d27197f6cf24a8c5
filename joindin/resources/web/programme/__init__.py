"""Pages of an event's programme: schedule, what is on now, abstracts, talks, speakers, rooms, slides, calendars, changes,
exports; and feeds of the talks of a speaker, and frames for other web sites with their description (oEmbed).

Their contents are rendered once for each version of the programme (``fragments.py``); pages that depend on the time are
not.
"""

from joindin.resources.web.programme import (
    calendar,
    changes,
    exports,
    frames,
    lists,
    now,
    oembed,
    rooms,
    schedule,
    speaker_feeds,
)

__all__ = ["calendar", "changes", "exports", "frames", "lists", "now", "oembed", "rooms", "schedule", "speaker_feeds"]
