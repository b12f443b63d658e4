"""catch_response as it was: each verdict is reported when it is given, also twice, also outside of a with-block."""

from legacy_tools import trace

from locust import HttpLocust, ResponseError, TaskSet, events, task
from locust.exception import StopLocust


def on_success(request_type, name, response_time, response_length):
    trace("success", name, response_length)


def on_failure(request_type, name, response_time, response_length, exception):
    trace("failure", name, response_length, repr(exception))


events.request_success += on_success
events.request_failure += on_failure


class Judge(TaskSet):
    def on_start(self):
        self.cases = iter([getattr(self, name) for name in sorted(dir(self)) if name.startswith("case_")])

    @task
    def next_case(self):
        try:
            case = next(self.cases)
        except StopIteration:
            raise StopLocust()
        trace(case.__name__)
        case()

    def case_success_of_an_error(self):
        with self.client.get("/status/500", name="pardoned", catch_response=True) as response:
            response.success()

    def case_failure_of_a_success(self):
        with self.client.get("/hello", catch_response=True) as response:
            if b"locust" in response.content:
                response.failure("too friendly")

    def case_failure_by_exception(self):
        with self.client.get("/hello", catch_response=True) as response:
            response.failure(ValueError("too friendly", 7))

    def case_at_once(self):
        with self.client.get("/hello", name="at once", catch_response=True) as response:
            trace("before")
            response.success()
            trace("after")

    def case_twice(self):
        with self.client.get("/hello", name="twice", catch_response=True) as response:
            response.failure("first")
            response.success()
            response.failure("second")

    def case_none_and_fine(self):
        with self.client.get("/hello", name="none", catch_response=True):
            pass

    def case_none_and_an_error(self):
        with self.client.get("/status/404", catch_response=True):
            pass

    def case_none_and_a_named_error(self):
        with self.client.get("/status/404", name="missing", catch_response=True):
            pass

    def case_without_a_block(self):
        response = self.client.get("/json", name="no block", catch_response=True)
        if response.json()["id"] == 7:
            response.success()
        else:
            response.failure("wrong id")

    def case_never_judged(self):
        self.client.get("/hello", name="never judged", catch_response=True)

    def case_renamed(self):
        with self.client.get("/item/7", catch_response=True) as response:
            trace(sorted(response.locust_request_meta), response.locust_request_meta["method"])
            response.locust_request_meta["name"] = "/item/[id]"
            response.success()

    def case_response_error(self):
        with self.client.get("/hello", name="response error", catch_response=True):
            raise ResponseError("no such item")

    def case_other_exception(self):
        with self.client.get("/hello", name="other exception", catch_response=True):
            raise KeyError("item")

    def case_failed_and_response_error(self):
        with self.client.get("/hello", name="failed twice", catch_response=True) as response:
            response.failure("first")
            raise ResponseError("then raised")

    def case_judged_and_other_exception(self):
        with self.client.get("/hello", name="judged", catch_response=True) as response:
            response.success()
            raise KeyError("afterwards")

    def case_raise_for_status(self):
        with self.client.get("/status/503", name="raised", catch_response=True) as response:
            response.raise_for_status()

    def case_plain_block(self):
        with self.client.get("/hello", name="plain block") as response:
            trace(response.status_code)


class Visitor(HttpLocust):
    task_set = Judge
    min_wait = max_wait = 1
