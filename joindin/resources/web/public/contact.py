"""The form for messages to the operators. It works without an account."""

from flask import current_app, redirect
from wtforms import StringField, TextAreaField

from joindin.extensions import db
from joindin.http.pages.forms import EmailField, Form, PlainTextField, max_length, required, valid_email
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, set_page_language
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.operations.contact import send_contact_message
from joindin.resources.web.public.pages import blp, on_canonical_host, public_page, website_links
from joindin.utils.text import strip_control_chars


class ContactForm(Form):
    class Meta(Form.Meta):
        # The page is the same for all visitors. ``http/guest_devices.py`` checks which page sent the form.
        csrf = False

    name = PlainTextField(
        lazy_gettext("Your name"),
        [required(lazy_gettext("Enter your name")), max_length(200, lazy_gettext("The name"))],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        lazy_gettext("E-mail address"),
        [required(lazy_gettext("Enter your e-mail address")), valid_email],
        description=lazy_gettext("For our reply"),
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    subject = PlainTextField(
        lazy_gettext("Subject"),
        [required(lazy_gettext("Enter a subject")), max_length(200, lazy_gettext("The subject"))],
    )
    text = TextAreaField(
        lazy_gettext("Message"),
        [required(lazy_gettext("Enter a message")), max_length(20_000, lazy_gettext("The message"))],
    )
    # Hidden from people. A program that fills in every field gives itself away.
    homepage = StringField(lazy_gettext("Leave this field empty"), render_kw={"tabindex": "-1", "autocomplete": "off"})


@blp.route("/contact", methods=["GET", "POST"])
@on_canonical_host
def contact_page():
    set_page_language()
    form = ContactForm()
    if form.validate_on_submit():
        if not form.homepage.data and not is_repeated_form(has_token=False):
            send_contact_message(
                db.session,
                recipients=current_app.config["MAIL_CONTACT"],
                name=form.name.data,
                email=form.email.data,
                subject=form.subject.data,
                comment=strip_control_chars(form.text.data).strip(),
            )
            db.session.commit()
        flash_success(gettext("Thank you. Your message will be sent to the operators of this site."))
        return redirect("/contact", 303)
    if form.errors:
        return render_page("web/contact.html", 400, form=form)
    return public_page("web/contact.html", f"{website_links().website}/contact", form=form)
