// SPDX-License-Identifier: GPL-2.0
/*
 * Messages on stderr: one write a line, so that lines of threads do not mix.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define LOG_LINE_MAX	512

/* stderr is the process's, and so is the level of what goes there. */
static atomic_int log_level = VC_LOG_ERROR;

void vc_log_set_level(enum vc_log_level level)
{
	atomic_store(&log_level, (int)level);
}

void vc_log(enum vc_log_level level, const char *part, const char *fmt, ...)
{
	char line[LOG_LINE_MAX];
	size_t len;
	va_list ap;
	int n;

	if ((int)level > atomic_load_explicit(&log_level, memory_order_relaxed))
		return;

	n = snprintf(line, sizeof(line), "videocored: %s: ", part);
	len = n < 0 ? 0 : (size_t)n;
	if (len < sizeof(line)) {
		va_start(ap, fmt);
		n = vsnprintf(line + len, sizeof(line) - len, fmt, ap);
		va_end(ap);
		len += n < 0 ? 0 : (size_t)n;
	}
	if (len > sizeof(line) - 1)
		len = sizeof(line) - 1;
	line[len++] = '\n';

	/* Nobody can be told that stderr is gone. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
