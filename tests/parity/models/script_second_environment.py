"""Two environments after each other in one process, classes chosen by the script, and errors of construction."""

import gevent

from locust import LoadTestShape, User, constant, task
from locust.env import Environment
from locust.exception import RunnerAlreadyExistsError


class One(User):
    wait_time = constant(0.01)
    host = "http://own"

    @task
    def work(self):
        self.environment.events.request.fire(
            request_type="OWN", name=self.host, response_time=1, response_length=1, exception=None, context={}
        )
        gevent.sleep(0.01)


class Two(One):
    pass


class Shape(LoadTestShape):
    def tick(self):
        return (2, 100) if self.get_run_time() < 1.5 else None


first = Environment(user_classes=[One])
first.create_local_runner()
first.runner.start(1, 1)
gevent.sleep(0.3)
first.runner.quit()
print(first.stats.total.num_requests > 3, sorted(first.stats.entries))

second = Environment(user_classes=[One, Two], host="http://given", reset_stats=True, stop_timeout=2)
second.events.request.add_listener(lambda **kwargs: None)
runner = second.create_local_runner()
heard = []
second.events.spawning_complete.add_listener(lambda user_count, **kwargs: heard.append(user_count))
runner.spawn_users({"Two": 2}, wait=False)
gevent.sleep(0.2)
print(runner.user_count, sorted(runner.user_classes_count.items()), runner.state)
runner.stop_users({"Two": 1})
print(runner.user_count)
runner.quit()
print(sorted(second.stats.entries), runner.state, heard)
print(first.stats is second.stats, One.host)

third = Environment(user_classes=[Two], shape_class=Shape())
runner = third.create_local_runner()
runner.start_shape()
runner.shape_greenlet.join()
print(third.stats.total.num_requests > 3, third.shape_class.runner is runner)
runner.quit()

for make in (
    lambda: third.create_local_runner(),
    lambda: Environment(user_classes=[One, One]),
    lambda: Environment(user_classes=[One, type("One", (User,), {})]),
    lambda: Environment(shape_class=Shape),
):
    try:
        make()
        print("made")
    except (RunnerAlreadyExistsError, ValueError) as error:
        print(type(error).__name__)
