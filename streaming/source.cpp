// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/source.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <numeric>
#include <optional>
#include <system_error>
#include <utility>

#include "streaming/magnet.h"
#include "streaming/uri.h"

namespace freshet::streaming {
namespace {

namespace fs = std::filesystem;

// The first key of a torrent's dictionary stands in its first bytes.
constexpr Bytes torrent_head{64};
// Folders are searched for a name near the mistyped one; more names than this would make the message late.
constexpr std::size_t max_names = 4096;
// File systems allow 255 bytes in a name; the comparison below is quadratic in it.
constexpr std::size_t max_name_length = 255;

constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      const std::size_t replaced = diagonal + (ascii_lower(a[i]) == ascii_lower(b[j]) ? 0 : 1);
      row[j + 1] = std::min({replaced, above + 1, row[j] + 1});
      diagonal = above;
    }
  }
  return row.back();
}

// The name in the same folder that differs least, if it differs by little: a tenth of it, at least 2.
std::optional<fs::path> near_name(const fs::path& path, const FileProbe& files) {
  const std::string wanted = path.filename().string();
  if (wanted.size() < 3 || wanted.size() > max_name_length) return std::nullopt;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path{"."};
  std::size_t best = std::max<std::size_t>(2, wanted.size() / 10) + 1;
  std::optional<std::string> nearest;
  for (const std::string& name : files.names(folder)) {
    const std::size_t difference =
        name.size() > wanted.size() ? name.size() - wanted.size() : wanted.size() - name.size();
    if (name.size() > max_name_length || difference >= best) continue;
    if (const std::size_t distance = edit_distance(wanted, name); distance < best) {
      best = distance;
      nearest = name;
    }
  }
  if (!nearest) return std::nullopt;
  return path.parent_path() / *nearest;
}

std::string hint_for_missing(std::string_view text, const fs::path& path, const FileProbe& files) {
  if (text.contains("urn:btih:") || text.contains("urn:btmh:")) {
    return "a magnet link begins with 'magnet:?'; put it in quotes";
  }
  const bool all_hex = std::ranges::all_of(text, [](char c) { return hex_digit(c).has_value(); });
  if (all_hex && text.size() >= 30) {
    return "an infohash has 40 or 64 hex digits; this has " + std::to_string(text.size());
  }
  if (const auto near = near_name(path, files)) return "did you mean '" + near->string() + "'?";
  if (starts_with_ignoring_case(text, "www.")) return "write https:// in front of a web address";
  if (path.has_parent_path() && files.kind(path.parent_path()) == FileProbe::Kind::Missing) {
    return "the folder '" + path.parent_path().string() + "' does not exist either";
  }
  if (const std::string decoded = percent_decode(text); decoded != text) {
    if (files.kind(decoded) != FileProbe::Kind::Missing) return "did you mean '" + decoded + "'?";
  }
  return "give a file, a magnet link, an infohash or an http(s) URL";
}

// What stands on disk under `path`; `typed` is what the user wrote, for messages.
Result<Source> source_on_disk(const fs::path& path, std::string_view typed, const FileProbe& files) {
  switch (files.kind(path)) {
    case FileProbe::Kind::Missing:
      return fail(ErrorCategory::Source, "no-such-file", "there is no file '" + path.string() + "'",
                  hint_for_missing(typed, path, files));
    case FileProbe::Kind::Directory:
      return fail(ErrorCategory::Source, "is-directory", "'" + path.string() + "' is a folder",
                  "name the files in it, or serve it to others with: freshet seed FOLDER");
    case FileProbe::Kind::Regular:
      if (ends_with_ignoring_case(path.string(), ".torrent") ||
          looks_like_torrent(files.head(path, torrent_head))) {
        return TorrentFileSource{path};
      }
      return LocalFileSource{path};
    case FileProbe::Kind::Other: return LocalFileSource{path};
  }
  std::unreachable();
}

// RFC 8089: file:/path, file:///path, file://localhost/path.
Result<Source> parse_file_url(std::string_view url, const FileProbe& files) {
  std::string_view rest = url.substr(std::string_view{"file:"}.size());
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const std::string_view host = rest.substr(0, rest.find('/'));
    if (!host.empty() && !equals_ignoring_case(host, "localhost")) {
      return fail(ErrorCategory::Source, "bad-url",
                  "file: URLs reach this machine only, and '" + std::string{host} + "' is another",
                  "file:///path has three slashes");
    }
    rest.remove_prefix(host.size());
  }
  const std::string path = percent_decode(rest);
  if (!path.starts_with('/') || path.contains('\0')) {
    return fail(ErrorCategory::Source, "bad-url", "'" + std::string{url} + "' is not a file: URL",
                "write file:///folder/file, or just the path");
  }
  return source_on_disk(path, path, files);
}

Result<Source> parse_http_url(std::string_view text) {
  auto url = tidy_http_url(text);
  if (!url) {
    return fail(ErrorCategory::Source, "bad-url",
                "'" + std::string{text.substr(0, 200)} + "' is not a web address", "write https://host/path");
  }
  const auto parts = split_http_url(*url);
  if (parts && ends_with_ignoring_case(percent_decode(parts->path), ".torrent")) {
    return TorrentUrlSource{std::move(*url)};
  }
  return MediaUrlSource{std::move(*url)};
}

class DiskProbe final : public FileProbe {
 public:
  [[nodiscard]] Kind kind(const fs::path& path) const override {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    switch (status.type()) {
      case fs::file_type::none:
      case fs::file_type::not_found:
        // A file behind a folder we may not enter is there for all we know; opening it gives the reason.
        return error == std::errc::permission_denied ? Kind::Other : Kind::Missing;
      case fs::file_type::regular: return Kind::Regular;
      case fs::file_type::directory: return Kind::Directory;
      default: return Kind::Other;
    }
  }

  [[nodiscard]] std::string head(const fs::path& path, Bytes limit) const override {
    std::ifstream file{path, std::ios::binary};
    std::string bytes(static_cast<std::size_t>(limit.value), '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return bytes;
  }

  [[nodiscard]] std::vector<std::string> names(const fs::path& folder) const override {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end && names.size() < max_names;
         entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    return names;
  }
};

}  // namespace

std::vector<std::string> FileProbe::names(const fs::path& /*folder*/) const {
  return {};
}

bool looks_like_torrent(std::string_view head) {
  // Keys are sorted, so one of these comes first.
  constexpr std::array<std::string_view, 12> first_keys = {
      "8:announce",  "13:announce-list", "7:comment", "10:created by",   "13:creation date", "8:encoding",
      "9:httpseeds", "4:info",           "5:nodes",   "12:piece layers", "9:publisher",      "8:url-list"};
  if (!head.starts_with('d')) return false;
  return std::ranges::any_of(first_keys, [&](auto key) { return head.substr(1).starts_with(key); });
}

Result<Source> parse_source(std::string_view text, const FileProbe& files) {
  if (text == "-") return StdinSource{};
  const std::string_view trimmed = trim(text);
  if (trimmed.empty() || trimmed.contains('\0')) {
    return fail(ErrorCategory::Source, "empty-source", "the source is empty",
                "give a file, a magnet link, an infohash or an http(s) URL");
  }

  const auto scheme = uri_scheme(trimmed);
  if (scheme == "magnet") {
    auto magnet = parse_magnet(trimmed);
    if (!magnet) return std::unexpected(std::move(magnet.error()));
    return std::move(*magnet);
  }
  if (scheme == "http" || scheme == "https") return parse_http_url(trimmed);
  if (scheme == "file") return parse_file_url(trimmed, files);

  if (files.kind(text) != FileProbe::Kind::Missing) return source_on_disk(text, text, files);
  if (auto magnet = magnet_of_infohash(trimmed))
    return MagnetSource{.uri = std::move(*magnet), .select_only = {}};
  // A colon alone does not make a scheme: "Episode1: the start.mkv" is a name.
  if (scheme && trimmed.substr(scheme->size() + 1).starts_with("//")) {
    return fail(ErrorCategory::Source, "unsupported-scheme", "'" + *scheme + ":' addresses cannot be opened",
                "Freshet opens magnet:, http:, https: and file:");
  }
  return source_on_disk(trimmed, trimmed, files);
}

Result<Source> parse_source(std::string_view text) {
  return parse_source(text, DiskProbe{});
}

}  // namespace freshet::streaming
