"""Results of the checks of an installation (``joindin check``)."""

from dataclasses import dataclass

OK, WARNING, FAILED = "ok", "warning", "failed"


@dataclass(frozen=True)
class CheckResult:
    """``message`` says what was found, and what to do unless ``status`` is ``ok``. It contains no secrets."""

    name: str
    status: str
    message: str
