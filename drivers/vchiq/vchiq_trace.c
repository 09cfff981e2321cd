// SPDX-License-Identifier: GPL-2.0
/*
 * Trace events of the transport.
 *
 * Copyright (C) 2026 vc-media project
 */

#define CREATE_TRACE_POINTS
#include "vchiq_trace.h"
