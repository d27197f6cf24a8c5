"""Pages of working hours, as a part of the crew's pages: they share the blueprint of ``web/crew/common.py``."""

from joindin.resources.web.crew_hours import entries, exports, overview

__all__ = ["entries", "exports", "overview"]
