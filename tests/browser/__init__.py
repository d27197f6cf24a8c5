"""The pages in a real browser: Debian's Chromium asks a real server on the run's own database.

axe-core and the Nu validator judge every page that is shown; ``make browser-tools`` installs them.
"""
