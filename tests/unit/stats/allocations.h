// Counts the allocations of this test program.
#pragma once

// How often operator new was called so far, by any thread.
long allocations();
