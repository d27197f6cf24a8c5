"""Recognition of imported listings whose key has changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations

from sqlalchemy import select

from joindin.models import EventSource

# Two listings are the same if this many of name, month, place and URL are equal.
MIN_MATCHING_FIELDS = 3


def match_rescheduled_listings(session, source: str, listings: Iterable, files: Collection[str]) -> dict[str, str]:
    """Return the old keys of renamed, moved or rescheduled listings, by their new keys.

    A listing with a new key matches an imported listing that has disappeared from the same file and shares most of its traits.
    Imported listings of files that were not read are not considered.
    """
    listings = {listing.key: listing for listing in listings}
    imported = session.execute(
        select(EventSource.source_key, EventSource.traits, EventSource.files).where(EventSource.source == source)
    ).all()
    missing = defaultdict(list)
    for key, traits, in_files in sorted(imported, key=lambda row: row[0]):
        if key in listings or not set(in_files) <= set(files):
            continue
        for traits_subset in _trait_subsets(traits):
            missing[traits_subset].append((key, set(in_files)))
    old_keys, matched = {}, set()
    for key in sorted(listings.keys() - {row[0] for row in imported}) if missing else ():
        old_key = next((old for old in _matching_keys(listings[key], missing) if old not in matched), None)
        if old_key is not None:
            old_keys[key] = old_key
            matched.add(old_key)
    return old_keys


def _matching_keys(listing, missing):
    for traits_subset in _trait_subsets(listing.traits):
        for old_key, in_files in missing.get(traits_subset, ()):
            if in_files & set(listing.files):
                yield old_key


def _trait_subsets(traits):
    present = [(position, trait) for position, trait in enumerate(traits) if trait]
    return combinations(present, MIN_MATCHING_FIELDS)
