"""catch_response beyond the usual: nested, on failed connections, given from elsewhere, never given, given twice."""

import gevent
from parity_tools import attempt, fault, run_each

from locust import HttpUser, constant, task
from locust.exception import CatchResponseError, InterruptTaskSet, LocustError, RescheduleTask, ResponseError


class Own(Exception):
    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code


class Judge(HttpUser):
    wait_time = constant(0)

    def judged(self, name, url="/hello", **keywords):
        return self.client.get(url, name=name, catch_response=True, **keywords)

    @task
    def work(self):
        run_each(self.connections, self.nested, self.reasons, self.order)

    def connections(self):
        refused = fault("refuse") + "/"
        with self.judged("refused, no verdict", refused) as response:
            print(response.status_code, type(response.error).__name__, response.request_meta["exception"])
        with self.judged("refused, success", refused) as response:
            response.success()
        with self.judged("refused, failure", refused) as response:
            response.failure("nobody there")
        with self.judged("refused, its error", refused) as response:
            response.failure(response.error)
        with self.judged("refused, by status", refused) as response:
            if response.status_code == 0:
                response.failure(f"no response: {type(response.error).__name__}")
        attempt("refused, content", self.use_content)
        with self.judged("refused, raised", refused) as response:
            try:
                response.raise_for_status()
            except Exception as error:
                response.failure(error)
        attempt("refused, not caught", self.raise_for_status)
        with self.judged("reset", fault("reset_after_request") + "/") as response:
            response.failure("reset")
        with self.judged("late", "/slow?ms=500", timeout=0.1) as response:
            response.failure(response.error)

    def use_content(self):
        with self.judged("refused, content", fault("refuse") + "/") as response:
            return response.content.decode()

    def raise_for_status(self):
        with self.judged("refused, not caught", fault("refuse") + "/") as response:
            response.raise_for_status()

    def nested(self):
        with self.judged("outer") as outer, self.judged("inner", "/status/404") as inner:
            inner.success()
            outer.failure("because of the inner one")
        with self.judged("outside") as outside:
            with self.judged("inside", "/status/500") as inside:
                inside.failure("inside failed")
            outside.success()
        first = self.judged("entered later")
        second = self.judged("entered first", "/status/404")
        with second:
            pass
        with first as same:
            print(same is first)
            same.failure("late")
        self.judged("never entered")
        attempt("entered twice", lambda: self.enter_twice())
        attempt("verdict before the block", lambda: self.judged("before").failure("x"))
        attempt("success before the block", lambda: self.judged("before").success())
        entered = self.judged("by hand").__enter__()
        entered.failure("by hand")
        print(entered.__exit__(None, None, None))
        jobs = [gevent.spawn(self.in_a_greenlet, number) for number in range(3)]
        gevent.joinall(jobs)
        print([job.value for job in jobs])
        print([self.returns(number) for number in range(3)])

    def enter_twice(self):
        with self.judged("entered twice") as response, response:
            response.failure("twice")

    def in_a_greenlet(self, number):
        with self.judged("in a greenlet", f"/slow?ms={100 + 50 * number}") as response:
            if number:
                response.failure("by a greenlet")
            return number

    def returns(self, number):
        for _ in range(2):
            with self.judged("returns") as response:
                if number == 0:
                    return "returned"
                if number == 1:
                    response.failure("then left by break")
                    break
                continue
        return "after the loop"

    def reasons(self):
        for number, reason in enumerate(
            (
                "text", "", None, 404, {"code": 7}, ["a", "b"], b"bytes", ValueError("value"),
                ValueError(), Own(3, "own"), KeyError("key"),
                CatchResponseError("caught"),  ResponseError("response"),
                AssertionError(), Own, "two, lines", "x" * 300,
                "ü ☃", "%s {} $x", True, 1.5, ("a", 1), "  spaces  ", "tab\there",
                "comma, \"quote\" 'single'", OSError(5, "text"),
            )
        ):  # fmt: skip

            def judge(number=number, reason=reason):
                with self.judged(f"reason {number}") as response:
                    response.failure(reason)

            attempt(f"reason {number}", judge)

    def order(self):
        for label, verdicts in (
            ("fsf", ("first", None, "second")),
            ("sfs", (None, "first", None)),
            ("ss", (None, None)),
            ("ff", ("first", "second")),
        ):
            with self.judged(label, "/status/404") as response:
                for verdict in verdicts:
                    response.success() if verdict is None else response.failure(verdict)
        for error in (
            ResponseError("response"), CatchResponseError("catch"), LocustError("locust"),
            ValueError("value"), AssertionError("assert"),
            RescheduleTask(), InterruptTaskSet(), GeneratorExit(), SystemExit(3),
            StopIteration(),
        ):  # fmt: skip
            for verdict in ("none", "success", "failure"):
                self.leave_by(error, verdict)
        with self.judged("raised and caught within") as response:
            try:
                raise ValueError("within")
            except ValueError as error:
                response.failure(f"caught {error}")
        response = self.client.get("/status/404", name="no block", catch_response=False)
        attempt("no catch_response", lambda: response.success())
        attempt("no catch_response", lambda: response.failure("x"))

    def leave_by(self, error, verdict):
        label = f"{type(error).__name__} after {verdict}"
        try:
            with self.judged(label, "/status/404") as response:
                if verdict == "success":
                    response.success()
                elif verdict == "failure":
                    response.failure("judged")
                raise error
        except BaseException as caught:
            print(label, "passed", caught is error)
        else:
            print(label, "was kept")
