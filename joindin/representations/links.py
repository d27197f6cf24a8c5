"""Addresses of resources and pages."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from joindin.utils.reserved_slugs import RESERVED_EVENT_SLUGS, RESERVED_TALK_SLUGS


def event_path(event) -> str:
    """Return the path of the page of an event; that by its id if the slug is missing or reserved."""
    if event.slug in RESERVED_EVENT_SLUGS:
        return f"/event/view/{event.id}"
    return f"/event/{event.slug or event.id}"


def talk_path(event, talk) -> str:
    """Return the path of the canonical page of a talk; that by its stub if the slug of either is missing or reserved."""
    if not talk.slug or not event.slug or talk.slug in RESERVED_TALK_SLUGS or event.slug in RESERVED_EVENT_SLUGS:
        return f"/talk/{talk.stub}"
    return f"/event/{event.slug}/{talk.slug}"


@dataclass(frozen=True)
class Links:
    """``base`` is scheme and host of the request, ``website`` the public web site.

    ``identity`` is the address of the web site from which identifiers are made, if it was stored. It stays when ``website``
    changes.
    """

    base: str
    website: str
    identity: str | None = None

    @property
    def namespace(self) -> str:
        """The address from which identifiers are made."""
        return self.identity or self.website

    @property
    def namespace_host(self) -> str:
        """The host in identifiers of calendars and feeds."""
        return urlsplit(self.namespace).hostname

    def event(self, event_id: int) -> str:
        return f"{self.base}/v2.1/events/{event_id}"

    def events(self, query: str = "") -> str:
        return f"{self.base}/v2.1/events{query}"

    def event_comment(self, comment_id: int) -> str:
        return f"{self.base}/v2.1/event_comments/{comment_id}"

    def talk(self, talk_id: int) -> str:
        return f"{self.base}/v2.1/talks/{talk_id}"

    def talk_comment(self, comment_id: int) -> str:
        return f"{self.base}/v2.1/talk_comments/{comment_id}"

    def track(self, track_id: int) -> str:
        return f"{self.base}/v2.1/tracks/{track_id}"

    def language(self, language_id: int) -> str:
        return f"{self.base}/v2.1/languages/{language_id}"

    def talk_type(self, type_id: int) -> str:
        return f"{self.base}/v2.1/talk_types/{type_id}"

    def user(self, user_id: int) -> str:
        return f"{self.base}/v2.1/users/{user_id}"

    def group(self, group_id: int) -> str:
        return f"{self.base}/v2.1/groups/{group_id}"

    def permission(self, permission_id: int) -> str:
        return f"{self.base}/v2.1/permissions/{permission_id}"

    def rejection_reason(self, reason_id: int) -> str:
        return f"{self.base}/v2.1/rejection_reasons/{reason_id}"

    def token(self, token_id: int) -> str:
        return f"{self.base}/v2.1/token/{token_id}"

    def tokens(self) -> str:
        return f"{self.base}/v2.1/token"

    def personal_token(self, token_id: int) -> str:
        return f"{self.base}/v2.1/personal_tokens/{token_id}"

    def personal_tokens(self) -> str:
        return f"{self.base}/v2.1/personal_tokens"

    def application(self, client_id: int) -> str:
        return f"{self.base}/v2.1/applications/{client_id}"

    def applications(self) -> str:
        return f"{self.base}/v2.1/applications"

    def event_page(self, slug: str) -> str:
        """Return the address by slug, which the pages below it begin with; a link to the event is :meth:`canonical_event_page`."""
        return f"{self.website}/event/{slug}"

    def short_event_page(self, stub: str) -> str:
        return f"{self.website}/e/{stub}"

    def talk_page(self, stub: str) -> str:
        """Return the short address of a talk, which redirects to the canonical page."""
        return f"{self.website}/talk/{stub}"

    def canonical_event_page(self, event) -> str:
        return f"{self.website}{event_path(event)}"

    def canonical_talk_page(self, event, talk) -> str:
        return f"{self.website}{talk_path(event, talk)}"

    def user_page(self, username: str) -> str:
        return f"{self.website}/user/{quote(username, safe='')}"

    def event_image(self, file: str) -> str:
        return f"{self.website}/inc/img/event_icons/{file}"

    def flyer(self, file: str) -> str:
        return f"{self.website}/media/{file}"
