// The types HttpClient and Exchange of nest_engine: what python/locust/clients.py stands on.
#pragma once

#include <Python.h>

#include <array>

#include "runtime.h"

namespace nest::bindings {

// Adds both to the module; -1 with a Python exception set on failure.
int add_http_types(PyObject* module);

bool is_http_client(PyObject* object);

enum class Built { kDone, kForRequests, kFailed };

// method, url, is_normalized, base_headers, headers, body, connect_timeout, read_timeout, settings,
// content_type, authorization, cookies, max_body_size: borrowed.
using RequestArguments = std::array<PyObject*, 13>;

// Makes a request of so many arguments, on the connections of an HttpClient.
//
// The three before the last become headers: content_type and cookies only where the headers have none,
// authorization always. `cookies` are text, or a jar, or (a jar or None, the request's own). kForRequests
// where the requests library must look at the URL or the headers first; with a list for `headers` it has done
// so. kFailed with a Python exception set.
Built build(PyObject* client, PyObject* const* args, Runtime::PendingRequest& pending);

}  // namespace nest::bindings
