// Which user class is started next. Reproduces Locust's deterministic order, so that a run of a given size
// has the same mix of users here and there.
//
// Weighted classes are chosen so that after every user the mix is as near to the weights as it can be (the
// Kullback-Leibler divergence between the two falls the most). Classes with a fixed count come first, mixed
// by the same rule with the number of missing users as their weight; a removal lets the next choice look
// for missing fixed users again. Users are removed in the reverse of the order in which they were added.
//
// Pure and deterministic; one thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nest::load {

struct UserClass {
  std::string name;
  double weight = 1;    // ignored if fixed_count is not 0; a class of weight 0 or less is never chosen
  int fixed_count = 0;  // this many users, whatever the weights say
};

class UserDispatcher {
 public:
  // The order of `classes` does not matter. Throws std::invalid_argument for two classes of one name and for
  // a weight that is not a finite number.
  explicit UserDispatcher(std::vector<UserClass> classes);

  // Adds up to `count` users and returns their class names in the order in which they start. Returns fewer
  // when nothing is left to choose from: every fixed count is reached and no class has a weight.
  std::vector<std::string> add(std::size_t count);

  // Removes up to `count` users, the most recently added first.
  std::vector<std::string> remove(std::size_t count);

  // How many users of each class there are now; has a key for every class.
  std::map<std::string, std::size_t> counts() const;
  std::size_t total() const { return active_.size(); }

 private:
  // The endless sequence for a set of weights. Heap entries compare like Python tuples, field by field: this
  // is what settles ties the way Locust does.
  class Mixer {
   public:
    void add(std::size_t class_index, double weight);
    std::optional<std::size_t> next();

   private:
    struct Entry {
      double divergence_change;
      double next_count;  // weight plus the number already chosen plus one
      double weight;
      std::size_t class_index;  // classes are sorted by name, so this compares like the name
      bool operator>(const Entry& other) const;
    };
    static Entry entry(double count, double weight, std::size_t class_index);
    std::vector<Entry> heap_;
  };

  std::optional<std::size_t> choose();
  void look_for_missing_fixed_users();

  std::vector<UserClass> classes_;  // sorted by name
  std::vector<std::size_t> counts_;
  std::vector<std::size_t> active_;  // class of each user, in the order of starting
  Mixer weighted_;
  Mixer fixed_;
  std::size_t fixed_left_ = 0;  // of the current round of fixed users
  bool check_fixed_ = true;
};

}  // namespace nest::load
