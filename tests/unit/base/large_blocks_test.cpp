#include "base/large_blocks.h"

#include <malloc.h>

#include <cstddef>
#include <memory>

#include <gtest/gtest.h>

namespace nest {
namespace {

constexpr size_t kBody = 1 << 20;

// Of blocks that are the kernel's.
size_t mapped() { return mallinfo2().hblkhd; }

std::unique_ptr<char[]> body() { return std::make_unique<char[]>(kBody); }

TEST(LargeBlocks, ComeFromTheKernelAlsoAfterOneWasFreed) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
  give_large_blocks_back();
  body().reset();
  const size_t before = mapped();
  const auto later = body();
  EXPECT_GE(mapped(), before + kBody);
}

}  // namespace
}  // namespace nest
