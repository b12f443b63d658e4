// From the dictionaries in which models keep headers to header lines.
#pragma once

#include <Python.h>

#include <string_view>
#include <vector>

#include "http/exchange.h"

namespace nest::bindings {

enum class HeaderResult {
  kMerged,
  kUnusual,  // something that the requests library must judge: an exotic mapping, a value that is no text, a
             // line break in a value. Nothing is raised.
};

// Sets each header of `headers` on top of `lines`; a value of None removes the header. `headers` is None, a
// dict, or a requests CaseInsensitiveDict.
HeaderResult merge_headers(PyObject* headers, http::HeaderLines& lines);

// What a session's headers came to the last time. The Python thread's.
class MergedHeaders {
 public:
  MergedHeaders() = default;
  MergedHeaders(const MergedHeaders&) = delete;
  MergedHeaders& operator=(const MergedHeaders&) = delete;
  ~MergedHeaders() { forget(); }

  // merge_headers() onto no lines, from memory if `headers` still has the very same items.
  HeaderResult merge(PyObject* headers, http::HeaderLines& lines);

 private:
  bool is_of(PyObject* store) const;
  void forget();
  std::vector<PyObject*> items_;  // owned; the (name, value) of a CaseInsensitiveDict, which cannot change
  http::HeaderLines lines_;
};

// A header of ours; false with a Python exception set when `value` is neither text in Latin-1 nor None.
bool set_header(PyObject* value, std::string_view name, http::HeaderLines& lines);

// A list of (name, value) pairs of bytes that requests has prepared and checked, taken as they are. False
// with a Python exception set when it is something else.
bool take_prepared_headers(PyObject* items, http::HeaderLines& lines);

}  // namespace nest::bindings
