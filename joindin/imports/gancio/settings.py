"""Import of the settings that this server has as well.

A setting that an admin has set here is kept. Secrets and the settings of Gancio's own machinery are left out.
"""

from sqlalchemy import select

from joindin.imports.gancio.mappings import fingerprint, load_origins, store_origins
from joindin.imports.gancio.records import ImportContext
from joindin.imports.gancio.source_row import GancioRow
from joindin.imports.legacy_row import InvalidRow
from joindin.imports.report import ADDED, KEPT, SKIPPED, UNCHANGED, UPDATED
from joindin.models import SiteSetting
from joindin.operations.agenda.site_setting_values import CHECKS
from joindin.queries.agenda.site_settings import DEFAULT_SETTINGS, SECRET_SETTINGS
from joindin.utils.timezones import find_timezone_name

SETTINGS, ZONE = "settings", "instance_timezone"
# Settings of the contract that are not imported: federation is not, pictures are files, and script and styles are made for other
# pages.
LEFT_OUT_SETTINGS = {
    *SECRET_SETTINGS,
    "enable_federation",
    "logo",
    "fallback_image",
    "header_image",
    "custom_js",
    "custom_css",
    "plugins",
}
IMPORTED_SETTINGS = CHECKS.keys() - LEFT_OUT_SETTINGS


def read_zone(context: ImportContext) -> str:
    """Return the time zone of the source, in which its events are."""
    values = _read(context)
    zone = values.get(ZONE)
    return (find_timezone_name(zone) if isinstance(zone, str) else None) or DEFAULT_SETTINGS[ZONE]


def import_settings(context: ImportContext):
    """Import the settings; yield the number of rows read."""
    report, session = context.report, context.session
    values = _read(context, report=report)
    present = {row.key: row for row in session.scalars(select(SiteSetting))}
    origins = load_origins(context, SETTINGS, values.keys())
    for key, value in values.items():
        row, origin, mark = present.get(key), origins.get(key), fingerprint(value)
        if value is None and origin is None:
            report.count(SETTINGS, UNCHANGED)
            continue
        if origin is not None and origin.fingerprints["value"] == mark:
            report.count(SETTINGS, UNCHANGED)
            continue
        is_edited = row is not None and (origin is None or origin.fingerprints["value"] != fingerprint(row.value))
        is_removed = row is None and origin is not None
        if is_edited or is_removed:
            report.count(SETTINGS, KEPT)
        elif row is None:
            session.add(SiteSetting(key=key, value=value, updated_at=context.now))
            report.count(SETTINGS, ADDED)
        else:
            row.value, row.updated_at = value, context.now
            report.count(SETTINGS, UPDATED)
        if origin is None:
            store_origins(context, SETTINGS, [(key, None, {"value": mark})])
        else:
            origin.fingerprints, origin.imported_at = {"value": mark}, context.now
    session.flush()
    yield report.read[SETTINGS]


def _read(context, report=None):
    """Return the values of the settings that are imported, by key."""
    values = {}
    for batch in context.source.batches(SETTINGS):
        for row in map(GancioRow, batch):
            key = row.reference("key") or ""
            if report:
                report.read[SETTINGS] += 1
            if key not in IMPORTED_SETTINGS or row.flag("is_secret"):
                if report:
                    report.count_excluded(SETTINGS, _reason(row, key))
                continue
            try:
                values[key] = _value(row, key)
            except InvalidRow as error:
                if report:
                    report.count(SETTINGS, SKIPPED)
                    report.add_issue(SETTINGS, key, str(error))
    return values


def _value(row, key):
    """Return the value; None stands for the default. :raises InvalidRow: if admins could not set it here."""
    value = row.parsed("value")
    try:
        return None if value is None else CHECKS[key](value)
    except ValueError as error:
        raise InvalidRow(f"it must be {error}") from None


def _reason(row, key):
    return "secrets" if row.flag("is_secret") else f"{key[:60]} does not apply here"
