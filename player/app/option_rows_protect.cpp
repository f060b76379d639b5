// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "drm/protect/key_list.h"
#include "drm/protect/protection_boxes.h"
#include "player/app/option_rows.h"

namespace freshet::app {
namespace {

constexpr double longest_time = 1'000'000;  // eleven days

// All happens once the file was read.
Result<void> wait_for_file(CommandLine& /*into*/, const OptionValue& /*value*/) {
  return {};
}

void add_key(CommandLine& c, const drm::LabelledKey& key) {
  c.play.keys.push_back(key.key);
  c.protect.options.keys.push_back(key);
}

constexpr OptionInfo protect_options[] = {
    // --- protected content, for those who play it and those who make it
    {.name = "key",
     .type = ValueType::Text,
     .value_name = "[LABEL=]KID:KEY",
     .group = Group::Protection,
     .commands = for_play | for_protect,
     .repeat = Repeat::Appends,
     .help =
         "Unlocks what is protected with this key, or protects with it; both are 32 hex digits. Other users "
         "of the machine can read a command line: --key-file keeps keys to yourself. LABEL is video, audio "
         "or "
         "text: freshet protect takes the key for those tracks alone, and one without a label for all that "
         "have none of their own.",
     .example = "--key=30313233343536373839303132333435:00112233445566778899aabbccddeeff",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const auto key = drm::parse_labelled_key(as<std::string>(v));
       if (!key) return std::unexpected(key.error());
       add_key(c, *key);
       return {};
     }},
    {.name = "key-file",
     .type = ValueType::Path,
     .value_name = "FILE",
     .group = Group::Protection,
     .commands = for_play | for_protect,
     .repeat = Repeat::Appends,
     .help =
         "Takes the keys of a file: a Clear Key licence (a JWK set), a CPIX document, or a line KID:KEY for "
         "each.",
     .example = "--key-file=film.keys.json",
     .apply = wait_for_file,
     .apply_file = [](CommandLine& c, const std::string& content) -> Result<void> {
       const auto keys = drm::parse_key_list(content);
       if (!keys) return std::unexpected(keys.error());
       for (const auto& key : *keys) add_key(c, key);
       return {};
     }},
    // --- protecting
    {.name = "output",
     .aliases = "o",
     .short_name = 'o',
     .type = ValueType::Path,
     .value_name = "FILE",
     .group = Group::Protecting,
     .commands = for_protect,
     .config = Config::CommandLineOnly,
     .help = "Writes the protected film here. It grows under another name beside it, and gets this one when "
             "it is "
             "whole.",
     .example = "--output=film.mp4",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.protect.output = as<std::string>(v);
       return {};
     }},
    {.name = "scheme",
     .type = ValueType::Choice,
     .choices = "cenc|cens|cbc1|cbcs",
     .default_text = "cenc",
     .group = Group::Protecting,
     .commands = for_protect,
     .help = "Encrypts by this scheme of Common Encryption. cenc (AES-CTR) is read by most programs, cbcs "
             "(AES-CBC, "
             "a tenth of the picture) by most devices.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const std::string& word = as<std::string>(v);
       c.protect.options.scheme = word == "cenc"   ? drm::Scheme::Cenc
                                  : word == "cens" ? drm::Scheme::Cens
                                  : word == "cbc1" ? drm::Scheme::Cbc1
                                                   : drm::Scheme::Cbcs;
       return {};
     }},
    {.name = "layout",
     .type = ValueType::Choice,
     .choices = "fragmented|flat",
     .default_text = "fragmented",
     .group = Group::Protecting,
     .commands = for_protect,
     .help = "Writes fragments of about two seconds behind an index, or one movie with its tables in front.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.protect.layout = as<std::string>(v) == "flat" ? drm::Layout::Flat : drm::Layout::Fragmented;
       return {};
     }},
    {.name = "clear-lead",
     .type = ValueType::Number,
     .minimum = 0,
     .maximum = longest_time,
     .value_name = "SECONDS",
     .default_text = "0",
     .group = Group::Protecting,
     .commands = for_protect,
     .help = "Leaves the film's beginning clear, so that it plays while its licence is fetched. What begins "
             "before "
             "this time is clear to its next key frame.",
     .example = "--clear-lead=10",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.protect.options.clear_lead = as<double>(v);
       return {};
     }},
    {.name = "rotate",
     .type = ValueType::Number,
     .minimum = 0,
     .maximum = longest_time,
     .value_name = "SECONDS",
     .default_text = "0",
     .group = Group::Protecting,
     .commands = for_protect,
     .help = "Changes the key this often, at the next key frame, through the keys in the order given; 0 "
             "never does.",
     .example = "--rotate=600",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.protect.options.rotate = as<double>(v);
       return {};
     }},
    {.name = "iv-size",
     .type = ValueType::Choice,
     .choices = "8|16",
     .default_text = "8 for cenc and cens, else 16",
     .group = Group::Protecting,
     .commands = for_protect,
     .help = "Gives each sample an initialization vector of so many bytes.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.protect.options.iv_size = as<std::string>(v) == "8" ? 8 : 16;
       return {};
     }},
    {.name = "pssh",
     .type = ValueType::Path,
     .value_name = "FILE",
     .group = Group::Protecting,
     .commands = for_protect,
     .repeat = Repeat::Appends,
     .config = Config::CommandLineOnly,
     .help = "Adds the pssh boxes of this file, as a licence system gives them out. One of the common "
             "system, which "
             "names the keys, is always there.",
     .apply = wait_for_file,
     .apply_file = [](CommandLine& c, const std::string& content) -> Result<void> {
       const auto bytes = std::as_bytes(std::span(content));
       if (!drm::are_system_headers(bytes))
         return fail(ErrorCategory::Source, "bad-pssh", "the file holds no pssh boxes",
                     "its bytes are to be whole boxes; of text in base64 make such a file: base64 -d");
       auto& all = c.protect.options.system_headers;
       all.insert(all.end(), bytes.begin(), bytes.end());
       return {};
     }},
    {.name = "force",
     .group = Group::Protecting,
     .commands = for_protect,
     .config = Config::CommandLineOnly,
     .help = "Replaces a file that is there already.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.protect.replace = as<bool>(v) ? drm::Replace::Yes : drm::Replace::No;
       return {};
     }},
};

}  // namespace

std::span<const OptionInfo> protect_rows() {
  return protect_options;
}

}  // namespace freshet::app
