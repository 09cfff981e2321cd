/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vchiq_test: its command line.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_TEST_OPTIONS_H
#define VCHIQ_TEST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum vt_mode {
	VT_NONE,
	VT_FUNCTIONAL,
	VT_PING,
	VT_BULK,
	VT_CONTROL,
	VT_SIGNAL,
	VT_TIMER,
	VT_HELP,
	VT_VERSION,
};

/**
 * struct vt_options - what to do
 * @mode: which test
 * @device: the driver's file
 * @service: name of the peer
 * @iters: rounds
 * @size: bytes of a block or message
 * @align_size: alignments count from a multiple of that many bytes
 * @client_align: of our buffers
 * @server_align: of the peer's
 * @client_quota: messages of ours under way, 0: the driver's default
 * @server_quota: messages of the peer's under way, 0: its default
 * @first: first data test of the functional test
 * @last: last one
 * @timeout_s: a step that takes longer has failed
 * @echo: blocks are sent back
 * @verify: look at the data
 * @verbose: say more
 * @json: print JSON
 */
struct vt_options {
	enum vt_mode mode;
	const char *device;
	const char *service;
	uint32_t iters;
	uint32_t size;
	uint32_t align_size;
	uint32_t client_align;
	uint32_t server_align;
	uint32_t client_quota;
	uint32_t server_quota;
	uint32_t first;
	uint32_t last;
	uint32_t timeout_s;
	bool echo;
	bool verify;
	bool verbose;
	bool json;
};

/* 0, or -EINVAL after a line on stderr. */
int vt_options_parse(struct vt_options *opt, int argc, char **argv);
void vt_usage(FILE *to);
const char *vt_mode_name(enum vt_mode mode);

#endif /* VCHIQ_TEST_OPTIONS_H */
