"""Existing clients of v2.1: their requests, the statuses they accept and the fields they read (spec 20 to 22)."""
