"""The exceptions of broken responses."""

from locust_nest.http.fast_failures import HTTPConnectionClosed, HTTPParseError

__all__ = ["HTTPConnectionClosed", "HTTPParseError"]
