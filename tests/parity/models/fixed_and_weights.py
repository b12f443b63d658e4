"""Classes with fixed counts among classes with weights."""

from parity_tools import trace

from locust import User, constant, events, task


class Base(User):
    abstract = True
    wait_time = constant(60)

    @task
    def idle(self):
        pass


class Admin(Base):
    fixed_count = 1


class Auditor(Base):
    fixed_count = 2
    weight = 50


class Buyer(Base):
    weight = 3


class Seller(Base):
    weight = 2


class Rare(Base):
    weight = 0.5


class Never(Base):
    weight = 0


@events.spawning_complete.add_listener
def complete(user_count, **kwargs):
    from locust import events as same

    trace(f"{user_count} users, {same is events}")


@events.test_stopping.add_listener
def stopping(environment, **kwargs):
    runner = environment.runner
    trace(f"{sorted(runner.user_classes_count.items())}")
    trace(f"{sorted(runner.target_user_classes_count.items())} {runner.target_user_count}")
    trace(f"{[one.__name__ for one in environment.user_classes]}")
