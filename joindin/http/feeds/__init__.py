"""Feeds of all formats as responses: their entries (``entries``), and validators and size (``responses``); identifiers (``identity``)."""
