// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Values of options, by every parser there is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "player/app/option_table.h"
#include "player/control/option_value.h"
#include "player/control/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const app::OptionInfo& option : app::option_table()) {
    app::CommandLine into;
    (void)app::set_option(into, option, text);
  }
  if (const auto time = control::parse_time(text)) {
    // What is printed is read back as the same time, to the millisecond.
    const auto again = control::parse_time(control::time_text_milliseconds(*time));
    if (!again || (*again - *time).count() > 1'000'000 || (*time - *again).count() > 1'000'000) std::abort();
  }
  const std::string valid = control::valid_utf8(text);
  if (control::valid_utf8(valid) != valid) std::abort();
  if (control::shortened(text, 40).size() > 40) std::abort();
  return 0;
}
