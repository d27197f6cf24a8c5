"""Caches of rendered responses and fragments."""
