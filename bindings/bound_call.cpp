#include "bound_call.h"

#include <pybind11/detail/internals.h>
#include <pybind11/pybind11.h>

static_assert(PYBIND11_VERSION_MAJOR == 2,
              "how pybind11 marks a running call changed: adapt inside_bound_call()");

namespace nest::bindings {

// pybind11 keeps a stack of the calls under way in a thread-local; its dispatcher throws from a destructor
// when that stack unwinds out of order, which is what a switch inside a bound call leads to.
bool inside_bound_call() {
  return PYBIND11_TLS_GET_VALUE(pybind11::detail::get_local_internals().loader_life_support_tls_key) !=
         nullptr;
}

}  // namespace nest::bindings
