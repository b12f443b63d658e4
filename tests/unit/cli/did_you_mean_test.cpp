#include "cli/did_you_mean.h"

#include <gtest/gtest.h>

namespace nest::cli {
namespace {

TEST(EditDistance, CountsChangesAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("--usres", "--users"), 1U);
}

TEST(Nearest, IsTheCandidateWithTheFewestChanges) {
  EXPECT_EQ(nearest("ShopUsr", {"BlogUser", "ShopUser", "ShopUsers"}), "ShopUser");
  EXPECT_EQ(nearest("shopuser", {"ShopUser"}), "ShopUser");
}

TEST(Nearest, IsNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("Elephant", {"ShopUser", "Cat"}), "");
  EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace nest::cli
