"""Representations of the Joind.in API v2.1 (spec sections 4 to 11).

One file per concept: a documented schema and, next to it, the function that builds the response as one literal dict.
The order of the keys is part of the contract. Queries, requests and sessions do not belong here.
"""
