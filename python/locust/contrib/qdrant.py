"""Users that search in Qdrant. Needs the package qdrant-client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import events
from .._third_party import require
from ..user.users import User
from ._queries import timed, with_emptiness

if TYPE_CHECKING:
    from ..env import Environment

__all__ = ["QdrantLocustClient", "QdrantUser", "User", "events"]

QdrantClient: Any = require("qdrant_client", "qdrant-client", __name__).QdrantClient


class QdrantLocustClient:
    """Operations on one collection; each returns what `_queries.timed` says of it."""

    def __init__(
        self, url: str, collection_name: str, api_key: str | None = None, timeout: int = 60, **kwargs: Any
    ) -> None:
        self.collection_name = collection_name
        self.client = QdrantClient(url=url, api_key=api_key, timeout=timeout, **kwargs)

    def close(self) -> None:
        self.client.close()

    def create_collection(self, vectors_config: Any, **kwargs: Any) -> None:
        """Make the collection unless it exists."""
        if not self.client.collection_exists(collection_name=self.collection_name):
            self.client.create_collection(
                collection_name=self.collection_name, vectors_config=vectors_config, **kwargs
            )

    def upsert(self, points: Any) -> dict[str, Any]:
        return timed(lambda: self.client.upsert(collection_name=self.collection_name, points=points))

    def search(
        self,
        query: Any,
        limit: int = 10,
        query_filter: Any = None,
        search_params: Any = None,
        with_payload: bool = True,
    ) -> dict[str, Any]:
        result = timed(
            lambda: self.client.query_points(
                collection_name=self.collection_name,
                query=query,
                limit=limit,
                query_filter=query_filter,
                search_params=search_params,
                with_payload=with_payload,
            )
        )
        return with_emptiness(result, lambda found: len(found.points))

    def scroll(self, scroll_filter: Any = None, limit: int = 10, with_payload: bool = True) -> dict[str, Any]:
        result = timed(
            lambda: self.client.scroll(
                collection_name=self.collection_name,
                scroll_filter=scroll_filter,
                limit=limit,
                with_payload=with_payload,
            )
        )
        return with_emptiness(result, lambda page: len(page[0]))

    def delete(self, points_selector: Any) -> dict[str, Any]:
        return timed(
            lambda: self.client.delete(collection_name=self.collection_name, points_selector=points_selector)
        )


class QdrantUser(User):
    """A user whose operations on a collection are requests of the type `qdrant`, named after the operation."""

    abstract = True
    url: str = "http://localhost:6333"
    api_key: str | None = None
    collection_name: str | None = None
    timeout: int = 60
    # To make the collection if it does not exist.
    vectors_config: Any = None
    client_kwargs: dict[str, Any] | None = None
    collection_kwargs: dict[str, Any] | None = None

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        if self.collection_name is None:
            raise ValueError("'collection_name' must be provided for QdrantUser")
        self.client = QdrantLocustClient(
            self.url, self.collection_name, self.api_key, self.timeout, **(self.client_kwargs or {})
        )
        if self.vectors_config is not None:
            self.client.create_collection(self.vectors_config, **(self.collection_kwargs or {}))

    def upsert(self, points: Any) -> dict[str, Any]:
        return self._recorded("upsert", self.client.upsert(points))

    def search(
        self,
        query: Any,
        limit: int = 10,
        query_filter: Any = None,
        search_params: Any = None,
        with_payload: bool = True,
    ) -> dict[str, Any]:
        found = self.client.search(query, limit, query_filter, search_params, with_payload)
        return self._recorded("search", found)

    def scroll(self, scroll_filter: Any = None, limit: int = 10, with_payload: bool = True) -> dict[str, Any]:
        return self._recorded("scroll", self.client.scroll(scroll_filter, limit, with_payload))

    def delete(self, points_selector: Any) -> dict[str, Any]:
        return self._recorded("delete", self.client.delete(points_selector))

    def _recorded(self, name: str, result: dict[str, Any]) -> dict[str, Any]:
        self.environment.events.request.fire(
            request_type="qdrant",
            name=name,
            response_time=int(result["response_time"]),
            response_length=0,
            exception=result.get("exception"),
        )
        return result

    def on_stop(self) -> None:
        self.client.close()
