"""Made-up listings in the shape of the conference data."""

import json
from pathlib import Path

REAL_DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "conference-data" / "conferences"


def listing(name="PumpkinConf", **fields):
    """A listing with nothing but what all have; None takes a field away."""
    raw = {
        "name": name,
        "url": "https://pumpkin.example",
        "startDate": "2031-05-06",
        "endDate": "2031-05-08",
        "city": "Berlin",
        "country": "Germany",
        **fields,
    }
    return {key: value for key, value in raw.items() if value is not None}


def online_listing(name="CloudConf", **fields):
    return listing(name, **{"city": None, "country": None, "online": True, **fields})


def write_listings(folder, name, listings):
    """Write ``<folder>/<name>.json``; text goes in as it is."""
    file = folder / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(listings, bytes):
        file.write_bytes(listings)
    else:
        file.write_text(listings if isinstance(listings, str) else json.dumps(listings), encoding="utf-8")
    return file
