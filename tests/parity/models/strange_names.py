"""Names, methods and errors that are hard to print in tables and CSV files."""

from parity_tools import finish_after, trace

from locust import User, constant, events, task

TEXTS = [
    "",
    " ",
    "  around  ",
    "tab\there",
    "new\nline",
    "carriage\rreturn",
    "100 % {0} %s %(name)s",
    "comma, semicolon; \"quote\" 'apostrophe'",
    "ümläut € 你好 \U0001f980",
    "long " * 40,
    "/path?a=1&b=2#fragment",
    "<b>&amp;</b>",
    "=1+1",
    "@formula",
    "null\x00byte",
    "escape \x1b[31m",
    "Aggregated",
    "Total",
    "back\\slash",
]


class Reporter(User):
    wait_time = constant(0)

    @task
    def report(self):
        for number, text in enumerate(TEXTS):
            self.fire(name=text)
            self.fire(name=f"method {number}", request_type=text[:12])
            self.fire(name="error", exception=Exception(text))
        finish_after(self, 2)

    def fire(self, **keywords):
        self.environment.events.request.fire(
            **{
                "request_type": "OWN",
                "response_time": 1,
                "response_length": 1,
                "exception": None,
                "context": {},
                **keywords,
            }
        )


@events.test_stop.add_listener
def test_stop(environment, **kwargs):
    stats = environment.stats
    trace(f"{len(stats.entries)} entries, {len(stats.errors)} errors, {stats.total.num_requests}")
    for name, method in sorted(stats.entries):
        trace(f"{method!r} {name!r} {stats.entries[name, method].num_requests}")
    for error in sorted(stats.errors.values(), key=lambda one: str(one.error)):
        trace(f"{error.name!r} {str(error.error)!r} {error.occurrences}")
