// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

#include "player/app/option_rows.h"

namespace freshet::app {
namespace {

constexpr double max_size = 1LL << 60;  // an exbibyte: larger than any disk, and sums stay inside 64 bits

constexpr OptionInfo swarm_options[] = {
    // --- network
    {.name = "peer",
     .type = ValueType::Text,
     .value_name = "IP:PORT",
     .group = Group::Network,
     .commands = for_swarm,
     .repeat = Repeat::Appends,
     .help = "Connects to this peer at once.",
     .example = "--peer=192.168.1.7:6881",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.peers.push_back(as<std::string>(v));
       return {};
     }},
    {.name = "listen",
     .type = ValueType::Text,
     .value_name = "[ADDR:]PORT",
     .default_text = "all addresses, port 6881 or any free one",
     .group = Group::Network,
     .commands = for_swarm,
     .help = "Accepts peers at this address and port.",
     .example = "--listen=127.0.0.1:6881",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.listen = as<std::string>(v);
       return {};
     }},
    {.name = "dht",
     .default_text = "yes",
     .group = Group::Network,
     .commands = for_swarm,
     .help = "Looks for no peers in the distributed hash table.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.dht = as<bool>(v);
       return {};
     }},
    {.name = "lsd",
     .default_text = "yes",
     .group = Group::Network,
     .commands = for_swarm,
     .listed = Listed::All,
     .help = "Looks for no peers on the local network.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.lsd = as<bool>(v);
       return {};
     }},
    {.name = "pex",
     .default_text = "yes",
     .group = Group::Network,
     .commands = for_swarm,
     .listed = Listed::All,
     .help = "Asks peers for no other peers.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.pex = as<bool>(v);
       return {};
     }},
    {.name = "upnp",
     .default_text = "yes",
     .group = Group::Network,
     .commands = for_swarm,
     .listed = Listed::All,
     .help = "Does not ask the router to let peers in, by UPnP and NAT-PMP.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.upnp = as<bool>(v);
       return {};
     }},
    {.name = "utp",
     .default_text = "yes",
     .group = Group::Network,
     .commands = for_swarm,
     .listed = Listed::All,
     .help = "Speaks to peers by TCP only, not by uTP.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.utp = as<bool>(v);
       return {};
     }},
    {.name = "proxy",
     .aliases = "http-proxy",
     .type = ValueType::Text,
     .choices = "no",
     .value_name = "URL",
     .default_text = "no",
     .group = Group::Network,
     .commands = for_swarm,
     .help =
         "Sends everything through this proxy, socks5://[user:password@]host:port or http://…. Nothing goes "
         "around it: there is then no DHT, local discovery, UPnP or NAT-PMP.",
     .example = "--proxy=socks5://127.0.0.1:9050",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const std::string& url = as<std::string>(v);
       c.play.session.proxy = url == "no" ? std::nullopt : std::optional(url);
       return {};
     }},
    {.name = "network-timeout",
     .type = ValueType::Number,
     .minimum = 0,
     .maximum = 1'000'000,  // eleven days
     .value_name = "SECONDS",
     .default_text = "60 when headless, 0 with a window",
     .group = Group::Network,
     .commands = for_play | for_probe,
     .help = "Gives up when the network delivers nothing for this long; 0 never does.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       // Rounded up: a small timeout must not become 0, which is none.
       const double seconds = as<double>(v);
       auto whole = static_cast<std::int64_t>(seconds);
       if (static_cast<double>(whole) < seconds) ++whole;
       c.play.network_timeout = std::chrono::seconds(whole);
       return {};
     }},
    {.name = "download-limit",
     .type = ValueType::Size,
     .maximum = max_size,
     .value_name = "SIZE",
     .default_text = "0",
     .group = Group::Network,
     .commands = for_swarm,
     .help = "Downloads at most this much a second; 0 is no limit.",
     .example = "--download-limit=2MiB",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const Bytes limit = as<Bytes>(v);
       c.play.session.download_limit = limit.value == 0 ? std::nullopt : std::optional(limit);
       return {};
     }},
    {.name = "upload-limit",
     .type = ValueType::Size,
     .maximum = max_size,
     .value_name = "SIZE",
     .default_text = "0",
     .group = Group::Network,
     .commands = for_swarm,
     .help = "Uploads at most this much a second; 0 is no limit.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const Bytes limit = as<Bytes>(v);
       c.play.session.upload_limit = limit.value == 0 ? std::nullopt : std::optional(limit);
       return {};
     }},
    {.name = "encryption",
     .type = ValueType::Choice,
     .choices = "prefer|require|off",
     .default_text = "prefer",
     .group = Group::Network,
     .commands = for_swarm,
     .listed = Listed::All,
     .help = "Whether connections to peers are obfuscated (BitTorrent's message stream encryption).",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       using streaming::Encryption;
       const std::string& word = as<std::string>(v);
       c.play.session.encryption = word == "prefer"    ? Encryption::Prefer
                                   : word == "require" ? Encryption::Require
                                                       : Encryption::Off;
       return {};
     }},
    // --- storage
    {.name = "cache-dir",
     .type = ValueType::Path,
     .value_name = "DIR",
     .default_text = "$XDG_CACHE_HOME/freshet",
     .group = Group::Storage,
     .commands = for_swarm,
     .help =
         "Keeps torrent data and all other caches here. What was downloaded survives a crash: it is checked "
         "again, not downloaded again.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.cache_dir = as<std::string>(v);
       return {};
     }},
    {.name = "keep",
     .type = ValueType::Path,
     .choices = "no",
     .value_name = "DIR",
     .default_text = "no",
     .group = Group::Storage,
     .help = "Keeps the finished file in this folder under its own name.",
     .example = "--keep=$HOME/Videos",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const std::string& path = as<std::string>(v);
       c.play.session.keep_dir = path == "no" ? std::nullopt : std::optional(std::filesystem::path(path));
       return {};
     }},
    {.name = "cache-size",
     .type = ValueType::Size,
     .maximum = max_size,
     .value_name = "SIZE",
     .default_text = "the smaller of 10 GiB and a tenth of what is free",
     .group = Group::Storage,
     .commands = for_play | for_probe,
     .help = "Uses at most this much of the disk.",
     .example = "--cache-size=4GiB",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.cache_size = as<Bytes>(v);
       return {};
     }},
    {.name = "download",
     .type = ValueType::Choice,
     .choices = "all|window",
     .value_name = "WHAT",
     .default_text = "all",
     .group = Group::Storage,
     .commands = for_play,
     .help = "What is fetched of a torrent's file that plays: all of it, the rest when what is needed soon "
             "has come, "
             "or only a window of what plays next. A window reaches a minute ahead; a pause fills half of "
             "--memory-cache.",
     .example = "--download=window",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.download =
           as<std::string>(v) == "window" ? streaming::Download::Window : streaming::Download::All;
       return {};
     }},
    {.name = "memory-cache",
     .aliases = "demuxer-max-bytes",
     .type = ValueType::Size,
     .maximum = max_size,
     .value_name = "SIZE",
     .default_text = "150MiB",
     .group = Group::Storage,
     .commands = for_play | for_probe,
     .help = "Uses at most this much memory for what was downloaded.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.play.session.memory_cache = as<Bytes>(v);
       return {};
     }},
    // --- publishing
    {.name = "torrent-out",
     .type = ValueType::Path,
     .value_name = "FILE",
     .group = Group::Publishing,
     .commands = for_seed,
     .config = Config::CommandLineOnly,
     .help = "Writes the torrent that was made here, and beside it FILE.leaves: with it playback starts "
             "before a whole piece is there.",
     .example = "--torrent-out=film.torrent",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.seed.torrent_out = as<std::string>(v);
       return {};
     }},
    {.name = "piece-size",
     .type = ValueType::Size,
     .minimum = 16 * 1024,
     .maximum = 16 * 1024 * 1024,
     .value_name = "SIZE",
     .default_text = "chosen for streaming",
     .group = Group::Publishing,
     .commands = for_seed,
     .help = "Cuts the data into pieces of this size: a power of two from 16KiB to 16MiB.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       const Bytes size = as<Bytes>(v);
       if ((size.value & (size.value - 1)) != 0) {
         return fail(ErrorCategory::Usage, "bad-value", "a piece size must be a power of two",
                     "write 16KiB, 32KiB, 64KiB and so on, up to 16MiB");
       }
       c.seed.publish.piece_length = size;
       return {};
     }},
    {.name = "format",
     .type = ValueType::Choice,
     .choices = "v1|v2|hybrid",
     .default_text = "hybrid",
     .group = Group::Publishing,
     .commands = for_seed,
     .help = "Makes a torrent of this BitTorrent version; hybrid is read by every client.",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       using streaming::TorrentFormat;
       const std::string& word = as<std::string>(v);
       c.seed.publish.format = word == "v1"   ? TorrentFormat::V1
                               : word == "v2" ? TorrentFormat::V2
                                              : TorrentFormat::Hybrid;
       return {};
     }},
    {.name = "tracker",
     .type = ValueType::Text,
     .value_name = "URL",
     .group = Group::Publishing,
     .commands = for_seed,
     .repeat = Repeat::Appends,
     .help = "Announces the torrent to this tracker.",
     .example = "--tracker=udp://tracker.example:6969/announce",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.seed.publish.trackers.push_back(as<std::string>(v));
       return {};
     }},
    {.name = "web-seed",
     .type = ValueType::Text,
     .value_name = "URL",
     .group = Group::Publishing,
     .commands = for_seed,
     .repeat = Repeat::Appends,
     .help = "Names a web server that has the same data.",
     .example = "--web-seed=https://example.org/films/",
     .apply = [](CommandLine& c, const OptionValue& v) -> Result<void> {
       c.seed.publish.web_seeds.push_back(as<std::string>(v));
       return {};
     }},
};

}  // namespace

std::span<const OptionInfo> swarm_rows() {
  return swarm_options;
}

}  // namespace freshet::app
