"""A generated translation into a language from right to left. All its letters are Hebrew, so that a text that is not translated has Latin ones."""

import re
from pathlib import Path
from string import ascii_lowercase

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

import joindin
from joindin.utils.translations import CATALOGUES

# Hebrew: Babel knows its dates and plurals.
LANGUAGE = "he"
HEBREW = "אבגדהוזחטיכלמנסעפצקרשתםןףץ"
LETTERS = str.maketrans(ascii_lowercase, HEBREW) | str.maketrans(ascii_lowercase.upper(), HEBREW)
PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|\{\w+\})")


def pseudo_translate(text: str) -> str:
    """Replace the letters by Hebrew ones; placeholders stay."""
    return "".join(part if PLACEHOLDER.fullmatch(part) else part.translate(LETTERS) for part in PLACEHOLDER.split(text))


def write_catalogue(path: Path) -> None:
    """Write the translations of all messages that the German catalogues have, which are complete."""
    pseudo = Catalog(locale=LANGUAGE)
    for german in sorted((CATALOGUES / "de").glob("*.po")):
        with german.open("rb") as file:
            for message in read_po(file, locale="de"):
                if isinstance(message.id, str):
                    pseudo.add(message.id, pseudo_translate(message.id))
                else:
                    singular, plural = map(pseudo_translate, message.id)
                    pseudo.add(message.id, (singular, *[plural] * (pseudo.num_plurals - 1)))
    path.parent.mkdir()
    with path.open("wb") as file:
        write_po(file, pseudo)


def make_site(folder: Path) -> Path:
    """Return the folder, with a package ``joindin`` of links to the files of the real one that has this language too."""
    package = Path(joindin.__file__).parent
    _link_entries(package, folder / "joindin", CATALOGUES)
    # Where an installed package has them.
    (folder / "joindin" / "migrations").symlink_to(package.parent / "migrations")
    _link_entries(CATALOGUES, folder / "joindin" / "translations")
    write_catalogue(folder / "joindin" / "translations" / LANGUAGE / "site.po")
    return folder


def _link_entries(source, target, left_out=None):
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry != left_out:
            (target / entry.name).symlink_to(entry)
