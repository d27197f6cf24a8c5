"""Pages of notifications and messages, as a part of the crew's pages: they share the blueprint of ``web/crew/common.py``."""

from joindin.resources.web.crew_notifications import messages, notifications

__all__ = ["messages", "notifications"]
