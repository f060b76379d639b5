// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// A small HTTP/1.1 server for one folder on 127.0.0.1: GET and HEAD, one range, keep-alive, as plain web
// servers answer. It counts what it sent.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace freshet::end_to_end {

enum class Ranges : std::uint8_t { No, Yes };

class HttpServer {
 public:
  explicit HttpServer(std::filesystem::path folder, Ranges ranges = Ranges::Yes);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  [[nodiscard]] std::string url(std::string_view name) const;
  [[nodiscard]] int requests() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet::end_to_end
