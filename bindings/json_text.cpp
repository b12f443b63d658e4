#include "json_text.h"

namespace nest::bindings {

Object JsonText::of(PyObject* value) {
  static PyObject* const kLevel = PyLong_FromLong(0);
  static PyObject* const kNothing = PyUnicode_InternFromString("");
  if (!encoder_) encoder_ = Object(PyObject_CallNoArgs(make_));
  if (!encoder_) return Object();
  const Object encoder = Object::borrowed(encoder_.get());
  PyObject* arguments[] = {value, kLevel};
  const Object pieces(PyObject_Vectorcall(encoder.get(), arguments, 2, nullptr));
  // It remembers what it was in the midst of.
  if (!pieces) encoder_ = Object();
  return Object(pieces ? PyUnicode_Join(kNothing, pieces.get()) : nullptr);
}

}  // namespace nest::bindings
