// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// `./dev bench decrypt`: how much of OpenSSL's own speed is left when it decrypts packets. The limit of a
// packet that is encrypted as one range is what `openssl speed` measures, one EVP call after the other on the
// same context; that of a pattern is a plain loop of EVP calls over the same blocks. Both run in turn with
// ours, in this process.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <openssl/evp.h>
#include <string>
#include <vector>

#include "drm/decrypt/sample_decryptor.h"

namespace freshet::bench {
namespace {

using namespace drm;

struct Case {
  std::string name;
  Scheme scheme = Scheme::Cenc;
  Pattern pattern;
  std::size_t size = 0;
  double goal = 0;  // of the limit
};

const std::vector<Case> cases{
    {"cenc, 4 KiB", Scheme::Cenc, {}, 4 << 10, 0.8},
    {"cenc, 16 KiB", Scheme::Cenc, {}, 16 << 10, 0.9},
    {"cenc, 64 KiB", Scheme::Cenc, {}, 64 << 10, 0.9},
    {"cbc1, 4 KiB", Scheme::Cbc1, {}, 4 << 10, 0.8},
    {"cbc1, 16 KiB", Scheme::Cbc1, {}, 16 << 10, 0.9},
    {"cbc1, 64 KiB", Scheme::Cbc1, {}, 64 << 10, 0.9},
    {"cens 1:9, 64 KiB", Scheme::Cens, {1, 9}, 64 << 10, 0.9},
    {"cbcs 1:9, 64 KiB", Scheme::Cbcs, {1, 9}, 64 << 10, 0.9},
    {"cbcs 5:5, 64 KiB", Scheme::Cbcs, {5, 5}, 64 << 10, 0.9},
};

void ours(benchmark::State& state, const Case& what) {
  auto decryptor = SampleDecryptor::make(what.scheme, AesKey{1, 2, 3}).value();
  std::vector<std::uint8_t> packet(what.size, 7);
  const ProtectedSample how{.iv = {9}, .subsamples = {}, .pattern = what.pattern};
  for (auto _ : state) {
    if (decryptor.decrypt(packet, how) != DecryptStatus::Done) state.SkipWithError("not decrypted");
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(what.size));
}

void limit(benchmark::State& state, const Case& what) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  const bool is_counter = what.scheme == Scheme::Cenc || what.scheme == Scheme::Cens;
  const AesKey key{1, 2, 3};
  const AesIv iv{9};
  EVP_DecryptInit_ex(context.get(), is_counter ? EVP_aes_128_ctr() : EVP_aes_128_cbc(), nullptr, key.data(),
                     iv.data());
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  std::vector<std::uint8_t> packet(what.size, 7);
  const bool has_pattern = what.pattern != Pattern{};
  const std::size_t run = has_pattern ? what.pattern.crypt * aes_block : what.size;
  const std::size_t turn = has_pattern ? (what.pattern.crypt + what.pattern.skip) * aes_block : what.size;
  int written = 0;
  for (auto _ : state) {
    if (has_pattern) EVP_DecryptInit_ex2(context.get(), nullptr, nullptr, iv.data(), nullptr);
    for (std::size_t at = 0; at < what.size; at += turn) {
      const auto now = std::min(run, what.size - at);
      EVP_DecryptUpdate(context.get(), packet.data() + at, &written, packet.data() + at,
                        static_cast<int>(now));
    }
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(what.size));
}

class Table final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const auto& run : runs)
      if (run.run_type == Run::RT_Iteration)
        rates_[run.run_name.function_name].push_back(run.counters.at("bytes_per_second"));
  }
  void print() {
    fmt::print("{:<20} {:>10} {:>10} {:>8} {:>6}\n", "median of runs", "ours", "limit", "ratio", "goal");
    for (const auto& one : cases) {
      const double mine = median(one.name + "/ours"), best = median(one.name + "/limit");
      fmt::print("{:<20} {:>5.2f} GB/s {:>5.2f} GB/s {:>7.0f}% {:>5.0f}%\n", one.name, mine / 1e9, best / 1e9,
                 100 * mine / best, 100 * one.goal);
    }
  }

 private:
  double median(const std::string& name) {
    auto& values = rates_[name];
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[values.size() / 2];
  }
  std::map<std::string, std::vector<double>> rates_;
};

}  // namespace
}  // namespace freshet::bench

int main(int count, char** arguments) {
  using namespace freshet::bench;
  benchmark::Initialize(&count, arguments);
  for (const auto& one : cases) {
    for (const bool is_ours : {true, false}) {
      benchmark::RegisterBenchmark((one.name + (is_ours ? "/ours" : "/limit")).c_str(),
                                   [&one, is_ours](benchmark::State& state) {
                                     if (is_ours)
                                       ours(state, one);
                                     else
                                       limit(state, one);
                                   })
          ->MinTime(0.1)
          ->Repetitions(7)
          ->ReportAggregatesOnly(false);
    }
  }
  Table table;
  benchmark::RunSpecifiedBenchmarks(&table);
  table.print();
  return 0;
}
