"""Talks as entries of Atom 1.0 (RFC 4287), with their event and room as calendars have them (``talk_entries.py``)."""

import re
from html import escape

from joindin.models import CANCELLED, CANCELLED_TALK
from joindin.models.talks import speaker_name
from joindin.representations.feeds.event_texts import CANCELLED_PREFIX, times_text, xml_text
from joindin.representations.gancio.events import created_at, updated_at
from joindin.representations.links import Links
from joindin.representations.programme.days import ends_at
from joindin.utils.datetimes import iso_local


def represent_talk_atom_entry(talk, event, links: Links) -> str:
    is_cancelled = talk.state == CANCELLED_TALK or event.state == CANCELLED
    title = f"{CANCELLED_PREFIX if is_cancelled else ''}{talk.title}"
    return "".join(
        [
            # The year is one that stays.
            f"<entry><id>tag:{xml_text(links.namespace_host)},{created_at(event).year}:talk/{talk.id}</id>",
            f"<title>{xml_text(title)}</title>",
            f'<link rel="alternate" type="text/html" href="{xml_text(links.talk_page(talk.stub))}"/>',
            f"<updated>{iso_local(talk.revised_at or updated_at(event), 'UTC')}</updated>",
            *(f"<author><name>{xml_text(name)}</name></author>" for name in map(speaker_name, talk.speakers)),
            *(
                f'<category term="{xml_text(name)}"/>'
                for name in (talk.type.title, *(each.name for each in talk.tracks))
            ),
            f'<content type="html">{xml_text(_html(talk, event))}</content>',
            "</entry>",
        ]
    )


def _html(talk, event):
    """Return event, time and place, the speakers, and the paragraphs of the abstract."""
    place = ", ".join(filter(None, (talk.room and talk.room.name, event.location)))
    facts = [event.name, times_text(talk.starts_at, ends_at(talk), event.timezone), place]
    paragraphs = [
        "\n".join(filter(None, facts)),
        ", ".join(map(speaker_name, talk.speakers)),
        *re.split(r"\n\s*\n", talk.description),
    ]
    return "".join(f"<p>{_lines(each.strip())}</p>" for each in paragraphs if each.strip())


def _lines(text):
    return "<br>".join(escape(line) for line in text.splitlines())
