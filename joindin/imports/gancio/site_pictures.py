"""Import of the pictures of the site from the folder of a Gancio installation. Pictures that exist here are kept."""

from joindin.errors import InvalidInput
from joindin.imports.gancio.flyers import COPIED, KEPT, NOT_COPIED, ImageReader
from joindin.imports.gancio.records import ImportContext
from joindin.imports.gancio.settings import SETTINGS
from joindin.operations.agenda.site_pictures import SITE_PICTURES, set_site_picture, site_picture_file
from joindin.utils.images.site_pictures import process_site_picture
from joindin.utils.media.storage import MediaStorage

# By name: the file in the folder.
FILES = {"logo": "logo.png", "fallbackimage": "fallbackImage.png", "headerimage": "headerImage.png"}


def import_site_pictures(context: ImportContext, reader: ImageReader, storage: MediaStorage) -> None:
    for name, file in FILES.items():
        content = reader.read_image(file)
        if content is None:
            continue
        outcome = COPIED if storage.head(site_picture_file(name)) is None else KEPT
        try:
            if outcome == COPIED:
                picture = process_site_picture(content, SITE_PICTURES[name])
                if not context.is_dry_run:
                    set_site_picture(storage, name, picture)
        except InvalidInput as error:
            context.report.add_issue(SETTINGS, None, f"{file}: {error}")
            outcome = NOT_COPIED
        context.report.images[f"of the site {outcome}"] += 1
