// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// The real Environment: this process and this disk.
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <pwd.h>
#include <unistd.h>

#include "player/app/command_line.h"

namespace freshet::app {
namespace {

// A configuration or a list is a few kilobytes; what is larger was named by mistake.
constexpr std::size_t max_file = 8u << 20;

std::optional<std::filesystem::path> absolute_folder(const char* variable) {
  const char* value = std::getenv(variable);
  // The XDG specification: a relative path is ignored.
  if (value == nullptr || *value != '/') return std::nullopt;
  return std::filesystem::path(value);
}

std::filesystem::path home() {
  if (const auto folder = absolute_folder("HOME")) return *folder;
  if (const passwd* user = ::getpwuid(::getuid()); user != nullptr && user->pw_dir != nullptr)
    return user->pw_dir;
  return "/";
}

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

Result<std::string> read_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  const std::unique_ptr<std::FILE, CloseFile> file(name == "-" ? stdin : std::fopen(name.c_str(), "re"));
  if (file == nullptr) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return fail(ErrorCategory::Source, "no-such-file", "no such file: " + name, "check the path");
    }
    return fail(ErrorCategory::Storage, "read-failed", "cannot read " + name, "check its permissions");
  }
  std::string text;
  std::array<char, 16384> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    text.append(buffer.data(), count);
    if (text.size() > max_file) {
      return fail(ErrorCategory::Source, "too-large", name + " is larger than 8 MiB and surely no text");
    }
  }
  if (std::ferror(file.get()) != 0) {
    return fail(ErrorCategory::Storage, "read-failed", "cannot read " + name, "is it a folder?");
  }
  return text;
}

}  // namespace

Environment process_environment() {
  Environment environment;
  environment.config_dir = absolute_folder("XDG_CONFIG_HOME").value_or(home() / ".config") / "freshet";
  environment.cache_dir = absolute_folder("XDG_CACHE_HOME").value_or(home() / ".cache") / "freshet";
  environment.read_file = read_file;
  return environment;
}

}  // namespace freshet::app
