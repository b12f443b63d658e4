"""Users that search in Milvus. Needs the package pymilvus."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from .. import events
from .._third_party import require
from ..user.users import User
from ._queries import timed, with_emptiness

if TYPE_CHECKING:
    from ..env import Environment

__all__ = ["BaseClient", "MilvusUser", "MilvusV2Client", "User", "events"]

_grpc_gevent: Any = require("grpc.experimental.gevent", "pymilvus", __name__)
MilvusClient: Any = require("pymilvus", "pymilvus", __name__).MilvusClient

# gRPC waits in threads of its own: this makes it wait as gevent does.
_grpc_gevent.init_gevent()


class BaseClient(ABC):
    """What a `MilvusUser` asks of its client, for models that bring one of their own."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def create_collection(self, schema: Any, index_params: Any, **kwargs: Any) -> None: ...

    @abstractmethod
    def insert(self, data: Any) -> dict[str, Any]: ...

    @abstractmethod
    def upsert(self, data: Any) -> dict[str, Any]: ...

    @abstractmethod
    def search(
        self,
        data: Any,
        anns_field: str,
        limit: int,
        filter: str = "",
        search_params: Any = None,
        output_fields: list[str] | None = None,
        calculate_recall: bool = False,
        ground_truth: Any = None,
    ) -> dict[str, Any]: ...

    @abstractmethod
    def hybrid_search(
        self, reqs: Any, ranker: Any, limit: int, output_fields: list[str] | None = None
    ) -> dict[str, Any]: ...

    @abstractmethod
    def query(self, filter: str, output_fields: list[str] | None = None) -> dict[str, Any]: ...

    @abstractmethod
    def delete(self, filter: str) -> dict[str, Any]: ...


class MilvusV2Client(BaseClient):
    """Operations on one collection; each returns what `_queries.timed` says of it."""

    def __init__(
        self,
        uri: str,
        collection_name: str,
        token: str = "root:Milvus",
        db_name: str = "default",
        timeout: int = 60,
    ) -> None:
        self.collection_name = collection_name
        self.timeout = timeout
        self.client = MilvusClient(uri=uri, token=token, db_name=db_name, timeout=timeout)

    def close(self) -> None:
        self.client.close()

    def create_collection(self, schema: Any, index_params: Any, **kwargs: Any) -> None:
        self.client.create_collection(
            collection_name=self.collection_name, schema=schema, index_params=index_params, **kwargs
        )

    def insert(self, data: Any) -> dict[str, Any]:
        return timed(lambda: self.client.insert(collection_name=self.collection_name, data=data))

    def upsert(self, data: Any) -> dict[str, Any]:
        return timed(lambda: self.client.upsert(collection_name=self.collection_name, data=data))

    def search(
        self,
        data: Any,
        anns_field: str,
        limit: int,
        filter: str = "",
        search_params: Any = None,
        output_fields: list[str] | None = None,
        calculate_recall: bool = False,
        ground_truth: Any = None,
    ) -> dict[str, Any]:
        """With `calculate_recall` the result has `recall`: the share of `ground_truth` that was found."""
        result = timed(
            lambda: self.client.search(
                collection_name=self.collection_name,
                data=data,
                anns_field=anns_field,
                filter=filter,
                limit=limit,
                search_params=search_params,
                output_fields=output_fields or ["id"],
            )
        )
        result = with_emptiness(result, len)
        if calculate_recall and ground_truth is not None and result["success"]:
            result["recall"] = self.get_recall(result["result"], ground_truth, limit)
        return result

    def hybrid_search(
        self, reqs: Any, ranker: Any, limit: int, output_fields: list[str] | None = None
    ) -> dict[str, Any]:
        result = timed(
            lambda: self.client.hybrid_search(
                collection_name=self.collection_name,
                reqs=reqs,
                ranker=ranker,
                limit=limit,
                output_fields=output_fields or ["id"],
                timeout=self.timeout,
            )
        )
        return with_emptiness(result, len)

    @staticmethod
    def get_recall(search_results: Any, ground_truth: Any, limit: int | None = None) -> float:
        """The share of the ids of `ground_truth` among the results, of the first query."""
        if not search_results or not ground_truth:
            return 0.0
        truth = ground_truth[0] if isinstance(ground_truth[0], list) else ground_truth
        expected = set(truth if limit is None else truth[:limit])
        found = {hit["id"] for hit in search_results[0]}
        return len(found & expected) / len(expected) if expected else 0.0

    def query(self, filter: str, output_fields: list[str] | None = None) -> dict[str, Any]:
        result = timed(
            lambda: self.client.query(
                collection_name=self.collection_name, filter=filter, output_fields=output_fields or ["id"]
            )
        )
        return with_emptiness(result, len)

    def delete(self, filter: str) -> dict[str, Any]:
        return timed(lambda: self.client.delete(collection_name=self.collection_name, filter=filter))


class MilvusUser(User):
    """A user whose operations on a collection are requests of the type `milvus`, named after the operation."""

    abstract = True

    def __init__(
        self,
        environment: Environment,
        uri: str = "http://localhost:19530",
        token: str = "root:Milvus",
        collection_name: str = "test_collection",
        db_name: str = "default",
        timeout: int = 60,
        schema: Any = None,
        index_params: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(environment)
        self.client = MilvusV2Client(uri, collection_name, token, db_name, timeout)
        if schema is not None:
            self.client.create_collection(schema, index_params, **kwargs)

    def insert(self, data: Any) -> dict[str, Any]:
        return self._recorded("insert", self.client.insert(data))

    def upsert(self, data: Any) -> dict[str, Any]:
        return self._recorded("upsert", self.client.upsert(data))

    def search(
        self,
        data: Any,
        anns_field: str,
        limit: int,
        filter: str = "",
        search_params: Any = None,
        output_fields: list[str] | None = None,
        calculate_recall: bool = False,
        ground_truth: Any = None,
    ) -> dict[str, Any]:
        """With `calculate_recall` there is a second request, `recall`, whose response time is a percentage."""
        result = self.client.search(
            data, anns_field, limit, filter, search_params, output_fields, calculate_recall, ground_truth
        )
        self._recorded("search", result)
        if "recall" in result:
            self._fire("recall", int(result["recall"] * 100), None)
        return result

    def hybrid_search(
        self, reqs: Any, ranker: Any, limit: int, output_fields: list[str] | None = None
    ) -> dict[str, Any]:
        return self._recorded("hybrid_search", self.client.hybrid_search(reqs, ranker, limit, output_fields))

    def query(self, filter: str, output_fields: list[str] | None = None) -> dict[str, Any]:
        return self._recorded("query", self.client.query(filter, output_fields))

    def delete(self, filter: str) -> dict[str, Any]:
        return self._recorded("delete", self.client.delete(filter))

    def _recorded(self, name: str, result: dict[str, Any]) -> dict[str, Any]:
        self._fire(name, int(result["response_time"]), result.get("exception"))
        return result

    def _fire(self, name: str, response_time: int, exception: Exception | None) -> None:
        self.environment.events.request.fire(
            request_type="milvus",
            name=name,
            response_time=response_time,
            response_length=0,
            exception=exception,
        )

    def on_stop(self) -> None:
        self.client.close()
