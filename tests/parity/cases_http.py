"""Clients: what is sent, what comes back, and what is counted."""

from __future__ import annotations

from case import Case

HTTP_CASES: tuple[Case, ...] = (
    # the session as models and packages use it
    Case("mounted adapters", "adapters.py"),
    Case("response hooks", "response_hooks.py", args=("Renewing",)),
    Case("response hooks that replace and raise", "response_hooks.py", args=("Watching",)),
    Case("prepared requests", "prepared_requests.py"),
    Case("objects that authenticate", "auth_objects.py"),
    Case("own sessions", "own_sessions.py", users=4, rate=100, ordered=False),
    Case("sessions that report by themselves", "reporting_session.py"),
    Case("sessions of two parents", "mixed_session.py"),
    Case("a session in an SDK", "sdk.py"),
    Case("cookie jars", "cookie_jars.py"),
    Case("logins with tokens", "csrf_login.py"),
    # The proxy takes one request for each of its connections, whenever those are noticed to be closed.
    Case("proxies", "proxied.py", skip=frozenset({"server connections"})),
    Case("HTTPS", "https.py", host=False),
    # what is sent
    Case("uploads", "uploads.py"),
    Case("bodies that are streamed", "streamed_bodies.py"),
    Case("bodies and headers of every form", "odd_bodies.py"),
    Case("parameters and addresses", "params_and_urls.py", args=("Asker",)),
    Case("credentials in the host", "params_and_urls.py", args=("OddHost",), host=False),
    # what comes back
    Case("responses", "response_attributes.py"),
    Case("responses that are streamed", "streamed_responses.py", args=("Streamer",)),
    Case("broken streams", "streamed_responses.py", args=("Unlucky",)),
    Case("rules of redirects", "redirect_rules.py"),
    Case("forms of time-outs", "timeout_forms.py"),
    Case("exceptions of requests", "request_exceptions.py"),
    # what is counted
    Case("renamed requests", "renaming.py", args=("Renamer",)),
    Case("contexts", "renaming.py", args=("Contextual",)),
    Case("rare verdicts", "rare_verdicts.py"),
    # FastHttpUser
    Case("fast requests", "fast_requests.py"),
    Case("fast failures", "fast_failures.py"),
    Case("fast rest", "fast_rest.py", users=2, ordered=False),
    Case("fast cookies", "fast_session.py", args=("Cookies",)),
    Case("fast streams", "fast_session.py", args=("Streams",)),
    Case("fast TLS", "fast_session.py", args=("Trusting",), host=False),
    Case("fast own sessions", "fast_session.py", args=("Own",)),
    Case("fast connections that are shared", "fast_session.py", users=3, args=("Sharing",), ordered=False),
)
