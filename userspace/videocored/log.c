// SPDX-License-Identifier: GPL-2.0
/*
 * Messages on stderr: one write a line, so that lines of threads do not mix.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define LOG_LINE_MAX	512

/* stderr is the process's, and so is the level of what goes there. */
static atomic_int log_level = VC_LOG_ERROR;
static void (*log_sink)(void *arg, enum vc_log_level level, const char *part, const char *text);
static void *log_sink_arg;

void vc_log_set_level(enum vc_log_level level)
{
	atomic_store(&log_level, (int)level);
}

void vc_log_set_sink(void (*fn)(void *arg, enum vc_log_level level, const char *part,
				const char *text), void *arg)
{
	log_sink_arg = arg;
	log_sink = fn;
}

static void print_line(const char *part, const char *text)
{
	char line[LOG_LINE_MAX];
	int n = snprintf(line, sizeof(line), "videocored: %s: %s", part, text);
	size_t len = n < 0 ? 0 : (size_t)n;

	if (len > sizeof(line) - 1)
		len = sizeof(line) - 1;
	line[len++] = '\n';

	/* Nobody can be told that stderr is gone. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

void vc_log(enum vc_log_level level, const char *part, const char *fmt, ...)
{
	bool print = (int)level <= atomic_load_explicit(&log_level, memory_order_relaxed);
	char text[LOG_LINE_MAX];
	va_list ap;

	if (!print && !log_sink)
		return;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	if (print)
		print_line(part, text);
	if (log_sink)
		log_sink(log_sink_arg, level, part, text);
}

int vc_fail(char **error, int err, const char *fmt, ...)
{
	va_list args;

	if (!error)
		return err;
	va_start(args, fmt);
	if (vasprintf(error, fmt, args) < 0)
		*error = NULL;
	va_end(args);
	return err;
}
