#include "exchange_object.h"

#include <algorithm>
#include <new>
#include <string>
#include <string_view>

#include "object.h"

namespace nest::bindings {

namespace {

PyTypeObject* type_of_exchanges = nullptr;

const http::Exchange& exchange_of(PyObject* self) {
  return reinterpret_cast<ExchangeObject*>(self)->request->exchange;
}

void exchange_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  auto& request = reinterpret_cast<ExchangeObject*>(self)->request;
  Runtime::get().take_back(std::move(request));
  request.~unique_ptr();
  type->tp_free(self);
  Py_DECREF(type);
}

// Header text is Latin-1 by HTTP's own definition, and as http.client decodes it.
PyObject* to_latin1(std::string_view text) {
  return PyUnicode_DecodeLatin1(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr);
}

PyObject* to_utf8(std::string_view text) {
  return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
}

PyObject* to_bytes(std::string_view bytes) {
  return PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size()));
}

PyObject* pair_list(const std::vector<std::pair<std::string_view, std::string_view>>& items) {
  PyObject* list = PyList_New(static_cast<Py_ssize_t>(items.size()));
  if (list == nullptr) return nullptr;
  for (size_t i = 0; i < items.size(); ++i) {
    PyObject* pair = Py_BuildValue("(NN)", to_latin1(items[i].first), to_latin1(items[i].second));
    if (pair == nullptr) {
      Py_DECREF(list);
      return nullptr;
    }
    PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), pair);
  }
  return list;
}

// As str.lower() has it.
PyObject* lower_case(PyObject* name) {
  if (!PyUnicode_IS_ASCII(name)) return PyObject_CallMethod(name, "lower", nullptr);
  const Py_ssize_t length = PyUnicode_GET_LENGTH(name);
  PyObject* lower = PyUnicode_New(length, 127);
  if (lower == nullptr) return nullptr;
  std::transform(PyUnicode_1BYTE_DATA(name), PyUnicode_1BYTE_DATA(name) + length, PyUnicode_1BYTE_DATA(lower),
                 [](Py_UCS1 letter) {
                   return letter >= 'A' && letter <= 'Z' ? static_cast<Py_UCS1>(letter + ('a' - 'A'))
                                                         : letter;
                 });
  return lower;
}

// Files one header line by its name in small letters; false with an exception set.
bool file_header(PyObject* by_name, std::string_view name_text, std::string_view value_text) {
  Object name(to_latin1(name_text));
  Object value(to_latin1(value_text));
  const Object key(name ? lower_case(name.get()) : nullptr);
  if (!key || !value) return false;
  if (PyObject* before = PyDict_GetItemWithError(by_name, key.get())) {
    name = Object::borrowed(PyTuple_GET_ITEM(before, 0));
    value = Object(PyUnicode_FromFormat("%U, %U", PyTuple_GET_ITEM(before, 1), value.get()));
    if (!value) return false;
  }
  const Object header(PyTuple_Pack(2, name.get(), value.get()));
  return header && PyDict_SetItem(by_name, key.get(), header.get()) == 0;
}

const char* failure_name(http::FailureKind kind) {
  using http::FailureKind;
  switch (kind) {
    case FailureKind::kNone:
      return nullptr;
    case FailureKind::kCancelled:
      return "cancelled";
    case FailureKind::kRefused:
      return "refused";
    case FailureKind::kUnreachable:
      return "unreachable";
    case FailureKind::kNameResolution:
      return "name_resolution";
    case FailureKind::kConnectTimeout:
      return "connect_timeout";
    case FailureKind::kReadTimeout:
      return "read_timeout";
    case FailureKind::kSendTimeout:
      return "send_timeout";
    case FailureKind::kConnectionReset:
      return "connection_reset";
    case FailureKind::kConnectionClosed:
      return "connection_closed";
    case FailureKind::kTruncated:
      return "truncated";
    case FailureKind::kBadResponse:
      return "bad_response";
    case FailureKind::kHeaderTooLarge:
      return "header_too_large";
    case FailureKind::kHttp2:
      return "http2";
    case FailureKind::kBadChunk:
      return "bad_chunk";
    case FailureKind::kBadEncoding:
      return "bad_encoding";
    case FailureKind::kTls:
      return "tls";
    case FailureKind::kProxy:
      return "proxy";
    case FailureKind::kInvalidUrl:
      return "invalid_url";
    case FailureKind::kOther:
      return "other";
  }
  return "other";
}

PyObject* get_status(PyObject* self, void*) { return PyLong_FromLong(exchange_of(self).response.status); }
PyObject* get_version(PyObject* self, void*) { return PyLong_FromLong(exchange_of(self).response.version); }
PyObject* get_reason(PyObject* self, void*) { return to_latin1(exchange_of(self).response.reason()); }
PyObject* get_body(PyObject* self, void*) { return to_bytes(exchange_of(self).response.body); }

PyObject* get_body_length(PyObject* self, void*) {
  return PyLong_FromUnsignedLongLong(exchange_of(self).response.body_length);
}

PyObject* get_is_cut(PyObject* self, void*) {
  const http::Response& response = exchange_of(self).response;
  return PyBool_FromLong(response.body.size() < response.body_length);
}

PyObject* get_headers(PyObject* self, void*) { return pair_list(exchange_of(self).response.headers()); }

PyObject* get_headers_by_name(PyObject* self, void*) {
  Object by_name(PyDict_New());
  if (!by_name) return nullptr;
  for (const auto& [name, value] : exchange_of(self).response.headers()) {
    if (!file_header(by_name.get(), name, value)) return nullptr;
  }
  return by_name.release();
}

PyObject* get_has_set_cookie(PyObject* self, void*) {
  return PyBool_FromLong(exchange_of(self).response.has_set_cookie);
}

PyObject* get_method(PyObject* self, void*) { return to_utf8(exchange_of(self).request.method); }
PyObject* get_url(PyObject* self, void*) { return to_utf8(exchange_of(self).request.url); }

PyObject* get_request_headers(PyObject* self, void*) {
  std::vector<std::pair<std::string_view, std::string_view>> items;
  for (const std::string& line : exchange_of(self).request.headers.lines()) {
    const std::string_view text = line;
    const auto colon = text.find(':');
    items.emplace_back(text.substr(0, colon), text.substr(colon + 2));
  }
  return pair_list(items);
}

PyObject* get_request_body(PyObject* self, void*) {
  const http::Request& request = exchange_of(self).request;
  if (!request.has_body) Py_RETURN_NONE;
  return reinterpret_cast<ExchangeObject*>(self)->body_is_text ? to_utf8(request.body)
                                                               : to_bytes(request.body);
}

PyObject* get_response_time_ms(PyObject* self, void*) {
  return PyFloat_FromDouble(to_milliseconds(exchange_of(self).timings.response_time()));
}

PyObject* get_elapsed_ms(PyObject* self, void*) {
  return PyFloat_FromDouble(to_milliseconds(exchange_of(self).timings.until_header()));
}

PyObject* get_parts_ms(PyObject* self, void*) {
  const http::TimeParts parts = exchange_of(self).timings.parts();
  return Py_BuildValue("(ddddddd)", to_milliseconds(parts.queue), to_milliseconds(parts.dns),
                       to_milliseconds(parts.connect), to_milliseconds(parts.tls),
                       to_milliseconds(parts.send), to_milliseconds(parts.first_byte),
                       to_milliseconds(parts.download));
}

PyObject* get_failure(PyObject* self, void*) { return describe(exchange_of(self).failure); }

PyObject* header(PyObject* self, PyObject* name) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(name, &size);
  if (data == nullptr) return nullptr;
  const auto value = exchange_of(self).response.header({data, static_cast<size_t>(size)});
  if (!value) Py_RETURN_NONE;
  return to_latin1(*value);
}

PyObject* text(PyObject* self, PyObject* encoding) {
  const char* name = PyUnicode_AsUTF8(encoding);
  if (name == nullptr) return nullptr;
  const std::string& body = exchange_of(self).response.body;
  return PyUnicode_Decode(body.data(), static_cast<Py_ssize_t>(body.size()), name, "replace");
}

PyMethodDef exchange_methods[] = {
    {"header", &header, METH_O, "The response header of this name, None if there is none."},
    {"text", &text, METH_O, "The body in this encoding; what is invalid in it is replaced."},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef exchange_attributes[] = {
    {"status", &get_status, nullptr, "Status code; 0 without a response.", nullptr},
    {"version", &get_version, nullptr, "10, 11, 20 or 30.", nullptr},
    {"reason", &get_reason, nullptr, "Text after the status code.", nullptr},
    {"headers", &get_headers, nullptr, "(name, value) of each response header in the order received.",
     nullptr},
    {"headers_by_name", &get_headers_by_name, nullptr,
     "(name, value) by the name in small letters; values of the same name joined by a comma.", nullptr},
    {"has_set_cookie", &get_has_set_cookie, nullptr, "Whether there is a Set-Cookie header.", nullptr},
    {"body", &get_body, nullptr, "The decoded body; a new bytes object each time.", nullptr},
    {"body_length", &get_body_length, nullptr, "How many bytes came, kept or not.", nullptr},
    {"is_cut", &get_is_cut, nullptr, "Whether body is only the first part of what came.", nullptr},
    {"method", &get_method, nullptr, "The request's method.", nullptr},
    {"url", &get_url, nullptr, "The URL as sent.", nullptr},
    {"request_headers", &get_request_headers, nullptr, "(name, value) of each request header as sent.",
     nullptr},
    {"request_body", &get_request_body, nullptr, "As it was given: bytes, str or None.", nullptr},
    {"response_time_ms", &get_response_time_ms, nullptr,
     "From sending to the last byte, stamped off Python's thread.", nullptr},
    {"elapsed_ms", &get_elapsed_ms, nullptr, "From sending to the end of the response's header.", nullptr},
    {"parts_ms", &get_parts_ms, nullptr, "(queue, dns, connect, tls, send, first_byte, download).", nullptr},
    {"failure", &get_failure, nullptr, "None, or (kind, errno or 0, message).", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot exchange_slots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(&exchange_dealloc)},
    {Py_tp_methods, exchange_methods},
    {Py_tp_getset, exchange_attributes},
    {Py_tp_doc, const_cast<char*>("A request and what came of it.")},
    {0, nullptr},
};

PyType_Spec exchange_spec = {"nest_engine.Exchange", sizeof(ExchangeObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                             exchange_slots};

}  // namespace

int add_exchange_types(PyObject* module) {
  type_of_exchanges = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&exchange_spec));
  if (type_of_exchanges == nullptr) return -1;
  Py_INCREF(type_of_exchanges);
  return PyModule_AddObject(module, "Exchange", reinterpret_cast<PyObject*>(type_of_exchanges));
}

const http::Exchange* as_exchange(PyObject* object) {
  return PyObject_TypeCheck(object, type_of_exchanges) != 0 ? &exchange_of(object) : nullptr;
}

const http::Timings* timings_of(PyObject* object) {
  const http::Exchange* exchange = as_exchange(object);
  return exchange == nullptr ? nullptr : &exchange->timings;
}

PyTypeObject* exchange_type() { return type_of_exchanges; }

PyObject* describe(const http::Failure& failure) {
  if (failure.kind == http::FailureKind::kNone) Py_RETURN_NONE;
  return Py_BuildValue("(siN)", failure_name(failure.kind), failure.os_error, to_utf8(failure.message));
}

PyObject* make_exchange_object(PyTypeObject* type, std::unique_ptr<Runtime::PendingRequest> request,
                               bool body_is_text) {
  auto* self = reinterpret_cast<ExchangeObject*>(type->tp_alloc(type, 0));
  if (self == nullptr) return nullptr;
  new (&self->request) std::unique_ptr<Runtime::PendingRequest>(std::move(request));
  self->body_is_text = body_is_text;
  return reinterpret_cast<PyObject*>(self);
}

}  // namespace nest::bindings
