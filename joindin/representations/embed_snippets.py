"""Pieces of HTML for other web sites: a frame with a page of this site, and a link for readers who do not see it."""

from dataclasses import dataclass
from html import escape

from joindin.representations.links import Links

# At this address is the frame with the list of events.
LIST_SLUG = "list"
LIST_HEIGHT, CARD_HEIGHT, TALK_HEIGHT = 600, 130, 250


@dataclass(frozen=True)
class EmbedSnippet:
    """``page`` is the public page of what the frame at ``address`` shows; ``height`` that of the frame in pixels."""

    title: str
    address: str
    page: str
    height: int

    @property
    def html(self) -> str:
        address, page, title = escape(self.address), escape(self.page), escape(self.title)
        return (
            f'<iframe src="{address}" title="{title}" width="100%" height="{self.height}" loading="lazy"></iframe>'
            f'<p><a href="{page}">{title}</a></p>'
        )


def user_snippet(name: str, username: str, links: Links) -> EmbedSnippet:
    page = links.user_page(username)
    return EmbedSnippet(name, page.replace("/user/", "/embed/user/", 1), page, LIST_HEIGHT)


def talk_snippet(event, talk, links: Links) -> EmbedSnippet:
    address = links.canonical_talk_page(event, talk)
    return EmbedSnippet(talk.title, f"{links.website}/embed/talk/{talk.stub}", address, TALK_HEIGHT)


def event_snippets(event, links: Links) -> list[EmbedSnippet]:
    """Return the snippet of the card, and that of the schedule of an event with talks."""
    page, frames = links.canonical_event_page(event), f"{links.website}/embed"
    snippets = [
        EmbedSnippet(
            event.name, f"{frames}/{event.id if event.slug in (None, LIST_SLUG) else event.slug}", page, CARD_HEIGHT
        )
    ]
    if event.slug and event.talk_count:
        schedule = f"{links.event_page(event.slug)}/schedule"
        snippets.append(EmbedSnippet(event.name, f"{frames}/event/{event.slug}/schedule", schedule, LIST_HEIGHT))
    return snippets
