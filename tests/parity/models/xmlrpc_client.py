"""A client of another protocol, wrapped so that every call is a request: XML-RPC, to a server of the model's own."""

import threading
import time
from xmlrpc.client import Fault, ServerProxy
from xmlrpc.server import SimpleXMLRPCServer

from parity_tools import finish_after, step

from locust import User, constant, task

server = SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False, allow_none=True)
server.register_function(lambda first, second: first + second, "add")
server.register_function(lambda: time.sleep(0.1), "slow")
server.register_function(lambda: 1 // 0, "broken")
threading.Thread(target=server.serve_forever, daemon=True).start()


class CountingProxy(ServerProxy):
    def __init__(self, host, request_event):
        super().__init__(host, allow_none=True)
        self._request_event = request_event

    def __getattr__(self, name):
        call = ServerProxy.__getattr__(self, name)

        def counted(*args, **kwargs):
            meta = {
                "request_type": "xmlrpc",
                "name": name,
                "start_time": time.time(),
                "response_length": 0,
                "response": None,
                "context": {},
                "exception": None,
            }
            begun = time.perf_counter()
            try:
                meta["response"] = call(*args, **kwargs)
            except Fault as fault:
                meta["exception"] = fault
            meta["response_time"] = (time.perf_counter() - begun) * 1000
            self._request_event.fire(**meta)
            return meta["response"]

        return counted


class XmlRpcUser(User):
    abstract = True

    def __init__(self, environment):
        super().__init__(environment)
        self.client = CountingProxy(self.host, request_event=environment.events.request)


class Calculator(XmlRpcUser):
    host = f"http://127.0.0.1:{server.server_address[1]}"
    wait_time = constant(0.01)

    def on_start(self):
        self.client = CountingProxy(type(self).own_host, self.environment.events.request)

    own_host = host

    @task
    def calculate(self):
        step("Calculator", f"{self.client.add(2, 3)} {self.client.slow()} {self.client.broken()}")
        finish_after(self, 3)
