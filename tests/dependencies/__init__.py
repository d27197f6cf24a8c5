"""Third-party packages: lock files, licences, the bill of materials and known vulnerabilities.

``licenses`` and ``audit`` are commands of the Makefile; ``lock_files`` reads the files that both work on.
"""
