"""Check of the prose in docstrings, comments, templates and Markdown for archaic words and sentence openings.

The words are listed in ``WORDS``. The test reads docstrings and comments of Python files, sentences in the package's string
literals, templates, stylesheets, scripts and Markdown. ``python -m tests.test_prose [PATH...]`` prints every finding.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("joindin", "tests", "bench", "docs", "migrations")
FILES = ("README.md", "CHANGELOG.md", "Makefile", "wsgi.py", "instance/README.md")
SUFFIXES = {".py", ".md", ".html", ".txt", ".css", ".js"}
# Generated files, libraries of others, and the words themselves.
SKIPPED = ("node_modules", "tests/test_prose.py", "tests/replay/captures", "docs/benchmarks.svg")

WORDS = (
    "whoever", "whatever", "whosoever", "somebody", "nobody", "anew", "for ever", "at hand", "as often as", "put up",
    "goes by", "good for", "hear of", "hears of", "so many", "take in", "what is asked",
    "the house", "thereof", "wherein",
)  # fmt: skip
ARCHAISM = re.compile(rf"\b(?:{'|'.join(WORDS)})\b".replace(" ", r"\s+"), re.IGNORECASE)
OPENING = re.compile(
    r"(?:\A|[.!?:]\s+|\n\s*\n\s*|\n\s*[-*]\s+)(?P<word>What|Whoever|Who|Such|So)\s[^.!?:]*(?P<end>[.!?:]|\Z)"
)
INLINE_CODE = re.compile(r"``.*?``|`[^`\n]*`", re.DOTALL)


def list_files(paths: list[Path]) -> list[Path]:
    found = []
    for path in paths:
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    return [
        path
        for path in found
        if path.is_file()
        and (path.suffix in SUFFIXES or path.name == "Makefile")
        and not any(part in path.as_posix() for part in SKIPPED)
    ]


def find_problems(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line number and wording of every finding in a file."""
    for first_line, text in list_passages(path):
        prose = INLINE_CODE.sub(lambda code: re.sub(r"[^\n]", "x", code[0]), text)
        for match in ARCHAISM.finditer(prose):
            yield first_line + prose.count("\n", 0, match.start()), " ".join(match[0].split())
        for match in OPENING.finditer(prose):
            if match["end"] != "?":
                yield (
                    first_line + prose.count("\n", 0, match.start("word")),
                    f"{match['word']} … (opening of a sentence)",
                )


def list_passages(path: Path) -> Iterator[tuple[int, str]]:
    """Yield first line and text of the passages of prose in a file."""
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from list_comments(content)
        yield from list_strings(content, is_package="joindin" in path.relative_to(ROOT).parts[:1])
    elif path.suffix in (".css", ".js"):
        for comment in re.finditer(r"/\*.*?\*/|^\s*//.*", content, re.DOTALL | re.MULTILINE):
            yield content.count("\n", 0, comment.start()) + 1, comment[0].strip("/* ")
    elif path.name == "Makefile":
        for number, line in enumerate(content.splitlines(), start=1):
            if line.startswith("#"):
                yield number, line.lstrip("# ")
    else:
        yield 1, blank_code(content, path.suffix)


def blank_code(content: str, suffix: str) -> str:
    """Replace what is no prose with spaces; line breaks stay."""
    patterns = [r"{%.*?%}", r"{{.*?}}", r"^```.*?^```"]
    if suffix == ".html":
        patterns += [r"<style.*?</style>", r"<script.*?</script>", r"<(?!!--)[^>]*>"]
    for pattern in patterns:
        content = re.sub(pattern, lambda code: re.sub(r"[^\n]", " ", code[0]), content, flags=re.DOTALL | re.MULTILINE)
    return content


def list_comments(content: str) -> Iterator[tuple[int, str]]:
    """Yield blocks of comments; consecutive lines make one block."""
    start, lines, last = 0, [], -2
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type != tokenize.COMMENT:
            continue
        if token.start[0] != last + 1 and lines:
            yield start, "\n".join(lines)
            lines = []
        if not lines:
            start = token.start[0]
        lines.append(re.sub(r"^#+:? ?|noqa:.*?(?:- |\Z)", "", token.string))
        last = token.start[0]
    if lines:
        yield start, "\n".join(lines)


def list_strings(content: str, *, is_package: bool) -> Iterator[tuple[int, str]]:
    """Yield docstrings, and in the package every other literal that has several words."""
    tree = ast.parse(content)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False):
            docstrings.add(node.body[0].value)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if node in docstrings or (is_package and node.value.count(" ") > 1):
            yield node.lineno, node.value


@pytest.mark.parametrize("folder", [*FOLDERS, *FILES])
def test_prose_is_plain_english(folder):
    assert [
        f"{path.relative_to(ROOT)}:{line}: {problem}"
        for path in list_files([ROOT / folder] if (ROOT / folder).exists() else [])
        for line, problem in find_problems(path)
    ] == []


def main() -> None:
    paths = [Path(name).resolve() for name in sys.argv[1:]] or [ROOT / name for name in (*FOLDERS, *FILES)]
    for path in list_files([path for path in paths if path.exists()]):
        for line, problem in find_problems(path):
            print(f"{path.relative_to(ROOT)}:{line}: {problem}")


if __name__ == "__main__":
    main()
