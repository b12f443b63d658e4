"""What URLs this program takes besides those of `requests`: those of unix sockets.

`http+unix://%2Fpath%2Fto%2Fsocket/path?query`, as requests-unixsocket writes them.
"""

from __future__ import annotations

import re
import urllib.parse

UNIX = "http+unix://"

is_absolute = re.compile(r"^(?:https?|http\+unix)://", re.I).match

# So that urljoin follows redirects there.
for _schemes in (urllib.parse.uses_relative, urllib.parse.uses_netloc):
    if UNIX[:-3] not in _schemes:
        _schemes.append(UNIX[:-3])


def is_unix(url: str) -> bool:
    return url.startswith(UNIX)


def path_of(url: str) -> str:
    """Path, query and fragment of an absolute URL."""
    return url[url.find("/", len(UNIX) if url[4:5] == "+" else 8) :]
