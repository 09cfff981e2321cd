// SPDX-License-Identifier: GPL-2.0
/*
 * States of a connection and of a service, and how they get from one to the other.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/errno.h>
#include <linux/kernel.h>

#include "vchiq_state.h"

/* -----------------------------------------------------------------------------
 * Connections
 */

#define DOWN		(1 + VCHIQ_CONN_DOWN)
#define UP		(1 + VCHIQ_CONN_UP)
#define BROKEN		(1 + VCHIQ_CONN_BROKEN)

/* The next state plus one; 0 where a step means nothing. What broke stays so. */
static const u8 vchiq_conn_steps[VCHIQ_NR_CONN_STATES][VCHIQ_NR_CONN_STEPS] = {
	[VCHIQ_CONN_DOWN] = {
		[VCHIQ_CONN_STEP_CONNECTED] = UP,
		[VCHIQ_CONN_STEP_BROKEN] = BROKEN,
		[VCHIQ_CONN_STEP_AGAIN] = DOWN,
	},
	[VCHIQ_CONN_UP] = {
		[VCHIQ_CONN_STEP_BROKEN] = BROKEN,
		/* That of an earlier probe, which does not hold after all. */
		[VCHIQ_CONN_STEP_AGAIN] = DOWN,
	},
	[VCHIQ_CONN_BROKEN] = {
		[VCHIQ_CONN_STEP_AGAIN] = DOWN,
	},
};

/**
 * vchiq_conn_state_next - what a step of a connection leads to
 * @state: state
 * @step: what happens
 *
 * Return: the next state, -EINVAL if the step means nothing in this state.
 */
int vchiq_conn_state_next(enum vchiq_conn_state state, enum vchiq_conn_step step)
{
	u8 next = vchiq_conn_steps[state][step];

	return next ? next - 1 : -EINVAL;
}

const char *vchiq_conn_state_name(enum vchiq_conn_state state)
{
	static const char * const names[] = {
		[VCHIQ_CONN_DOWN] = "down",
		[VCHIQ_CONN_UP] = "up",
		[VCHIQ_CONN_BROKEN] = "broken",
	};

	return names[state];
}

/* -----------------------------------------------------------------------------
 * Services
 */

#define LISTENING	(1 + VCHIQ_SERVICE_LISTENING)
#define OPEN		(1 + VCHIQ_SERVICE_OPEN)
#define OPENSYNC	(1 + VCHIQ_SERVICE_OPENSYNC)
#define CLOSESENT	(1 + VCHIQ_SERVICE_CLOSESENT)
#define CLOSERECVD	(1 + VCHIQ_SERVICE_CLOSERECVD)
#define CLOSEWAIT	(1 + VCHIQ_SERVICE_CLOSEWAIT)
#define CLOSED		(1 + VCHIQ_SERVICE_CLOSED)

/*
 * The next state plus one; 0 where a step means nothing. When both sides close at
 * once each takes the other's CLOSE for the answer to its own.
 */
static const u8 vchiq_steps[VCHIQ_NR_SERVICE_STATES][VCHIQ_NR_STEPS] = {
	[VCHIQ_SERVICE_LISTENING] = {
		[VCHIQ_STEP_OPEN] = OPEN,
		[VCHIQ_STEP_OPENSYNC] = OPENSYNC,
		[VCHIQ_STEP_BROKEN] = CLOSERECVD,
		[VCHIQ_STEP_END] = CLOSED,
	},
	[VCHIQ_SERVICE_OPENING] = {
		[VCHIQ_STEP_OPEN] = OPEN,
		[VCHIQ_STEP_OPENSYNC] = OPENSYNC,
		[VCHIQ_STEP_CLOSE_SENT] = CLOSESENT,
		[VCHIQ_STEP_CLOSE_RECEIVED] = CLOSERECVD,
		[VCHIQ_STEP_BROKEN] = CLOSERECVD,
		/* OPEN could not be sent. */
		[VCHIQ_STEP_END] = CLOSED,
	},
	[VCHIQ_SERVICE_OPEN] = {
		[VCHIQ_STEP_CLOSE_SENT] = CLOSESENT,
		[VCHIQ_STEP_CLOSE_RECEIVED] = CLOSERECVD,
		[VCHIQ_STEP_BROKEN] = CLOSERECVD,
	},
	[VCHIQ_SERVICE_OPENSYNC] = {
		[VCHIQ_STEP_CLOSE_SENT] = CLOSESENT,
		[VCHIQ_STEP_CLOSE_RECEIVED] = CLOSERECVD,
		[VCHIQ_STEP_BROKEN] = CLOSERECVD,
	},
	[VCHIQ_SERVICE_CLOSESENT] = {
		[VCHIQ_STEP_CLOSE_RECEIVED] = CLOSERECVD,
		[VCHIQ_STEP_BROKEN] = CLOSERECVD,
	},
	[VCHIQ_SERVICE_CLOSERECVD] = {
		[VCHIQ_STEP_LISTEN] = LISTENING,
		[VCHIQ_STEP_WAIT] = CLOSEWAIT,
		[VCHIQ_STEP_END] = CLOSED,
	},
	[VCHIQ_SERVICE_CLOSEWAIT] = {
		[VCHIQ_STEP_BROKEN] = CLOSERECVD,
		[VCHIQ_STEP_LISTEN] = LISTENING,
		[VCHIQ_STEP_END] = CLOSED,
	},
};

/**
 * vchiq_state_next - what a step leads to
 * @state: state
 * @step: what happens
 *
 * Return: the next state, -EINVAL if the step means nothing in this state.
 */
int vchiq_state_next(enum vchiq_service_state state, enum vchiq_step step)
{
	u8 next = vchiq_steps[state][step];

	return next ? next - 1 : -EINVAL;
}

bool vchiq_state_is_open(enum vchiq_service_state state)
{
	return state == VCHIQ_SERVICE_OPEN || state == VCHIQ_SERVICE_OPENSYNC;
}

const char *vchiq_state_name(enum vchiq_service_state state)
{
	static const char * const names[] = {
		[VCHIQ_SERVICE_LISTENING] = "listening",
		[VCHIQ_SERVICE_OPENING] = "opening",
		[VCHIQ_SERVICE_OPEN] = "open",
		[VCHIQ_SERVICE_OPENSYNC] = "opensync",
		[VCHIQ_SERVICE_CLOSESENT] = "closesent",
		[VCHIQ_SERVICE_CLOSERECVD] = "closerecvd",
		[VCHIQ_SERVICE_CLOSEWAIT] = "closewait",
		[VCHIQ_SERVICE_CLOSED] = "closed",
	};

	return names[state];
}
