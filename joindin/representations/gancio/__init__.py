"""Representations of the Gancio API."""
