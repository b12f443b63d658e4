"""The faults of which this program makes something else than Locust, and why. Each entry is asserted.

A case is a kind of client (`http` and, with stream=True, `stream` for HttpUser; `fast` and `faststream` for
FastHttpUser) and the name of a fault of tests/support/fault_server.py; what comes of it is summed up as status,
recorded length, and failure.
"""

from __future__ import annotations

from probing import Explained

GOOD = r"20\d, length \d+, no failure"

BAD_CHUNKS = ("bad_chunk", "negative_chunk", "overlong_chunk", "empty_chunk_size", "chunk_without_line_end")
UNCLEAR_CHUNKS = (*BAD_CHUNKS, "truncated_chunk", "truncated_chunk_size")

FAULT_DIFFERENCES: tuple[Explained, ...] = (
    # one row of failures, where Locust has many
    Explained(
        ("http full_backlog", "stream full_backlog"),
        "Locust's text has the address of an object, so that every request is a row of its own",
        r"0, length 0, ConnectTimeoutError: HTTPConnection\(host='127.0.0.1', port=FULL_BACKLOG\): "
        r"Connection to 127.0.0.1 timed out. \(connect timeout=0.8\)",
    ),
    # understood here, and not by Locust
    Explained(
        ("http some_interim", "stream some_interim"),
        "interim responses are not the response; Python's http.client takes all but the first 100 for it",
        GOOD,
    ),
    Explained(
        ("http many_headers", "stream many_headers"),
        "a response may have more than a hundred headers; Python's http.client refuses it",
        GOOD,
    ),
    Explained(
        (
            "fast* blank_before_colon",
            "fast* folded_header",
            "fast* only_line_feeds",
            "fast* length_and_chunks",
            "fast* list_of_lengths",
            "fast* two_equal_lengths",
            "fast* overlong_length",
        ),
        "FastHttpUser understands what HttpUser does; llhttp in Locust's is strict",
        GOOD,
    ),
    Explained(
        ("http overlong_length", "stream overlong_length"),
        "a length that no number holds is taken for none at all",
        r"200, length (2|9{23}), no failure",
    ),
    Explained(
        ("fast* body_of_no_content", "fast* longer_than_its_length"),
        "what follows a complete response costs the connection, as in HttpUser, and not the response",
        GOOD,
    ),
    Explained(
        ("fast* empty_gzip", "fast* truncated_gzip"),
        "HttpUser's client takes a compressed body that ends too soon for what there is of it; so does ours for both",
        GOOD,
    ),
    Explained(
        ("fast* unknown_encoding", "fast* gzip_twice"),
        "a body is decoded, or comes as it is, as in HttpUser; in Locust the task fails, and nothing is recorded",
        GOOD,
    ),
    Explained(
        ("stream blank_before_colon",),
        "the blank is overlooked, so that the length is known",
        r"200, length 2, no failure",
    ),
    # a failure here
    Explained(
        ("http close_in_header", "stream close_in_header"),
        "a response that breaks off in its header is none; Python's http.client takes it for complete",
        r"0, length 0, HTTPException: Response ended within its header",
    ),
    Explained(
        ("http truncated_trailers",),
        "a response that breaks off in its trailers is incomplete; urllib3 takes it for complete",
        r"0, length 0, ChunkedEncodingError: Response ended prematurely",
    ),
    Explained(
        ("stream truncated_trailers",),
        "the same when the body is read",
        r"200, length 0, no failure",
    ),
    Explained(
        ("http header_without_colon", "http null_in_header", "http length_of_letters", "http negative_length")
        + (
            "stream header_without_colon",
            "stream null_in_header",
            "stream length_of_letters",
            "stream negative_length",
        ),
        "these headers are refused, as in Locust's FastHttpUser",
        r"0, length 0, HTTPException: (Header without colon|Nul byte in header|Invalid Content-Length: value)",
    ),
    Explained(
        ("http folded_header_first", "stream folded_header_first"),
        "a header that continues nothing is refused, as in Locust's FastHttpUser; Python's http.client drops it",
        r"0, length 0, HTTPException: a header that begins with a continuation",
    ),
    Explained(
        ("fast* status_of_another_kind",),
        "of a status line with neither version nor status, the latter is named",
        r"0, length 0, HTTPParseError: \('Invalid status code', 13\)",
    ),
    Explained(
        ("fast* other_protocol", "fast* empty_line_first"),
        "HTTP alone is understood, and its status line comes first, as in HttpUser",
        r"0, length 0, HTTPParseError: \('Expected HTTP/, RTSP/ or ICE/', 8\)",
    ),
    Explained(
        ("fast* huge_header",),
        "lines of up to 100 KiB are taken",
        r"0, length 0, HTTPParseError: header line too large",
    ),
    Explained(
        ("fast bad_br",),
        "the failure is recorded; in Locust it ends the task",
        r"200, length 0, error: brotli: decoder failed",
    ),
    # the same failure in other words, since it is not said what was read
    Explained(
        ("fast* close_in_status_line",),
        "nothing has come until a line is complete",
        r"0, length 0, HTTP(ConnectionClosed: connection closed.|ParseError: .*)",
    ),
    Explained(
        ("fast* reset_in_status_line", "fast* reset_in_header", "fast tls_reset"),
        "whether a reset came before the first byte is not known",
        r"0, length 0, HTTPConnectionClosed: connection closed.",
    ),
    Explained(
        ("fast* status_of_two_digits", "fast* status_without_code", "fast* empty_lines"),
        "it is not known where in the status line the parser stopped",
        r"0, length 0, HTTPParseError: \('(Invalid (status code|response status)"
        r"|Expected HTTP/, RTSP/ or ICE/)', \d+\)",
    ),
    Explained(
        ("http tunnel through proxy_garbage",),
        "what a proxy answers instead of HTTP is not shown",
        r"0, length 0, BadStatusLine: CONNECT tunnel failed, response 0",
    ),
    Explained(
        tuple(f"http {fault}" for fault in UNCLEAR_CHUNKS),
        "which bytes were no size of a chunk, or how many of it are missing, is not known",
        r"0, length 0, ChunkedEncodingError: (.*in chunked-encoding.*|Response ended prematurely)",
    ),
    Explained(
        tuple(f"stream {fault}" for fault in UNCLEAR_CHUNKS)
        + tuple(f"faststream {fault}" for fault in BAD_CHUNKS),
        "the same when the body is read",
        r"200, length 0, no failure",
    ),
    Explained(
        tuple(f"fast {fault}" for fault in BAD_CHUNKS),
        "the header was good and is there; with Locust, only if the body comes later",
        r"200, length 0, HTTPParseError: \('(Invalid character in chunk size|Chunk size overflow"
        r"|Expected LF after chunk data)', \d+\)",
    ),
    Explained(
        ("http header_flood", "stream header_flood"),
        "the limit is another one: 300 KiB",
        r"0, length 0, HTTPException: got too many headers",
    ),
    Explained(
        ("fast* bad_deflate",),
        "deflate without a header is tried before it is given up, as HttpUser's client does",
        r"200, length (0, error: Error -3 while decompressing data: invalid block type|12, no failure)",
    ),
    Explained(
        ("http redirect_to_bad_port", "stream redirect_to_bad_port"),
        "an address is refused in the same words, whether the model or a redirect gave it",
        r"raises InvalidURL: Failed to parse: <address>",
    ),
    Explained(
        ("fast* redirect_to_no_host",),
        "an address without a host is taken for one on the same host, as urllib.parse does",
        r"0, length 0, RetriesExceeded: .*Redirection limit reached \(30\)",
    ),
)
