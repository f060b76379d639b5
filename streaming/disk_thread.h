// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// libtorrent's disk work on one thread of its own. libtorrent brings two kinds of storage: one maps files
// into memory (a full disk is a signal, and the whole film counts as our memory), one uses plain reads and
// writes but does them on the network thread, where a slow disk stops all peers. This runs the second on a
// thread beside it. All blocks that peers send pass through async_write.
//
// Jobs run in the order in which they were given: what was written can be read, and a removed torrent's last
// writes are done before the same files are opened again.
//
// Threads: called on the network thread; handlers run there too.
#pragma once

#include <libtorrent/disk_interface.hpp>
#include <libtorrent/io_context.hpp>
#include <libtorrent/settings_pack.hpp>
#include <memory>

namespace freshet::streaming {

// For session_params::disk_io_constructor.
[[nodiscard]] std::unique_ptr<lt::disk_interface> make_disk_thread(lt::io_context& network,
                                                                   const lt::settings_interface& settings,
                                                                   lt::counters& counters);

}  // namespace freshet::streaming
