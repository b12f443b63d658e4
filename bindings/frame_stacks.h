// Memory for Python's frames: each greenlet has a stack of them, a block of 16 KB of which a page or two are
// touched.
//
// Python maps and unmaps every such block by itself. A hundred thousand users, of whom one here and one there
// ends, leave more mappings than the kernel allows (vm.max_map_count), and where huge pages are given unasked
// a block is resident as a whole. So the blocks are cut from larger ones, which stay.
#pragma once

namespace nest::bindings {

// REQUIRES: Python has not been started.
void pool_frame_stacks();

}  // namespace nest::bindings
