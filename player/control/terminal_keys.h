// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Bytes that a terminal sends, as names of keys (key_name.h). Pure; one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::control {

class TerminalKeys {
 public:
  // Keys that are complete with these bytes. Sequences nobody knows are swallowed whole.
  [[nodiscard]] std::vector<std::string> feed(std::string_view bytes);
  // Bytes wait for more: a lone ESC may be the key or the start of a sequence. Call flush() when nothing
  // follows soon.
  [[nodiscard]] bool pending() const { return !pending_.empty(); }
  [[nodiscard]] std::vector<std::string> flush();

 private:
  // Takes one key or sequence off pending_; false: more bytes are needed.
  bool take(std::vector<std::string>& keys);
  bool take_escape(std::vector<std::string>& keys);

  std::string pending_;
};

}  // namespace freshet::control
