// Who uses the Python thread, and the watch for model code that does not let go of it.
#include <pthread.h>
#include <pybind11/pybind11.h>

#include <chrono>
#include <csignal>

#include "module.h"
#include "runtime.h"
#include "sched/stall_watch.h"

namespace py = pybind11;

namespace nest::bindings {

namespace {

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

py::object or_none(PyObject* object) {
  return object == nullptr ? py::none() : py::reinterpret_borrow<py::object>(object);
}

py::list thread_use() {
  const auto& uses = Runtime::get().thread_use().uses();
  const auto& tasks = Runtime::get().task_accounts().tasks();
  py::list items;
  for (std::size_t account = 0; account < uses.size(); ++account) {
    const sched::ThreadUse::Use& use = uses[account];
    items.append(py::make_tuple(or_none(reinterpret_cast<PyObject*>(tasks[account].user_class)),
                                or_none(tasks[account].code), use.turns, in_seconds(use.sum),
                                in_seconds(use.longest)));
  }
  return items;
}

py::list io_thread_use() {
  py::list items;
  for (const Duration used : Runtime::get().engine().processor_times()) items.append(in_seconds(used));
  return items;
}

}  // namespace

void bind_watch(py::module_& module) {
  module.def(
      "watch_for_stalls",
      [](double limit_s, int signal_number) {
        if (!(limit_s > 0)) throw py::value_error("the limit must be above 0");
        // The watch has no business with Python (R4): it only knocks at the thread's door.
        const auto knock = [python_thread = pthread_self(), signal_number] {
          pthread_kill(python_thread, signal_number);
        };
        const auto limit =
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(limit_s));
        Runtime::get().watch_for_stalls(std::make_unique<sched::StallWatch>(limit, knock));
      },
      py::arg("limit_s"), py::arg("signal_number"),
      "From now on, the calling thread gets the signal when it has neither called beat() nor resumed a user "
      "for "
      "so long; once for each such time. Replaces an earlier watch.");
  module.def(
      "look_for_stalls_again", [] { Runtime::get().look_again(); },
      "Lets the watch count anew, and send its signal again if the thread is still not free by then.");
  module.def("thread_use", &thread_use);
  module.def("io_thread_use", &io_thread_use);
  module.def(
      "beat", [] { Runtime::get().beat(); }, "Tells the watch that the event loop turns.");
}

}  // namespace nest::bindings
