#include "frame_stacks.h"

#include <Python.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <new>
#include <vector>

namespace nest::bindings {

namespace {

constexpr std::size_t kStack = std::size_t{16} * 1024;  // CPython's DATA_STACK_CHUNK_SIZE
constexpr std::size_t kStacksPerBlock = 64;
// Free ones that keep their pages: their neighbours may become free too, and one call gives back all of them.
constexpr std::size_t kMostWarm = 4096;

// The allocator of CPython's arenas, which asks for frame stacks too. Called with the GIL held.
class FrameStacks {
 public:
  explicit FrameStacks(const PyObjectArenaAllocator& system) : system_(system) {}

  void* allocate(std::size_t size) noexcept {
    if (size != kStack) return system_.alloc(system_.ctx, size);
    if (free_.empty() && !add_block()) return nullptr;
    std::byte* stack = free_.back();
    free_.pop_back();
    if (warm_ > 0) --warm_;
    return stack;
  }

  void release(void* place, std::size_t size) noexcept {
    if (size != kStack) return system_.free(system_.ctx, place, size);
    free_.push_back(static_cast<std::byte*>(place));  // there is room: see add_block()
    if (++warm_ == kMostWarm) give_pages_back();
  }

 private:
  bool add_block() noexcept {
    constexpr std::size_t kBlock = kStack * kStacksPerBlock;
    try {
      if (free_.capacity() < stacks_ + kStacksPerBlock) free_.reserve(2 * (stacks_ + kStacksPerBlock));
    } catch (const std::bad_alloc&) {
      return false;
    }
    void* block = ::mmap(nullptr, kBlock, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) return false;
    ::madvise(block, kBlock, MADV_NOHUGEPAGE);
    stacks_ += kStacksPerBlock;
    for (std::size_t number = kStacksPerBlock; number > 0; --number)
      free_.push_back(static_cast<std::byte*>(block) + (number - 1) * kStack);
    return true;
  }

  void give_pages_back() noexcept {
    const auto warm = free_.end() - static_cast<std::ptrdiff_t>(warm_);
    std::sort(warm, free_.end(), std::greater<>());
    for (auto first = warm; first != free_.end();) {
      auto end = std::next(first);
      while (end != free_.end() && *std::prev(end) - *end == kStack) ++end;
      ::madvise(*std::prev(end), static_cast<std::size_t>(end - first) * kStack, MADV_DONTNEED);
      first = end;
    }
    warm_ = 0;
  }

  PyObjectArenaAllocator system_;
  std::size_t stacks_ = 0;
  std::vector<std::byte*> free_;  // the warm ones last
  std::size_t warm_ = 0;
};

}  // namespace

void pool_frame_stacks() {
  PyObjectArenaAllocator system;
  PyObject_GetArenaAllocator(&system);
  static auto* stacks = new FrameStacks(system);  // never destroyed: Python is not either
  PyObjectArenaAllocator pooled{
      stacks, [](void* self, std::size_t size) { return static_cast<FrameStacks*>(self)->allocate(size); },
      [](void* self, void* place, std::size_t size) {
        static_cast<FrameStacks*>(self)->release(place, size);
      }};
  PyObject_SetArenaAllocator(&pooled);
}

}  // namespace nest::bindings
