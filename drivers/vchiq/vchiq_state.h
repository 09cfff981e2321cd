/* SPDX-License-Identifier: GPL-2.0 */
/*
 * States of a connection and of a service, and how they get from one to the other.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_STATE_H
#define VCHIQ_STATE_H

#include <linux/types.h>

/**
 * enum vchiq_conn_state - state of a connection
 * @VCHIQ_CONN_DOWN: nothing sent yet
 * @VCHIQ_CONN_UP: CONNECT was exchanged
 * @VCHIQ_CONN_BROKEN: the firmware violated the protocol or does not answer
 * @VCHIQ_NR_CONN_STATES: how many
 */
enum vchiq_conn_state {
	VCHIQ_CONN_DOWN,
	VCHIQ_CONN_UP,
	VCHIQ_CONN_BROKEN,
	VCHIQ_NR_CONN_STATES,
};

/**
 * enum vchiq_conn_step - what happens to a connection
 * @VCHIQ_CONN_STEP_CONNECTED: the firmware's CONNECT came, or that of an earlier
 *	probe still holds
 * @VCHIQ_CONN_STEP_BROKEN: nothing can be sent or received any more
 * @VCHIQ_CONN_STEP_AGAIN: a new connection begins, nothing runs
 * @VCHIQ_NR_CONN_STEPS: how many
 */
enum vchiq_conn_step {
	VCHIQ_CONN_STEP_CONNECTED,
	VCHIQ_CONN_STEP_BROKEN,
	VCHIQ_CONN_STEP_AGAIN,
	VCHIQ_NR_CONN_STEPS,
};

/**
 * enum vchiq_service_state - state of a service
 * @VCHIQ_SERVICE_LISTENING: waits for the firmware's OPEN
 * @VCHIQ_SERVICE_OPENING: OPEN was sent
 * @VCHIQ_SERVICE_OPEN: open
 * @VCHIQ_SERVICE_OPENSYNC: open, DATA goes through the synchronous slots
 * @VCHIQ_SERVICE_CLOSESENT: CLOSE was sent first
 * @VCHIQ_SERVICE_CLOSERECVD: the firmware's CLOSE came, or the connection broke;
 *	the receiver is at work on what follows from it
 * @VCHIQ_SERVICE_CLOSEWAIT: was closed, and does not listen again by itself
 * @VCHIQ_SERVICE_CLOSED: closed for good, the receiver is done with it
 * @VCHIQ_NR_SERVICE_STATES: how many
 */
enum vchiq_service_state {
	VCHIQ_SERVICE_LISTENING,
	VCHIQ_SERVICE_OPENING,
	VCHIQ_SERVICE_OPEN,
	VCHIQ_SERVICE_OPENSYNC,
	VCHIQ_SERVICE_CLOSESENT,
	VCHIQ_SERVICE_CLOSERECVD,
	VCHIQ_SERVICE_CLOSEWAIT,
	VCHIQ_SERVICE_CLOSED,
	VCHIQ_NR_SERVICE_STATES,
};

/**
 * enum vchiq_step - what happens to a service
 * @VCHIQ_STEP_OPEN: OPENACK came, or an OPEN was accepted
 * @VCHIQ_STEP_OPENSYNC: the same for a synchronous service
 * @VCHIQ_STEP_CLOSE_SENT: this side closes it
 * @VCHIQ_STEP_CLOSE_RECEIVED: the firmware's CLOSE
 * @VCHIQ_STEP_BROKEN: the connection broke
 * @VCHIQ_STEP_LISTEN: closed, listens again
 * @VCHIQ_STEP_WAIT: closed, waits to be told to listen again
 * @VCHIQ_STEP_END: closed for good
 * @VCHIQ_NR_STEPS: how many
 */
enum vchiq_step {
	VCHIQ_STEP_OPEN,
	VCHIQ_STEP_OPENSYNC,
	VCHIQ_STEP_CLOSE_SENT,
	VCHIQ_STEP_CLOSE_RECEIVED,
	VCHIQ_STEP_BROKEN,
	VCHIQ_STEP_LISTEN,
	VCHIQ_STEP_WAIT,
	VCHIQ_STEP_END,
	VCHIQ_NR_STEPS,
};

int vchiq_conn_state_next(enum vchiq_conn_state state, enum vchiq_conn_step step);
const char *vchiq_conn_state_name(enum vchiq_conn_state state);
int vchiq_state_next(enum vchiq_service_state state, enum vchiq_step step);
bool vchiq_state_is_open(enum vchiq_service_state state);
const char *vchiq_state_name(enum vchiq_service_state state);

#endif /* VCHIQ_STATE_H */
