"""A shape that uses the options of the command line, and reads the runner and its statistics."""

from parity_tools import trace

from locust import HttpUser, LoadTestShape, constant, task


class Careful(LoadTestShape):
    use_common_options = True
    ticks = 0

    def tick(self):
        options = self.runner.environment.parsed_options
        self.ticks += 1
        if self.ticks == 1:
            trace(f"options {options.num_users} {options.spawn_rate} {options.run_time}")
            trace(
                f"runner {self.runner.state} {self.runner.user_count} {self.runner.stats.total.num_requests}"
            )
        if self.ticks > 2 and self.runner.stats.total.num_failures >= 2:
            trace("failures seen, the shape ends")
            return None
        if self.get_run_time() > options.run_time:
            trace("the shape did not see the failures")
            return None
        return options.num_users, options.spawn_rate


class Failing(HttpUser):
    wait_time = constant(30)

    @task
    def fail(self):
        self.client.get("/status/500")
