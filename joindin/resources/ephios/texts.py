"""Messages of the ephios API in English, by which the code names them, and in German."""

MSG_NO_CREDENTIALS = "Authentication credentials were not provided."
MSG_NO_PERMISSION = "You do not have permission to perform this action."
MSG_NOT_FOUND = "Not found."
MSG_NOT_ACCEPTABLE = "Could not satisfy the request Accept header."
MSG_INVALID_TIME = "Enter a valid date/time."
MSG_INVALID_CHOICE = "Select a valid choice. That choice is not one of the available choices."
MSG_VALUE_NOT_AVAILABLE = "Select a valid choice. {} is not one of the available choices."
MSG_INVALID_VALUE = "“{}” is not a valid value."
MSG_NULL_CHARACTERS = "Null characters are not allowed."
MSG_METHOD_NOT_ALLOWED = 'Method "{}" not allowed.'

GERMAN = {
    MSG_NO_CREDENTIALS: "Anmeldedaten fehlen.",
    MSG_NO_PERMISSION: "Sie sind nicht berechtigt, diese Aktion durchzuführen.",
    MSG_NOT_FOUND: "Nicht gefunden.",
    MSG_NOT_ACCEPTABLE: "Kann die Accept Kopfzeile der Anfrage nicht erfüllen.",
    MSG_INVALID_TIME: "Bitte ein gültiges Datum und Uhrzeit eingeben.",
    MSG_INVALID_CHOICE: "Bitte eine gültige Auswahl treffen. Dies ist keine gültige Auswahl.",
    MSG_VALUE_NOT_AVAILABLE: "Bitte eine gültige Auswahl treffen. {} ist keine gültige Auswahl.",
    MSG_INVALID_VALUE: "„{}“ ist kein gültiger Wert.",
    MSG_NULL_CHARACTERS: "Nullzeichen sind nicht erlaubt.",
    MSG_METHOD_NOT_ALLOWED: 'Methode "{}" nicht erlaubt.',
    # Fields of a federation guest. Messages without an entry are English in the contract too.
    "This field is required.": "Dieses Feld ist zwingend erforderlich.",
    "This field may not be blank.": "Dieses Feld darf nicht leer sein.",
    "This field may not be null.": "Dieses Feld darf nicht null sein.",
    "Not a valid string.": "Kein gültiger String.",
    "Ensure this field has no more than {} characters.": (
        "Stelle sicher, dass dieses Feld nicht mehr als {} Zeichen lang ist."
    ),
    "Enter a valid URL.": "Gib eine gültige URL ein.",
    "Invalid data. Expected a dictionary, but got {}.": "Ungültige Daten. Dictionary erwartet, aber {} erhalten.",
    'Unsupported media type "{}" in request.': 'Nicht unterstützter Medientyp "{}" in der Anfrage.',
}


def translate(message: str, language: str, *values: str) -> str:
    """Return the message in the language, with values in place of its braces. Unknown messages stay English."""
    text = GERMAN.get(message, message) if language == "de" else message
    return text.format(*values) if values else text
