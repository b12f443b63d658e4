"""A model that judges its own run in a `quitting` listener, as many do."""

from parity_tools import finish_after

from locust import HttpUser, constant, events, task


@events.quitting.add_listener
def judge(environment, **kwargs):
    total = environment.stats.total
    print("fail ratio", total.fail_ratio, "requests", total.num_requests)
    if total.fail_ratio > 0.1:
        environment.process_exit_code = 7
    elif total.get_response_time_percentile(0.95) > 5000:
        environment.process_exit_code = 8
    else:
        environment.process_exit_code = 0


class Half(HttpUser):
    wait_time = constant(0.01)

    @task
    def work(self):
        self.client.get("/hello")
        self.client.get("/status/500")
        finish_after(self, 4)
