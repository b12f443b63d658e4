"""TaskSequence in its finer points: weights on either side of the decorator, no number, sequences in sequences."""

from legacy_tools import finish_after, trace

from locust import Locust, TaskSequence, TaskSet, constant, seq_task, task


def first_function(taskset):
    trace("first function", taskset.locust.rounds_done)


def second_function(taskset):
    trace("second function")


class Steps(TaskSequence):
    tasks = [second_function, first_function]

    @seq_task(2)
    @task(2)
    def weight_below(self):
        trace("weight below")

    @task(2)
    @seq_task(1)
    def weight_above(self):
        trace("weight above")

    @seq_task(4)
    class Part(TaskSequence):
        @seq_task(2)
        def leave(self):
            trace("leave")
            self.interrupt()

        @seq_task(1)
        def enter(self):
            trace("enter", type(self.parent).__name__)

    @seq_task(3)
    class Chosen(TaskSet):
        @task
        def only(self):
            trace("only")
            self.interrupt(False)

    @seq_task(10)
    def last(self):
        trace("last")
        finish_after(self.locust, 3)

    @task
    def without_a_number(self):
        trace("without a number")


class Walker(Locust):
    task_set = Steps
    wait_time = constant(0.001)
    rounds_done = 0
