"""Text that attacks HTML, put into every text column of the database, and a reader of pages that finds what got through."""

from html.parser import HTMLParser

from sqlalchemy import String, Text, update

from joindin.db.base import Base
from joindin.extensions import db

# A tag, the end of a tag, of an attribute, of a script and of a template expression.
HOSTILE = "\"'><x-mark onx=1></x-mark></script><script>x-mark</script>{{7*7}}"
HOSTILE_URL = "javascript:x-mark//http://a.example/"
# Schemes that run a script or replace the page.
SCRIPT_SCHEMES = ("javascript:", "data:", "vbscript:", "blob:")

ADDRESS_ATTRIBUTES = (
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "cite",
    "xlink:href",
    "content",
)

# Columns that the server fills itself, and that no text of a user reaches.
OWN_COLUMNS = {
    *(
        "timezone",
        "stub",
        "slug",
        "key",
        "kind",
        "scopes",
        "topic",
        "purpose",
        "state",
        "decision",
        "action",
        "surface",
        # Sanitised when it is written; tests/utils/test_html.py.
        "description_html",
    ),
    *(
        "subject_type",
        "counter",
        "table_name",
        "permission",
        "unique_key",
        "size",
        "file",
        "secret",
        "credential_id",
        "code",
    ),
    *("code_challenge", "email", "ip_address", "issuer", "recipient", "type"),
}
URL_COLUMNS = {"href", "cfp_url", "url", "website", "callback_url", "redirect_uri", "slides_url", "next_url", "icon"}


def fill_text_columns() -> set[str]:
    """Write hostile text into every text column that holds text of users; return the names of the columns."""
    filled = set()
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if _holds_text_of_users(column)]
        for row in db.session.execute(table.select()).all() if columns else ():
            values = {column.name: _hostile_value(column, row) for column in columns}
            keys = [column == row._mapping[column.name] for column in table.primary_key.columns]
            db.session.execute(update(table).where(*keys).values(values))
            filled |= {f"{table.name}.{column.name}" for column in columns}
    db.session.commit()
    db.session.expire_all()
    return filled


def _holds_text_of_users(column):
    return (
        isinstance(column.type, String | Text)
        and not column.foreign_keys
        and not column.primary_key
        and not column.name.endswith(("_key", "_hash"))
        and column.name not in OWN_COLUMNS
    )


def _hostile_value(column, row):
    value = HOSTILE_URL if column.name in URL_COLUMNS else HOSTILE
    length = column.type.length or 1000
    # The number keeps values of unique columns apart.
    return f"{row[0]}{value}"[:length] if column.name not in URL_COLUMNS else value[:length]


class HostileParts(HTMLParser):
    """The tags, attributes and addresses of a page that came from hostile text."""

    def __init__(self, page: str):
        super().__init__()
        self.found = []
        self._is_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        # Structured data is no program; text that ends it becomes tags, which are found.
        self._is_script = tag == "script" and ("type", "application/ld+json") not in attributes
        if tag == "x-mark":
            self.found.append(tag)
        for name, value in attributes:
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.found.append(f"{tag} {name}")
            if name in ADDRESS_ATTRIBUTES and (value or "").strip().lower().startswith(SCRIPT_SCHEMES):
                self.found.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag):
        self._is_script = False

    def handle_data(self, data):
        if self._is_script and "x-mark" in data:
            self.found.append(f"script {data}")
        if "49" in data and "{{7*7}}" not in data and "'>" in data:
            self.found.append(f"expression {data}")
