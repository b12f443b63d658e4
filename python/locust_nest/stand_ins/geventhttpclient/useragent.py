"""The exceptions of failed requests, their requests and responses."""

from locust_nest.http.fast_agent import ClientPool as HTTPClientPool
from locust_nest.http.fast_agent import LocustUserAgent as UserAgent
from locust_nest.http.fast_failures import BadStatusCode, ConnectionError, RetriesExceeded
from locust_nest.http.fast_response import FastRequest as CompatRequest
from locust_nest.http.fast_response import FastResponse as CompatResponse
from locust_nest.http.fast_response import Headers

__all__ = [
    "BadStatusCode",
    "CompatRequest",
    "CompatResponse",
    "ConnectionError",
    "HTTPClientPool",
    "Headers",
    "RetriesExceeded",
    "UserAgent",
]
