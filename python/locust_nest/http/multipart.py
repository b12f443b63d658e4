"""Multipart forms: what `files=` of a request comes to.

As `requests` encodes them, which has urllib3 look at every name character by character.
"""

from __future__ import annotations

import re
from typing import Any

from requests.models import RequestEncodingMixin
from requests.utils import guess_filename, to_key_val_list
from urllib3 import filepost

# Name of the field, and name, content, type and headers of the file.
HeldFile = tuple[Any, tuple[Any, Any, Any, Any]]

# What stands in quotes as it is, whichever version of urllib3 writes it.
_is_plain = re.compile(r"[ !#-\[\]-~]*").fullmatch


def held_files(files: Any) -> list[HeldFile]:
    """`files` as `requests` takes them, with the contents of those that are open: they can be read only once."""
    return [(name, _held(name, file)) for name, file in to_key_val_list(files)]


def encode_multipart(files: list[HeldFile], data: Any) -> tuple[bytes, str]:
    """(body, content type) of the fields in `data` and of files that are held.

    Raises what `requests` raises for what it cannot encode.
    """
    if data and type(data) not in (dict, list, tuple):
        return _encoded_by_requests(files, data)
    parts: list[bytes] = []
    boundary = filepost.choose_boundary()
    start = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    for name, value in _pairs(data) if data else ():
        if type(value) in (int, float, bool):
            value = str(value)
        if not (_is_name(name) and type(value) in (str, bytes)):
            return _encoded_by_requests(files, data)
        parts += (f'{start}{name}"\r\n\r\n'.encode(), _bytes(value), b"\r\n")
    for name, (filename, content, content_type, headers) in files:
        if not (_is_name(name) and type(content) in (str, bytes)) or headers:
            return _encoded_by_requests(files, data)
        if filename is not None:
            if not _is_name(filename):
                return _encoded_by_requests(files, data)
            name = f'{name}"; filename="{filename}'
        kind = f"\r\nContent-Type: {content_type}" if content_type else ""
        parts += (f'{start}{name}"{kind}\r\n\r\n'.encode(), _bytes(content), b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def _encoded_by_requests(files: list[HeldFile], data: Any) -> tuple[bytes, str]:
    return RequestEncodingMixin._encode_files(files, data)  # type: ignore[attr-defined, no-any-return]


def _held(name: Any, file: Any) -> tuple[Any, Any, Any, Any]:
    content_type = headers = None
    if not isinstance(file, (tuple, list)):
        filename, content = guess_filename(file) or name, file
    elif len(file) == 2:
        filename, content = file
    elif len(file) == 3:
        filename, content, content_type = file
    else:
        filename, content, content_type, headers = file
    if not isinstance(content, (str, bytes, bytearray)) and hasattr(content, "read"):
        content = content.read()
    return filename, content, content_type, headers


def _pairs(data: Any) -> Any:
    return data.items() if type(data) is dict else data


def _is_name(text: Any) -> bool:
    return type(text) is str and _is_plain(text) is not None


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
