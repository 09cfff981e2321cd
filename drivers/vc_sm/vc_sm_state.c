// SPDX-License-Identifier: GPL-2.0
/*
 * States of an import: one table, no side effects.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "vc_sm_priv.h"

/* Stored as state + 1, so that what is not listed is forbidden. */
#define TO(state)	((state) + 1)

static const u8 vc_sm_transitions[VC_SM_NR_STATES][VC_SM_NR_EVENTS] = {
	[VC_SM_NEW] = {
		[VC_SM_EV_SEND] = TO(VC_SM_IMPORTING),
		[VC_SM_EV_ADOPT] = TO(VC_SM_IMPORTED),
		[VC_SM_EV_REFUSED] = TO(VC_SM_RELEASED),
		[VC_SM_EV_GONE] = TO(VC_SM_RELEASED),
	},
	[VC_SM_IMPORTING] = {
		[VC_SM_EV_ACCEPTED] = TO(VC_SM_IMPORTED),
		[VC_SM_EV_REFUSED] = TO(VC_SM_RELEASED),
		[VC_SM_EV_PUT] = TO(VC_SM_ABANDONED),
		/* Taken and given back before the reply could be sent. */
		[VC_SM_EV_RELEASED] = TO(VC_SM_RELEASED),
		[VC_SM_EV_GONE] = TO(VC_SM_RELEASED),
	},
	[VC_SM_ABANDONED] = {
		[VC_SM_EV_ACCEPTED] = TO(VC_SM_FREEING),
		[VC_SM_EV_REFUSED] = TO(VC_SM_RELEASED),
		[VC_SM_EV_RELEASED] = TO(VC_SM_RELEASED),
		[VC_SM_EV_GONE] = TO(VC_SM_RELEASED),
	},
	[VC_SM_IMPORTED] = {
		[VC_SM_EV_PUT] = TO(VC_SM_FREEING),
		/* The VPU may give back what it asked for without a FREE. */
		[VC_SM_EV_RELEASED] = TO(VC_SM_RELEASED),
		[VC_SM_EV_GONE] = TO(VC_SM_RELEASED),
	},
	[VC_SM_FREEING] = {
		[VC_SM_EV_RELEASED] = TO(VC_SM_RELEASED),
		[VC_SM_EV_GONE] = TO(VC_SM_RELEASED),
	},
	[VC_SM_RELEASED] = {
		[VC_SM_EV_PUT] = TO(VC_SM_RELEASED),
		[VC_SM_EV_GONE] = TO(VC_SM_RELEASED),
	},
};

static const char * const vc_sm_state_names[VC_SM_NR_STATES] = {
	[VC_SM_NEW] = "new",
	[VC_SM_IMPORTING] = "importing",
	[VC_SM_ABANDONED] = "abandoned",
	[VC_SM_IMPORTED] = "imported",
	[VC_SM_FREEING] = "freeing",
	[VC_SM_RELEASED] = "released",
};

enum vc_sm_state vc_sm_state_next(enum vc_sm_state state, enum vc_sm_event event)
{
	u8 to = vc_sm_transitions[state][event];

	return to ? to - 1 : VC_SM_NR_STATES;
}

const char *vc_sm_state_name(enum vc_sm_state state)
{
	return vc_sm_state_names[state];
}
