// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace freshet::lab {
namespace {

using Row = std::vector<std::string>;

const Row heading{"scene",   "player",    "runs",          "first frame s", "of best rival",
                  "of line", "seek s",    "of best rival", "of line",       "storm s",
                  "stalls",  "stalled %", "redundant %",   "CPU %",         "MiB"};

std::string cell(const std::optional<Spread>& spread, int digits) {
  if (!spread) return "-";
  if (spread->most - spread->least < 0.5 * std::pow(10, -digits))
    return fmt::format("{:.{}f}", spread->median, digits);
  return fmt::format("{:.{}f} ({:.{}f}–{:.{}f})", spread->median, digits, spread->least, digits, spread->most,
                     digits);
}

// How `mine` compares with the least median of the others; empty without others, and for the others
// themselves.
std::string ratio(const std::vector<Summary>& all, const Summary& mine,
                  std::optional<Spread> Summary::* figure) {
  if (mine.player != "freshet" || !(mine.*figure)) return "";
  std::optional<double> best;
  for (const auto& other : all) {
    if (other.player == mine.player || !(other.*figure)) continue;
    best = std::min(best.value_or((other.*figure)->median), (other.*figure)->median);
  }
  return best ? fmt::format("{:.2f}", (mine.*figure)->median / *best) : "";
}

// How `figure` compares with what the line allows.
std::string of_line(const std::optional<Spread>& figure, const std::optional<LineLimit>& limit,
                    double LineLimit::* least) {
  return figure && limit ? fmt::format("{:.1f}", figure->median / ((*limit).*least)) : "";
}

std::vector<Row> rows_of(const std::vector<SceneResults>& scenes) {
  std::vector<Row> rows;
  for (const auto& scene : scenes) {
    const auto all = summarise(scene);
    for (const auto& one : all) {
      rows.push_back(
          {scene.name, one.player,
           one.failed == 0 ? fmt::format("{}", one.runs) : fmt::format("{}, {} failed", one.runs, one.failed),
           cell(one.first_frame, 2), ratio(all, one, &Summary::first_frame),
           of_line(one.first_frame, scene.limit, &LineLimit::first_frame), cell(one.seek, 2),
           ratio(all, one, &Summary::seek), of_line(one.seek, scene.limit, &LineLimit::seek),
           cell(one.storm, 2), fmt::format("{}", one.stalls), cell(one.stalled, 1), cell(one.redundant, 1),
           cell(one.cpu, 0), cell(one.memory, 0)});
    }
  }
  return rows;
}

// Medians of where the time to the first frame goes, and how much came late; for players that tell.
const Row phases_heading{"scene",    "player",      "peers s",  "metadata s",
                         "header s", "first gop s", "decode s", "late %"};

std::vector<Row> phase_rows_of(const std::vector<SceneResults>& scenes) {
  std::vector<Row> rows;
  for (const auto& scene : scenes) {
    for (const auto& one : summarise(scene)) {
      if (one.phases.empty()) continue;
      Row row{scene.name, one.player};
      for (const auto name : phase_names) {
        const auto found = one.phases.find(std::string(name));
        row.push_back(found == one.phases.end() ? "-" : fmt::format("{:.2f}", found->second.median));
      }
      row.push_back(one.late ? fmt::format("{:.1f}", one.late->median) : "-");
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

// Columns on a screen: a byte that continues a character takes none.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char letter) { return (static_cast<unsigned char>(letter) & 0xC0u) != 0x80; }));
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '<') {
      result += "&lt;";
    } else if (letter == '&') {
      result += "&amp;";
    } else {
      result += letter;
    }
  }
  return result;
}

std::string columns(const Row& first, std::vector<Row> rows) {
  rows.insert(rows.begin(), first);
  std::vector<std::size_t> widths(first.size(), 0);
  for (const auto& row : rows)
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], width(row[column]));
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column)
      text += row[column] + std::string(widths[column] - width(row[column]) + 2, ' ');
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

// Colours that are told apart by those who see few: Okabe and Ito's.
constexpr std::array colours{"#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"};

struct Plot {
  std::string svg;
  double y = 0;
  std::vector<std::string> players;

  void text(double x, double at, std::string_view words, std::string_view extra = "") {
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, at, extra, escaped(words));
  }
};

constexpr double left = 150, right = 640, bar = 11, width_of_page = 720;

void draw_panel(Plot& plot, const std::vector<SceneResults>& scenes, std::string_view title,
                std::optional<Spread> Summary::* figure) {
  double most = 1;
  for (const auto& scene : scenes)
    for (const auto& one : summarise(scene))
      if (one.*figure) most = std::max(most, (one.*figure)->most);
  const auto x_of = [&](double value) { return left + (right - left) * value / most; };
  plot.y += 26;
  plot.text(10, plot.y, title, "font-weight=\"bold\"");
  plot.y += 8;
  const double top = plot.y;
  std::string bars;
  for (const auto& scene : scenes) {
    const double scene_top = plot.y;
    for (const auto& one : summarise(scene)) {
      if (!(one.*figure)) continue;
      const auto& spread = *(one.*figure);
      const auto colour = colours[static_cast<std::size_t>(std::ranges::find(plot.players, one.player) -
                                                           plot.players.begin()) %
                                  colours.size()];
      bars += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>\n",
                          left, plot.y + 1, x_of(spread.median) - left, bar - 2, colour);
      bars += fmt::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#222\"/>\n",
                          x_of(spread.least), x_of(spread.most), plot.y + bar / 2, plot.y + bar / 2);
      bars += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"9\">{:.2f}</text>\n",
                          x_of(spread.most) + 4, plot.y + bar - 2, spread.median);
      plot.y += bar;
    }
    if (plot.y == scene_top) continue;
    plot.text(left - 6, (scene_top + plot.y) / 2 + 4, scene.name, "text-anchor=\"end\"");
    plot.y += 6;
  }
  const double step = most > 30 ? 10 : most > 12 ? 5 : most > 4 ? 2 : 1;
  for (double value = 0; value <= most; value += step) {
    plot.svg +=
        fmt::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>\n",
                    x_of(value), top, plot.y);
    plot.text(x_of(value), plot.y + 12, fmt::format("{:.0f} s", value),
              "text-anchor=\"middle\" font-size=\"10\"");
  }
  plot.svg += bars;
  plot.y += 16;
}

}  // namespace

std::string plain_table(const std::vector<SceneResults>& scenes) {
  auto text = columns(heading, rows_of(scenes));
  if (auto phases = phase_rows_of(scenes); !phases.empty())
    text +=
        "\nWhere the time to the first frame goes (medians)\n" + columns(phases_heading, std::move(phases));
  return text;
}

std::string markdown_page(const std::vector<SceneResults>& scenes, const std::string& preface) {
  std::string page = preface;
  const auto add = [&page](const Row& row) {
    for (const auto& value : row) page += "| " + value + " ";
    page += "|\n";
  };
  const auto table = [&add, &page](const Row& first, const std::vector<Row>& rows) {
    add(first);
    for (std::size_t column = 0; column < first.size(); ++column) page += "|---";
    page += "|\n";
    for (const auto& row : rows) add(row);
  };
  table(heading, rows_of(scenes));
  if (const auto phases = phase_rows_of(scenes); !phases.empty()) {
    page +=
        "\nWhere the time to the first frame goes, medians; and the share of the blocks that came after "
        "their deadline:\n\n";
    table(phases_heading, phases);
  }
  page +=
      "\n| scene | what happens | date | ground | load of the machine before a run "
      "|\n|---|---|---|---|---|\n";
  for (const auto& scene : scenes) {
    std::vector<double> loads;
    for (const auto& [player, runs] : scene.players)
      for (const auto& run : runs)
        if (run.load > 0) loads.push_back(run.load);
    page += fmt::format("| {} | {} | {} | {} | {} |\n", scene.name, scene.title, scene.date, scene.ground,
                        cell(spread_of(std::move(loads)), 1));
  }
  return page;
}

std::string svg_plot(const std::vector<SceneResults>& scenes) {
  Plot plot;
  for (const auto& scene : scenes)
    for (const auto& one : summarise(scene))
      if (std::ranges::find(plot.players, one.player) == plot.players.end())
        plot.players.push_back(one.player);
  std::ranges::sort(plot.players, comes_first);
  double x = 10;
  plot.y = 20;
  for (std::size_t index = 0; index < plot.players.size(); ++index) {
    plot.svg += fmt::format("<rect x=\"{:.1f}\" y=\"11\" width=\"10\" height=\"10\" fill=\"{}\"/>\n", x,
                            colours[index % colours.size()]);
    plot.text(x + 14, 20, plot.players[index]);
    x += 30 + 7.5 * static_cast<double>(plot.players[index].size());
  }
  draw_panel(plot, scenes, "First frame, seconds from the program's start", &Summary::first_frame);
  draw_panel(plot, scenes, "Seek outside the buffer, seconds to its picture", &Summary::seek);
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
             "font-family=\"sans-serif\" "
             "font-size=\"12\" fill=\"#222\">\n<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#fff\"/>\n",
             width_of_page, plot.y + 10) +
         plot.svg + "</svg>\n";
}

}  // namespace freshet::lab
