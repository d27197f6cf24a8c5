"""Words of the interface by language, for clients that show them (contract, section 3)."""

WORDS = ("event", "events", "place", "places", "tag", "tags", "today", "tomorrow", "search", "login", "register")

_WORDS_BY_LANGUAGE = {
    "de": "Veranstaltung|Veranstaltungen|Ort|Orte|Schlagwort|Schlagwörter|Heute|Morgen|Suchen|Anmelden|Registrieren",
    "en": "Event|Events|Place|Places|Tag|Tags|Today|Tomorrow|Search|Sign in|Register",
    "es": "Evento|Eventos|Lugar|Lugares|Etiqueta|Etiquetas|Hoy|Mañana|Buscar|Iniciar sesión|Registrarse",
    "fr": "Évènement|Évènements|Lieu|Lieux|Mot-clé|Mots-clés|Aujourd’hui|Demain|Rechercher|Se connecter|S’inscrire",
    "it": "Evento|Eventi|Luogo|Luoghi|Etichetta|Etichette|Oggi|Domani|Cerca|Accedi|Registrati",
}
LOCALES = {language: dict(zip(WORDS, words.split("|"), strict=True)) for language, words in _WORDS_BY_LANGUAGE.items()}
