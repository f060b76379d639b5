// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Runs the lab so that nothing of it outlives it: in a process of its own with process and mount namespaces
// of its own. However it ends (Ctrl-C, kill, SIGKILL), the kernel ends every program it started, and with
// them go network namespaces, TUN devices and file systems that a rival mounted; its folder is removed. Call
// it before any thread is made.
#pragma once

#include <filesystem>
#include <functional>

namespace freshet::lab {

// The exit code of `work`, or 128 + signal. `folder` is made for it, is its TMPDIR, and is removed
// afterwards. Without root, `work` runs in a plain child process.
int run_sealed(const std::filesystem::path& folder, const std::function<int()>& work);

// Removes folders under `parent` that a lab left which was killed together with its watcher.
int remove_leftovers(const std::filesystem::path& parent);

}  // namespace freshet::lab
