// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/subtitle_charset.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <iconv.h>
#include <memory>
#include <optional>
#include <uchardet/uchardet.h>

#include "player/media/text.h"

namespace freshet::media {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

struct DetectorCloser {
  void operator()(uchardet* detector) const noexcept { uchardet_delete(detector); }
};

class Converter {
 public:
  explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {}
  ~Converter() {
    if (usable()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  [[nodiscard]] bool usable() const { return handle_ != invalid(); }

  std::string convert(std::string_view bytes) {
    std::string text;
    std::array<char, 16384> buffer{};
    // iconv takes a pointer it does not write through; its type says otherwise.
    char* input = const_cast<char*>(bytes.data());
    std::size_t left = bytes.size();
    while (left > 0) {
      char* output = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t result = iconv(handle_, &input, &left, &output, &room);
      const int error = result == static_cast<std::size_t>(-1) ? errno : 0;
      text.append(buffer.data(), buffer.size() - room);
      if (error == 0 || error == E2BIG) continue;
      text += replacement;  // one byte that belongs to nothing
      ++input;
      --left;
      iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    }
    return text;
  }

 private:
  static iconv_t invalid() { return reinterpret_cast<iconv_t>(-1); }
  iconv_t handle_;
};

std::optional<std::string> convert_from(const char* encoding, std::string_view bytes) {
  Converter converter(encoding);
  if (!converter.usable()) return std::nullopt;
  return converter.convert(bytes);
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

struct Mark {
  std::string_view bytes;
  const char* encoding;
};
// UTF-32 before UTF-16, whose little-endian mark begins the same.
constexpr std::array marks = {Mark{"\xEF\xBB\xBF", "UTF-8"}, Mark{{"\xFF\xFE\0\0", 4}, "UTF-32LE"},
                              Mark{{"\0\0\xFE\xFF", 4}, "UTF-32BE"}, Mark{"\xFF\xFE", "UTF-16LE"},
                              Mark{"\xFE\xFF", "UTF-16BE"}};

}  // namespace

std::string subtitle_to_utf8(std::string_view bytes) {
  for (const Mark& mark : marks) {
    if (bytes.starts_with(mark.bytes)) {
      return convert_from(mark.encoding, bytes.substr(mark.bytes.size())).value_or(std::string());
    }
  }
  if (is_utf8(bytes)) return std::string(bytes);
  const std::unique_ptr<uchardet, DetectorCloser> detector(uchardet_new());
  if (detector && uchardet_handle_data(detector.get(), bytes.data(), bytes.size()) == 0) {
    uchardet_data_end(detector.get());
    const std::string encoding = uchardet_get_charset(detector.get());
    if (!encoding.empty() && encoding != "ASCII" && encoding != "UTF-8") {
      if (auto text = convert_from(encoding.c_str(), bytes)) return *text;
    } else if (encoding == "UTF-8") {
      return *convert_from("UTF-8", bytes);  // broken in places
    }
  }
  return convert_from("WINDOWS-1252", bytes).value_or(std::string());
}

}  // namespace freshet::media
