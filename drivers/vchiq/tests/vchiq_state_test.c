// SPDX-License-Identifier: GPL-2.0
/*
 * Every step in every state of a service, and of a connection.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include "../../compat.h"
#include "../vchiq_state.c"

static const char * const step_names[] = {
	[VCHIQ_STEP_OPEN] = "open",
	[VCHIQ_STEP_OPENSYNC] = "opensync",
	[VCHIQ_STEP_CLOSE_SENT] = "close sent",
	[VCHIQ_STEP_CLOSE_RECEIVED] = "close received",
	[VCHIQ_STEP_BROKEN] = "broken",
	[VCHIQ_STEP_LISTEN] = "listen",
	[VCHIQ_STEP_WAIT] = "wait",
	[VCHIQ_STEP_END] = "end",
};

/* Steps that lead somewhere; all others are refused. */
static const struct {
	enum vchiq_service_state from;
	enum vchiq_step step;
	enum vchiq_service_state to;
} transitions[] = {
	{ VCHIQ_SERVICE_LISTENING, VCHIQ_STEP_OPEN, VCHIQ_SERVICE_OPEN },
	{ VCHIQ_SERVICE_LISTENING, VCHIQ_STEP_OPENSYNC, VCHIQ_SERVICE_OPENSYNC },
	{ VCHIQ_SERVICE_LISTENING, VCHIQ_STEP_BROKEN, VCHIQ_SERVICE_CLOSERECVD },
	{ VCHIQ_SERVICE_LISTENING, VCHIQ_STEP_END, VCHIQ_SERVICE_CLOSED },
	{ VCHIQ_SERVICE_OPENING, VCHIQ_STEP_OPEN, VCHIQ_SERVICE_OPEN },
	{ VCHIQ_SERVICE_OPENING, VCHIQ_STEP_OPENSYNC, VCHIQ_SERVICE_OPENSYNC },
	{ VCHIQ_SERVICE_OPENING, VCHIQ_STEP_CLOSE_SENT, VCHIQ_SERVICE_CLOSESENT },
	{ VCHIQ_SERVICE_OPENING, VCHIQ_STEP_CLOSE_RECEIVED, VCHIQ_SERVICE_CLOSERECVD },
	{ VCHIQ_SERVICE_OPENING, VCHIQ_STEP_BROKEN, VCHIQ_SERVICE_CLOSERECVD },
	{ VCHIQ_SERVICE_OPENING, VCHIQ_STEP_END, VCHIQ_SERVICE_CLOSED },
	{ VCHIQ_SERVICE_OPEN, VCHIQ_STEP_CLOSE_SENT, VCHIQ_SERVICE_CLOSESENT },
	{ VCHIQ_SERVICE_OPEN, VCHIQ_STEP_CLOSE_RECEIVED, VCHIQ_SERVICE_CLOSERECVD },
	{ VCHIQ_SERVICE_OPEN, VCHIQ_STEP_BROKEN, VCHIQ_SERVICE_CLOSERECVD },
	{ VCHIQ_SERVICE_OPENSYNC, VCHIQ_STEP_CLOSE_SENT, VCHIQ_SERVICE_CLOSESENT },
	{ VCHIQ_SERVICE_OPENSYNC, VCHIQ_STEP_CLOSE_RECEIVED, VCHIQ_SERVICE_CLOSERECVD },
	{ VCHIQ_SERVICE_OPENSYNC, VCHIQ_STEP_BROKEN, VCHIQ_SERVICE_CLOSERECVD },
	{ VCHIQ_SERVICE_CLOSESENT, VCHIQ_STEP_CLOSE_RECEIVED, VCHIQ_SERVICE_CLOSERECVD },
	{ VCHIQ_SERVICE_CLOSESENT, VCHIQ_STEP_BROKEN, VCHIQ_SERVICE_CLOSERECVD },
	{ VCHIQ_SERVICE_CLOSERECVD, VCHIQ_STEP_LISTEN, VCHIQ_SERVICE_LISTENING },
	{ VCHIQ_SERVICE_CLOSERECVD, VCHIQ_STEP_WAIT, VCHIQ_SERVICE_CLOSEWAIT },
	{ VCHIQ_SERVICE_CLOSERECVD, VCHIQ_STEP_END, VCHIQ_SERVICE_CLOSED },
	{ VCHIQ_SERVICE_CLOSEWAIT, VCHIQ_STEP_LISTEN, VCHIQ_SERVICE_LISTENING },
	{ VCHIQ_SERVICE_CLOSEWAIT, VCHIQ_STEP_END, VCHIQ_SERVICE_CLOSED },
	{ VCHIQ_SERVICE_CLOSEWAIT, VCHIQ_STEP_BROKEN, VCHIQ_SERVICE_CLOSERECVD },
};

static int expected(enum vchiq_service_state state, enum vchiq_step step)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(transitions); i++)
		if (transitions[i].from == state && transitions[i].step == step)
			return transitions[i].to;
	return -EINVAL;
}

/* Cells of the table as parameters: 1 + number of the cell as a pointer. */
static const void *vchiq_state_gen_params(VC_KUNIT_GEN_PARAMS)
{
	unsigned long cell = (unsigned long)prev;

	if (cell >= VCHIQ_NR_SERVICE_STATES * VCHIQ_NR_STEPS)
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s: %s", vchiq_state_name(cell / VCHIQ_NR_STEPS),
		 step_names[cell % VCHIQ_NR_STEPS]);
	return (const void *)(cell + 1);
}

static void vchiq_state_test_cell(struct kunit *test)
{
	unsigned long cell = (unsigned long)test->param_value - 1;
	enum vchiq_service_state state = cell / VCHIQ_NR_STEPS;
	enum vchiq_step step = cell % VCHIQ_NR_STEPS;

	KUNIT_EXPECT_EQ(test, vchiq_state_next(state, step), expected(state, step));
}

/* From each state but the last a broken connection or an end leads to it. */
static void vchiq_state_test_all_end(struct kunit *test)
{
	int state, next;

	for (state = 0; state < VCHIQ_SERVICE_CLOSED; state++) {
		next = vchiq_state_next(state, VCHIQ_STEP_BROKEN);
		if (next >= 0)
			KUNIT_EXPECT_EQ(test, next, VCHIQ_SERVICE_CLOSERECVD);
		else
			KUNIT_EXPECT_EQ(test, vchiq_state_next(state, VCHIQ_STEP_END),
					VCHIQ_SERVICE_CLOSED);
	}
	KUNIT_EXPECT_EQ(test, vchiq_state_next(VCHIQ_SERVICE_CLOSERECVD, VCHIQ_STEP_END),
			VCHIQ_SERVICE_CLOSED);
}

static void vchiq_state_test_is_open(struct kunit *test)
{
	int state;

	for (state = 0; state < VCHIQ_NR_SERVICE_STATES; state++)
		KUNIT_EXPECT_EQ(test, vchiq_state_is_open(state),
				state == VCHIQ_SERVICE_OPEN || state == VCHIQ_SERVICE_OPENSYNC);
}

/* -----------------------------------------------------------------------------
 * Connections
 */

static const char * const conn_step_names[] = {
	[VCHIQ_CONN_STEP_CONNECTED] = "connected",
	[VCHIQ_CONN_STEP_BROKEN] = "broken",
	[VCHIQ_CONN_STEP_AGAIN] = "again",
};

static const int conn_expected[VCHIQ_NR_CONN_STATES][VCHIQ_NR_CONN_STEPS] = {
	[VCHIQ_CONN_DOWN] = { VCHIQ_CONN_UP, VCHIQ_CONN_BROKEN, VCHIQ_CONN_DOWN },
	[VCHIQ_CONN_UP] = { -EINVAL, VCHIQ_CONN_BROKEN, VCHIQ_CONN_DOWN },
	/* A CONNECT that comes late does not mend it. */
	[VCHIQ_CONN_BROKEN] = { -EINVAL, -EINVAL, VCHIQ_CONN_DOWN },
};

static const void *vchiq_conn_state_gen_params(VC_KUNIT_GEN_PARAMS)
{
	unsigned long cell = (unsigned long)prev;

	if (cell >= VCHIQ_NR_CONN_STATES * VCHIQ_NR_CONN_STEPS)
		return NULL;
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s: %s",
		 vchiq_conn_state_name(cell / VCHIQ_NR_CONN_STEPS),
		 conn_step_names[cell % VCHIQ_NR_CONN_STEPS]);
	return (const void *)(cell + 1);
}

static void vchiq_conn_state_test_cell(struct kunit *test)
{
	unsigned long cell = (unsigned long)test->param_value - 1;
	enum vchiq_conn_state state = cell / VCHIQ_NR_CONN_STEPS;
	enum vchiq_conn_step step = cell % VCHIQ_NR_CONN_STEPS;

	KUNIT_EXPECT_EQ(test, vchiq_conn_state_next(state, step), conn_expected[state][step]);
}

static struct kunit_case vchiq_conn_state_cases[] = {
	KUNIT_CASE_PARAM(vchiq_conn_state_test_cell, vchiq_conn_state_gen_params),
	{}
};

static struct kunit_suite vchiq_conn_state_suite = {
	.name = "vchiq_conn_state",
	.test_cases = vchiq_conn_state_cases,
};

static struct kunit_case vchiq_state_cases[] = {
	KUNIT_CASE_PARAM(vchiq_state_test_cell, vchiq_state_gen_params),
	KUNIT_CASE(vchiq_state_test_all_end),
	KUNIT_CASE(vchiq_state_test_is_open),
	{}
};

static struct kunit_suite vchiq_state_suite = {
	.name = "vchiq_state",
	.test_cases = vchiq_state_cases,
};

kunit_test_suites(&vchiq_conn_state_suite, &vchiq_state_suite);
