/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vcgencmd: texts of requests and answers.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCGENCMD_H
#define VCGENCMD_H

#include <stdbool.h>
#include <stddef.h>

#define GENCMD_MAX_REQUEST	512u
#define GENCMD_MAX_REPLY	4092u

/*
 * The words with a blank behind each, as the firmware has always got them.
 * Returns the bytes to send, with the NUL, or -EMSGSIZE.
 */
int gencmd_request(char *to, size_t size, char **words);

/*
 * The text of an answer of @len bytes at @reply, which has room for one more;
 * NULL if it is too short to be one. @is_error: the firmware refused.
 */
const char *gencmd_text(char *reply, size_t len, bool *is_error);

#endif /* VCGENCMD_H */
