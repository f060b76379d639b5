// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "streaming/readable_torrent.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "streaming/leaves/verified_blocks.h"

namespace freshet::streaming {

// One open file. Guarded by ReadableTorrent::mutex_.
struct ReadableTorrent::Reader {
  struct Waiting {
    int piece;
    ByteOffset offset;
    PieceBytes delivered;
  };

  FileIndex file{};
  std::int64_t begin = 0;
  Bytes size;
  Generation cancelled_before{};
  bool was_read = false;
  Urgency urgency = Urgency::Now;
  std::vector<Window> windows;
  ReadPositions positions;
  std::list<Waiting*> waiting;
  // The piece read last: small reads stay fast when the cache is smaller than one piece.
  int last_piece = -1;
  PieceBytes last;
};

class ReadableTorrent::Source final : public ByteSource {
 public:
  Source(std::shared_ptr<ReadableTorrent> torrent, FileIndex file, std::int64_t begin, Bytes size,
         Urgency urgency)
      : torrent_(std::move(torrent)) {
    reader_.file = file;
    reader_.begin = begin;
    reader_.size = size;
    reader_.urgency = urgency;
    {
      const std::lock_guard lock(torrent_->mutex_);
      torrent_->readers_.push_back(&reader_);
    }
    torrent_->wake_(Wake::Now);
  }

  ~Source() override {
    {
      const std::lock_guard lock(torrent_->mutex_);
      torrent_->readers_.remove(&reader_);
    }
    torrent_->wake_(Wake::Later);
  }

  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  std::expected<std::size_t, ReadError> read(ByteOffset offset, std::span<std::byte> buffer,
                                             Generation generation) override {
    return torrent_->read(reader_, offset, buffer, generation);
  }

  void cancel_before(Generation generation) noexcept override {
    {
      const std::lock_guard lock(torrent_->mutex_);
      if (generation <= reader_.cancelled_before) return;
      reader_.cancelled_before = generation;
      reader_.positions.forget_before(generation);
    }
    torrent_->changed_.notify_all();
  }

  std::optional<Bytes> size() const override { return reader_.size; }
  Seekable seekable() const override { return Seekable::Yes; }

  std::vector<ByteRange> available() const override {
    const std::lock_guard lock(torrent_->mutex_);
    const auto length = torrent_->piece_length_;
    const auto pieces = pieces_of(reader_.begin, {{0}, ByteOffset{reader_.size.value}}, length);
    std::vector<ByteRange> ranges;
    const auto add = [&](std::int64_t from, std::int64_t to) {  // of the torrent
      const ByteOffset begin{std::max<std::int64_t>(from - reader_.begin, 0)};
      const ByteOffset end{std::min(to - reader_.begin, reader_.size.value)};
      if (end <= begin) return;
      if (!ranges.empty() && ranges.back().end == begin)
        ranges.back().end = end;
      else
        ranges.push_back({begin, end});
    };
    for (int piece = pieces.first; piece <= pieces.last; ++piece) {
      if (torrent_->have_[static_cast<std::size_t>(piece)]) {
        add(piece * length, (piece + 1) * length);
      } else if (const auto part = torrent_->parts_.find(piece); part != torrent_->parts_.end()) {
        for (const auto& [begin, end] : part->second->runs())
          add(piece * length + begin, piece * length + end);
      }
    }
    return ranges;
  }

  void set_windows(std::span<const Window> windows) override {
    {
      const std::lock_guard lock(torrent_->mutex_);
      reader_.windows.assign(windows.begin(), windows.end());
    }
    torrent_->wake_(Wake::Now);
  }

 private:
  std::shared_ptr<ReadableTorrent> torrent_;
  Reader reader_;
};

ReadableTorrent::ReadableTorrent(std::uint64_t id, std::shared_ptr<PieceCache> cache, WakeFunction wake)
    : id_(id), cache_(std::move(cache)), wake_(std::move(wake)) {}

void ReadableTorrent::set_layout(std::int64_t piece_length, std::int64_t total) {
  const std::lock_guard lock(mutex_);
  piece_length_ = piece_length;
  total_ = total;
  have_.assign(static_cast<std::size_t>((total + piece_length - 1) / piece_length), false);
}

void ReadableTorrent::set_have(std::vector<bool> have) {
  {
    const std::lock_guard lock(mutex_);
    have.resize(have_.size());
    have_ = std::move(have);
    parts_.clear();
  }
  changed_.notify_all();
}

void ReadableTorrent::add_have(int piece) {
  {
    const std::lock_guard lock(mutex_);
    have_[static_cast<std::size_t>(piece)] = true;
    parts_.erase(piece);
  }
  changed_.notify_all();
}

void ReadableTorrent::deliver(int piece, const PieceBytes& bytes) {
  {
    const std::lock_guard lock(mutex_);
    loading_.erase(piece);
    for (auto* reader : readers_) {
      for (auto* waiting : reader->waiting) {
        if (waiting->piece == piece) waiting->delivered = bytes;
      }
    }
  }
  changed_.notify_all();
}

void ReadableTorrent::deliver_blocks(int piece, const std::shared_ptr<VerifiedBlocks>& blocks) {
  {
    const std::lock_guard lock(mutex_);
    if (static_cast<std::size_t>(piece) >= have_.size() || have_[static_cast<std::size_t>(piece)]) return;
    parts_.insert_or_assign(piece, blocks);
  }
  changed_.notify_all();
}

void ReadableTorrent::forget_loads() {
  {
    const std::lock_guard lock(mutex_);
    loading_.clear();
    to_load_.clear();
  }
  changed_.notify_all();
}

void ReadableTorrent::set_error(std::optional<Error> error) {
  {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
  }
  changed_.notify_all();
}

void ReadableTorrent::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    parts_.clear();
    for (auto* reader : readers_) reader->last = {};
  }
  cache_->forget_torrent(id_);
  changed_.notify_all();
}

ReadableTorrent::Demands ReadableTorrent::demands() const {
  const std::lock_guard lock(mutex_);
  Demands result;
  for (const auto* reader : readers_) {
    ReaderDemand demand{reader->file,    reader->begin,    reader->size,   {}, reader->positions.next(),
                        reader->windows, reader->was_read, reader->urgency};
    for (const auto* waiting : reader->waiting) demand.waiting.push_back(waiting->offset);
    result.anybody_waits = result.anybody_waits || !demand.waiting.empty();
    result.readers.push_back(std::move(demand));
  }
  return result;
}

std::vector<int> ReadableTorrent::pieces_to_load() {
  const std::lock_guard lock(mutex_);
  return std::exchange(to_load_, {});
}

std::shared_ptr<ByteSource> ReadableTorrent::open(FileIndex file, std::int64_t begin, Bytes size,
                                                  Urgency urgency) {
  return std::make_shared<Source>(shared_from_this(), file, begin, size, urgency);
}

void ReadableTorrent::want_loaded_locked(int piece) {
  if (!have_[static_cast<std::size_t>(piece)] || !loading_.insert(piece).second) return;
  to_load_.push_back(piece);
}

std::expected<std::size_t, ReadError> ReadableTorrent::read(Reader& reader, ByteOffset offset,
                                                            std::span<std::byte> buffer,
                                                            Generation generation) {
  std::unique_lock lock(mutex_);
  const auto cancelled = [&] { return closed_ || generation < reader.cancelled_before; };
  if (cancelled()) return std::unexpected(ReadCancelled{});
  if (buffer.empty() || offset.value < 0 || offset.value >= reader.size.value) return 0;
  reader.was_read = true;

  const auto position = reader.begin + offset.value;
  const int piece = static_cast<int>(position / piece_length_);
  const auto in_piece = static_cast<std::size_t>(position % piece_length_);
  bool look_again = reader.positions.note(offset, offset, generation, reader.begin, piece_length_);

  auto found = reader.last_piece == piece ? reader.last : cache_->find({id_, piece});
  const auto take_part = [&]() -> std::size_t {
    const auto part = parts_.find(piece);
    if (part == parts_.end()) return 0;
    const auto left = static_cast<std::size_t>(reader.size.value - offset.value);
    return part->second->copy(in_piece, buffer.first(std::min(buffer.size(), left)));
  };
  const auto gave = [&](std::size_t count) {
    const auto end = offset + Bytes{static_cast<std::int64_t>(count)};
    look_again = reader.positions.note(offset, end, generation, reader.begin, piece_length_) || look_again;
    lock.unlock();
    if (look_again) wake_(Wake::Later);
    return count;
  };
  if (found.bytes.empty()) {
    if (const auto count = take_part(); count > 0) return gave(count);
    Reader::Waiting waiting{piece, offset, {}};
    reader.waiting.push_back(&waiting);
    for (bool announced = false;;) {
      if (cancelled() || !waiting.delivered.bytes.empty()) break;
      if (error_) break;
      if (const auto count = take_part(); count > 0) {
        reader.waiting.remove(&waiting);
        look_again = true;
        return gave(count);
      }
      const auto loads = to_load_.size();
      want_loaded_locked(piece);
      if (!announced || to_load_.size() != loads) {
        announced = true;
        lock.unlock();
        wake_(Wake::Now);
        lock.lock();
        continue;  // it may have come meanwhile
      }
      changed_.wait(lock);
    }
    reader.waiting.remove(&waiting);
    if (cancelled()) return std::unexpected(ReadCancelled{});
    if (waiting.delivered.bytes.empty()) return std::unexpected(*error_);
    found = std::move(waiting.delivered);
    look_again = true;
  }
  reader.last_piece = piece;
  reader.last = found;

  const auto left_in_file = static_cast<std::size_t>(reader.size.value - offset.value);
  const auto count = std::min({buffer.size(), left_in_file, found.bytes.size() - in_piece});
  const auto end = offset + Bytes{static_cast<std::int64_t>(count)};
  look_again = reader.positions.note(offset, end, generation, reader.begin, piece_length_) || look_again;
  // One piece ahead into RAM, so that reading on does not wait for the disk at each border.
  if (piece + 1 < static_cast<int>(have_.size()) && end.value < reader.size.value &&
      cache_->find({id_, piece + 1}).bytes.empty()) {
    const auto loads = to_load_.size();
    want_loaded_locked(piece + 1);
    look_again = look_again || to_load_.size() != loads;
  }
  lock.unlock();
  if (look_again) wake_(Wake::Later);
  std::memcpy(buffer.data(), found.bytes.data() + in_piece, count);
  return count;
}

}  // namespace freshet::streaming
