"""Statistics read, reset and cleared by the model, entries that it makes and feeds itself."""

import gevent
from parity_tools import finish_after, trace

from locust import HttpUser, constant, events, task

warm = gevent.event.Event()


def show(environment, when):
    stats = environment.stats
    for name, method in sorted(stats.entries):
        entry = stats.entries[name, method]
        trace(
            f"{when}: {method} {name} {entry.num_requests} {entry.num_failures} {entry.total_content_length}"
        )
    total = stats.total
    trace(
        f"{when}: total {total.num_requests} {total.num_failures} {stats.num_requests} {stats.num_failures}"
    )
    trace(f"{when}: errors {sorted((one.name, one.occurrences) for one in stats.errors.values())}")


class Visitor(HttpUser):
    wait_time = constant(0.01)

    @task
    def visit(self):
        environment = self.environment
        stats = environment.stats
        self.client.get("/bytes/10", name="ten")
        self.client.get("/status/404", name="missing")
        turn = getattr(self, "rounds_done", 0)
        if turn == 2:
            show(environment, "before reset_all")
            stats.reset_all()
            show(environment, "after reset_all")
        elif turn == 4:
            stats.clear_all()
            show(environment, "after clear_all")
        elif turn == 6:
            stats.get("ten", "GET").reset()
            show(environment, "one entry reset")
            stats.entries.pop(("missing", "GET"))
            stats.errors.clear()
            show(environment, "one entry removed")
        elif turn == 7:
            stats.log_request("OWN", "logged", 120, 7)
            stats.log_error("OWN", "logged", ValueError("by hand"))
            entry = stats.get("made on access", "OWN")
            trace(f"{entry.num_requests} {entry.avg_response_time} {entry.min_response_time}")
            trace(f"{entry.get_response_time_percentile(0.9)} {entry.fail_ratio} {entry.current_rps}")
            entry.log(15, 100)
            entry.log_error("text")
            show(environment, "by hand")
            runner = environment.runner
            trace(f"{runner.stats is stats} {runner.errors is stats.errors}")
            trace(
                f"{stats.get('ten', 'GET').to_dict()['num_requests'] > 0} {stats.last_request_timestamp > 1e9}"
            )
        finish_after(self, 10)


@events.quitting.add_listener
def quitting(environment, **kwargs):
    show(environment, "at the end")
    trace(f"{sorted(environment.stats.total.serialize())}")
    trace(f"{sorted(environment.stats.serialize_errors().values(), key=str)[0].keys()}")
