"""Settings of an event that hosts change on the web site. An event without a row has the defaults."""

from sqlalchemy import ForeignKey, String, false, true
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db

OFF, ACCOUNT, ROOM, ANYONE = FEEDBACK_ACCESS = ("off", "account", "room", "anyone")
NO_RATING, ONE_RATING, TWO_RATINGS = FEEDBACK_SCHEMES = ("none", "one", "two")
MIN_FEEDBACK_DAYS, DEFAULT_FEEDBACK_DAYS, MAX_FEEDBACK_DAYS = 7, 90, 365
MAX_RATING_WORD_LENGTH = 40
MAX_CAPACITY = 1_000_000
MAX_CONTACT_LENGTH = 600
LIST, GRID = SCHEDULE_VIEWS = ("list", "grid")
BY_ROOM, BY_TRACK = SCHEDULE_COLUMNS = ("rooms", "tracks")
CONFERENCE, MEETUP, OTHER = EVENT_KINDS = ("conference", "meetup", "other")
# Languages that an event may be in (ISO 639). Their names are those of the Unicode CLDR.
SPOKEN_LANGUAGES = (
    "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "eo", "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "he", "hi",
    "hr", "hu", "id", "is", "it", "ja", "ko", "lb", "lt", "lv", "mk", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sq",
    "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
# Names and addresses of the licences of descriptions.
LICENCES = {
    "cc0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "cc-by": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "cc-by-sa": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
}


class EventSettings(db.Model):
    """``feedback_access`` says who may rate talks: ``off``, with an ``account``, with the code of the ``room``, or ``anyone``.

    ``feedback_scheme`` is ``none`` (texts only), ``one`` rating, or ``two`` (content and delivery). Feedback closes
    ``feedback_days`` after the end of the event. A rating word that is NULL is the site's own. ``is_…_allowed`` name the
    levels of feedback that authors may choose beside "everyone"; texts of guests are public only if that is allowed
    and a host releases them. ``language`` is that of the event's pages, ``spoken_language`` that of the event. ``kind`` and ``licence`` of the
    event's description are NULL where hosts have named none. ``schedule_view`` is ``list`` or ``grid``, and
    ``schedule_columns`` are those of the grid, ``rooms`` or ``tracks``; NULL where the schedule itself decides.
    ``is_embed_allowed`` says whether other web sites may show the event in a frame. ``capacity`` is the number of people for
    whom there is room, ``contact_address`` an e-mail address or a web address; NULL where they are not known.
    """

    __tablename__ = "event_settings"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    feedback_access: Mapped[str] = mapped_column(String(10), default=ANYONE, server_default=ANYONE)
    feedback_scheme: Mapped[str] = mapped_column(String(10), default=ONE_RATING, server_default=ONE_RATING)
    feedback_days: Mapped[int] = mapped_column(default=DEFAULT_FEEDBACK_DAYS, server_default=str(DEFAULT_FEEDBACK_DAYS))
    rating_word_1: Mapped[str | None] = mapped_column(String(MAX_RATING_WORD_LENGTH))
    rating_word_2: Mapped[str | None] = mapped_column(String(MAX_RATING_WORD_LENGTH))
    rating_word_3: Mapped[str | None] = mapped_column(String(MAX_RATING_WORD_LENGTH))
    rating_word_4: Mapped[str | None] = mapped_column(String(MAX_RATING_WORD_LENGTH))
    rating_word_5: Mapped[str | None] = mapped_column(String(MAX_RATING_WORD_LENGTH))
    is_hidden_name_allowed: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_private_text_allowed: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_public_guest_text_allowed: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_star_count_public: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_attendee_list_public: Mapped[bool] = mapped_column(default=True, server_default=true())
    language: Mapped[str | None] = mapped_column(String(10))
    kind: Mapped[str | None] = mapped_column(String(20))
    licence: Mapped[str | None] = mapped_column(String(20))
    schedule_view: Mapped[str | None] = mapped_column(String(10))
    schedule_columns: Mapped[str | None] = mapped_column(String(10))
    is_embed_allowed: Mapped[bool] = mapped_column(default=True, server_default=true())
    capacity: Mapped[int | None] = mapped_column(comment="number of people for whom there is room")
    contact_address: Mapped[str | None] = mapped_column(
        String(MAX_CONTACT_LENGTH), comment="e-mail address or web address"
    )
    spoken_language: Mapped[str | None] = mapped_column(String(10), comment="language of the event, not of its pages")

    @property
    def rating_words(self) -> list[str | None]:
        """The words of the event for the ratings 1 to 5; None where the site's word is shown."""
        return [self.rating_word_1, self.rating_word_2, self.rating_word_3, self.rating_word_4, self.rating_word_5]

    @classmethod
    def defaults(cls, event_id: int) -> "EventSettings":
        """Return an object with the defaults that is not in a session."""
        values = {c.key: c.default.arg for c in cls.__table__.columns if c.default is not None}
        return cls(event_id=event_id, **values)
