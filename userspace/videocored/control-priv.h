/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the control socket and its commands.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_CONTROL_PRIV_H
#define VIDEOCORED_CONTROL_PRIV_H

#include <stdbool.h>

struct json_object;
struct videocored;

/**
 * struct control_call - one command on its way
 * @vc: what it acts on
 * @in: the request
 * @out: members of the answer are added here
 * @error: malloc'ed text if the command failed and knows more than an errno
 */
struct control_call {
	struct videocored *vc;
	struct json_object *in;
	struct json_object *out;
	char *error;
};

/**
 * struct control_command - a command
 * @name: in "cmd"
 * @fn: does it; 0 or -errno, with call->error where the errno says too little
 * @is_slow: may wait for something: runs on the worker thread
 */
struct control_command {
	const char *name;
	int (*fn)(struct control_call *call);
	bool is_slow;
};

const struct control_command *control_find_command(const char *name);

#endif /* VIDEOCORED_CONTROL_PRIV_H */
