"""Listings of other people's data that were imported before."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations

from sqlalchemy import select

from joindin.models import EventSource

# Of name, month, place and address, this many the same make a listing the one that was there before.
MIN_MATCHING_FIELDS = 3


def match_rescheduled_listings(session, source: str, listings: Iterable, files: Collection[str]) -> dict[str, str]:
    """Old keys, by new ones, of listings that got another key: renamed, moved, or put off.

    Such a one is new by its key, while in the same file another has gone that it shares most
    traits with. Whoever stands in a file that was not read now may still be there.
    """
    listings = {listing.key: listing for listing in listings}
    known = session.execute(
        select(EventSource.source_key, EventSource.traits, EventSource.files).where(EventSource.source == source)
    ).all()
    gone = defaultdict(list)
    for key, traits, in_files in sorted(known, key=lambda row: row[0]):
        if key in listings or not set(in_files) <= set(files):
            continue
        for shape in _shapes(traits):
            gone[shape].append((key, set(in_files)))
    old_keys, matched = {}, set()
    for key in sorted(listings.keys() - {row[0] for row in known}) if gone else ():
        old_key = next((old for old in _alike(listings[key], gone) if old not in matched), None)
        if old_key is not None:
            old_keys[key] = old_key
            matched.add(old_key)
    return old_keys


def _alike(listing, gone):
    for shape in _shapes(listing.traits):
        for old_key, in_files in gone.get(shape, ()):
            if in_files & set(listing.files):
                yield old_key


def _shapes(traits):
    told = [(place, trait) for place, trait in enumerate(traits) if trait]
    return combinations(told, MIN_MATCHING_FIELDS)
