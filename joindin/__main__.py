"""``python -m joindin`` is the console script, for those who start it by interpreter."""

from joindin.cli import main

main()
