#include "load/user_dispatcher.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace nest::load {

bool UserDispatcher::Mixer::Entry::operator>(const Entry& other) const {
  const auto fields = [](const Entry& entry) {
    return std::tie(entry.divergence_change, entry.next_count, entry.weight, entry.class_index);
  };
  return fields(*this) > fields(other);
}

UserDispatcher::Mixer::Entry UserDispatcher::Mixer::entry(double count, double weight,
                                                          std::size_t class_index) {
  return {weight * std::log2(count / (count + 1.0)), count + 1.0, weight, class_index};
}

void UserDispatcher::Mixer::add(std::size_t class_index, double weight) {
  if (weight <= 0) return;
  heap_.push_back(entry(weight, weight, class_index));
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

std::optional<std::size_t> UserDispatcher::Mixer::next() {
  if (heap_.empty()) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  const Entry chosen = heap_.back();
  heap_.back() = entry(chosen.next_count, chosen.weight, chosen.class_index);
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  return chosen.class_index;
}

UserDispatcher::UserDispatcher(std::vector<UserClass> classes) : classes_(std::move(classes)) {
  const auto by_name = [](const UserClass& a, const UserClass& b) { return a.name < b.name; };
  std::sort(classes_.begin(), classes_.end(), by_name);
  counts_.resize(classes_.size());
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    const UserClass& user_class = classes_[i];
    if (i > 0 && classes_[i - 1].name == user_class.name) {
      throw std::invalid_argument("two user classes are called " + user_class.name);
    }
    if (!std::isfinite(user_class.weight)) {
      throw std::invalid_argument("the weight of " + user_class.name + " is not a finite number");
    }
    if (user_class.fixed_count == 0) weighted_.add(i, user_class.weight);
  }
}

std::vector<std::string> UserDispatcher::add(std::size_t count) {
  std::vector<std::string> names;
  while (names.size() < count) {
    const auto chosen = choose();
    if (!chosen) break;
    ++counts_[*chosen];
    active_.push_back(*chosen);
    names.push_back(classes_[*chosen].name);
  }
  return names;
}

std::vector<std::string> UserDispatcher::remove(std::size_t count) {
  std::vector<std::string> names;
  while (names.size() < count && !active_.empty()) {
    const std::size_t removed = active_.back();
    active_.pop_back();
    --counts_[removed];
    check_fixed_ = true;
    names.push_back(classes_[removed].name);
  }
  return names;
}

std::map<std::string, std::size_t> UserDispatcher::counts() const {
  std::map<std::string, std::size_t> result;
  for (std::size_t i = 0; i < classes_.size(); ++i) result[classes_[i].name] = counts_[i];
  return result;
}

// A round of fixed users, once begun, is finished before anything else, even if users are removed meanwhile;
// the next round then makes up for those.
std::optional<std::size_t> UserDispatcher::choose() {
  if (fixed_left_ == 0 && check_fixed_) look_for_missing_fixed_users();
  if (fixed_left_ == 0) return weighted_.next();
  --fixed_left_;
  return fixed_.next();
}

void UserDispatcher::look_for_missing_fixed_users() {
  check_fixed_ = false;
  fixed_ = Mixer();
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    const auto wanted = static_cast<std::size_t>(std::max(0, classes_[i].fixed_count));
    if (wanted <= counts_[i]) continue;
    const std::size_t missing = wanted - counts_[i];
    fixed_.add(i, static_cast<double>(missing));
    fixed_left_ += missing;
  }
}

}  // namespace nest::load
