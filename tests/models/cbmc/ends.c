// SPDX-License-Identifier: GPL-2.0
/*
 * Heads and tails: what is copied from a fragment lies in it and in the buffer,
 * and what is not copied are whole cache lines.
 *
 * Copyright (C) 2026 vc-media project
 */

#include "vchiq_pagelist.c"

#include "proof.h"

void prove_ends(void)
{
	struct vchiq_ends ends;
	size_t line, len, actual;
	u32 offset;

	assume(line == 32 || line == 64 || line == 128);
	assume(offset < VCHIQ_PAGE_SIZE && len && len <= INT32_MAX && actual <= len);
	vchiq_ends_find(line, offset, actual, &ends);
	prove(ends.head < line && ends.tail < line);
	prove(ends.tail_at + ends.tail == actual);
	prove(ends.head <= ends.tail_at);
	prove(ends.head == actual || !((offset + ends.head) % line));
	prove(!ends.tail || !((offset + ends.tail_at) % line));
	prove(ends.tail || ends.head == actual || !((offset + actual) % line));
	/* A buffer that needs no fragment has neither. */
	prove(vchiq_ends_needed(line, offset, len) || actual != len ||
	      (!ends.head && !ends.tail));
}
