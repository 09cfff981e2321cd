/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VCHIQ doorbells: BELL0 to the ARM, BELL2 to the VideoCore.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DOORBELL_H
#define VIDEOCORED_SOC_DOORBELL_H

struct videocored;
struct vc_doorbell;

struct vc_doorbell *vc_doorbell_create(struct videocored *vc);
void vc_doorbell_destroy(struct vc_doorbell *bell);

/* Thread-safe: latch BELL0 and raise the line until the guest reads it. */
void vc_doorbell_ring_host(struct vc_doorbell *bell);
/* @rung is called on the loop thread for each write of BELL2; it must not block. */
void vc_doorbell_set_handler(struct vc_doorbell *bell, void (*rung)(void *arg),
			     void *arg);

#endif /* VIDEOCORED_SOC_DOORBELL_H */
