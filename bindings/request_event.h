// Tells of a request: counts it in the statistics natively, calls the model's listeners.
//
// Listeners may switch greenlets: what is borrowed here is the caller's as long as the call lasts (R2).
#pragma once

#include <Python.h>

#include "object.h"

namespace nest::bindings {

// What Python's side calls it; for good.
struct EventTypes {
  PyTypeObject* listener;  // of the statistics
  PyTypeObject* response;
  PyTypeObject* event;               // that does nothing but call its listeners
  PyObject* control_flow;            // exceptions of listeners that are for the caller
  PyObject* report_broken_listener;  // takes any other
  PyObject* record;                  // see request_recorder.h
  PyObject* http_error;              // of `requests`
};

// Once, before all else here; false with an exception set.
bool describe_events(const EventTypes& types);

// A request that was answered, as its event has it; borrowed.
struct Answered {
  PyObject* session;
  PyObject* method;
  PyObject* name;
  PyObject* context;  // of the request
  PyObject* response;
  PyObject* response_time;
  PyObject* start_time;
  PyObject* url;
  PyObject* length;
  PyObject* exchange;
};

// Who listens to an event that does nothing but call its listeners: a copy, for they may come and go. Null,
// without an exception, for another event.
Object listeners_of(PyObject* event);

// The event whose method `fire` this is; null for anything else.
PyObject* event_of(PyObject* fire);

// What a request counts as is None for a success, else the exception; or, as long as only the statistics need
// to know, the text of the HTTPError that a status makes.

// The failure that a status of 400 to 599 makes, `reason` null: that of the exchange. Null with an exception
// set.
Object failure_by_status(const Answered& done, long status, PyObject* reason, PyObject* listeners);

// Keeps in the response what its request_meta is made of; false with an exception set.
bool remember(const Answered& done, PyObject* context, PyObject* failure);

// What JudgedResponse._record does without a with-block, and with one; false with an exception set.
bool tell(const Answered& done, PyObject* listeners, PyObject* failure);
bool await_verdict(const Answered& done, PyObject* event);

// Calls the listeners; false with an exception set if one raised what is for the caller.
bool tell_all(const Answered& done, PyObject* listeners, PyObject* context, PyObject* failure);

}  // namespace nest::bindings
