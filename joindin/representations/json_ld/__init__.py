"""Structured data of schema.org for search engines, as JSON in pages."""
