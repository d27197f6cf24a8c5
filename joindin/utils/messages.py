"""English messages that pages can translate."""


class TranslatableMessage(str):
    """A message for people. ``%(name)s`` in its ``template`` stands for one of its ``values``, which is not translated."""

    def __new__(cls, template: str, **values: object):
        message = super().__new__(cls, template % values if values else template)
        message.template, message.values = template, values
        return message
