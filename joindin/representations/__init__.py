"""What others see: pure functions from loaded things to dicts, written in the order of the contract.

No query and no request comes in here; ``Links`` carries the addresses, the viewer carries who is
looking. ``fragments.py`` keeps what was rendered.
"""
