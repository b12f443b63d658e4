"""catch_response with each verdict that a model can give, or forget to give."""

from parity_tools import finish_after

from locust import HttpUser, constant, task
from locust.exception import RescheduleTask, ResponseError


class Judge(HttpUser):
    wait_time = constant(0)

    def attempt(self, function):
        try:
            function()
        except RescheduleTask:
            raise
        except Exception as error:
            print(f"{function.__name__}: {type(error).__name__}: {str(error).splitlines()[0]}")

    @task
    def judge(self):
        for verdict in (
            self.silent_ok,
            self.silent_failed,
            self.success_of_failed,
            self.failure_of_ok,
            self.failure_with_exception,
            self.last_word_counts,
            self.response_error,
            self.other_exception,
            self.exception_after_verdict,
            self.assertion,
            self.forgot_with,
            self.too_late,
            self.without_catch_response,
            self.raise_for_status_inside,
            self.raise_for_status_after,
            self.several_texts,
        ):
            self.attempt(verdict)
        finish_after(self, 2)

    def silent_ok(self):
        with self.client.get("/hello", name="silent_ok", catch_response=True):
            pass

    def silent_failed(self):
        with self.client.get("/status/404", name="silent_failed", catch_response=True):
            pass

    def success_of_failed(self):
        with self.client.get("/status/500", name="success_of_failed", catch_response=True) as response:
            response.success()

    def failure_of_ok(self):
        with self.client.get("/hello", name="failure_of_ok", catch_response=True) as response:
            if "locust" in response.text:
                response.failure("not what was asked for")

    def failure_with_exception(self):
        with self.client.get("/hello", name="failure_with_exception", catch_response=True) as response:
            response.failure(ValueError("a value"))

    def last_word_counts(self):
        with self.client.get("/hello", name="last_word_success", catch_response=True) as response:
            response.failure("first")
            response.success()
        with self.client.get("/hello", name="last_word_failure", catch_response=True) as response:
            response.success()
            response.failure("last")

    def response_error(self):
        with self.client.get("/hello", name="response_error", catch_response=True):
            raise ResponseError("raised in the block")

    def other_exception(self):
        with self.client.get("/hello", name="other_exception", catch_response=True):
            raise KeyError("nothing is recorded")

    def exception_after_verdict(self):
        with self.client.get("/hello", name="exception_after_verdict", catch_response=True) as response:
            response.failure("recorded")
            raise KeyError("propagates")

    def assertion(self):
        with self.client.get("/hello", name="assertion", catch_response=True) as response:
            assert response.status_code == 201, "expected 201"

    def forgot_with(self):
        response = self.client.get("/hello", name="forgot_with", catch_response=True)
        print("forgot_with", response.status_code)

    def too_late(self):
        with self.client.get("/hello", name="too_late", catch_response=True) as response:
            pass
        response.success()
        print("too_late was accepted")

    def without_catch_response(self):
        response = self.client.get("/hello", name="without_catch_response")
        response.failure("refused")

    def raise_for_status_inside(self):
        with self.client.get("/status/503", name="raise_for_status_inside", catch_response=True) as response:
            response.raise_for_status()

    def raise_for_status_after(self):
        with self.client.get("/hello", name="raise_for_status_after", catch_response=True) as response:
            response.failure("manual")
        response.raise_for_status()
        print("raise_for_status_after passed")

    def several_texts(self):
        for number in range(3):
            with self.client.get("/hello", name="several_texts", catch_response=True) as response:
                response.failure(f"text {number % 2}")
        with self.client.get("/hello", name="unusual_text", catch_response=True) as response:
            response.failure("quotes \" and ' , commas; \u00fcmlauts")
