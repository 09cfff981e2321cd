// SPDX-License-Identifier: GPL-2.0
/*
 * vcgencmd: texts of requests and answers.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "vcgencmd.h"

int gencmd_request(char *to, size_t size, char **words)
{
	size_t at = 0;

	*to = '\0';
	for (; *words; words++) {
		int n = snprintf(to + at, size - at, "%s ", *words);

		if (n < 0 || (size_t)n >= size - at)
			return -EMSGSIZE;
		at += (size_t)n;
	}
	return (int)at + 1;
}

/* A result word, which says no more than the text, and the text. */
const char *gencmd_text(char *reply, size_t len, bool *is_error)
{
	const char *text = reply + sizeof(int32_t);

	if (len < sizeof(int32_t))
		return NULL;
	reply[len] = '\0';
	*is_error = !strncmp(text, "error=", 6);
	return text;
}
