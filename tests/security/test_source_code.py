"""Rules for the source code of the package: no code from data, no shell, no object serialisation, few doors to the network."""

import ast
from pathlib import Path

import pytest

import joindin

pytestmark = pytest.mark.runs_once("reads source files")

PACKAGE = Path(joindin.__file__).parent
MODULES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}

# config.py runs the operator's own file.
CODE_FROM_DATA = {"eval", "exec", "compile", "__import__"}
ALLOWED_CODE = {("config.py", "exec"), ("config.py", "compile")}

OBJECT_SERIALISATION = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "yaml"}
# XML is written and never parsed: parsers resolve entities.
XML_PARSERS = {
    "xml.dom",
    "xml.parsers",
    "xml.sax.make_parser",
    "xml.sax.parse",
    "xml.sax.parseString",
    "lxml",
    "defusedxml",
}
PARSING_NAMES = {"fromstring", "fromstringlist", "iterparse", "XMLParser", "XMLPullParser", "XMLID"}
NETWORK = {"http.client", "urllib.request", "urllib3", "requests", "httpx", "smtplib", "ftplib", "telnetlib", "socket"}
CLIENT_MODULES = {"utils/http_client.py", "utils/smtp_client.py", "jobs/mail_transport.py"}
LISTENING_MODULES = ("server/", "cli/serve")


def list_imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def find_imports(modules):
    """Return the files that import one of the modules or a part of one."""
    prefixes = tuple(f"{module}." for module in modules)
    return {
        path for path, tree in MODULES.items() if any(f"{name}.".startswith(prefixes) for name in list_imports(tree))
    }


def list_calls(tree, names):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node.func.id


def test_data_are_never_run_as_code():
    found = {(path, name) for path, tree in MODULES.items() for name in list_calls(tree, CODE_FROM_DATA)}

    assert found == ALLOWED_CODE


def test_objects_are_never_read_from_a_format_that_can_run_code():
    assert find_imports(OBJECT_SERIALISATION) == set()


def test_no_xml_is_parsed():
    parsers = {
        (path, node.attr)
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in PARSING_NAMES
    }

    assert (find_imports(XML_PARSERS), parsers) == (set(), set())


def test_requests_and_mails_are_sent_by_few_modules():
    assert {path for path in find_imports(NETWORK) if not path.startswith(LISTENING_MODULES)} == CLIENT_MODULES


def test_no_command_goes_through_a_shell():
    shells = [
        path
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.keyword) and node.arg == "shell")
        or (isinstance(node, ast.Attribute) and node.attr in ("system", "popen", "getoutput"))
    ]

    assert shells == []
    assert len(MODULES) > 500
