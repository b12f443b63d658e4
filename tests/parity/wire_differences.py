"""The requests that this program sends otherwise than Locust, the responses it understands otherwise, and why.

Each entry is asserted. A case is a kind of client and a shape of probes/wire.py, of which the last request is summed
up in one line, or a response of probes/responses.py, of which everything is.
"""

from __future__ import annotations

from probing import Explained

WIRE_DIFFERENCES: tuple[Explained, ...] = (
    Explained(
        ("http no user agent", "http other headers"),
        "where there is no User-Agent none is sent; urllib3 adds its own",
        r"(?!.*User-Agent).*",
    ),
    Explained(
        ("fast OPTIONS", "fast DELETE", "fast a method of one's own"),
        "requests without a body say so, but for GET and HEAD",
        r".* Content-Length: 0 \|.*",
    ),
    Explained(
        ("fast a form", "fast a form with a list", "fast text", "fast bytes", "fast JSON beside data")
        + ("fast PATCH", "fast a file", "fast a file and fields", "fast a redirect of a*post"),
        "the names of the headers that describe the body are written as in HttpUser, not in small letters",
        r"(.* Content-Length: .* Content-Type: .*|GET /(landed\?x=1|see/landed) .*)",
    ),
)

RESPONSE_DIFFERENCES: tuple[Explained, ...] = (
    Explained(
        ("* bodies: blanks around a value",),
        "blanks at the end of a header's value are no part of it",
        r".*\['X-A', 'a b'\].*",
    ),
    Explained(
        ("fast bodies: headers that come twice",),
        "a header has one name, as it came last, also in the list of all headers",
        r".*\['x-a', '1'\], \['x-a', '2'\].*",
    ),
    Explained(
        ("fast bodies: a charset that is none",),
        "text in a charset that does not exist is read as UTF-8, as by HttpUser; Locust's user gets an exception",
        r".*'text': 'grüße'.*",
    ),
    Explained(
        ("fast redirects: GET only a *",),
        "what stands for a response that did not come has an empty history; Locust's has none to look at",
        r".*'history': \[\].*Redirection limit reached.*",
    ),
)
