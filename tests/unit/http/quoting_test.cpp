#include "http/quoting.h"

#include <gtest/gtest.h>

namespace nest::http {
namespace {

std::string form_quoted(std::string_view text) {
  std::string form = "a=";
  append_form_quoted(text, form);
  return form;
}

TEST(QuotingTest, QuotesForFormsAsPythonDoes) {
  EXPECT_EQ(form_quoted(""), "a=");
  EXPECT_EQ(form_quoted("azAZ09_.-~"), "a=azAZ09_.-~");
  EXPECT_EQ(form_quoted("a b+c"), "a=a+b%2Bc");
  EXPECT_EQ(form_quoted("/?#[]@:!$&'()*,;=%"), "a=%2F%3F%23%5B%5D%40%3A%21%24%26%27%28%29%2A%2C%3B%3D%25");
  EXPECT_EQ(form_quoted("\xc3\xa4\xff"), "a=%C3%A4%FF");
  EXPECT_EQ(form_quoted(std::string_view("\0\r\n\x7f", 4)), "a=%00%0D%0A%7F");
}

TEST(QuotingTest, QuotesWhatIsNotAllowed) {
  std::string quoted;
  append_quoted("a/b c", characters("ab/"), quoted);
  EXPECT_EQ(quoted, "a/b%20%63");
}

TEST(QuotingTest, UnquotesWhatItQuotes) {
  EXPECT_EQ(unquoted("p%40ss%2f"), "p@ss/");
  EXPECT_EQ(unquoted("100%"), "100%");
  EXPECT_EQ(unquoted("%zz%4"), "%zz%4");
}

}  // namespace
}  // namespace nest::http
