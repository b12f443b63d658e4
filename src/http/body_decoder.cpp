#include "http/body_decoder.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/errors.h"
#include "http/exchange.h"

namespace nest::http {

namespace {

constexpr size_t kPiece = size_t{64} * 1024;
constexpr size_t kMostStages = 5;
// Of data without a header that have given nothing yet.
constexpr size_t kMostBegun = 1024;
constexpr int kEitherHeader = 32 + MAX_WBITS;

std::array<unsigned char, kPiece>& output() {
  static thread_local std::array<unsigned char, kPiece> memory;
  return memory;
}

std::string_view text(const unsigned char* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

class BodyDecoder::Stage {
 public:
  virtual ~Stage() = default;
  // Null, or what is wrong with the data. `sink` says whether what follows took it.
  virtual const char* decode(std::string_view data, const std::function<bool(std::string_view)>& sink) = 0;
};

namespace {

// gzip, and deflate with and without zlib's header.
class Inflater final : public BodyDecoder::Stage {
 public:
  explicit Inflater(bool has_members) : has_members_(has_members) {
    NEST_CHECK(inflateInit2(&stream_, kEitherHeader) == Z_OK, "inflateInit2");
  }
  ~Inflater() override { inflateEnd(&stream_); }

  const char* decode(std::string_view data, const std::function<bool(std::string_view)>& sink) override {
    if (has_ended_ && !begins_member()) return nullptr;
    if (may_be_raw_) {
      begun_.append(data);
      data = begun_;
      if (inflateReset2(&stream_, kEitherHeader) != Z_OK) return "out of memory";
    }
    while (true) {
      const int code = inflate_some(data, sink);
      if (stream_.total_out > 0) may_be_raw_ = false;
      if (code == Z_BUF_ERROR) {
        may_be_raw_ = may_be_raw_ && begun_.size() < kMostBegun;
        if (!may_be_raw_) begun_ = {};
        return nullptr;
      }
      if (code == Z_STREAM_END) {
        has_ended_ = true;
        may_be_raw_ = false;
        if (data.empty() || !begins_member()) return nullptr;
      } else if (code == Z_DATA_ERROR && std::exchange(may_be_raw_, false)) {
        data = begun_;
        if (inflateReset2(&stream_, -MAX_WBITS) != Z_OK) return "out of memory";
      } else if (code != Z_OK) {
        if (members_ == 0) return was_refused_ ? "" : stream_.msg != nullptr ? stream_.msg : "invalid data";
        drops_rest_ = has_ended_ = true;
        return nullptr;
      }
    }
  }

 private:
  int inflate_some(std::string_view& data, const std::function<bool(std::string_view)>& sink) {
    auto& out = output();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream_.avail_in = static_cast<uInt>(data.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    const int code = inflate(&stream_, Z_SYNC_FLUSH);
    data.remove_prefix(data.size() - stream_.avail_in);
    const size_t size = out.size() - stream_.avail_out;
    if (size == 0 || (code == Z_DATA_ERROR && may_be_raw_)) return code;
    was_refused_ = !sink(text(out.data(), size));
    return was_refused_ ? Z_ERRNO : code;
  }

  // Behind the end of the data; false if what follows is dropped.
  bool begins_member() {
    if (!has_members_ || drops_rest_) return false;
    ++members_;
    has_ended_ = false;
    return inflateReset2(&stream_, kEitherHeader) == Z_OK;
  }

  z_stream stream_{};
  const bool has_members_;
  // deflate without a header shows by an error; until something came out, all that went in is kept.
  bool may_be_raw_ = !has_members_;
  std::string begun_;
  bool has_ended_ = false;
  bool drops_rest_ = false;
  bool was_refused_ = false;
  int members_ = 0;  // after the first
};

class Brotli final : public BodyDecoder::Stage {
 public:
  Brotli() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance) {
    NEST_CHECK(state_ != nullptr, "BrotliDecoderCreateInstance");
  }

  const char* decode(std::string_view data, const std::function<bool(std::string_view)>& sink) override {
    auto& out = output();
    const auto* next_in = reinterpret_cast<const uint8_t*>(data.data());
    size_t left_in = data.size();
    if (has_ended_) return left_in == 0 ? nullptr : "more data than the encoding has";
    while (true) {
      uint8_t* next_out = out.data();
      size_t left_out = out.size();
      const BrotliDecoderResult result =
          BrotliDecoderDecompressStream(state_.get(), &left_in, &next_in, &left_out, &next_out, nullptr);
      const size_t size = out.size() - left_out;
      if (size > 0 && !sink(text(out.data(), size))) return "";
      if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return nullptr;
      if (result == BROTLI_DECODER_RESULT_ERROR) return "decoder failed";
      if (result == BROTLI_DECODER_RESULT_SUCCESS) {
        has_ended_ = true;
        return left_in == 0 ? nullptr : "more data than the encoding has";
      }
    }
  }

 private:
  std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state_;
  bool has_ended_ = false;
};

class Zstd final : public BodyDecoder::Stage {
 public:
  Zstd() : stream_(ZSTD_createDStream(), &ZSTD_freeDStream) {
    NEST_CHECK(stream_ != nullptr, "ZSTD_createDStream");
  }

  const char* decode(std::string_view data, const std::function<bool(std::string_view)>& sink) override {
    auto& out = output();
    ZSTD_inBuffer in{data.data(), data.size(), 0};
    while (true) {
      ZSTD_outBuffer piece{out.data(), out.size(), 0};
      const size_t code = ZSTD_decompressStream(stream_.get(), &piece, &in);
      if (ZSTD_isError(code) != 0) return ZSTD_getErrorName(code);
      if (piece.pos > 0 && !sink(text(out.data(), piece.pos))) return "";
      if (in.pos == in.size && piece.pos < piece.size) return nullptr;
    }
  }

 private:
  std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
};

std::unique_ptr<BodyDecoder::Stage> stage_for(std::string_view coding) {
  if (same_name(coding, "gzip") || same_name(coding, "x-gzip")) return std::make_unique<Inflater>(true);
  if (same_name(coding, "deflate")) return std::make_unique<Inflater>(false);
  if (same_name(coding, "br")) return std::make_unique<Brotli>();
  if (same_name(coding, "zstd")) return std::make_unique<Zstd>();
  return nullptr;
}

}  // namespace

BodyDecoder::~BodyDecoder() = default;

std::unique_ptr<BodyDecoder> BodyDecoder::make(std::string_view codings) {
  std::unique_ptr<BodyDecoder> decoder(new BodyDecoder);
  while (!codings.empty()) {
    const auto end = std::min(codings.size(), codings.find_first_of(" \t,"));
    if (auto stage = stage_for(codings.substr(0, end))) decoder->stages_.push_back(std::move(stage));
    codings.remove_prefix(std::min(codings.size(), end + 1));
  }
  if (decoder->stages_.empty() || decoder->stages_.size() > kMostStages) return nullptr;
  std::reverse(decoder->stages_.begin(), decoder->stages_.end());
  return decoder;
}

bool BodyDecoder::decode(std::string_view data, const Sink& sink) { return decode_from(0, data, sink); }

bool BodyDecoder::decode_from(size_t stage, std::string_view data, const Sink& sink) {
  if (stage == stages_.size()) {
    sink(data);
    return true;
  }
  const std::string copy = stage == 0 ? std::string() : std::string(data);  // the stages share their output
  const char* wrong =
      stages_[stage]->decode(stage == 0 ? data : std::string_view(copy),
                             [&](std::string_view piece) { return decode_from(stage + 1, piece, sink); });
  if (wrong == nullptr) return true;
  if (error_.empty()) error_ = wrong;
  return false;
}

}  // namespace nest::http
