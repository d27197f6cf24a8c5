"""Writes of the federation between instances (spec 13): shared events, invite codes, guests, hosts, and users of guests.

No operation sends a request: callers send it outside of a transaction and pass the answer.
"""
