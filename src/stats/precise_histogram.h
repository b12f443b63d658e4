// Response times to within half a percent, beside the buckets that Locust's figures are computed from.
//
// Not thread-safe; one writer. A bucket is 1/128 of a power of two of microseconds: a time between 1 us and
// 71 minutes is known to 0.4 %; shorter and longer ones are counted, but only as such. Memory: 256 bytes, and
// 1 KB for each power of two that has a sample (33 KB when all have).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace nest::stats {

class PreciseHistogram {
 public:
  // Of the value given for a sample between 1 us and 71 minutes.
  static constexpr double kMaxRelativeError = 0.5 / 128;

  struct Bucket {
    double from_ms;  // inclusive; 0 for the bucket of all times below 1 us
    double to_ms;    // exclusive; infinite for the bucket of all times too long
    std::int64_t count;
  };

  // A bucket with a count in the least of memory, for those who keep many. `slot` ascends with the times.
  struct SlotCount {
    SlotCount(std::uint64_t of_slot, std::int64_t samples)  // REQUIRES: they fit
        : slot(of_slot & 0xffff), count(static_cast<std::uint64_t>(samples) & 0xffff'ffff'ffff) {}

    std::uint64_t slot : 16;
    std::uint64_t count : 48;
  };

  // No allocation for a power of two that has a sample. REQUIRES: not NaN.
  void add(double time_ms);
  void merge(const PreciseHistogram& other);
  // Keeps the memory.
  void clear();

  std::int64_t count() const { return count_; }
  // The buckets with a count, ascending.
  std::vector<Bucket> buckets() const;
  std::vector<SlotCount> slot_counts() const;
  static Bucket bucket_of(SlotCount counted);

 private:
  static constexpr int kSlotBits = 7;
  static constexpr std::size_t kOctaves = 32;  // 2^32 us
  static constexpr std::size_t kSlotsPerOctave = std::size_t{1} << kSlotBits;
  // SlotCount::slot of times below 1 us, of the first bucket above, and of times too long.
  static constexpr std::uint64_t kBelow = 0, kFirst = 1, kAbove = kFirst + kOctaves * kSlotsPerOctave;
  using Octave = std::array<std::int64_t, kSlotsPerOctave>;

  Octave& octave(std::size_t number);

  std::array<std::unique_ptr<Octave>, kOctaves> octaves_;
  std::int64_t below_ = 0;
  std::int64_t above_ = 0;
  std::int64_t count_ = 0;
};

// The time within which at least the fraction (0..1) of the samples lies, as the middle of its bucket: below
// the first bucket's end for 0, 0 without samples.
double percentile_ms(const std::vector<PreciseHistogram::Bucket>& ascending, double fraction);

}  // namespace nest::stats
