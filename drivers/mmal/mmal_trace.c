// SPDX-License-Identifier: GPL-2.0
/*
 * Trace events. In a file of their own, so that a test can do without them.
 *
 * Copyright (C) 2026 vc-media project
 */
#define CREATE_TRACE_POINTS
#include "mmal_trace.h"
