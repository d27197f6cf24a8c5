"""Regular expressions take a time that grows moderately with the input, also on input that nearly matches."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.runs_once("runs regular expressions only")

# Patterns with exponential backtracking take longer than the age of the universe.
TIMEOUT_S = 120

PROGRAM = """
import importlib, pkgutil, re, sys
import joindin

# Input that nearly matches: repetitions of what the pattern mentions, and an end that it does not expect.
REPETITIONS, ENDS = 150, ("\\x00", "!", "<", "\\n")
UNITS = ("a", "0", " ", "\\n", "-", ".", "/", "<", "a ", "a.", "a-", "-a", "a@", "0 ", "0.", "<a", "<a ", "a=", "&a", "%41", "\\u0301")


def attack(pattern):
    text = pattern.pattern
    is_bytes = isinstance(text, bytes)
    own = {text[i:i + 1] for i in range(len(text))} if not is_bytes else set()
    for unit in (*UNITS, *sorted(own)):
        for end in ENDS:
            value = unit * REPETITIONS + end
            for method in (pattern.match, pattern.search, pattern.fullmatch):
                method(value.encode() if is_bytes else value)


def list_patterns():
    for module in pkgutil.walk_packages(joindin.__path__, "joindin."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, re.Pattern):
                yield module.name, value


patterns = {re.compile(text): "given" for text in sys.argv[1:]} or {pattern: name for name, pattern in list_patterns()}
for pattern, name in patterns.items():
    print(name, repr(pattern.pattern)[:200], flush=True)
    attack(pattern)
print(len(patterns), "patterns", flush=True)
"""


@pytest.mark.slow("attacks some hundred patterns")
def test_no_pattern_backtracks_exponentially():
    try:
        output = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=TIMEOUT_S, check=True
        ).stdout
    except subprocess.TimeoutExpired as expired:
        pytest.fail(f"does not end in time: {expired.stdout.decode().splitlines()[-1]}")

    count, _, word = output.splitlines()[-1].partition(" ")
    assert (word, int(count) > 50) == ("patterns", True)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", r"(\w+\s?)*$"])
def test_the_attacks_find_patterns_that_do(pattern):
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, pattern], stdout=subprocess.PIPE, text=True)
    try:
        began = process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
    finally:
        process.kill()
        process.communicate()
    assert began == f"given {pattern!r}\n"
