// SPDX-License-Identifier: GPL-2.0
/*
 * HDMI transmitter (vc4-display.md 6). The driver waits for a few bits to
 * follow others, with time limits of a millisecond; they follow at once here.
 * On the CEC line there is nobody to acknowledge a message. No audio.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "hdmi.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/virt.h>

#include "bus.h"
#include "irq.h"

#define CORE_SIZE		0x600
#define CORE_HOTPLUG		0x0c
#define CORE_FIFO_CTL		0x5c
#define CORE_RAM_PACKET_CONFIG	0xa0
#define CORE_RAM_PACKET_STATUS	0xa4
#define CORE_SCHEDULER_CONTROL	0xc0
#define CORE_CEC_CNTRL_1	0xe8
#define CORE_CEC_CNTRL_5	0xf8
#define CORE_CPU_STATUS		0x340
#define CORE_CPU_SET		0x344
#define CORE_CPU_CLEAR		0x348
#define CORE_CPU_MASK_STATUS	0x34c
#define CORE_CPU_MASK_SET	0x350
#define CORE_CPU_MASK_CLEAR	0x354
#define CORE_PACKET_RAM		0x400

#define FIFO_CTL_RECENTER_DONE	(1u << 14)
#define FIFO_CTL_RECENTER	(1u << 6)
#define FIFO_CTL_WRITABLE	0xefff
#define RAM_PACKET_ENABLE	(1u << 16)
#define RAM_PACKET_SLOTS	0xffff
#define CEC_CNTRL_1_TX_EOM	(1u << 31)
#define CEC_CNTRL_1_TX_GOOD	(1u << 30)
#define CEC_CNTRL_1_RX_EOM	(1u << 29)
#define CEC_CNTRL_1_RX_GOOD	(1u << 28)
#define CEC_CNTRL_1_STATUS	(CEC_CNTRL_1_TX_EOM | CEC_CNTRL_1_TX_GOOD | \
				 CEC_CNTRL_1_RX_EOM | CEC_CNTRL_1_RX_GOOD)
#define CEC_CNTRL_1_START	(1u << 20)
#define CEC_CNTRL_5_RX_INT	(1u << 23)
#define CPU_CEC			(1u << 6)
#define SCHEDULER_HDMI_ACTIVE	(1u << 1)
#define SCHEDULER_MODE_HDMI	(1u << 0)

#define HD_SIZE			0x100
#define HD_M_CTL		0x0c
#define HD_MAI_CTL		0x14
#define HD_FRAME_COUNT		0x68
#define M_CTL_SW_RST		(1u << 2)
#define MAI_CTL_EMPTY		(1u << 10)
#define MAI_CTL_BUSY		(1u << 14)
#define MAI_CTL_FULL		(1u << 11)
#define MAI_CTL_RESET		(1u << 0)

struct vc_hdmi {
	struct vc_block core;
	struct vc_block hd;
	struct vc_irq *irq;
	uint32_t core_reg[CORE_SIZE / 4];
	uint32_t hd_reg[HD_SIZE / 4];
	bool connected;
};

static uint32_t packet_status(uint32_t config)
{
	return config & RAM_PACKET_ENABLE ? config & RAM_PACKET_SLOTS : 0;
}

static void update_irq(struct vc_hdmi *hdmi)
{
	const uint32_t *reg = hdmi->core_reg;

	vc_irq_set(hdmi->irq, VC_VIRT_IRQ_HDMI_CEC, reg[CORE_CPU_STATUS / 4] &
		   ~reg[CORE_CPU_MASK_STATUS / 4] & CPU_CEC);
}

/* A message is over as soon as it is started, and nobody took it. */
static void write_cec(struct vc_hdmi *hdmi, uint32_t val)
{
	uint32_t *cntrl = &hdmi->core_reg[CORE_CEC_CNTRL_1 / 4];
	bool starts = (val & CEC_CNTRL_1_START) && !(*cntrl & CEC_CNTRL_1_START);

	*cntrl = (val & ~CEC_CNTRL_1_STATUS) | (*cntrl & CEC_CNTRL_1_STATUS);
	if (!starts)
		return;
	*cntrl = (*cntrl & ~CEC_CNTRL_1_TX_GOOD) | CEC_CNTRL_1_TX_EOM;
	hdmi->core_reg[CORE_CEC_CNTRL_5 / 4] &= ~CEC_CNTRL_5_RX_INT;
	hdmi->core_reg[CORE_CPU_STATUS / 4] |= CPU_CEC;
}

static uint32_t core_read(struct vc_block *block, uint32_t off)
{
	struct vc_hdmi *hdmi = vc_container_of(block, struct vc_hdmi, core);
	uint32_t val = hdmi->core_reg[off / 4];

	switch (off) {
	case CORE_HOTPLUG:
		return hdmi->connected;
	case CORE_FIFO_CTL:
		return val & FIFO_CTL_RECENTER ? val | FIFO_CTL_RECENTER_DONE : val;
	case CORE_RAM_PACKET_STATUS:
		return packet_status(hdmi->core_reg[CORE_RAM_PACKET_CONFIG / 4]);
	case CORE_SCHEDULER_CONTROL:
		return val & SCHEDULER_MODE_HDMI ? val | SCHEDULER_HDMI_ACTIVE : val;
	default:
		return val;
	}
}

static void core_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct vc_hdmi *hdmi = vc_container_of(block, struct vc_hdmi, core);
	uint32_t *reg = hdmi->core_reg;

	switch (off) {
	case CORE_HOTPLUG:
	case CORE_RAM_PACKET_STATUS:
	case CORE_CPU_STATUS:
	case CORE_CPU_MASK_STATUS:
		break;
	case CORE_FIFO_CTL:
		reg[off / 4] = val & FIFO_CTL_WRITABLE & ~FIFO_CTL_RECENTER_DONE;
		break;
	case CORE_SCHEDULER_CONTROL:
		reg[off / 4] = val & ~SCHEDULER_HDMI_ACTIVE;
		break;
	case CORE_CEC_CNTRL_1:
		write_cec(hdmi, val);
		break;
	case CORE_CPU_SET:
		reg[CORE_CPU_STATUS / 4] |= val;
		break;
	case CORE_CPU_CLEAR:
		reg[CORE_CPU_STATUS / 4] &= ~val;
		break;
	case CORE_CPU_MASK_SET:
		reg[CORE_CPU_MASK_STATUS / 4] |= val;
		break;
	case CORE_CPU_MASK_CLEAR:
		reg[CORE_CPU_MASK_STATUS / 4] &= ~val;
		break;
	default:
		reg[off / 4] = val;
		break;
	}
	update_irq(hdmi);
}

/* Everything but the packet RAM. */
static void software_reset(struct vc_hdmi *hdmi)
{
	memset(hdmi->core_reg, 0, CORE_PACKET_RAM);
	memset(hdmi->hd_reg, 0, sizeof(hdmi->hd_reg));
	update_irq(hdmi);
}

static uint32_t hd_read(struct vc_block *block, uint32_t off)
{
	struct vc_hdmi *hdmi = vc_container_of(block, struct vc_hdmi, hd);
	uint32_t val = hdmi->hd_reg[off / 4];

	/* No audio goes through, so the sample FIFO is always empty. */
	if (off == HD_MAI_CTL)
		return (val & ~(MAI_CTL_BUSY | MAI_CTL_FULL | MAI_CTL_RESET)) | MAI_CTL_EMPTY;
	return val;
}

static void hd_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct vc_hdmi *hdmi = vc_container_of(block, struct vc_hdmi, hd);

	if (off == HD_M_CTL && (val & M_CTL_SW_RST))
		software_reset(hdmi);
	if (off != HD_FRAME_COUNT)
		hdmi->hd_reg[off / 4] = val;
}

static void core_reset(struct vc_block *block)
{
	struct vc_hdmi *hdmi = vc_container_of(block, struct vc_hdmi, core);

	memset(hdmi->core_reg, 0, sizeof(hdmi->core_reg));
	update_irq(hdmi);
}

static void hd_reset(struct vc_block *block)
{
	struct vc_hdmi *hdmi = vc_container_of(block, struct vc_hdmi, hd);

	memset(hdmi->hd_reg, 0, sizeof(hdmi->hd_reg));
}

static const struct vc_block_ops core_ops = {
	.read = core_read,
	.write = core_write,
	.reset = core_reset,
};

static const struct vc_block_ops hd_ops = {
	.read = hd_read,
	.write = hd_write,
	.reset = hd_reset,
};

struct vc_hdmi *vc_hdmi_create(struct vc_bus *bus, struct vc_irq *irq)
{
	struct vc_hdmi *hdmi = calloc(1, sizeof(*hdmi));

	if (!hdmi)
		return NULL;
	hdmi->irq = irq;
	hdmi->core = (struct vc_block){
		.name = "hdmi", .base = VC_VIRT_HDMI, .size = CORE_SIZE, .ops = &core_ops,
	};
	hdmi->hd = (struct vc_block){
		.name = "hdmi-hd", .base = VC_VIRT_HDMI_HD, .size = HD_SIZE, .ops = &hd_ops,
	};
	if (vc_bus_add(bus, &hdmi->core) || vc_bus_add(bus, &hdmi->hd)) {
		free(hdmi);
		return NULL;
	}
	return hdmi;
}

void vc_hdmi_destroy(struct vc_hdmi *hdmi)
{
	free(hdmi);
}

void vc_hdmi_set_connected(struct vc_hdmi *hdmi, bool connected)
{
	hdmi->connected = connected;
}

bool vc_hdmi_is_hdmi_mode(const struct vc_hdmi *hdmi)
{
	return hdmi->core_reg[CORE_SCHEDULER_CONTROL / 4] & SCHEDULER_MODE_HDMI;
}
