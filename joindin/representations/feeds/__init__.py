"""Feeds and calendars: iCalendar, RSS, Atom and JSON Feed, as text. Nothing in them depends on the time of the request."""
