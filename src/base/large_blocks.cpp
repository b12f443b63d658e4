#include "base/large_blocks.h"

#include <malloc.h>

namespace nest {

// Sanitizers' allocators refuse; they do not have these heaps.
void give_large_blocks_back() { static_cast<void>(mallopt(M_MMAP_THRESHOLD, 64 * 1024)); }

}  // namespace nest
