"""Why a model file could not be imported: the line in that file, and the reason in words its author knows."""

from __future__ import annotations

import builtins
import importlib
import os
import re
import sys
import traceback
from dataclasses import dataclass, field

from locust._texts import repr_of, text_of

from . import isolation
from .isolation import plain_module_name

# fmt: off
_PYTHON_2_MODULES = frozenset(
    {
        "BaseHTTPServer", "ConfigParser", "Cookie", "HTMLParser", "Queue", "SimpleHTTPServer",
        "SocketServer", "StringIO", "Tkinter", "UserDict", "__builtin__", "cPickle", "cStringIO",
        "commands", "cookielib", "copy_reg", "dummy_thread", "exceptions", "httplib", "md5", "sets", "sha",
        "thread", "urllib2", "urlparse", "xmlrpclib",
    }
)
_PYTHON_2_NAMES = frozenset(
    {
        "apply", "basestring", "cmp", "execfile", "file", "intern", "long", "raw_input", "reduce", "reload",
        "unichr", "unicode", "xrange",
    }
)
# Attributes, and names imported from modules, that Python 3 moved or dropped.
_PYTHON_2_MEMBERS = frozenset(
    {
        "getcwdu", "has_key", "ifilter", "imap", "iteritems", "iterkeys", "itervalues", "izip",
        "izip_longest", "letters", "lowercase", "maketrans", "maxint", "quote", "quote_plus",
        "setdefaultencoding", "unquote", "unquote_plus", "uppercase", "urlencode", "urlopen", "urlretrieve",
    }
)
# fmt: on
# (text of Python's message, pattern of the offending source line, what Python 2 allowed there)
_PYTHON_2_SYNTAX = (
    ("Missing parentheses in call to 'print'", "", "print statement"),
    ("Missing parentheses in call to 'exec'", "", "exec statement"),
    ("multiple exception types must be parenthesized", "", "`except X, e`"),
    ("leading zeros in decimal integer literals", "", "octal number without 0o"),
    ("", r"\bexcept\s+[\w.()\s,]+,\s*\w+\s*:", "`except X, e`"),
    ("", r"\braise\s+[\w.]+\s*,", "`raise X, message`"),
    ("", r"<>", "`<>` operator"),
    ("", r"`[^`]+`", "backquotes"),
    ("", r"\b\d+[lL]\b", "long number"),
    ("", r"\b[uU][rR]['\"]", "ur'' string"),
    ("", r"^\s*print\s+\S|^\s*print\s*>>", "print statement"),
    ("", r"\b(def|lambda)\b.*\(\s*\(", "tuple parameter"),
    ("inconsistent use of tabs and spaces", "", "tabs mixed with spaces"),
)
# Package to install where it is not called like the module.
_PACKAGES = {
    "Crypto": "pycryptodome",
    "MySQLdb": "mysqlclient",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "confluent_kafka": "confluent-kafka",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dns": "dnspython",
    "dotenv": "python-dotenv",
    "google.protobuf": "protobuf",
    "grpc": "grpcio",
    "influxdb_client": "influxdb-client",
    "jwt": "PyJWT",
    "kafka": "kafka-python",
    "locust_plugins": "locust-plugins",
    "paho": "paho-mqtt",
    "pkg_resources": "setuptools",
    "prometheus_client": "prometheus-client",
    "psycopg2": "psycopg2-binary",
    "requests_oauthlib": "requests-oauthlib",
    "requests_toolbelt": "requests-toolbelt",
    "serial": "pyserial",
    "sklearn": "scikit-learn",
    "socketio": "python-socketio",
    "websocket": "websocket-client",
    "yaml": "PyYAML",
}


# Of what imports the models.
_OUR_FOLDER = os.path.join(os.path.dirname(os.path.realpath(isolation.__file__)), "")


@dataclass(frozen=True)
class ImportFailure:
    """`file` as shown to the user; `line` in that very file, None if no line of it is to blame."""

    file: str
    line: int | None
    reason: str
    # What the process would have ended with, had it been the only file.
    exit_code: int = 1
    error: BaseException | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        position = f"{self.file}:{self.line}" if self.line else self.file
        return f"{position}: {self.reason}"


def explain(error: BaseException, path: str, shown_path: str) -> ImportFailure:
    """What `error`, raised while importing the file `path`, means; `shown_path` is how to call the file."""
    if isinstance(error, SyntaxError) and error.filename and _same_file(error.filename, path):
        return ImportFailure(shown_path, error.lineno, _explain_syntax(error), error=error)
    exit_code = 1
    if isinstance(error, SystemExit) and (error.code is None or isinstance(error.code, int)):
        exit_code = error.code or 0
    return ImportFailure(
        shown_path, _line_in(error, path), _one_line(_explain(error, path)), exit_code, error
    )


def _explain(error: BaseException, path: str) -> str:
    where = _origin(error, path)
    if isinstance(error, SystemExit):
        # sys.exit takes a status or a message.
        code = 0 if error.code is None else error.code
        return f"calls sys.exit({repr_of(code)}) while it is imported{where}"
    if isinstance(error, SyntaxError):
        return f"{_explain_syntax(error)}, in {_shown(error.filename or '?')}:{error.lineno}"
    if isinstance(error, ImportError):
        return _explain_import(error) + where
    text = text_of(error)
    reason = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if _is_python_2(error):
        return f"Python 2 code: {reason}{where}"
    if isinstance(error, KeyError) and _raised_by_environ(error):
        return f"needs the environment variable {error}{where}"
    return reason + where


def _explain_syntax(error: SyntaxError) -> str:
    message, line = error.msg or "invalid syntax", error.text or ""
    code = line.partition("#")[0]
    for part_of_message, pattern, construct in _PYTHON_2_SYNTAX:
        if part_of_message in message and (part_of_message or re.search(pattern, code)):
            return f"Python 2 syntax, {construct} ({_one_line(message)})"
    return f"{type(error).__name__}: {_one_line(message)}"


def _explain_import(error: ImportError) -> str:
    name = plain_module_name(error.name or "")
    top = name.partition(".")[0]
    if isinstance(error, ModuleNotFoundError) and name:
        if top in _PYTHON_2_MODULES:
            return f"Python 2 code: No module named {name!r} in Python 3"
        if top in sys.modules or "@" in (error.name or ""):
            return f"ModuleNotFoundError: {plain_module_name(text_of(error))}"
        package = _PACKAGES.get(name) or _PACKAGES.get(top) or top
        hint = (
            f"; is the package {package} installed?" if package != top else ", neither installed nor a file"
        )
        return f"No module named {name!r}{hint}"
    imported = re.match(r"cannot import name '(\w+)'", text_of(error))
    if imported and (imported[1] in _PYTHON_2_MEMBERS and top in sys.stdlib_module_names):
        return f"Python 2 code: {imported[0]} from {name!r}"
    return f"{type(error).__name__}: {plain_module_name(text_of(error))}"


def _is_python_2(error: BaseException) -> bool:
    if isinstance(error, NameError):
        return error.name in _PYTHON_2_NAMES and not hasattr(builtins, error.name or "")
    return isinstance(error, AttributeError) and error.name in _PYTHON_2_MEMBERS


def _raised_by_environ(error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    return (
        bool(frames)
        and frames[-1].name == "__getitem__"
        and frames[-1].filename in ("<frozen os>", os.__file__)
    )


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    return traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)


def _line_in(error: BaseException, path: str) -> int | None:
    """The last line of the file that was running: what a library did is that line's doing."""
    lines = [frame.lineno for frame in _frames(error) if _same_file(frame.filename, path)]
    return lines[-1] if lines else None


def _origin(error: BaseException, path: str) -> str:
    """Where else to look, if the exception came from a module that the file uses."""
    frames = [frame for frame in _frames(error) if not _is_import_machinery(frame.filename)]
    if not frames or _same_file(frames[-1].filename, path):
        return ""
    return f" (raised in {_shown(frames[-1].filename)}:{frames[-1].lineno})"


def _is_import_machinery(filename: str) -> bool:
    # The standard library's frozen modules are importlib and os.
    return (
        filename.startswith("<frozen")
        or filename == importlib.__file__
        or os.path.realpath(filename).startswith(_OUR_FOLDER)
    )


def _same_file(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _one_line(text: str) -> str:
    return " ".join(text.split())
