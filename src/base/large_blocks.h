// Where memory for large bodies comes from.
#pragma once

namespace nest {

// From now on blocks of 64 KiB and more come from the kernel and go back to it when they are freed. Otherwise
// the first body of a megabyte that is freed makes the C library keep such blocks on the heaps, where what
// lives longer settles between them: a long run with large bodies grows and grows. Call it before there are
// other threads.
void give_large_blocks_back();

}  // namespace nest
