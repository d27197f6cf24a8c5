"""Representations of the ephios API."""
