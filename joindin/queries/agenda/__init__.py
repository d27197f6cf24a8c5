"""Reads of the community agenda: entries with their places and flyers, places, tags, collections, settings, texts."""
