"""Addresses in responses of the ephios API: pages of the crew on the web site."""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class CrewLinks:
    """``site`` is the base URL of the web site; ``timezone`` the crew's time zone, in which times are shown."""

    site: str
    timezone: str

    def event_page(self, event_id: int, title: str) -> str:
        return f"{self.site}/events/{event_id}-{title_slug(title) or event_id}/"

    def talk_page(self, stub: str) -> str:
        return f"{self.site}/talk/{stub}"

    def calendar(self, token: str) -> str:
        return f"{self.site}/calendar/{token}/"

    def shifts_export(self, key: str) -> str:
        return f"{self.site}/shifts-json-export?key={key}"

    def shared_event_page(self, event_id: int, guest_id: int) -> str:
        return f"{self.site}/events/shared/{event_id}/{guest_id}/"


def title_slug(title: str) -> str:
    """Return the ASCII slug of a title, by the rule of Django."""
    ascii_text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^\w\s-]", "", ascii_text.lower())
    return re.sub(r"[-\s]+", "-", words).strip("-_")
