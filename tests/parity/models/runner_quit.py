"""A model that ends the run itself and reads the runner and the statistics."""

from parity_tools import trace

from locust import HttpUser, constant, events, task


class Boss(HttpUser):
    wait_time = constant(0.02)
    turns = 0

    def on_stop(self):
        trace("on_stop")

    @task
    def work(self):
        self.turns += 1
        self.client.get("/hello")
        self.client.get("/status/404")
        if self.turns == 5:
            runner = self.environment.runner
            trace(f"{runner.state} {runner.user_count} {runner.target_user_count} {len(runner.exceptions)}")
            trace(f"{sorted(runner.user_classes_count.items())} {[u.__name__ for u in runner.user_classes]}")
            trace(f"{runner.stats is self.environment.stats} {len(runner.errors)}")
            runner.quit()
            trace("after quit")


@events.test_stop.add_listener
def over(environment, **kwargs):
    stats = environment.stats
    for name, method in sorted(stats.entries):
        entry = stats.entries[(name, method)]
        trace(f"{method} {name} {entry.num_requests} {entry.num_failures} {entry.fail_ratio}")
    for error in stats.errors.values():
        trace(f"{error.method} {error.name} {error.occurrences} {error.error}")
    trace(f"total {stats.total.num_requests} {stats.num_requests} {stats.num_failures}")
    trace(f"took time: {stats.total.min_response_time > 0}")
