"""The settings of locust.stats, assigned by the model."""

from parity_tools import finish_after, trace

import locust.stats
from locust import User, constant, events, stats, task

stats.PERCENTILES_TO_REPORT = [0.5, 0.9, 0.975, 1.0]
stats.PERCENTILES_TO_STATISTICS = [0.5, 0.9]
stats.PERCENTILES_TO_CHART = [0.5, 0.99]
locust.stats.CONSOLE_STATS_INTERVAL_SEC = 1
locust.stats.CSV_STATS_INTERVAL_SEC = 0.5
locust.stats.CSV_STATS_FLUSH_INTERVAL_SEC = 1
locust.stats.HISTORY_STATS_INTERVAL_SEC = 1
locust.stats.CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW = 5
locust.stats.STATS_NAME_WIDTH = 40


def to_tens(response_time):
    return round(response_time, -1)


locust.stats.bucket_response_time = to_tens


class Reporter(User):
    wait_time = constant(0.01)

    @task
    def report(self):
        for time in (3, 14, 14.9, 1234, 98765):
            self.environment.events.request.fire(
                request_type="OWN",
                name="a name of more than forty characters, for the tables to cut",
                response_time=time,
                response_length=1,
                exception=None,
            )
        finish_after(self, 4)


@events.test_stop.add_listener
def test_stop(environment, **kwargs):
    total = environment.stats.total
    trace(f"{sorted(total.response_times.items())}")
    trace(f"{[total.get_response_time_percentile(share) for share in stats.PERCENTILES_TO_REPORT]}")
    trace(f"{total.median_response_time} {total.avg_response_time:.2f} {total.max_response_time}")
