#include "module.h"

namespace nest::bindings {

void bind_report(pybind11::module_& /*module*/) {}

}  // namespace nest::bindings
