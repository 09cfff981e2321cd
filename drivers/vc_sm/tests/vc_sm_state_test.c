// SPDX-License-Identifier: GPL-2.0
/*
 * Every event in every state of an import.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include "../../compat.h"
#include "../vc_sm_state.c"

static const char * const event_names[] = {
	[VC_SM_EV_SEND] = "send",
	[VC_SM_EV_ADOPT] = "adopt",
	[VC_SM_EV_ACCEPTED] = "accepted",
	[VC_SM_EV_REFUSED] = "refused",
	[VC_SM_EV_PUT] = "put",
	[VC_SM_EV_RELEASED] = "released",
	[VC_SM_EV_GONE] = "gone",
};

/* Events that may happen; all others are refused. */
static const struct {
	enum vc_sm_state from;
	enum vc_sm_event event;
	enum vc_sm_state to;
} transitions[] = {
	{ VC_SM_NEW, VC_SM_EV_SEND, VC_SM_IMPORTING },
	{ VC_SM_NEW, VC_SM_EV_ADOPT, VC_SM_IMPORTED },
	{ VC_SM_NEW, VC_SM_EV_REFUSED, VC_SM_RELEASED },
	{ VC_SM_NEW, VC_SM_EV_GONE, VC_SM_RELEASED },
	{ VC_SM_IMPORTING, VC_SM_EV_ACCEPTED, VC_SM_IMPORTED },
	{ VC_SM_IMPORTING, VC_SM_EV_REFUSED, VC_SM_RELEASED },
	{ VC_SM_IMPORTING, VC_SM_EV_PUT, VC_SM_ABANDONED },
	{ VC_SM_IMPORTING, VC_SM_EV_RELEASED, VC_SM_RELEASED },
	{ VC_SM_IMPORTING, VC_SM_EV_GONE, VC_SM_RELEASED },
	{ VC_SM_ABANDONED, VC_SM_EV_ACCEPTED, VC_SM_FREEING },
	{ VC_SM_ABANDONED, VC_SM_EV_REFUSED, VC_SM_RELEASED },
	{ VC_SM_ABANDONED, VC_SM_EV_RELEASED, VC_SM_RELEASED },
	{ VC_SM_ABANDONED, VC_SM_EV_GONE, VC_SM_RELEASED },
	{ VC_SM_IMPORTED, VC_SM_EV_PUT, VC_SM_FREEING },
	{ VC_SM_IMPORTED, VC_SM_EV_RELEASED, VC_SM_RELEASED },
	{ VC_SM_IMPORTED, VC_SM_EV_GONE, VC_SM_RELEASED },
	{ VC_SM_FREEING, VC_SM_EV_RELEASED, VC_SM_RELEASED },
	{ VC_SM_FREEING, VC_SM_EV_GONE, VC_SM_RELEASED },
	{ VC_SM_RELEASED, VC_SM_EV_PUT, VC_SM_RELEASED },
	{ VC_SM_RELEASED, VC_SM_EV_GONE, VC_SM_RELEASED },
};

static enum vc_sm_state expected(enum vc_sm_state state, enum vc_sm_event event)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(transitions); i++)
		if (transitions[i].from == state && transitions[i].event == event)
			return transitions[i].to;
	return VC_SM_NR_STATES;
}

/* Cells of the table as parameters: 1 + number of the cell as a pointer. */
static const void *vc_sm_state_gen_params(VC_KUNIT_GEN_PARAMS)
{
	unsigned long cell = (unsigned long)prev;

	if (cell >= VC_SM_NR_STATES * VC_SM_NR_EVENTS)
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s: %s", vc_sm_state_name(cell / VC_SM_NR_EVENTS),
		 event_names[cell % VC_SM_NR_EVENTS]);
	return (const void *)(cell + 1);
}

static void vc_sm_state_test_cell(struct kunit *test)
{
	unsigned long cell = (unsigned long)test->param_value - 1;
	enum vc_sm_state state = cell / VC_SM_NR_EVENTS;
	enum vc_sm_event event = cell % VC_SM_NR_EVENTS;

	KUNIT_EXPECT_EQ(test, vc_sm_state_next(state, event), expected(state, event));
}

/*
 * Memory is given back in RELEASED only. The VPU has a claim on it from SEND or
 * ADOPT on, and nothing the client does ends that.
 */
static void vc_sm_state_test_put_releases_nothing(struct kunit *test)
{
	int state;

	for (state = 0; state < VC_SM_RELEASED; state++)
		KUNIT_EXPECT_NE(test, vc_sm_state_next(state, VC_SM_EV_PUT), VC_SM_RELEASED);
}

/* Without a connection no claim can be left. */
static void vc_sm_state_test_gone(struct kunit *test)
{
	int state;

	for (state = 0; state < VC_SM_NR_STATES; state++)
		KUNIT_EXPECT_EQ(test, vc_sm_state_next(state, VC_SM_EV_GONE), VC_SM_RELEASED);
}

static struct kunit_case vc_sm_state_cases[] = {
	KUNIT_CASE_PARAM(vc_sm_state_test_cell, vc_sm_state_gen_params),
	KUNIT_CASE(vc_sm_state_test_put_releases_nothing),
	KUNIT_CASE(vc_sm_state_test_gone),
	{}
};

static struct kunit_suite vc_sm_state_suite = {
	.name = "vc_sm_state",
	.test_cases = vc_sm_state_cases,
};

kunit_test_suite(vc_sm_state_suite);

MODULE_DESCRIPTION("KUnit suites of vc_sm");
MODULE_LICENSE("GPL");
