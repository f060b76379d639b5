// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// One machine of the lab: a network namespace of its own whose only way out is a TUN device that we hold. It
// has no name anywhere: when the last descriptor and the last process in it are gone, so is it, even after
// SIGKILL. Needs root and /dev/net/tun. Any thread, one at a time.
#pragma once

#include <string>

namespace freshet::lab {

// Closed at the end of the scope.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor();
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_ = -1;
};

class Host {
 public:
  // Whether this process may make such machines; `why` says what is missing.
  [[nodiscard]] static bool is_possible(std::string& why);

  // Throws std::system_error.
  explicit Host(const std::string& address);

  [[nodiscard]] const std::string& address() const { return address_; }
  // Non-blocking; one read or write is one IP packet.
  [[nodiscard]] int tun() const { return tun_.get(); }

  // While it lives, sockets and processes that this thread makes belong to the host.
  class Inside {
   public:
    explicit Inside(const Host& host);
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    FileDescriptor before_;
  };

 private:
  std::string address_;
  FileDescriptor network_;  // the namespace
  FileDescriptor tun_;
};

}  // namespace freshet::lab
