"""The pool of connections that users may share."""

from locust_nest.http.fast_agent import ClientPool as HTTPClientPool
from locust_nest.http.fast_failures import HTTPConnectionClosed, HTTPParseError

__all__ = ["HTTPClientPool", "HTTPConnectionClosed", "HTTPParseError"]
