"""The steps of a task set's loop, each replaced by the model."""

from parity_tools import step

from locust import SequentialTaskSet, TaskSet, User, constant, task
from locust.exception import StopUser


class Base(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)


class OwnWait(Base):
    @task
    class Steps(TaskSet):
        def wait(self):
            step("OwnWait", "wait")

        @task
        def work(self):
            step("OwnWait", "work")
            self.count = getattr(self, "count", 0) + 1
            if self.count == 3:
                raise StopUser()


class OwnSleep(Base):
    wait_time = constant(60)

    @task
    class Steps(TaskSet):
        def _sleep(self, seconds):
            step("OwnSleep", f"sleep {seconds}")
            super()._sleep(0)

        @task
        def work(self):
            self.count = getattr(self, "count", 0) + 1
            if self.count == 3:
                raise StopUser()


class SleepsItself(Base):
    """_sleep and wait called by a task."""

    @task
    class Steps(TaskSet):
        @task
        def work(self):
            self._sleep(0.01)
            step("SleepsItself", f"slept, {self.wait_time()}")
            self.wait()
            step("SleepsItself", f"waited, {self.wait() is None}")
            raise StopUser()


class OwnWaitTime(Base):
    wait_time = constant(60)

    @task
    class Steps(TaskSet):
        count = 0

        def wait_time(self):
            self.count += 1
            step("OwnWaitTime", f"wait_time {self.count} {self.user.wait_time()}")
            return 0

        @task
        def work(self):
            if self.count == 2:
                raise StopUser()


class OwnChoice(Base):
    @task
    class Steps(TaskSet):
        plan = iter("abcab")

        def get_next_task(self):
            return getattr(self, next(self.plan, "end"))

        def a(self):
            step("OwnChoice", "a")

        def b(self):
            step("OwnChoice", "b")

        def c(self):
            step("OwnChoice", "c")

        @task
        def end(self):
            raise StopUser()


class ChoosesFromSuper(Base):
    @task
    class Steps(TaskSet):
        count = 0

        def get_next_task(self):
            self.count += 1
            chosen = super().get_next_task()
            step("ChoosesFromSuper", f"chosen {chosen.__name__}")
            return chosen

        @task
        def only(self):
            if self.count == 3:
                raise StopUser()


class OwnExecution(Base):
    @task
    class Steps(TaskSet):
        def execute_task(self, task):
            step("OwnExecution", f"before {task.__name__}")
            try:
                super().execute_task(task)
            finally:
                step("OwnExecution", f"after {task.__name__}")

        @task
        def work(self):
            self.count = getattr(self, "count", 0) + 1
            if self.count == 2:
                raise StopUser()


class OwnSchedule(Base):
    @task
    class Steps(TaskSet):
        def schedule_task(self, task_callable, first=False):
            step("OwnSchedule", f"scheduled {task_callable.__name__} {first}")
            super().schedule_task(task_callable, first)

        @task
        def work(self):
            self.count = getattr(self, "count", 0) + 1
            step("OwnSchedule", "work")
            if self.count == 2:
                raise StopUser()
            self.schedule_task(self.extra, first=True)

        def extra(self):
            step("OwnSchedule", "extra")


class OwnExecuteNext(Base):
    @task
    class Steps(TaskSet):
        def execute_next_task(self):
            step("OwnExecuteNext", f"queue {len(self._task_queue)}")
            super().execute_next_task()

        @task
        def work(self):
            self.count = getattr(self, "count", 0) + 1
            if self.count == 2:
                raise StopUser()


class OwnRun(Base):
    @task
    class Steps(TaskSet):
        def run(self):
            step("OwnRun", "run instead of the loop")
            raise StopUser()

        @task
        def never(self):
            step("OwnRun", "a task ran")


class SequenceChoice(Base):
    """A sequence which skips what it likes."""

    @task
    class Steps(SequentialTaskSet):
        def get_next_task(self):
            chosen = super().get_next_task()
            while chosen.__name__ == "skipped":
                chosen = super().get_next_task()
            return chosen

        @task
        def one(self):
            step("SequenceChoice", "one")

        @task
        def skipped(self):
            step("SequenceChoice", "skipped ran")

        @task
        def three(self):
            step("SequenceChoice", "three")
            raise StopUser()


class Patched(Base):
    """Steps replaced on the instance, by on_start."""

    @task
    class Steps(TaskSet):
        def on_start(self):
            self.wait = lambda: step("Patched", "wait of the instance")
            self.get_next_task = lambda: self.other

        def other(self):
            step("Patched", "other")
            self.count = getattr(self, "count", 0) + 1
            if self.count == 2:
                raise StopUser()

        @task
        def never(self):
            step("Patched", "the chosen task ran")


class UserWait(Base):
    """wait and wait_time of the user itself."""

    turns = 0

    def wait(self):
        step("UserWait", "User.wait called")
        super().wait()

    def wait_time(self):
        self.turns += 1
        step("UserWait", f"wait_time {self.turns}")
        if self.turns == 4:
            raise StopUser()
        return 0.01

    @task
    def work(self):
        if self.turns == 1:
            self.wait()


class UserRun(Base):
    def run(self):
        step("UserRun", "before the loop")
        try:
            super().run()
        finally:
            step("UserRun", "after the loop")

    def on_start(self):
        step("UserRun", "on_start")

    @task
    def work(self):
        step("UserRun", "work")
        raise StopUser()
