"""Questions of a shift (an addition to the contract)."""


def represent_question(question) -> dict:
    return {
        "id": question.id,
        "field": question.field_name,
        "name": question.name,
        "text": question.text,
        "description": question.description,
        "required": question.is_required,
        "type": question.type,
        "choices": list(question.choices),
        "default": question.default,
    }
