/* SPDX-FileCopyrightText: Freshet contributors
 * SPDX-License-Identifier: MIT
 *
 * The interface between Freshet and a DRM module: a shared library in which a studio keeps its own licence
 * checks. Plain C: C99, C11 and C++17 compile it, and so can any language that calls C.
 *
 * A module is one `freshet_drm_module`, which the host makes with `create`, and sessions in it, one for each
 * title (or set of keys) that is played. The host gives init data and licences; the module answers with key
 * states and a policy, and decrypts packets.
 *
 * RULES THAT HOLD EVERYWHERE
 *
 * Growth.    Every structure begins with `size`, the bytes its writer knows. A reader uses min(size, its own
 * sizeof) and takes what lies beyond for 0. Minor versions append fields at the end and functions at the end
 * of tables; nothing is ever removed, moved or given another meaning. What is out-parameter says its room in
 *            `size` before the call, and the callee writes no more than that. Arrays of structures come with
 * a stride, the distance in bytes from one element to the next; `freshet_drm_subsample` alone has none and is
 * frozen. Threads.   All functions of the module are called on one thread, the control thread, but for
 * `decrypt`, which may run on several threads at once, also beside the control thread. A module starts no
 * threads. Callbacks. Functions of the host return at once and never call the module: what they ask for comes
 * later, as a call of `on_answer`. They are for the control thread alone, but for `log`. Memory.    Whoever
 * calls owns what it passes; pointers are valid until the call returns. Nobody frees memory of the other
 * side. Text.      UTF-8 with a length, not ended by a zero. A length of 0 is no text. Times. Milliseconds
 * since 1970-01-01 UTC, unless said otherwise; FRESHET_DRM_NO_TIME is none. Blocking.  A module has no files,
 * no sockets and no clock of its own: it asks the host. A call that takes longer than half a second counts as
 * hung; the host kills the module's process, starts it again and opens the sessions anew.
 */
#ifndef FRESHET_DRM_MODULE_H
#define FRESHET_DRM_MODULE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FRESHET_DRM_ABI_MAJOR 1u /* another one is another interface, with an entry of its own */
#define FRESHET_DRM_ABI_MINOR 0u /* only ever adds */

#if defined(__GNUC__)
#define FRESHET_DRM_EXPORT __attribute__((visibility("default")))
#else
#define FRESHET_DRM_EXPORT
#endif

/* ---- status
 * ---------------------------------------------------------------------------------------------------- */

/* 0: done. Above: not yet, and no failure. Below: failed. Codes that a host does not know it shows by number
 * and takes for FRESHET_DRM_E_MODULE. */
typedef int32_t freshet_drm_status;

#define FRESHET_DRM_OK 0
#define FRESHET_DRM_WAIT_KEY \
  1                           /* decrypt: the key may still come; the host keeps the packet and tries again */
#define FRESHET_DRM_PENDING 2 /* the rest comes as an event */

#define FRESHET_DRM_E_ARGUMENT (-1)      /* what was passed makes no sense */
#define FRESHET_DRM_E_STATE (-2)         /* not now: the session is not open, or closed */
#define FRESHET_DRM_E_MEMORY (-3)        /* none left */
#define FRESHET_DRM_E_UNSUPPORTED (-4)   /* a scheme, init data or a feature that the module does not know */
#define FRESHET_DRM_E_CANCELLED (-5)     /* by the viewer or the host */
#define FRESHET_DRM_E_LICENCE_FORM (-10) /* the licence cannot be read */
#define FRESHET_DRM_E_LICENCE_SIGNATURE (-11) /* it is not by whom it says */
#define FRESHET_DRM_E_LICENCE_MISSING (-12)   /* there is none for this title */
#define FRESHET_DRM_E_LICENCE_DENIED (-13)    /* the server says no */
#define FRESHET_DRM_E_LICENCE_EXPIRED (-14)
#define FRESHET_DRM_E_LICENCE_EARLY (-15) /* its time has not come */
#define FRESHET_DRM_E_LICENCE_REVOKED (-16)
#define FRESHET_DRM_E_LICENCE_OTHER (-17) /* it is for another title */
#define FRESHET_DRM_E_HOLDER (-18)        /* wrong passphrase, or another account's */
#define FRESHET_DRM_E_DEVICE (-19)        /* another device's, or too many devices */
#define FRESHET_DRM_E_CONCURRENT (-20)    /* too many at once */
#define FRESHET_DRM_E_CLOCK (-21)         /* the clock was set back: going online once mends it */
#define FRESHET_DRM_E_OUTPUT (-22)        /* the screen or cable is not allowed */
#define FRESHET_DRM_E_REGION (-23)        /* not licensed here */
#define FRESHET_DRM_E_KEY_MISSING (-30)   /* the licence lacks the key that this packet needs */
#define FRESHET_DRM_E_DATA (-31)          /* the map of subsamples does not fit the packet */
#define FRESHET_DRM_E_CRYPTO (-32)        /* the cipher failed */
#define FRESHET_DRM_E_NETWORK (-40)       /* the server cannot be reached */
#define FRESHET_DRM_E_SERVER (-41)        /* its answer makes no sense */
#define FRESHET_DRM_E_STORAGE (-42)       /* what should be kept cannot be */
#define FRESHET_DRM_E_REFUSED (-43)       /* the host does not allow it: the manifest did not ask for it */
#define FRESHET_DRM_E_MODULE (-100)       /* a fault of the module's own */

/* ---- values
 * ---------------------------------------------------------------------------------------------------- */

typedef struct freshet_drm_bytes {
  const uint8_t* data;
  uint64_t length;
} freshet_drm_bytes;

typedef struct freshet_drm_text {
  const char* utf8;
  uint64_t length;
} freshet_drm_text;

#define FRESHET_DRM_NO_TIME INT64_MIN

/* Why something is not possible, for the person who watches and for the support that they write to. */
typedef struct freshet_drm_reason {
  uint32_t size;
  freshet_drm_status status;
  uint32_t retryable; /* 1: the same may work later */
  uint32_t reserved;
  freshet_drm_text sentence;  /* one, in the viewer's language: what, and until or since when */
  freshet_drm_text next_step; /* what the viewer can do */
  freshet_drm_text support_url;
  freshet_drm_text detail; /* for support alone: a code of the studio's own */
  int64_t since;           /* the moment it speaks of, or FRESHET_DRM_NO_TIME */
} freshet_drm_reason;

/* ---- what the host does for a module
 * --------------------------------------------------------------------------- */

typedef struct freshet_drm_host freshet_drm_host; /* the host's own */

/* Names a question, until its answer: above 0 and never used again. 0: refused, no answer comes. */
typedef uint64_t freshet_drm_request;

typedef struct freshet_drm_header {
  uint32_t size;
  uint32_t reserved;
  freshet_drm_text name;
  freshet_drm_text value;
} freshet_drm_header;

/* A request over HTTPS. The host checks URL and headers against the manifest, also where it is sent on to. */
typedef struct freshet_drm_http {
  uint32_t size;
  uint32_t timeout_ms;     /* 0: the host's own, 15 s */
  freshet_drm_text method; /* GET, POST or PUT */
  freshet_drm_text url;
  const freshet_drm_header* headers; /* at most 32 */
  uint64_t header_count;
  uint64_t header_stride;
  freshet_drm_bytes body;      /* at most 1 MiB */
  freshet_drm_text credential; /* a token of this name, which the host keeps and the module never sees */
  uint64_t largest_answer;     /* 0: the host's own, 1 MiB */
} freshet_drm_http;

/* How far the host's clock can be believed. */
#define FRESHET_DRM_CLOCK_LOCAL 0u   /* as the machine says */
#define FRESHET_DRM_CLOCK_FORWARD 1u /* and it was never seen to go back */
#define FRESHET_DRM_CLOCK_SIGNED 2u  /* a server's word of this session */

typedef struct freshet_drm_time {
  uint32_t size;
  uint32_t trust; /* FRESHET_DRM_CLOCK_… */
  int64_t now;
  int64_t since_boot;  /* ms, counting sleep: runs on whatever the clock is set to */
  int64_t latest_seen; /* the furthest `now` that the host ever saw, kept between runs */
} freshet_drm_time;

#define FRESHET_DRM_PROMPT_PASSPHRASE 1u
#define FRESHET_DRM_PROMPT_CONSENT 2u
#define FRESHET_DRM_PROMPT_SIGN_IN \
  3u /* the answer is an account's name and a secret, divided by a line feed */
#define FRESHET_DRM_PROMPT_CHOICE 4u /* the answer is the number of a choice, from 0, in decimal digits */

typedef struct freshet_drm_prompt {
  uint32_t size;
  uint32_t kind; /* FRESHET_DRM_PROMPT_… */
  freshet_drm_text title;
  freshet_drm_text message;
  freshet_drm_text hint;
  const freshet_drm_text* choices; /* frozen elements; at most 8 */
  uint64_t choice_count;
} freshet_drm_prompt;

#define FRESHET_DRM_LINK_UNKNOWN 0u
#define FRESHET_DRM_LINK_INTERNAL 1u
#define FRESHET_DRM_LINK_HDMI 2u
#define FRESHET_DRM_LINK_DISPLAYPORT 3u
#define FRESHET_DRM_LINK_NETWORK 4u
#define FRESHET_DRM_LINK_CAPTURE 5u

typedef struct freshet_drm_output {
  uint32_t size;
  uint32_t link; /* FRESHET_DRM_LINK_… */
  uint32_t
      hdcp_x10; /* 14 is HDCP 1.4, 22 is 2.2; 0: none, or it is not known, which on a desktop is the rule */
  uint32_t width;
  uint32_t height;
  uint32_t recorded; /* 1: something records the screen */
} freshet_drm_output;

#define FRESHET_DRM_LOG_ERROR 0u
#define FRESHET_DRM_LOG_WARNING 1u
#define FRESHET_DRM_LOG_INFO 2u
#define FRESHET_DRM_LOG_DEBUG 3u

struct freshet_drm_event;

typedef struct freshet_drm_host_api {
  uint32_t size;
  uint32_t abi_minor; /* of the host */
  /* Any thread, decrypt included. Never put keys or what a viewer typed into it. */
  void (*log)(freshet_drm_host* host, uint32_t level, freshet_drm_text message);
  /* These two answer at once. */
  freshet_drm_status (*now)(freshet_drm_host* host, freshet_drm_time* out);
  freshet_drm_status (*random)(freshet_drm_host* host, uint8_t* out, uint64_t length);
  /* Each of these is answered by on_answer. `purpose` keeps the device's names in different uses apart. */
  freshet_drm_request (*http)(freshet_drm_host* host, const freshet_drm_http* request);
  freshet_drm_request (*timer)(freshet_drm_host* host, uint64_t after_ms);
  freshet_drm_request (*prompt)(freshet_drm_host* host, const freshet_drm_prompt* prompt);
  freshet_drm_request (*device_id)(freshet_drm_host* host, freshet_drm_text purpose);
  freshet_drm_request (*outputs)(freshet_drm_host* host);
  /* Values that outlive the program, by name (1 to 64 of A-Z a-z 0-9 . - _), at most 64 KiB each and 1 MiB in
   * all, kept apart for each vendor and encrypted. A value has a generation, which grows with each store_put:
   * one that is lower than the module remembers was put back by somebody. `expected` is the generation that
   * is to be replaced, 0 for none; another one is FRESHET_DRM_E_STATE. */
  freshet_drm_request (*store_get)(freshet_drm_host* host, freshet_drm_text name);
  freshet_drm_request (*store_put)(freshet_drm_host* host, freshet_drm_text name, freshet_drm_bytes value,
                                   uint64_t expected);
  freshet_drm_request (*store_delete)(freshet_drm_host* host, freshet_drm_text name);
  /* No answer comes any more. */
  void (*cancel)(freshet_drm_host* host, freshet_drm_request request);
  /* Tells what has changed in a session. */
  void (*session_event)(freshet_drm_host* host, const struct freshet_drm_event* event);
} freshet_drm_host_api;

#define FRESHET_DRM_ANSWER_HTTP 1u
#define FRESHET_DRM_ANSWER_TIMER 2u
#define FRESHET_DRM_ANSWER_PROMPT 3u /* data: what the viewer typed or chose */
#define FRESHET_DRM_ANSWER_DEVICE 4u /* data: 32 bytes */
#define FRESHET_DRM_ANSWER_OUTPUTS 5u
#define FRESHET_DRM_ANSWER_STORE 6u /* data and generation; generation 0: there is no such value */

typedef struct freshet_drm_answer {
  uint32_t size;
  uint32_t kind; /* FRESHET_DRM_ANSWER_… */
  freshet_drm_request request;
  freshet_drm_status status;
  uint32_t http_status; /* 0: the server was not reached */
  freshet_drm_bytes data;
  const freshet_drm_header* headers; /* Content-Type, Date and Retry-After alone */
  uint64_t header_count;
  uint64_t header_stride;
  uint64_t generation;
  const freshet_drm_output* outputs;
  uint64_t output_count;
  uint64_t output_stride;
} freshet_drm_answer;

/* ---- what a module tells of a session
 * -------------------------------------------------------------------------- */

/* Of a key, as Encrypted Media Extensions names them. */
#define FRESHET_DRM_KEY_PENDING 1u
#define FRESHET_DRM_KEY_USABLE 2u
#define FRESHET_DRM_KEY_USABLE_LATER 3u
#define FRESHET_DRM_KEY_EXPIRED 4u
#define FRESHET_DRM_KEY_RELEASED 5u
#define FRESHET_DRM_KEY_OUTPUT_RESTRICTED 6u
#define FRESHET_DRM_KEY_OUTPUT_DOWNSCALED 7u
#define FRESHET_DRM_KEY_ERROR 8u

typedef struct freshet_drm_key {
  uint32_t size;
  uint32_t state; /* FRESHET_DRM_KEY_… */
  uint8_t id[16];
  freshet_drm_status why; /* of one that is not usable */
  uint32_t reserved;
} freshet_drm_key;

#define FRESHET_DRM_POLICY_OFFLINE 1u /* may be played without a network */
#define FRESHET_DRM_POLICY_RENEWABLE 2u
#define FRESHET_DRM_POLICY_HARD_END 4u /* the end holds in the middle of playing too */

/* What the licence allows, so that the player can say it before play and in play. FRESHET_DRM_NO_TIME: no
 * limit. */
typedef struct freshet_drm_policy {
  uint32_t size;
  uint32_t flags; /* FRESHET_DRM_POLICY_… */
  int64_t issued;
  int64_t not_before;
  int64_t not_after;
  int64_t start_by; /* rental: the last moment to begin */
  int64_t
      play_window_ms; /* rental: how long it may be played from the first frame shown; FRESHET_DRM_NO_TIME */
  int64_t first_played;
  int64_t ends; /* all of the above together, as they stand now */
  int64_t renew_at;
  int64_t renew_until; /* until then a renewal that fails interrupts nothing */
  uint32_t least_hdcp_x10;
  uint32_t most_width; /* 0: no limit */
  uint32_t most_height;
  uint32_t most_streams; /* at once, over all devices; 0: no limit */
  uint32_t may_capture;
  uint32_t may_send;      /* to a screen over the network */
  freshet_drm_text title; /* of the film, as the licence names it */
  freshet_drm_text provider;
} freshet_drm_policy;

typedef struct freshet_drm_session freshet_drm_session; /* the module's own */

#define FRESHET_DRM_EVENT_OPENED 1u /* `open` said PENDING: it is open, or `reason` says why not */
#define FRESHET_DRM_EVENT_KEYS 2u   /* all keys of the session, with their states */
#define FRESHET_DRM_EVENT_POLICY 3u
#define FRESHET_DRM_EVENT_REASON 4u /* something failed; keys that are usable stay so */
#define FRESHET_DRM_EVENT_CLOSED 5u /* by the module itself */

typedef struct freshet_drm_event {
  uint32_t size;
  uint32_t kind; /* FRESHET_DRM_EVENT_… */
  freshet_drm_session* session;
  const freshet_drm_reason* reason; /* or null */
  const freshet_drm_key* keys;
  uint64_t key_count;
  uint64_t key_stride;
  const freshet_drm_policy* policy; /* or null */
} freshet_drm_event;

/* ---- what a session is given
 * ----------------------------------------------------------------------------------- */

#define FRESHET_DRM_INIT_CENC 1u    /* pssh boxes, one after the other (ISO/IEC 23001-7, 8.1) */
#define FRESHET_DRM_INIT_KEYIDS 2u  /* {"kids":["…"]} (W3C, "keyids" Initialization Data Format) */
#define FRESHET_DRM_INIT_WEBM 3u    /* a key id (W3C, "webm" Initialization Data Format) */
#define FRESHET_DRM_INIT_LICENCE 4u /* a licence: whatever the module has defined */

#define FRESHET_DRM_HAS_INFOHASH_V1 1u
#define FRESHET_DRM_HAS_INFOHASH_V2 2u

typedef struct freshet_drm_init {
  uint32_t size;
  uint32_t kind; /* FRESHET_DRM_INIT_… */
  freshet_drm_bytes data;
  freshet_drm_text content_id; /* as the publisher's offer names it; or none */
  uint32_t presence;           /* FRESHET_DRM_HAS_… */
  uint8_t infohash_v1[20];
  uint8_t infohash_v2[32];
  uint32_t persistent; /* 1: the viewer wants to watch offline, if the licence allows it */
} freshet_drm_init;

/* ---- packets
 * --------------------------------------------------------------------------------------------------- */

#define FRESHET_DRM_FOURCC(a, b, c, d) \
  (((uint32_t)(a) << 24) | ((uint32_t)(b) << 16) | ((uint32_t)(c) << 8) | (uint32_t)(d))
#define FRESHET_DRM_SCHEME_CENC FRESHET_DRM_FOURCC('c', 'e', 'n', 'c')
#define FRESHET_DRM_SCHEME_CENS FRESHET_DRM_FOURCC('c', 'e', 'n', 's')
#define FRESHET_DRM_SCHEME_CBC1 FRESHET_DRM_FOURCC('c', 'b', 'c', '1')
#define FRESHET_DRM_SCHEME_CBCS FRESHET_DRM_FOURCC('c', 'b', 'c', 's')

/* Frozen for this major version. */
typedef struct freshet_drm_subsample {
  uint32_t clear_bytes;
  uint32_t protected_bytes;
} freshet_drm_subsample;

#define FRESHET_DRM_VIDEO 1u
#define FRESHET_DRM_AUDIO 2u
#define FRESHET_DRM_TEXT 3u

typedef struct freshet_drm_packet {
  uint32_t size;
  uint32_t scheme; /* FRESHET_DRM_SCHEME_… */
  uint8_t key_id[16];
  uint8_t iv[16];        /* one of 8 bytes stands in front, zeros behind it */
  uint32_t iv_size;      /* 8 or 16 */
  uint32_t crypt_blocks; /* the pattern of cens and cbcs; 0:0 is none */
  uint32_t skip_blocks;
  uint32_t media; /* FRESHET_DRM_VIDEO … */
  const freshet_drm_subsample* subsamples;
  uint64_t subsample_count; /* 0: all of the packet is protected */
  uint64_t offset;          /* in `area` */
  uint64_t length;
  int64_t pts_us;
} freshet_drm_packet;

/* ---- what a module is
 * ------------------------------------------------------------------------------------------ */

typedef struct freshet_drm_module freshet_drm_module; /* the module's own */

#define FRESHET_DRM_FEATURE_CENC 1u
#define FRESHET_DRM_FEATURE_CENS 2u
#define FRESHET_DRM_FEATURE_CBC1 4u
#define FRESHET_DRM_FEATURE_CBCS 8u
#define FRESHET_DRM_FEATURE_OFFLINE 16u
#define FRESHET_DRM_FEATURE_RENEWAL 32u
#define FRESHET_DRM_FEATURE_OUTPUTS 64u /* wants to know of screens */

typedef struct freshet_drm_setup {
  uint32_t size;
  uint32_t reserved;
  const freshet_drm_host_api* api; /* valid until destroy() returns */
  freshet_drm_host* host;
  freshet_drm_bytes configuration; /* the studio's own, from the manifest: as it stands there, JSON */
  freshet_drm_text language;       /* of the viewer: "en", "de-AT" */
} freshet_drm_setup;

#define FRESHET_DRM_PLAY_FIRST_FRAME 1u /* of this session, shown to the viewer */
#define FRESHET_DRM_PLAY_PAUSED 2u
#define FRESHET_DRM_PLAY_RESUMED 3u
#define FRESHET_DRM_PLAY_STOPPED 4u
#define FRESHET_DRM_PLAY_TICK 5u /* once a minute while it plays */

typedef struct freshet_drm_module_api {
  uint32_t size;
  uint32_t abi_minor; /* of the module */
  uint32_t features;  /* FRESHET_DRM_FEATURE_… */
  uint32_t reserved;
  freshet_drm_text id; /* as in the manifest */
  freshet_drm_text version;
  const uint8_t (*system_ids)[16]; /* of pssh boxes that it understands */
  uint64_t system_id_count;

  freshet_drm_status (*create)(const freshet_drm_setup* setup, freshet_drm_module** out);
  /* All sessions are closed before. No function of the host may be called afterwards. */
  void (*destroy)(freshet_drm_module* module);

  /* A session for what `init` names. OK: it is open. PENDING: FRESHET_DRM_EVENT_OPENED follows. Otherwise
   * there is none, and `reason`, whose texts live until the next call on the control thread, may say why. */
  freshet_drm_status (*open)(freshet_drm_module* module, const freshet_drm_init* init,
                             freshet_drm_session** out, freshet_drm_reason* reason);
  /* More init data: other keys of the same title. A module asks its server only when it has no key for them.
   */
  freshet_drm_status (*add_init)(freshet_drm_session* session, const freshet_drm_init* init);
  /* Every decrypt has returned before. `release` 1: the licence is given back. */
  void (*close)(freshet_drm_session* session, uint32_t release);

  void (*on_answer)(freshet_drm_module* module, const freshet_drm_answer* answer);
  void (*on_playback)(freshet_drm_session* session, uint32_t what, int64_t pts_us);
  freshet_drm_status (*get_policy)(freshet_drm_session* session, freshet_drm_policy* out);

  /* Decrypts packets in place. Any thread, several at once; never waits and asks the host for nothing. All
   * packets lie inside `area`, and none overlap; the host has checked that. `results` gets a status for each.
   * Of a packet that is not OK the bytes are of no use, but for WAIT_KEY, which leaves them as they were. */
  freshet_drm_status (*decrypt)(freshet_drm_session* session, uint8_t* area, uint64_t area_length,
                                const freshet_drm_packet* packets, uint64_t count, uint64_t stride,
                                freshet_drm_status* results);
} freshet_drm_module_api;

/* The only symbol that a module exports. The host tells its minor version; NULL: it is too old for the
 * module. */
typedef const freshet_drm_module_api* (*freshet_drm_entry_v1_function)(uint32_t host_minor);
FRESHET_DRM_EXPORT const freshet_drm_module_api* freshet_drm_entry_v1(uint32_t host_minor);

#ifdef __cplusplus
}
#endif

#endif /* FRESHET_DRM_MODULE_H */
