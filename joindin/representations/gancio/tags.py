"""Tags of the Gancio API (contract, section 10). Each needs its ``number`` of events."""


def represent_counted_tag(tag) -> dict:
    return {"tag": tag.name, "count": tag.number}


def represent_labelled_tag(tag) -> dict:
    """Return the result of a search for places and tags together."""
    return {"label": tag.name, "w": tag.number, "type": "tag"}
