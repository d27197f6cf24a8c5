"""Steps of the conversation that stand for several exchanges."""

import re
from urllib.parse import parse_qs, urlsplit


def read_mail(conversation, step):
    """Return the subject and the link of the newest mail of that subject."""
    subject = step["response"]["body"]["subject"]
    pattern = re.compile(re.escape(subject).replace("<when>", r".+"))
    message = next((each for each in reversed(conversation.mails()) if pattern.fullmatch(each["Subject"])), None)
    if message is None:
        return {"subject": [each["Subject"] for each in conversation.mails()]}
    text = message.get_body(("plain",)).get_content()
    if code := re.search(r"/(?:recover|user_confirm)/([0-9a-f]{32})", text):
        conversation.symbols.keep(f"recover:{message['To'].partition('@')[0]}", code[1])
    expected = step["response"]["body"]["link"]
    links = re.findall(r"https?://[^\s<>)\]]+", text)
    start = (expected or "").replace("<base>", conversation.base).partition("<")[0]
    found = [link for link in links if expected and link.startswith(start)]
    return {"subject": message["Subject"], "link": found[0] if found else (links if expected else None)}


def read_mails_of_ann(conversation, step):
    """Return the subjects of the mails to the user who was activated last."""
    wanted = step["response"]["body"]["subjects"]
    recipients = [message["To"] for message in conversation.mails() if message["Subject"] == wanted[-1]]
    found = [message["Subject"] for message in conversation.mails() if message["To"] in recipients]
    return {"subjects": sorted({each for each in found if each in wanted})}


def find_neighbours(conversation, step):
    body = conversation.get("/api/event/detail/l-delta").get_json()
    return {"next": body["next"], "prev": body["prev"]}


def reach_the_limit(conversation, step):
    replies = [conversation.post_from_one_address() for _ in range(7)]
    last = replies[-1]
    return {
        "statuses": [reply.status_code for reply in replies],
        "text": last.get_data(as_text=True),
        "retry-after": bool(last.headers.get("Retry-After")),
        "policy": last.headers.get("RateLimit-Policy"),
    }


def consent_in_a_browser(conversation, step):
    """Sign in, consent, and exchange the code without ``redirect_uri`` as the WordPress plugin does."""
    client = conversation.symbols.resolve("<client:wp>")
    secret = conversation.symbols.resolve("<secret:wp>")
    redirect_uri = "http://127.0.0.1:9499/cb"
    browser = conversation.browser()
    browser.sign_in("ann@example.org", "ann-pass-1234")
    page = f"/oauth/authorize?response_type=code&client_id={client}&redirect_uri={redirect_uri}&scope=event:write"
    reply = browser.submit(page, {"allow": "Authorize"})
    code = parse_qs(urlsplit(reply.headers["Location"]).query)["code"][0]
    form = {"client_id": client, "client_secret": secret, "grant_type": "authorization_code", "code": code}
    body = conversation.post_form("/oauth/token", form).get_json()
    conversation.symbols.keep("token:wp", body.get("access_token"))
    return body


def find_procedure(step):
    name = step["procedure"]
    if name == "mail: you can start":
        return read_mails_of_ann
    if name.startswith("mail: "):
        return read_mail
    return PROCEDURES[name]


PROCEDURES = {
    "neighbours in time": find_neighbours,
    "the seventh anonymous post in five minutes": reach_the_limit,
    "Sign in as ann in a browser, consent, exchange the code without redirect_uri as the WordPress plugin does.": consent_in_a_browser,
}
