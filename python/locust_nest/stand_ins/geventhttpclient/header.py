"""The headers of requests and responses."""

from locust_nest.http.fast_response import Headers

__all__ = ["Headers"]
