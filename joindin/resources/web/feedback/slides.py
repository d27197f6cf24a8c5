"""A slide for the end of a talk: its QR code and short address lead to the scale."""

from flask import Response, current_app, send_file

from joindin.http.pages.languages import set_page_language
from joindin.http.pages.qr_codes import qr_code_svg
from joindin.operations.agenda.cards import find_slide_file
from joindin.representations.cards import represent_slide
from joindin.resources.web.feedback.talk_access import with_talk
from joindin.resources.web.public.pages import blp, public_page, website_links
from joindin.utils.qr_codes import make_qr_code, qr_code_file


@blp.get("/event/<slug>/<talk_slug>/slide")
@blp.get("/talk/<stub>/slide")
@with_talk
def slide_page(event, talk):
    set_page_language()
    address = _address(talk)
    return public_page(
        "web/feedback/slide.html",
        website_links().canonical_talk_page(event, talk) + "/slide",
        event=event,
        talk=talk,
        address=address,
        qr_code=qr_code_svg(address),
    )


@blp.get("/event/<slug>/<talk_slug>/slide.svg")
@blp.get("/talk/<stub>/slide.svg")
@with_talk
def slide_svg(event, talk):
    response = Response(qr_code_file(make_qr_code(_address(talk)), "svg"), mimetype="image/svg+xml")
    response.headers["Content-Disposition"] = f'attachment; filename="feedback-{talk.stub}.svg"'
    return response


@blp.get("/event/<slug>/<talk_slug>/slide.png")
@blp.get("/talk/<stub>/slide.png")
@with_talk
def slide_png(event, talk):
    """Send the whole slide as a picture."""
    file = find_slide_file(current_app.config["MEDIA_DIR"], represent_slide(event, talk, _address(talk)))
    return send_file(file, mimetype="image/png", as_attachment=True, download_name=f"feedback-{talk.stub}.png")


def _address(talk):
    return f"{website_links().website}/f/{talk.stub}"
