"""A client of another protocol, wrapped as was usual: every call fires the events itself."""

import time
import xmlrpc.client

from legacy_tools import finish_after, trace

from locust import Locust, TaskSet, events, task


class Rpc(xmlrpc.client.ServerProxy):
    def __getattr__(self, name):
        call = xmlrpc.client.ServerProxy.__getattr__(self, name)

        def timed(*args):
            begun = time.time()
            report = {"request_type": "xmlrpc", "name": name}
            try:
                result = call(*args)
            except xmlrpc.client.Fault as fault:
                taken = int((time.time() - begun) * 1000)
                events.request_failure.fire(response_time=taken, response_length=0, exception=fault, **report)
                return None
            taken = int((time.time() - begun) * 1000)
            events.request_success.fire(response_time=taken, response_length=len(str(result)), **report)
            return result

        return timed


class RpcLocust(Locust):
    def __init__(self, *args, **kwargs):
        super(RpcLocust, self).__init__(*args, **kwargs)
        self.client = Rpc(self.host + "/rpc")


class Caller(RpcLocust):
    min_wait = max_wait = 1

    class task_set(TaskSet):
        @task
        def calls(self):
            trace(self.client.add(1, 2), self.client.echo("word"), self.client.nothing("there"))
            finish_after(self.locust, 3)
