"""A protocol that is not HTTP: a client of one's own that reports to Locust through `events.request`."""

import random
import socket
import time

from locust import User, constant, task


class StockFeedError(Exception):
    pass


class StockFeedClient:
    """Asks the shop's stock feed, a line for a line, on one connection that stays open."""

    def __init__(self, address, request_event):
        self._request_event = request_event
        self._socket = socket.create_connection(address, timeout=10)
        self._lines = self._socket.makefile("r", encoding="ascii", newline="\n")

    def stock(self, product):
        """How many of the product there are; None if the feed gave no answer."""
        start_time = time.time()
        start = time.perf_counter()
        line, exception, stock = "", None, None
        try:
            self._socket.sendall(f"STOCK {product}\n".encode())
            line = self._lines.readline()
            stock = self._parse(product, line)
        except (OSError, StockFeedError) as error:
            exception = error
        self._request_event.fire(
            request_type="FEED",
            name="stock",
            start_time=start_time,
            response_time=(time.perf_counter() - start) * 1000,
            response_length=len(line),
            exception=exception,
            context={},
        )
        return stock

    def close(self):
        self._lines.close()
        self._socket.close()

    @staticmethod
    def _parse(product, line):
        fields = line.split()
        if len(fields) != 2 or fields[0] != str(product):
            raise StockFeedError(f"unexpected answer: {line.strip() or 'end of the connection'}")
        return int(fields[1])


class StockFeedUser(User):
    """The base of users of the feed."""

    abstract = True
    address = ("127.0.0.1", 18082)

    def on_start(self):
        self.feed = StockFeedClient(self.address, self.environment.events.request)

    def on_stop(self):
        self.feed.close()


class Warehouse(StockFeedUser):
    """Watches the stock of one product after another."""

    wait_time = constant(1)

    @task
    def watch(self):
        self.feed.stock(random.randint(1, 100))
