"""Things rendered for a page: from the fragment memory where it has them, else read and rendered together."""

from collections.abc import Callable, Hashable, Mapping, Sequence

import orjson
from flask import current_app

from joindin.performance.caching.fragment_cache import FragmentCache


def render_cached(
    keys: Sequence,
    cache_key: Callable[..., Hashable],
    load: Callable[[list[int]], Mapping],
    serialize: Callable[..., dict],
) -> list[bytes]:
    """The things behind ``keys``, in that order.

    ``name`` says of a key, and as well of a thing that was read, all that its piece depends on.
    """
    memory: FragmentCache = current_app.extensions["fragment_cache"]
    pieces = memory.get_all([cache_key(key) for key in keys])
    missing = [key.id for key, piece in zip(keys, pieces) if piece is None]
    if not missing:
        return pieces
    things = load(missing)
    for place, key in enumerate(keys):
        if pieces[place] is None and (thing := things.get(key.id)) is not None:
            pieces[place] = orjson.dumps(serialize(thing))
            # Under the name of what was rendered, which may be newer than what was listed.
            memory.put(cache_key(thing), pieces[place])
    return [piece for piece in pieces if piece is not None]
