// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/trace.h"

#include <array>
#include <cerrno>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace freshet::streaming {
namespace {

using Clock = std::chrono::steady_clock;

// Some seconds of the fastest line, should the disk stop for so long: 3 MiB.
constexpr std::size_t most_records = 1 << 16;
// Names are longer than records; nobody has so many peers at once.
constexpr std::size_t most_names = 1 << 12;
constexpr std::size_t longest_name = 200;

enum class Kind : std::uint8_t {
  Name,
  Requested,
  TakenBack,
  Rejected,
  Came,
  Choked,
  Unchoked,
  PieceVerified,
  PieceFailed,
  Counted,
  StallBegin,
  StallEnd,
  Seek,
  SeekDone,
  FirstFrame
};

struct Record {
  Kind kind{};
  Trace::Counter counter{};
  BlockCounts::Answer answer{};
  BlockCounts::Use use{};
  BlockCounts::Punctual punctual{};
  Block block{};
  Trace::Track track{};
  MonotonicTime at{};
  MonotonicTime deadline{};
  double value = 0;
};

struct Batch {
  std::vector<Record> records;
  std::vector<std::string> names;  // of the Name records, in their order
  std::int64_t lost = 0;
};

constexpr int player = 1;  // process
constexpr int pieces_thread = 1;
constexpr int playback_thread = 2;
constexpr int first_peer = 2;

std::string quoted_json(std::string_view text) {
  std::string result = "\"";
  for (const char letter : text.substr(0, longest_name)) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') result += '\\';
    // A peer calls itself what it likes.
    result += byte < 0x20 || byte >= 0x7F ? '?' : letter;
  }
  return result + '"';
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

const char* boolean(bool value) {
  return value ? "true" : "false";
}

// Turns records into JSON. The writer's thread.
class Formatter {
 public:
  explicit Formatter(MonotonicTime start) : start_(start) {
    name("process_name", player, 0, quoted_json("Freshet"));
    name("thread_name", player, pieces_thread, quoted_json("pieces"));
    name("thread_name", player, playback_thread, quoted_json("playback"));
  }

  void add(const Record& record, std::vector<std::string>::iterator& next_name);
  // What is still under way at the end.
  void close(MonotonicTime now) {
    for (auto& [track, peer] : peers_) {
      for (const auto& [block, open] : peer.open) slice(peer, block, open, now, "outstanding", false, false);
      peer.open.clear();
    }
    if (stalled_) event("E", player, playback_thread, now, "stall", "");
    stalled_ = false;
  }
  [[nodiscard]] std::string tail(std::int64_t lost) const {
    return "\n],\"displayTimeUnit\":\"ms\",\"otherData\":{\"requested\":" + std::to_string(requested_) +
           ",\"received\":" + std::to_string(received_) + ",\"lost\":" + std::to_string(lost) + "}}\n";
  }
  std::string take() { return std::exchange(text_, {}); }

 private:
  struct Open {
    MonotonicTime since;
    MonotonicTime deadline;
    int lane;
  };
  struct Peer {
    int process;
    std::map<Block, Open> open;
    std::set<int> free_lanes;
    int lanes = 0;
  };

  Peer& peer_of(Trace::Track track) {
    const auto [found, is_new] = peers_.try_emplace(track);
    if (is_new) found->second.process = next_process_++;
    return found->second;
  }
  [[nodiscard]] std::string time(MonotonicTime at) const {
    return number(std::chrono::duration<double, std::micro>(at - start_).count());
  }
  void line(const std::string& json) {
    text_ += is_first_ ? "\n" : ",\n";
    is_first_ = false;
    text_ += json;
  }
  void name(const char* what, int process, int thread, const std::string& json) {
    line("{\"ph\":\"M\",\"name\":\"" + std::string(what) + "\",\"pid\":" + std::to_string(process) +
         ",\"tid\":" + std::to_string(thread) + ",\"args\":{\"name\":" + json + "}}");
  }
  void event(const char* phase, int process, int thread, MonotonicTime at, const std::string& title,
             const std::string& more) {
    line("{\"ph\":\"" + std::string(phase) + "\",\"pid\":" + std::to_string(process) + ",\"tid\":" +
         std::to_string(thread) + ",\"ts\":" + time(at) + ",\"name\":\"" + title + "\"" + more + "}");
  }
  void instant(int process, int thread, MonotonicTime at, const std::string& title,
               const std::string& args = "") {
    event("i", process, thread, at, title,
          ",\"s\":\"p\"" + (args.empty() ? args : ",\"args\":{" + args + "}"));
  }
  static std::string title_of(Block block) {
    return std::to_string(block.piece) + "." + std::to_string(block.index);
  }
  static std::string args_of(Block block) {
    return "\"piece\":" + std::to_string(block.piece) + ",\"block\":" + std::to_string(block.index);
  }
  void slice(Peer& peer, Block block, const Open& open, MonotonicTime until, const char* outcome, bool late,
             bool duplicate) {
    const bool has_deadline = open.deadline != MonotonicTime::max();
    event("X", peer.process, open.lane, open.since, title_of(block),
          ",\"cat\":\"block\",\"dur\":" +
              number(std::chrono::duration<double, std::micro>(until - open.since).count()) + ",\"args\":{" +
              args_of(block) + ",\"deadline\":" + (has_deadline ? time(open.deadline) : std::string("null")) +
              ",\"outcome\":\"" + outcome + "\",\"late\":" + boolean(late) +
              ",\"duplicate\":" + boolean(duplicate) +
              ",\"cancelled\":" + boolean(std::string_view(outcome) == "cancelled") + "}");
  }
  void end(const Record& record, const char* outcome, bool late = false, bool duplicate = false) {
    auto& peer = peer_of(record.track);
    const auto found = peer.open.find(record.block);
    if (found == peer.open.end()) return;  // its request was lost
    slice(peer, record.block, found->second, record.at, outcome, late, duplicate);
    peer.free_lanes.insert(found->second.lane);
    peer.open.erase(found);
  }
  void begin(const Record& record) {
    ++requested_;
    auto& peer = peer_of(record.track);
    int lane = 0;
    if (peer.free_lanes.empty()) {
      lane = ++peer.lanes;
      name("thread_name", peer.process, lane, quoted_json("request " + std::to_string(lane)));
    } else {
      lane = peer.free_lanes.extract(peer.free_lanes.begin()).value();
    }
    peer.open.insert_or_assign(record.block, Open{record.at, record.deadline, lane});
  }
  void came(const Record& record) {
    ++received_;
    const bool duplicate = record.use == BlockCounts::Use::Duplicate;
    if (record.answer == BlockCounts::Answer::Outstanding)
      return end(record, "received", record.punctual == BlockCounts::Punctual::Late, duplicate);
    instant(peer_of(record.track).process, 0, record.at,
            record.answer == BlockCounts::Answer::TakenBack ? "after cancel" : "unasked",
            args_of(record.block) + ",\"duplicate\":" + boolean(duplicate));
  }
  void count(const Record& record);

  const MonotonicTime start_;
  std::string text_;
  bool is_first_ = true;
  std::map<Trace::Track, Peer> peers_;
  int next_process_ = first_peer;
  std::int64_t requested_ = 0;
  std::int64_t received_ = 0;
  bool stalled_ = false;
};

void Formatter::count(const Record& record) {
  constexpr std::array<std::pair<const char*, const char*>, 4> names{
      {{"buffered", "s"}, {"down rate", "B/s"}, {"up rate", "B/s"}, {"peers", "peers"}}};
  const auto& [title, unit] = names[static_cast<std::size_t>(record.counter)];
  event("C", player, 0, record.at, title,
        std::string(",\"args\":{\"") + unit + "\":" + number(std::isfinite(record.value) ? record.value : 0) +
            "}");
}

void Formatter::add(const Record& record, std::vector<std::string>::iterator& next_name) {
  const auto at = record.at;
  const auto playback = [&](const std::string& title, const std::string& args = "") {
    instant(player, playback_thread, at, title, args);
  };
  switch (record.kind) {
    case Kind::Name: name("process_name", peer_of(record.track).process, 0, quoted_json(*next_name++)); break;
    case Kind::Requested: begin(record); break;
    case Kind::TakenBack: end(record, "cancelled"); break;
    case Kind::Rejected: end(record, "rejected"); break;
    case Kind::Came: came(record); break;
    case Kind::Choked: instant(peer_of(record.track).process, 0, at, "choke"); break;
    case Kind::Unchoked: instant(peer_of(record.track).process, 0, at, "unchoke"); break;
    case Kind::PieceVerified:
    case Kind::PieceFailed:
      instant(player, pieces_thread, at,
              record.kind == Kind::PieceVerified ? "piece verified" : "piece failed",
              "\"piece\":" + std::to_string(record.block.piece));
      break;
    case Kind::Counted: count(record); break;
    case Kind::StallBegin:
      if (!std::exchange(stalled_, true)) event("B", player, playback_thread, at, "stall", "");
      break;
    case Kind::StallEnd:
      if (std::exchange(stalled_, false)) event("E", player, playback_thread, at, "stall", "");
      break;
    case Kind::Seek: playback("seek", "\"target\":" + number(record.value)); break;
    case Kind::SeekDone: playback("seek done"); break;
    case Kind::FirstFrame: playback("first frame"); break;
  }
}

class TraceFile final : public Trace {
 public:
  TraceFile(int descriptor, std::string path, MonotonicTime start)
      : descriptor_(descriptor), path_(std::move(path)), formatter_(start) {
    for (auto* batch : {&filling_, &writing_}) {
      batch->records.reserve(most_records);
      batch->names.reserve(most_names);
    }
    thread_ = std::jthread([this] { run(); });
  }
  ~TraceFile() override { static_cast<void>(finish()); }
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  void name_peer(Track peer, std::string name) override { push({.kind = Kind::Name, .track = peer}, &name); }
  void requested(Track peer, Block block, MonotonicTime deadline) override {
    push({.kind = Kind::Requested, .block = block, .track = peer, .deadline = deadline});
  }
  void taken_back(Track peer, Block block) override {
    push({.kind = Kind::TakenBack, .block = block, .track = peer});
  }
  void rejected(Track peer, Block block) override {
    push({.kind = Kind::Rejected, .block = block, .track = peer});
  }
  void came(Track peer, Block block, BlockCounts::Answer answer, BlockCounts::Use use,
            BlockCounts::Punctual punctual) override {
    push({.kind = Kind::Came,
          .answer = answer,
          .use = use,
          .punctual = punctual,
          .block = block,
          .track = peer});
  }
  void choked(Track peer) override { push({.kind = Kind::Choked, .track = peer}); }
  void unchoked(Track peer) override { push({.kind = Kind::Unchoked, .track = peer}); }
  void piece_verified(int piece) override { push({.kind = Kind::PieceVerified, .block = {piece, 0}}); }
  void piece_failed(int piece) override { push({.kind = Kind::PieceFailed, .block = {piece, 0}}); }
  void counter(Counter counter, double value) override {
    push({.kind = Kind::Counted, .counter = counter, .value = value});
  }
  void stall_begin() override { push({.kind = Kind::StallBegin}); }
  void stall_end() override { push({.kind = Kind::StallEnd}); }
  void seek(MediaTime target) override { push({.kind = Kind::Seek, .value = to_seconds(target)}); }
  void seek_done() override { push({.kind = Kind::SeekDone}); }
  void first_frame() override { push({.kind = Kind::FirstFrame}); }

  Result<void> finish() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    filled_.notify_one();
    const std::lock_guard once(finishing_);
    if (thread_.joinable()) {
      thread_.join();
      ::close(descriptor_);
    }
    if (error_ == 0) return {};
    return fail(ErrorCategory::Storage, "write-failed",
                "The trace '" + path_ + "' cannot be written: " + std::strerror(error_));
  }

 private:
  void push(Record record, std::string* name = nullptr) {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (filling_.records.size() == most_records ||
          (name != nullptr && filling_.names.size() == most_names)) {
        ++filling_.lost;
        return;
      }
      // Under the lock, so that times never step back.
      record.at = Clock::now();
      was_empty = filling_.records.empty();
      filling_.records.push_back(record);
      if (name != nullptr) filling_.names.push_back(std::move(*name));
    }
    if (was_empty) filled_.notify_one();
  }

  void run() {
    put("{\"traceEvents\":[");
    put(formatter_.take());
    put_tail();
    for (bool last = false; !last;) {
      {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return stopping_ || !filling_.records.empty(); });
        last = stopping_;
        std::swap(filling_, writing_);
      }
      auto name = writing_.names.begin();
      for (const auto& record : writing_.records) formatter_.add(record, name);
      lost_ += writing_.lost;
      writing_.records.clear();
      writing_.names.clear();
      writing_.lost = 0;
      if (last) formatter_.close(Clock::now());
      put(formatter_.take());
      put_tail();
    }
  }

  void put(std::string_view text) {
    const auto written = write_at(text, end_);
    end_ += written;
  }
  // Lies behind the end; the next batch overwrites it.
  void put_tail() { static_cast<void>(write_at(formatter_.tail(lost_), end_)); }

  std::int64_t write_at(std::string_view text, std::int64_t at) {
    std::int64_t done = 0;
    while (error_ == 0 && !text.empty()) {
      const auto written = ::pwrite(descriptor_, text.data(), text.size(), at + done);
      if (written < 0) {
        if (errno != EINTR) error_ = errno;
        continue;
      }
      done += written;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return done;
  }

  const int descriptor_;
  const std::string path_;
  std::mutex mutex_;
  std::condition_variable filled_;
  bool stopping_ = false;  // guarded by mutex_
  Batch filling_;          // guarded by mutex_
  std::mutex finishing_;

  // The writer's thread.
  Batch writing_;
  Formatter formatter_;
  std::int64_t end_ = 0;
  std::int64_t lost_ = 0;
  int error_ = 0;
  std::jthread thread_;
};

}  // namespace

Result<std::shared_ptr<Trace>> Trace::create(const std::filesystem::path& path, MonotonicTime start) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  const bool can_seek = descriptor >= 0 && ::lseek(descriptor, 0, SEEK_SET) == 0;
  if (!can_seek) {
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    return fail(ErrorCategory::Storage, "write-failed",
                "The trace '" + path.string() + "' cannot be written: " + std::strerror(error),
                "name a file in a folder that can be written");
  }
  return std::make_shared<TraceFile>(descriptor, path.string(), start);
}

}  // namespace freshet::streaming
