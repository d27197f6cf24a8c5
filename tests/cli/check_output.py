"""Reading the output of ``joindin check``."""


def lines_of(reply, name):
    """Return status and message of each result of a check."""
    text = reply.output if hasattr(reply, "output") else reply.stdout
    results = [line.split(maxsplit=1) for line in text.splitlines()]
    return [(status, rest.partition(": ")[2]) for status, rest in results if rest.startswith(f"{name}: ")]
