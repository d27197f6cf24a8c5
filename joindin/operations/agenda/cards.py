"""Files of cards and slides. One is drawn when it is first requested, and its file is named by the version of its contents.

They are a cache in a local folder of each server, wherever images are stored.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from joindin.operations.images import EVENT_ICONS_FOLDER, FLYERS_FOLDER
from joindin.utils.images.card_contents import Card, Slide
from joindin.utils.media.storage import MediaStorage

CARDS_FOLDER = "cards"
CARD_TTL = dt.timedelta(days=30)


def find_card_file(media_dir: str, storage: MediaStorage, card: Card) -> Path:
    """Return the file of a card, which is drawn if there is none.

    :raises Overloaded: if too many other cards are being drawn.
    :raises StorageUnavailable: if the image of the card cannot be read.
    """
    file = _file(media_dir, card)
    if file.is_file():
        return file
    # Pillow is loaded only by the code that processes images.
    from joindin.utils.images.cards import draw_card

    # Read before others wait for it.
    image = _read_image(storage, card.image)
    return _draw_once(file, lambda: draw_card(card.title, card.lines, image, card.focal_point))


def find_slide_file(media_dir: str, slide: Slide) -> Path:
    """Return the file of a slide; :raises Overloaded: as :func:`find_card_file`."""
    file = _file(media_dir, slide)
    if file.is_file():
        return file
    from joindin.utils.images.slides import draw_slide

    return _draw_once(file, lambda: draw_slide(slide))


def purge_cards(media_dir: str, now: dt.datetime) -> None:
    """Delete old files of cards. Those of current contents are drawn again when they are requested."""
    for file in Path(media_dir, CARDS_FOLDER).glob("*"):
        # A server may rename the file of a card that it has just drawn.
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < (now - CARD_TTL).timestamp():
                file.unlink()


def _file(media_dir, contents):
    return Path(media_dir, CARDS_FOLDER, f"{contents.version}.png")


def _draw_once(file: Path, draw: Callable[[], bytes]) -> Path:
    from joindin.utils.images.cards import DRAWING

    with DRAWING:
        if not file.is_file():
            _write(file, draw())
    return file


def _read_image(storage, name):
    """Return the content of an event's image, None without one: flyers are stored in one folder, squares in another."""
    for folder in (FLYERS_FOLDER, EVENT_ICONS_FOLDER) if name else ():
        content = storage.get(f"{folder}/{Path(name).name}")
        if content is not None:
            return content
    return None


def _write(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.stem}.{secrets.token_hex(8)}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
