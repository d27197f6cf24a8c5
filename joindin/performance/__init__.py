"""Mechanisms that exist only for speed."""
