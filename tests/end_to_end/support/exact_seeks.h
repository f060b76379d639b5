// SPDX-FileCopyrightText: Freshet contributors
// SPDX-License-Identifier: Apache-2.0

// Exact seeks to random places of a film that is paused, steered through the control socket.
#pragma once

#include "tests/end_to_end/support/framemd5.h"
#include "tests/end_to_end/support/freshet.h"

namespace freshet::end_to_end {

// Plays `source` with these arguments, seeks to `count` places and fails the test unless each shows the very
// frame of `reference` that is seen there.
void expect_exact_seeks(const Arguments& source, const FrameHashes& reference, int count);

}  // namespace freshet::end_to_end
