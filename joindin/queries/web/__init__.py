"""Reads for pages of the web site only."""
