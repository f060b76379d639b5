// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0
#include "player/media/track_selection.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>

namespace freshet::media {
namespace {

// ISO 639-1, 639-2/T, and 639-2/B where it differs: the languages with two letters, which are those that
// people write in two ways.
struct LanguageCodes {
  std::string_view two, three, bibliographic;
};
constexpr std::array language_codes = std::to_array<LanguageCodes>({
    {"aa", "aar", ""},    {"ab", "abk", ""},    {"af", "afr", ""},    {"ak", "aka", ""},
    {"am", "amh", ""},    {"an", "arg", ""},    {"ar", "ara", ""},    {"as", "asm", ""},
    {"av", "ava", ""},    {"ay", "aym", ""},    {"az", "aze", ""},    {"ba", "bak", ""},
    {"be", "bel", ""},    {"bg", "bul", ""},    {"bi", "bis", ""},    {"bm", "bam", ""},
    {"bn", "ben", ""},    {"bo", "bod", "tib"}, {"br", "bre", ""},    {"bs", "bos", ""},
    {"ca", "cat", ""},    {"ce", "che", ""},    {"ch", "cha", ""},    {"co", "cos", ""},
    {"cr", "cre", ""},    {"cs", "ces", "cze"}, {"cu", "chu", ""},    {"cv", "chv", ""},
    {"cy", "cym", "wel"}, {"da", "dan", ""},    {"de", "deu", "ger"}, {"dv", "div", ""},
    {"dz", "dzo", ""},    {"ee", "ewe", ""},    {"el", "ell", "gre"}, {"en", "eng", ""},
    {"eo", "epo", ""},    {"es", "spa", ""},    {"et", "est", ""},    {"eu", "eus", "baq"},
    {"fa", "fas", "per"}, {"ff", "ful", ""},    {"fi", "fin", ""},    {"fj", "fij", ""},
    {"fo", "fao", ""},    {"fr", "fra", "fre"}, {"fy", "fry", ""},    {"ga", "gle", ""},
    {"gd", "gla", ""},    {"gl", "glg", ""},    {"gn", "grn", ""},    {"gu", "guj", ""},
    {"gv", "glv", ""},    {"ha", "hau", ""},    {"he", "heb", ""},    {"hi", "hin", ""},
    {"ho", "hmo", ""},    {"hr", "hrv", "scr"}, {"ht", "hat", ""},    {"hu", "hun", ""},
    {"hy", "hye", "arm"}, {"hz", "her", ""},    {"ia", "ina", ""},    {"id", "ind", ""},
    {"ie", "ile", ""},    {"ig", "ibo", ""},    {"ii", "iii", ""},    {"ik", "ipk", ""},
    {"io", "ido", ""},    {"is", "isl", "ice"}, {"it", "ita", ""},    {"iu", "iku", ""},
    {"ja", "jpn", ""},    {"jv", "jav", ""},    {"ka", "kat", "geo"}, {"kg", "kon", ""},
    {"ki", "kik", ""},    {"kj", "kua", ""},    {"kk", "kaz", ""},    {"kl", "kal", ""},
    {"km", "khm", ""},    {"kn", "kan", ""},    {"ko", "kor", ""},    {"kr", "kau", ""},
    {"ks", "kas", ""},    {"ku", "kur", ""},    {"kv", "kom", ""},    {"kw", "cor", ""},
    {"ky", "kir", ""},    {"la", "lat", ""},    {"lb", "ltz", ""},    {"lg", "lug", ""},
    {"li", "lim", ""},    {"ln", "lin", ""},    {"lo", "lao", ""},    {"lt", "lit", ""},
    {"lu", "lub", ""},    {"lv", "lav", ""},    {"mg", "mlg", ""},    {"mh", "mah", ""},
    {"mi", "mri", "mao"}, {"mk", "mkd", "mac"}, {"ml", "mal", ""},    {"mn", "mon", ""},
    {"mr", "mar", ""},    {"ms", "msa", "may"}, {"mt", "mlt", ""},    {"my", "mya", "bur"},
    {"na", "nau", ""},    {"nb", "nob", ""},    {"nd", "nde", ""},    {"ne", "nep", ""},
    {"ng", "ndo", ""},    {"nl", "nld", "dut"}, {"nn", "nno", ""},    {"no", "nor", ""},
    {"nr", "nbl", ""},    {"nv", "nav", ""},    {"ny", "nya", ""},    {"oc", "oci", ""},
    {"oj", "oji", ""},    {"om", "orm", ""},    {"or", "ori", ""},    {"os", "oss", ""},
    {"pa", "pan", ""},    {"pi", "pli", ""},    {"pl", "pol", ""},    {"ps", "pus", ""},
    {"pt", "por", ""},    {"qu", "que", ""},    {"rm", "roh", ""},    {"rn", "run", ""},
    {"ro", "ron", "rum"}, {"ru", "rus", ""},    {"rw", "kin", ""},    {"sa", "san", ""},
    {"sc", "srd", ""},    {"sd", "snd", ""},    {"se", "sme", ""},    {"sg", "sag", ""},
    {"si", "sin", ""},    {"sk", "slk", "slo"}, {"sl", "slv", ""},    {"sm", "smo", ""},
    {"sn", "sna", ""},    {"so", "som", ""},    {"sq", "sqi", "alb"}, {"sr", "srp", "scc"},
    {"ss", "ssw", ""},    {"st", "sot", ""},    {"su", "sun", ""},    {"sv", "swe", ""},
    {"sw", "swa", ""},    {"ta", "tam", ""},    {"te", "tel", ""},    {"tg", "tgk", ""},
    {"th", "tha", ""},    {"ti", "tir", ""},    {"tk", "tuk", ""},    {"tl", "tgl", ""},
    {"tn", "tsn", ""},    {"to", "ton", ""},    {"tr", "tur", ""},    {"ts", "tso", ""},
    {"tt", "tat", ""},    {"tw", "twi", ""},    {"ty", "tah", ""},    {"ug", "uig", ""},
    {"uk", "ukr", ""},    {"ur", "urd", ""},    {"uz", "uzb", ""},    {"ve", "ven", ""},
    {"vi", "vie", ""},    {"vo", "vol", ""},    {"wa", "wln", ""},    {"wo", "wol", ""},
    {"xh", "xho", ""},    {"yi", "yid", ""},    {"yo", "yor", ""},    {"za", "zha", ""},
    {"zh", "zho", "chi"}, {"zu", "zul", ""},
});

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// The three letters (639-2/T) of a tag's language, or the tag itself; what follows '-' or '_' is a country.
std::string canonical(std::string_view tag) {
  std::string lower = lower_case(tag.substr(0, tag.find_first_of("-_")));
  for (const LanguageCodes& codes : language_codes) {
    if (lower == codes.two || lower == codes.three ||
        (!codes.bibliographic.empty() && lower == codes.bibliographic)) {
      return std::string(codes.three);
    }
  }
  return lower;
}

// 0 for the best language, languages.size() for none of them.
std::size_t language_rank(const std::vector<std::string>& languages, const std::string& tagged) {
  for (std::size_t i = 0; i < languages.size(); ++i) {
    if (language_matches(languages[i], tagged)) return i;
  }
  return languages.size();
}

}  // namespace

bool language_matches(std::string_view wanted, std::string_view tagged) {
  return !wanted.empty() && !tagged.empty() && canonical(wanted) == canonical(tagged);
}

int choose_track(const std::vector<Track>& tracks, TrackKind kind, TrackChoice choice,
                 const std::vector<std::string>& languages) {
  if (choice.kind == TrackChoice::Kind::Off) return 0;
  if (choice.kind == TrackChoice::Kind::Id) {
    const auto found = std::ranges::find_if(tracks, [&](const Track& track) {
      return track.kind == kind && track.id == choice.id && track.decodable;
    });
    return found != tracks.end() ? found->id : 0;
  }
  const auto order = [&](const Track& track) {  // the smallest wins
    return std::tuple(!track.external, language_rank(languages, track.language), !track.is_default,
                      !(kind == TrackKind::Subtitle && track.forced), track.album_art, track.id);
  };
  const Track* best = nullptr;
  for (const Track& track : tracks) {
    if (track.kind != kind || !track.decodable) continue;
    if (best == nullptr || order(track) < order(*best)) best = &track;
  }
  if (best == nullptr) return 0;
  if (kind == TrackKind::Subtitle && !best->external && !best->is_default && !best->forced &&
      language_rank(languages, best->language) == languages.size()) {
    return 0;
  }
  return best->id;
}

}  // namespace freshet::media
