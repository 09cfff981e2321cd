// SPDX-License-Identifier: GPL-2.0
/*
 * VCHIQ doorbells (soc-glue.md section 7). BELL0 latches until the guest reads
 * it, which clears it; BELL2 is a call of the handler.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <videocore/virt.h>

#include "../log.h"
#include "../videocored.h"
#include "bus.h"
#include "doorbell.h"
#include "irq.h"

#define DOORBELL_SIZE	0x3c
#define BELL0		0x00
#define BELL2		0x08
#define BELL0_RUNG	(1u << 2)

/**
 * struct vc_doorbell - the block
 * @block: on the bus
 * @irq: for line VC_VIRT_IRQ_DOORBELL
 * @rung: handler of BELL2; loop thread, as @arg
 * @arg: for @rung
 * @lock: protects @bell0 and its line together, so that they cannot disagree
 * @bell0: rung and not read
 */
struct vc_doorbell {
	struct vc_block block;
	struct vc_irq *irq;
	void (*rung)(void *arg);
	void *arg;
	pthread_mutex_t lock;
	bool bell0;
};

/* No second vc_irq_set() for a bell that is rung already: nothing new to see. */
static bool doorbell_set_bell0(struct vc_doorbell *bell, bool rung)
{
	bool was;

	pthread_mutex_lock(&bell->lock);
	was = bell->bell0;
	bell->bell0 = rung;
	if (was != rung)
		vc_irq_set(bell->irq, VC_VIRT_IRQ_DOORBELL, rung);
	pthread_mutex_unlock(&bell->lock);

	return was;
}

static uint32_t doorbell_read(struct vc_block *block, uint32_t off)
{
	struct vc_doorbell *bell = vc_container_of(block, struct vc_doorbell, block);

	if (off != BELL0)
		return 0;
	return doorbell_set_bell0(bell, false) ? BELL0_RUNG : 0;
}

static void doorbell_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct vc_doorbell *bell = vc_container_of(block, struct vc_doorbell, block);

	if (off == BELL2 && bell->rung)
		bell->rung(bell->arg);
}

static void doorbell_reset(struct vc_block *block)
{
	struct vc_doorbell *bell = vc_container_of(block, struct vc_doorbell, block);

	doorbell_set_bell0(bell, false);
}

static const struct vc_block_ops doorbell_ops = {
	.read = doorbell_read,
	.write = doorbell_write,
	.reset = doorbell_reset,
};

struct vc_doorbell *vc_doorbell_create(struct videocored *vc)
{
	struct vc_doorbell *bell;
	int ret;

	bell = calloc(1, sizeof(*bell));
	if (!bell)
		return NULL;
	bell->block.name = "doorbell";
	bell->block.base = VC_VIRT_DOORBELL;
	bell->block.size = DOORBELL_SIZE;
	bell->block.ops = &doorbell_ops;
	bell->irq = vc->irq;
	ret = vc_bus_add(vc->bus, &bell->block);
	if (ret) {
		vc_err("doorbell", "not on the bus: error %d", ret);
		free(bell);
		return NULL;
	}
	pthread_mutex_init(&bell->lock, NULL);

	return bell;
}

void vc_doorbell_destroy(struct vc_doorbell *bell)
{
	if (!bell)
		return;
	pthread_mutex_destroy(&bell->lock);
	free(bell);
}

void vc_doorbell_ring_host(struct vc_doorbell *bell)
{
	doorbell_set_bell0(bell, true);
}

void vc_doorbell_set_handler(struct vc_doorbell *bell, void (*rung)(void *arg), void *arg)
{
	bell->rung = rung;
	bell->arg = arg;
}
