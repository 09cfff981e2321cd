// SPDX-License-Identifier: GPL-2.0
/*
 * Mailbox registers (soc-glue.md section 2). A request is handled when it is
 * written; the guest finds the answer in MAIL0.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdlib.h>

#include <videocore/property.h>
#include <videocore/virt.h>

#include "../firmware/firmware.h"
#include "../log.h"
#include "../videocored.h"
#include "bus.h"
#include "irq.h"
#include "mailbox.h"
#include "property.h"
#include "vcmem.h"

#define MAILBOX_SIZE	0x40
#define MAIL0_RD	0x00
#define MAIL0_POL	0x10
#define MAIL0_STA	0x18
#define MAIL0_CNF	0x1c
#define MAIL1_WRT	0x20
#define MAIL1_STA	0x38
#define STA_FULL	(1u << 31)
#define STA_EMPTY	(1u << 30)
#define CNF_HAVE_DATA	(1u << 0)
#define CHANNEL_MASK	0xfu

#define MAIL0_DEPTH	8

/**
 * struct vc_mailbox - the block
 * @block: on the bus
 * @irq: for line VC_VIRT_IRQ_MAILBOX
 * @guest: memory of the property buffers
 * @vcmem: laid out before the guest hears of it, or NULL
 * @prop: state behind the property tags
 * @cnf: MAIL0_CNF
 * @head: oldest answer in @fifo
 * @count: answers in @fifo
 * @fifo: answers not read yet
 */
struct vc_mailbox {
	struct vc_block block;
	struct vc_irq *irq;
	struct vc_guest *guest;
	struct vc_vcmem *vcmem;
	struct vc_property *prop;
	uint32_t cnf;
	unsigned int head;
	unsigned int count;
	uint32_t fifo[MAIL0_DEPTH];
};

static void mailbox_update_line(struct vc_mailbox *mbox)
{
	vc_irq_set(mbox->irq, VC_VIRT_IRQ_MAILBOX,
		   mbox->count && (mbox->cnf & CNF_HAVE_DATA));
}

static void mailbox_push(struct vc_mailbox *mbox, uint32_t word)
{
	if (mbox->count == MAIL0_DEPTH) {
		vc_err("mailbox", "guest reads no answers, one is lost");
		return;
	}
	mbox->fifo[(mbox->head + mbox->count++) % MAIL0_DEPTH] = word;
	mailbox_update_line(mbox);
}

static uint32_t mailbox_pop(struct vc_mailbox *mbox)
{
	uint32_t word;

	if (!mbox->count)
		return 0;
	word = mbox->fifo[mbox->head];
	mbox->head = (mbox->head + 1) % MAIL0_DEPTH;
	mbox->count--;
	mailbox_update_line(mbox);

	return word;
}

static uint32_t mailbox_status(const struct vc_mailbox *mbox)
{
	if (!mbox->count)
		return STA_EMPTY;
	return mbox->count == MAIL0_DEPTH ? STA_FULL : 0;
}

static uint32_t mailbox_read(struct vc_block *block, uint32_t off)
{
	struct vc_mailbox *mbox = vc_container_of(block, struct vc_mailbox, block);

	switch (off) {
	case MAIL0_RD:
		return mailbox_pop(mbox);
	case MAIL0_POL:
		return mbox->count ? mbox->fifo[mbox->head] : 0;
	case MAIL0_STA:
		return mailbox_status(mbox);
	case MAIL0_CNF:
		return mbox->cnf;
	case MAIL1_STA:
		/* Requests are taken at once. */
		return STA_EMPTY;
	default:
		return 0;
	}
}

static void mailbox_request(struct vc_mailbox *mbox, uint32_t word)
{
	if ((word & CHANNEL_MASK) != VC_MBOX_CHANNEL_PROPERTY) {
		vc_info("mailbox", "request on channel %u, which nobody serves",
			word & CHANNEL_MASK);
		return;
	}
	if (mbox->vcmem)
		vc_vcmem_boot(mbox->vcmem);
	vc_property_request(mbox->prop, mbox->guest, word & ~CHANNEL_MASK);
	mailbox_push(mbox, word);
}

static void mailbox_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct vc_mailbox *mbox = vc_container_of(block, struct vc_mailbox, block);

	switch (off) {
	case MAIL0_CNF:
		mbox->cnf = val & CNF_HAVE_DATA;
		mailbox_update_line(mbox);
		break;
	case MAIL1_WRT:
		mailbox_request(mbox, val);
		break;
	default:
		break;
	}
}

static void mailbox_reset(struct vc_block *block)
{
	struct vc_mailbox *mbox = vc_container_of(block, struct vc_mailbox, block);

	mbox->cnf = 0;
	mbox->count = 0;
	mailbox_update_line(mbox);
	vc_property_reset(mbox->prop);
}

static const struct vc_block_ops mailbox_ops = {
	.read = mailbox_read,
	.write = mailbox_write,
	.reset = mailbox_reset,
};

/* Any answer but 0 makes the driver give up. */
#define VCHIQ_REFUSED	(~0u)

static uint32_t mailbox_vchiq_init(void *arg, uint32_t slot_zero_bus)
{
	struct videocored *vc = arg;

	if (vc->firmware)
		return vc_firmware_vchiq_init(vc->firmware, slot_zero_bus);
	vc_info("mailbox", "slot zero at 0x%08x, but there is no firmware", slot_zero_bus);
	return VCHIQ_REFUSED;
}

struct vc_mailbox *vc_mailbox_create(struct videocored *vc)
{
	struct vc_mailbox *mbox;

	mbox = calloc(1, sizeof(*mbox));
	if (!mbox)
		return NULL;
	mbox->prop = vc_property_create(mailbox_vchiq_init, vc);
	if (!mbox->prop)
		goto err_free;
	vc_property_refuse_tag(mbox->prop, vc->opt.refused_tag);
	if (vc->opt.vc_memory_size)
		vc_property_set_memory(mbox->prop, vc->opt.vc_memory_base,
				       vc->opt.vc_memory_size);
	mbox->irq = vc->irq;
	mbox->guest = vc->guest;
	mbox->vcmem = vc->vcmem;
	mbox->block.name = "mailbox";
	mbox->block.base = VC_VIRT_MAILBOX;
	mbox->block.size = MAILBOX_SIZE;
	mbox->block.ops = &mailbox_ops;
	if (vc_bus_add(vc->bus, &mbox->block))
		goto err_property;

	return mbox;

err_property:
	vc_property_destroy(mbox->prop);
err_free:
	free(mbox);
	return NULL;
}

void vc_mailbox_destroy(struct vc_mailbox *mbox)
{
	if (!mbox)
		return;
	vc_property_destroy(mbox->prop);
	free(mbox);
}

uint32_t vc_mailbox_clock_rate(struct vc_mailbox *mbox, unsigned int id)
{
	return vc_property_clock_rate(mbox->prop, id);
}

void vc_mailbox_set_gpio(struct vc_mailbox *mbox, unsigned int gpio, bool level)
{
	vc_property_set_gpio(mbox->prop, gpio, level);
}

void vc_mailbox_status(struct vc_mailbox *mbox, struct json_object *out)
{
	vc_property_status(mbox->prop, out);
}
