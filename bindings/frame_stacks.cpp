#include "frame_stacks.h"

#include <Python.h>
#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <vector>

namespace nest::bindings {

namespace {

constexpr std::size_t kStack = std::size_t{16} * 1024;  // CPython's DATA_STACK_CHUNK_SIZE
constexpr std::size_t kStacksPerBlock = 64;
// Free ones that keep their pages.
constexpr std::size_t kWarm = 256;

// The allocator of CPython's arenas, which asks for frame stacks too. Called with the GIL held.
class FrameStacks {
 public:
  explicit FrameStacks(const PyObjectArenaAllocator& system) : system_(system) {}

  void* allocate(std::size_t size) noexcept {
    if (size != kStack) return system_.alloc(system_.ctx, size);
    if (free_.empty() && !add_block()) return nullptr;
    void* stack = free_.back();
    free_.pop_back();
    return stack;
  }

  void release(void* place, std::size_t size) noexcept {
    if (size != kStack) return system_.free(system_.ctx, place, size);
    if (free_.size() >= kWarm) ::madvise(place, kStack, MADV_DONTNEED);
    free_.push_back(place);  // there is room: see add_block()
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

  PyObjectArenaAllocator system_;
  std::size_t stacks_ = 0;
  std::vector<void*> free_;
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
