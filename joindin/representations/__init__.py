"""Representations: pure functions from loaded objects to dicts or text, one package per API.

Keys are in the order of the contract. ``Links`` builds URLs, and the viewer holds the user's relations to the objects. Queries,
sessions and requests do not belong here.
"""
