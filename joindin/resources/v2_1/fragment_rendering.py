"""Things rendered for a page: from the fragment memory where it has them, else read and rendered together."""

from collections.abc import Callable, Hashable, Mapping, Sequence

import orjson
from flask import current_app

from joindin.performance.caching.fragment_cache import Fragments


def remembered(
    keys: Sequence, name: Callable[..., Hashable], read: Callable[[list[int]], Mapping], represent: Callable[..., dict]
) -> list[bytes]:
    """The things behind ``keys``, in that order.

    ``name`` says of a key, and as well of a thing that was read, all that its piece depends on.
    """
    memory: Fragments = current_app.extensions["fragments"]
    pieces = memory.get_all([name(key) for key in keys])
    missing = [key.id for key, piece in zip(keys, pieces) if piece is None]
    if not missing:
        return pieces
    things = read(missing)
    for place, key in enumerate(keys):
        if pieces[place] is None and (thing := things.get(key.id)) is not None:
            pieces[place] = orjson.dumps(represent(thing))
            # Under the name of what was rendered, which may be newer than what was listed.
            memory.put(name(thing), pieces[place])
    return [piece for piece in pieces if piece is not None]
