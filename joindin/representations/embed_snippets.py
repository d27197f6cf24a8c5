"""Pieces of HTML for other web sites: a frame with a page of this site, and a link for readers who do not see it."""

from dataclasses import dataclass
from html import escape


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
