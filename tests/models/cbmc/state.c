// SPDX-License-Identifier: GPL-2.0
/*
 * States of a service and of a connection: every step from every state leads to a
 * state or is refused, and what is closed for good stays so.
 *
 * Copyright (C) 2026 vc-media project
 */

#include "vchiq_state.c"

#include "proof.h"

void prove_next(void)
{
	unsigned int state, step;
	int next;

	assume(state < VCHIQ_NR_SERVICE_STATES && step < VCHIQ_NR_STEPS);
	next = vchiq_state_next(state, step);
	prove(next == -EINVAL || (next >= 0 && next < VCHIQ_NR_SERVICE_STATES));
	prove(state != VCHIQ_SERVICE_CLOSED || next == -EINVAL);
	prove(next != VCHIQ_SERVICE_OPENING);
	prove(vchiq_state_name(state));
	if (next >= 0)
		prove(vchiq_state_name(next));
}

/* What broke stays so until a new connection begins. */
void prove_conn_next(void)
{
	unsigned int state, step;
	int next;

	assume(state < VCHIQ_NR_CONN_STATES && step < VCHIQ_NR_CONN_STEPS);
	next = vchiq_conn_state_next(state, step);
	prove(next == -EINVAL || (next >= 0 && next < VCHIQ_NR_CONN_STATES));
	prove(state != VCHIQ_CONN_BROKEN || step == VCHIQ_CONN_STEP_AGAIN || next < 0);
	prove(step != VCHIQ_CONN_STEP_AGAIN || next == VCHIQ_CONN_DOWN);
	prove(vchiq_conn_state_name(state));
}
