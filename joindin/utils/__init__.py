"""Dates, text, images and the HTTP client: helpers without knowledge of the domain."""
