// SPDX-License-Identifier: GPL-2.0
/*
 * BSC, the I2C controller (soc-glue.md 5), on a bus that takes no time: a read
 * message is complete when it is started, a written one when its last byte is
 * in the FIFO and it is known what follows, a stop or a repeated start.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "bsc.h"

#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "irq.h"

#define BSC_SIZE	0x20

#define BSC_C		0x00
#define BSC_S		0x04
#define BSC_DLEN	0x08
#define BSC_A		0x0c
#define BSC_FIFO	0x10
#define BSC_DIV		0x14
#define BSC_DEL		0x18
#define BSC_CLKT	0x1c

#define C_I2CEN		(1u << 15)
#define C_INTR		(1u << 10)
#define C_INTT		(1u << 9)
#define C_INTD		(1u << 8)
#define C_ST		(1u << 7)
#define C_CLEAR		(3u << 4)
#define C_READ		(1u << 0)

#define S_CLKT		(1u << 9)
#define S_ERR		(1u << 8)
#define S_RXF		(1u << 7)
#define S_TXE		(1u << 6)
#define S_RXD		(1u << 5)
#define S_TXD		(1u << 4)
#define S_RXR		(1u << 3)
#define S_TXW		(1u << 2)
#define S_DONE		(1u << 1)
#define S_TA		(1u << 0)
#define S_W1C		(S_CLKT | S_ERR | S_DONE)

#define MAX_LEN		0x10000

enum message {
	MESSAGE_NONE,
	MESSAGE_WRITE,
	MESSAGE_READ,
};

/**
 * struct vc_bsc - one controller
 * @control: C without the bits that act and vanish
 * @sticky: DONE, ERR and CLKT
 * @dlen: length for the next start
 * @addr: slave for the next start
 * @message: what is under way
 * @slave: to whom
 * @len: bytes of it
 * @pos: bytes pushed, or taken by the driver
 * @was_nacked: an earlier message of the transfer was not acknowledged
 * @buf: its bytes
 */
struct vc_bsc {
	struct vc_block block;
	struct vc_irq *irq;
	unsigned int irq_line;
	const struct vc_i2c_ops *ops;
	void *arg;
	uint32_t control;
	uint32_t sticky;
	uint32_t dlen;
	uint32_t addr;
	uint32_t div, del, clkt;
	enum message message;
	uint8_t slave;
	uint32_t len;
	uint32_t pos;
	bool was_nacked;
	uint8_t buf[MAX_LEN];
};

static bool wants_data(const struct vc_bsc *bsc)
{
	return bsc->message == MESSAGE_WRITE && bsc->pos < bsc->len;
}

static bool has_data(const struct vc_bsc *bsc)
{
	return bsc->message == MESSAGE_READ && bsc->pos < bsc->len;
}

static uint32_t status(const struct vc_bsc *bsc)
{
	uint32_t s = bsc->sticky;

	if (bsc->message != MESSAGE_NONE && !(s & S_DONE))
		s |= S_TA;
	if (bsc->message == MESSAGE_WRITE) {
		/* the bus is fast: what was pushed is gone, but only DLEN bytes go */
		if (wants_data(bsc))
			s |= S_TXW | S_TXD;
		s |= S_TXE;
	} else {
		s |= S_TXE | S_TXD;
	}
	if (has_data(bsc))
		s |= S_RXD | S_RXR;
	if (has_data(bsc) && bsc->len - bsc->pos >= 16)
		s |= S_RXF;
	return s;
}

static void update_irq(struct vc_bsc *bsc)
{
	uint32_t s = status(bsc), c = bsc->control;

	vc_irq_set(bsc->irq, bsc->irq_line,
		   ((c & C_INTT) && (s & S_TXW)) || ((c & C_INTR) && (s & S_RXR)) ||
		   ((c & C_INTD) && (s & S_DONE)));
}

static void deliver(struct vc_bsc *bsc)
{
	if (!bsc->ops->write(bsc->arg, bsc->slave, bsc->buf, bsc->len))
		bsc->was_nacked = true;
}

/* The transfer is over; a missing acknowledge anywhere in it is told now. */
static void finish(struct vc_bsc *bsc)
{
	bsc->sticky |= S_DONE;
	if (bsc->was_nacked)
		bsc->sticky |= S_ERR;
	bsc->was_nacked = false;
	bsc->ops->stop(bsc->arg);
}

static void maybe_finish_write(struct vc_bsc *bsc)
{
	if (bsc->pos < bsc->len || !(bsc->control & C_INTD))
		return;
	deliver(bsc);
	finish(bsc);
}

static void start_read(struct vc_bsc *bsc)
{
	if (!bsc->was_nacked && bsc->ops->read(bsc->arg, bsc->slave, bsc->buf, bsc->len))
		bsc->pos = 0;
	else
		bsc->was_nacked = true;
	finish(bsc);
}

static void start(struct vc_bsc *bsc, uint32_t control)
{
	bool is_open = bsc->message == MESSAGE_WRITE && !(bsc->sticky & S_DONE);

	/* A repeated start tells that the message before is complete. */
	if (is_open && bsc->pos == bsc->len)
		deliver(bsc);
	else
		bsc->was_nacked = false;
	bsc->sticky &= ~S_DONE;
	bsc->slave = bsc->addr;
	bsc->len = bsc->dlen;
	if (control & C_READ) {
		bsc->message = MESSAGE_READ;
		bsc->pos = bsc->len;
		start_read(bsc);
	} else {
		bsc->message = MESSAGE_WRITE;
		bsc->pos = 0;
		maybe_finish_write(bsc);
	}
}

static void drop(struct vc_bsc *bsc)
{
	bsc->message = MESSAGE_NONE;
	bsc->len = 0;
	bsc->pos = 0;
	bsc->was_nacked = false;
}

static void write_control(struct vc_bsc *bsc, uint32_t val)
{
	bsc->control = val & (C_I2CEN | C_INTR | C_INTT | C_INTD | C_READ);
	if ((val & C_CLEAR) && !(val & C_I2CEN))
		drop(bsc);
	if ((val & C_ST) && (val & C_I2CEN))
		start(bsc, val);
}

static void push(struct vc_bsc *bsc, uint8_t byte)
{
	if (!wants_data(bsc))
		return;
	bsc->buf[bsc->pos++] = byte;
	maybe_finish_write(bsc);
}

static uint32_t bsc_read(struct vc_block *block, uint32_t off)
{
	struct vc_bsc *bsc = vc_container_of(block, struct vc_bsc, block);
	uint32_t val = 0;

	switch (off) {
	case BSC_C:
		return bsc->control;
	case BSC_S:
		return status(bsc);
	case BSC_DLEN:
		return bsc->dlen;
	case BSC_A:
		return bsc->addr;
	case BSC_FIFO:
		if (has_data(bsc))
			val = bsc->buf[bsc->pos++];
		update_irq(bsc);
		return val;
	case BSC_DIV:
		return bsc->div;
	case BSC_DEL:
		return bsc->del;
	case BSC_CLKT:
		return bsc->clkt;
	default:
		return 0;
	}
}

static void bsc_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct vc_bsc *bsc = vc_container_of(block, struct vc_bsc, block);

	switch (off) {
	case BSC_C:
		write_control(bsc, val);
		break;
	case BSC_S:
		bsc->sticky &= ~(val & S_W1C);
		break;
	case BSC_DLEN:
		bsc->dlen = val & 0xffff;
		break;
	case BSC_A:
		bsc->addr = val & 0x7f;
		break;
	case BSC_FIFO:
		push(bsc, val);
		break;
	case BSC_DIV:
		bsc->div = val & 0xffff;
		break;
	case BSC_DEL:
		bsc->del = val;
		break;
	case BSC_CLKT:
		bsc->clkt = val & 0xffff;
		break;
	default:
		break;
	}
	update_irq(bsc);
}

static void bsc_reset(struct vc_block *block)
{
	struct vc_bsc *bsc = vc_container_of(block, struct vc_bsc, block);

	drop(bsc);
	bsc->control = 0;
	bsc->sticky = 0;
	bsc->dlen = 0;
	bsc->addr = 0;
	bsc->div = 0x5dc;
	bsc->del = 0x300030;
	bsc->clkt = 0x40;
	update_irq(bsc);
}

static const struct vc_block_ops bsc_ops = {
	.read = bsc_read,
	.write = bsc_write,
	.reset = bsc_reset,
};

struct vc_bsc *vc_bsc_create(struct vc_bus *bus, struct vc_irq *irq, uint32_t base,
			     unsigned int irq_line, const struct vc_i2c_ops *ops, void *arg)
{
	struct vc_bsc *bsc = calloc(1, sizeof(*bsc));

	if (!bsc)
		return NULL;
	bsc->irq = irq;
	bsc->irq_line = irq_line;
	bsc->ops = ops;
	bsc->arg = arg;
	bsc->block = (struct vc_block){
		.name = "bsc", .base = base, .size = BSC_SIZE, .ops = &bsc_ops,
	};
	bsc_reset(&bsc->block);
	if (vc_bus_add(bus, &bsc->block)) {
		free(bsc);
		return NULL;
	}
	return bsc;
}

void vc_bsc_destroy(struct vc_bsc *bsc)
{
	free(bsc);
}
