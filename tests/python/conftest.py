"""Lets gevent patch the standard library before any test imports what it patches."""

import locust  # noqa: F401
