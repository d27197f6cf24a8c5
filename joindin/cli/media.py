"""``joindin media``: transfer of images between storages, and verification."""

import sys
from collections import Counter
from functools import partial

import click
from flask import current_app
from flask.cli import with_appcontext

from joindin.cli.preconditions import report_storage_errors, with_database
from joindin.extensions import db, media_storage
from joindin.operations.media.check import check_media, delete_unused_files, list_media_files
from joindin.utils import setting_parsers as parsers
from joindin.utils.datetimes import utc_now
from joindin.utils.media.local_folder import LocalFolder
from joindin.utils.media.open_storage import open_storage
from joindin.utils.media.transfer import COPIED, DAMAGED, DIFFERENT, MISSING, PRESENT, Transfer, are_same

MSG_IN_USE = (
    "The server reads its images from {}. Set JOINDIN_MEDIA_URL to the target and restart the server before --delete"
)
# By outcome: the line of the summary, and of a dry run.
LABELS = {
    COPIED: ("copied", "to copy"),
    PRESENT: ("already there", "already there"),
    DIFFERENT: ("different at the target, kept", "different at the target"),
    DAMAGED: ("damaged at the target", ""),
    MISSING: ("deleted meanwhile", ""),
}


class StorageUrl(click.ParamType):
    """A URL as in JOINDIN_MEDIA_URL."""

    name = "url"

    def convert(self, value, param, ctx):
        try:
            return parsers.storage_url(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group()
def media():
    """Move images to another storage, and verify them."""


@media.command()
@click.option("--from", "source_url", type=StorageUrl(), help="Source; default is the storage in use.")
@click.option("--to", "target_url", type=StorageUrl(), required=True, help="Target, such as s3://bucket/prefix.")
@click.option("--overwrite", is_flag=True, help="Replace files of the target that have another content.")
@click.option("--delete", is_flag=True, help="Delete each file at the source after its verification at the target.")
@click.option("--dry-run", is_flag=True, help="Write and delete nothing, and print what would be done.")
@with_appcontext
def move(source_url, target_url, overwrite, delete, dry_run):
    """Copy all images to another storage and verify each copy.

    Without --from, the source is the storage in use, or the local folder if that is the target.
    Repeat the command to continue an interrupted transfer. The exit code is 1 if a file of the target
    is different or damaged.
    """
    with report_storage_errors():
        source, target = _open_source(source_url, target_url), _open(target_url)
        if delete and not dry_run:
            if source.url == media_storage().url:
                raise click.ClickException(MSG_IN_USE.format(source.url))
            if are_same(source, target):
                raise click.UsageError("Source and target are the same storage")
        files = list(list_media_files(source))
        transfer = Transfer(source, target, overwrite=overwrite, delete=delete, is_dry_run=dry_run)
        outcomes, deleted_count = _run(transfer, files)
    for outcome, labels in LABELS.items():
        if outcomes[outcome] or outcome in (COPIED, PRESENT):
            click.echo(f"{outcomes[outcome]:>8} {labels[dry_run]}")
    if delete:
        click.echo(f"{deleted_count:>8} deleted at the source")
    if outcomes[DIFFERENT] or outcomes[DAMAGED]:
        sys.exit(1)


@media.command()
@click.option("--delete-unused", is_flag=True, help="Delete unused files that are older than a day.")
@with_database
def check(delete_unused):
    """Compare the stored images with the database.

    Lists missing files that the database names, and unused files. The exit code is 1 if a file is missing.
    """
    result = check_media(db.session, media_storage())
    for name, user in sorted(result.missing.items()):
        click.echo(f"missing: {name} ({user})")
    for file in sorted(result.unused, key=lambda file: file.name):
        click.echo(f"unused: {file.name} ({file.size} bytes, {file.modified_at:%Y-%m-%d})")
    click.echo(f"{result.file_count} files, {len(result.missing)} missing, {len(result.unused)} unused")
    if delete_unused:
        deleted = delete_unused_files(media_storage(), result.unused, utc_now())
        click.echo(f"{len(deleted)} unused files deleted")
    if result.missing:
        sys.exit(1)


def _open(url):
    return open_storage(url, current_app.config["MEDIA_TIMEOUT"])


def _open_source(source_url, target_url):
    configured, local = media_storage(), LocalFolder(current_app.config["MEDIA_DIR"])
    target = _open(target_url)
    source = _open(source_url) if source_url else local if configured.url == target.url else configured
    if source.url == target.url:
        raise click.UsageError("Source and target are the same storage")
    return source


def _run(transfer, files):
    """Transfer the files. Return the number of files by outcome, and the number of deleted files."""
    outcomes, deleted_count = Counter(), 0
    bar = partial(click.progressbar, length=len(files), label="Images", file=sys.stderr, hidden=not sys.stderr.isatty())
    with bar() as progress:
        for file in transfer.run(files):
            outcomes[file.outcome] += 1
            deleted_count += file.is_deleted
            if file.outcome in (DIFFERENT, DAMAGED):
                click.echo(f"{file.outcome}: {file.name}", err=True)
            progress.update(1)
    return outcomes, deleted_count
