#include "choosing.h"

#include <bit>
#include <cstdint>

namespace nest::bindings {

namespace {

// A function of the module `random`, as it was in the beginning.
struct Original {
  PyObject* name;
  PyObject* function;
};

struct Surroundings {
  PyObject* random;
  PyObject* getrandbits;
  Original choice;
  Original randrange;
  Original randint;
  PyObject* user = PyUnicode_InternFromString("_user");
  PyObject* tasks = PyUnicode_InternFromString("tasks");
  PyObject* get_next_task = PyUnicode_InternFromString("get_next_task");
  PyObject* interrupt = PyUnicode_InternFromString("interrupt");
  PyObject* cycle = PyUnicode_InternFromString("_task_cycle");
  PyObject* current = PyUnicode_InternFromString("current");
  PyObject* transitions = PyUnicode_InternFromString("transitions");
  PyObject* index = PyUnicode_InternFromString("_index");
  PyObject* base = PyUnicode_InternFromString("_nest_base");
  PyObject* chain = PyUnicode_InternFromString("_nest_chain");
  PyObject* done = PyUnicode_InternFromString("_nest_tasks_done");
};
Surroundings* around = nullptr;

bool is_original(const Original& original) {
  return PyDict_GetItemWithError(PyModule_GetDict(around->random), original.name) == original.function;
}

// Below `limit`, evenly; -1 with a Python exception set.
Py_ssize_t random_below(Py_ssize_t limit) {
  const Object width(PyLong_FromLong(static_cast<long>(std::bit_width(static_cast<size_t>(limit)))));
  if (!width) return -1;
  Py_ssize_t number = limit;
  while (number >= limit) {
    const Object bits(PyObject_CallOneArg(around->getrandbits, width.get()));
    number = bits ? PyLong_AsSsize_t(bits.get()) : -1;
  }
  return number;
}

// random.choice(sequence)
PyObject* choose_one(PyObject* sequence) {
  if (!is_original(around->choice) || !PyList_CheckExact(sequence) || PyList_GET_SIZE(sequence) == 0)
    return PyObject_CallMethodOneArg(around->random, around->choice.name, sequence);
  const Py_ssize_t place = random_below(PyList_GET_SIZE(sequence));
  return place < 0 ? nullptr : Py_XNewRef(PyList_GetItem(sequence, place));
}

// random.randrange(limit) == 0; -1 with an exception set.
int is_first_of(Py_ssize_t limit) {
  if (is_original(around->randrange)) {
    const Py_ssize_t number = random_below(limit);
    return number < 0 ? -1 : number == 0;
  }
  const Object bound(PyLong_FromSsize_t(limit));
  const Object number(bound ? PyObject_CallMethodOneArg(around->random, around->randrange.name, bound.get())
                            : nullptr);
  if (!number) return -1;
  return PyObject_Not(number.get());
}

// Of `holder.tasks`; null for no tasks, without an exception.
PyObject* choose_of(PyObject* holder) {
  const Object tasks(PyObject_GetAttr(holder, around->tasks));
  return tasks && PyObject_IsTrue(tasks.get()) > 0 ? choose_one(tasks.get()) : nullptr;
}

// A small number that is there to be counted up; -1 without an exception for anything else.
Py_ssize_t count_of(PyObject* number) {
  if (number == nullptr || !PyLong_CheckExact(number)) return -1;
  const Py_ssize_t count = PyLong_AsSsize_t(number);
  if (count < 0) PyErr_Clear();
  return count;
}

bool set_count(PyObject* object, PyObject* name, Py_ssize_t count) {
  const Object number(PyLong_FromSsize_t(count));
  return number && PyObject_SetAttr(object, name, number.get()) == 0;
}

// What is called to hand control back: as a task of the task set.
PyObject* leave(PyObject* taskset) {
  return PyObject_GetAttr(reinterpret_cast<PyObject*>(Py_TYPE(taskset)), around->interrupt);
}

PyObject* next_of_base(PyObject* taskset) {
  const Object base(PyObject_GetAttr(taskset, around->base));
  const Object get_next_task(base ? PyObject_GetAttr(base.get(), around->get_next_task) : nullptr);
  return get_next_task ? PyObject_CallOneArg(get_next_task.get(), taskset) : nullptr;
}

}  // namespace

bool describe_chance(PyObject* random) {
  const auto original = [random](const char* name) {
    return Original{PyUnicode_InternFromString(name), PyObject_GetAttrString(random, name)};
  };
  PyObject* getrandbits = PyObject_GetAttrString(random, "getrandbits");
  around = new Surroundings{Py_NewRef(random), getrandbits, original("choice"), original("randrange"),
                            original("randint")};
  return PyErr_Occurred() == nullptr;
}

Object random_integer(PyObject* first, PyObject* last) {
  const Py_ssize_t low = PyLong_AsSsize_t(first);
  const Py_ssize_t high = PyLong_AsSsize_t(last);
  constexpr Py_ssize_t kMost = PY_SSIZE_T_MAX / 4;
  const bool is_small = low > -kMost && high < kMost && low <= high;
  if (PyErr_Occurred() != nullptr) PyErr_Clear();
  if (!is_small || !is_original(around->randint)) {
    PyObject* bounds[] = {around->random, first, last};
    return Object(PyObject_VectorcallMethod(around->randint.name, bounds, 3, nullptr));
  }
  const Py_ssize_t number = random_below(high - low + 1);
  return Object(number < 0 ? nullptr : PyLong_FromSsize_t(low + number));
}

PyObject* choose_task(PyObject* const* args, Py_ssize_t count) {
  return count == 1 ? choose_of(args[0]) : nullptr;
}

PyObject* choose_task_of_user(PyObject* const* args, Py_ssize_t count) {
  const Object user(count == 1 ? PyObject_GetAttr(args[0], around->user) : nullptr);
  return user ? choose_of(user.get()) : nullptr;
}

PyObject* next_in_turn(PyObject* const* args, Py_ssize_t count) {
  const Object tasks(count == 1 ? PyObject_GetAttr(args[0], around->tasks) : nullptr);
  const Object cycle(tasks ? PyObject_GetAttr(args[0], around->cycle) : nullptr);
  if (cycle && PyList_CheckExact(tasks.get()) && PyList_GET_SIZE(tasks.get()) > 0 &&
      PyIter_Check(cycle.get()) != 0) {
    return PyIter_Next(cycle.get());
  }
  PyErr_Clear();  // for the Python function to raise
  return nullptr;
}

PyObject* next_of_chain(PyObject* const* args, Py_ssize_t count) {
  Object chosen(count == 1 ? PyObject_GetAttr(args[0], around->current) : nullptr);
  const Object transitions(chosen ? PyObject_GetAttr(chosen.get(), around->transitions) : nullptr);
  const Object name(transitions ? choose_one(transitions.get()) : nullptr);
  const Object next(name ? PyObject_GetAttr(args[0], name.get()) : nullptr);
  if (!next || PyObject_SetAttr(args[0], around->current, next.get()) < 0) return nullptr;
  return chosen.release();
}

PyObject* next_by_number(PyObject* const* args, Py_ssize_t count) {
  const Object tasks(count == 1 ? PyObject_GetAttr(args[0], around->tasks) : nullptr);
  const Object index(tasks ? PyObject_GetAttr(args[0], around->index) : nullptr);
  const Py_ssize_t number = count_of(index.get());
  if (number < 0 || !PyList_CheckExact(tasks.get()) || PyList_GET_SIZE(tasks.get()) == 0) return nullptr;
  Object chosen = Object::borrowed(PyList_GET_ITEM(tasks.get(), number % PyList_GET_SIZE(tasks.get())));
  return set_count(args[0], around->index, number + 1) ? chosen.release() : nullptr;
}

PyObject* choose_or_leave(PyObject* const* args, Py_ssize_t count) {
  Object tasks(count == 1 ? PyObject_GetAttr(args[0], around->tasks) : nullptr);
  int any = tasks ? PyObject_IsTrue(tasks.get()) : -1;
  if (any == 0) {
    tasks = Object(PyObject_GetAttr(args[0], around->chain));
    any = tasks ? PyObject_IsTrue(tasks.get()) : -1;
  }
  const Py_ssize_t size = any > 0 ? PyObject_Size(tasks.get()) : any;
  const int leaves = size > 0 ? is_first_of(size + 1) : static_cast<int>(size);
  if (leaves < 0) return nullptr;
  return leaves > 0 ? leave(args[0]) : next_of_base(args[0]);
}

PyObject* next_or_leave(PyObject* const* args, Py_ssize_t count) {
  const Object done(count == 1 ? PyObject_GetAttr(args[0], around->done) : nullptr);
  const Py_ssize_t number = count_of(done.get());
  if (number < 0) return nullptr;
  bool leaves = false;
  if (number > 0) {
    const Object tasks(PyObject_GetAttr(args[0], around->tasks));
    const Py_ssize_t size = tasks ? PyObject_Size(tasks.get()) : -1;
    if (size < 0) return nullptr;
    leaves = number >= size;
  }
  if (!set_count(args[0], around->done, leaves ? 0 : number + 1)) return nullptr;
  return leaves ? leave(args[0]) : next_of_base(args[0]);
}

}  // namespace nest::bindings
