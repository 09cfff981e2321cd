/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of videocored on stderr, "videocored: part: text". Thread-safe.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_LOG_H
#define VIDEOCORED_LOG_H

enum vc_log_level {
	VC_LOG_ERROR,	/* something the user must know */
	VC_LOG_INFO,	/* connections, mode changes, streams */
	VC_LOG_DEBUG,	/* every message */
};

void vc_log_set_level(enum vc_log_level level);
/*
 * @fn also gets every message, whatever the level; NULL ends that. To be called
 * while no other thread logs.
 */
void vc_log_set_sink(void (*fn)(void *arg, enum vc_log_level level, const char *part,
				const char *text), void *arg);
void vc_log(enum vc_log_level level, const char *part, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* For whoever asked: a printf'ed malloc'ed line in *error (if not NULL); returns @err. */
int vc_fail(char **error, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#define vc_err(part, ...)	vc_log(VC_LOG_ERROR, part, __VA_ARGS__)
#define vc_info(part, ...)	vc_log(VC_LOG_INFO, part, __VA_ARGS__)
#define vc_dbg(part, ...)	vc_log(VC_LOG_DEBUG, part, __VA_ARGS__)

#endif /* VIDEOCORED_LOG_H */
