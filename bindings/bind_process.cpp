#include "module.h"

namespace nest::bindings {

void bind_process(pybind11::module_& /*module*/) {}

}  // namespace nest::bindings
