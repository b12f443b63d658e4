// Whether what Python code may replace is still what it was.
#pragma once

#include <Python.h>

#include <initializer_list>
#include <vector>

#include "object.h"

namespace nest::bindings {

// Remembers of one type whether these attributes are those of the beginning. Python gives a type another
// version, never used before, when it or a base of it changes.
class Unchanged {
 public:
  Unchanged(PyTypeObject* type, std::initializer_list<const char*> names) : type_(type) {
    for (const char* name : names) {
      names_.push_back(PyUnicode_InternFromString(name));
      original_.push_back(PyObject_GetAttr(reinterpret_cast<PyObject*>(type), names_.back()));
      PyErr_Clear();  // the type may have no such attribute
    }
  }

  bool holds() {
    if (version_ != 0 && version_ == type_->tp_version_tag) return holds_;
    holds_ = true;
    for (size_t i = 0; i < names_.size(); ++i) {
      const Object present(PyObject_GetAttr(reinterpret_cast<PyObject*>(type_), names_[i]));
      PyErr_Clear();
      holds_ = holds_ && is_same(present.get(), original_[i]);
    }
    version_ = type_->tp_version_tag;
    return holds_;
  }

 private:
  // A class method is bound anew each time.
  static bool is_same(PyObject* a, PyObject* b) {
    return a == b || (a != nullptr && b != nullptr && PyMethod_Check(a) && PyMethod_Check(b) &&
                      PyObject_RichCompareBool(a, b, Py_EQ) == 1);
  }

  PyTypeObject* type_;
  std::vector<PyObject*> names_;
  std::vector<PyObject*> original_;
  unsigned int version_ = 0;
  bool holds_ = false;
};

}  // namespace nest::bindings
