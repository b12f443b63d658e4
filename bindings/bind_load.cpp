#include "module.h"

namespace nest::bindings {

void bind_load(pybind11::module_& /*module*/) {}

}  // namespace nest::bindings
