"""Feeds of all formats as responses: their entries (``entries``), identifiers (``identity``), validators and size (``responses``)."""
