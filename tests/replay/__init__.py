"""The answers of the original server, asked for again here.

The captures and the dataset behind them lie beside the repository; without them these tests are
skipped, except in CI, where their absence is a failure.
"""
