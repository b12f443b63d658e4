// A number as Python's statistics keep it: whole or real. A model that reports response times as int gets
// them back as int, in the API and in the CSV files, so the kind has to survive sums, minima and maxima.
#pragma once

#include <cmath>
#include <cstdint>

namespace nest::stats {

class Number {
 public:
  constexpr Number() : whole_(0), is_whole_(true) {}
  constexpr Number(std::int64_t whole)
      : whole_(whole), is_whole_(true) {}                           // NOLINT(google-explicit-constructor)
  constexpr Number(int whole) : whole_(whole), is_whole_(true) {}   // NOLINT(google-explicit-constructor)
  constexpr Number(double real) : real_(real), is_whole_(false) {}  // NOLINT(google-explicit-constructor)

  bool is_whole() const { return is_whole_; }

  double real() const { return is_whole_ ? static_cast<double>(whole_) : real_; }

  // Truncated towards zero, as Python's int() and "%d". Saturates; NaN gives 0.
  std::int64_t truncated() const {
    if (is_whole_) return whole_;
    if (std::isnan(real_)) return 0;
    if (real_ >= 9.2e18) return INT64_MAX;
    if (real_ <= -9.2e18) return INT64_MIN;
    return static_cast<std::int64_t>(real_);
  }

  // int + int stays int; anything with a float is a float.
  Number& operator+=(const Number& other) {
    std::int64_t sum = 0;
    if (is_whole_ && other.is_whole_ && !__builtin_add_overflow(whole_, other.whole_, &sum)) {
      whole_ = sum;
    } else {
      *this = Number(real() + other.real());
    }
    return *this;
  }

  friend bool operator<(const Number& a, const Number& b) {
    return a.is_whole_ && b.is_whole_ ? a.whole_ < b.whole_ : a.real() < b.real();
  }
  // Equal in value, as Python's 5 == 5.0.
  friend bool operator==(const Number& a, const Number& b) { return !(a < b) && !(b < a); }

 private:
  union {
    std::int64_t whole_;
    double real_;
  };
  bool is_whole_;
};

}  // namespace nest::stats
