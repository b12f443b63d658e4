"""The requests that this program sends otherwise than Locust, and why. Each entry is asserted.

A case is a kind of client and a shape of probes/wire.py; the last of its requests is summed up in one line.
"""

from __future__ import annotations

from probing import Explained

WIRE_DIFFERENCES: tuple[Explained, ...] = (
    Explained(
        ("* an empty header", "http an empty user agent", "http Expect"),
        "no blank follows the colon of a header without a value",
        r".* (X-A|User-Agent|Expect): ?\|.*",
    ),
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
