"""What models import from Locust's fast client, for when it is not installed: the same things on this program's engine.

It is found behind every installed package, so that an installed geventhttpclient comes first.
"""

from locust_nest.http.fast_agent import LocustUserAgent as UserAgent
from locust_nest.http.fast_failures import HTTPParseError

__all__ = ["HTTPParseError", "UserAgent"]
