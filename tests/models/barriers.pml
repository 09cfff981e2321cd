/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The barriers of both sides, by name: case of spec 4.6 and Documentation/
 * driver-api/vchiq-ordering.rst, side, function that holds it. The strength here
 * is that in the code; -DNAME=none takes a barrier away, -DNAME=wmb and so on
 * replace it. tests/models/agree compares this with the code.
 *
 * Copyright (C) 2026 vc-media project
 */

/* drivers/vchiq/vchiq_shared.c */
#ifndef J_HOST_SET_INITIALISED
#define J_HOST_SET_INITIALISED	wmb
#endif
#ifndef J_HOST_PEER_INITIALISED
#define J_HOST_PEER_INITIALISED	rmb
#endif
#ifndef A_HOST_EVENT_ARM
#define A_HOST_EVENT_ARM	mb
#endif
#ifndef R5_HOST_EVENT_DISARM
#define R5_HOST_EVENT_DISARM	wmb
#endif
#ifndef K_HOST_EVENT_PASS
#define K_HOST_EVENT_PASS	mb
#endif
#ifndef B_HOST_EVENT_ACK
#define B_HOST_EVENT_ACK	mb
#endif
#ifndef B_HOST_EVENT_SIGNAL
#define B_HOST_EVENT_SIGNAL	mb
#endif
#ifndef A_HOST_EVENT_SIGNAL
#define A_HOST_EVENT_SIGNAL	mb
#endif
#ifndef C_HOST_PUBLISH_TX
#define C_HOST_PUBLISH_TX	wmb
#endif
#ifndef C_HOST_PEER_TX
#define C_HOST_PEER_TX		rmb
#endif
#ifndef D_HOST_RECYCLED
#define D_HOST_RECYCLED		rmb
#endif
#ifndef E_HOST_GIVE_BACK
#define E_HOST_GIVE_BACK	mb
#endif
#ifndef D_HOST_GIVE_BACK
#define D_HOST_GIVE_BACK	wmb
#endif

/* drivers/vchiq/vchiq_conn.c: readl() orders what follows behind the bell. */
#ifndef G_HOST_BELL
#define G_HOST_BELL		rmb
#endif

/* userspace/videocored/firmware/vchiq-shared.c; seq_cst is a full barrier */
#ifndef A_FW_EVENTS_ARMED
#define A_FW_EVENTS_ARMED	mb
#endif
#ifndef R5_FW_EVENTS_DISARMED
#define R5_FW_EVENTS_DISARMED	release
#endif
#ifndef B_FW_EVENT_TAKE
#define B_FW_EVENT_TAKE		mb
#endif
#ifndef B_FW_EVENT_FIRE
#define B_FW_EVENT_FIRE	mb
#endif
#ifndef A_FW_EVENT_FIRE
#define A_FW_EVENT_FIRE	mb
#endif
#ifndef C_FW_PEER_TX_POS
#define C_FW_PEER_TX_POS	rmb
#endif
#ifndef C_FW_PUBLISH_TX_POS
#define C_FW_PUBLISH_TX_POS	release
#endif
#ifndef D_FW_RECYCLE_SLOT
#define D_FW_RECYCLE_SLOT	release
#endif
#ifndef D_FW_RECYCLED_COUNT
#define D_FW_RECYCLED_COUNT	rmb
#endif
#ifndef J_FW_INITIALISED
#define J_FW_INITIALISED	rmb
#endif
#ifndef J_FW_PUBLISH_INITIALISED
#define J_FW_PUBLISH_INITIALISED	release
#endif
