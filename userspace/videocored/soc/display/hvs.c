// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware video scaler: registers (vc4-display.md 3.1 to 3.4). Most are plain
 * storage for the driver; the channels' state is what matters. The interrupt
 * line is never raised, as it only reports underruns.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "hvs.h"

#include <stdlib.h>
#include <string.h>

#include <videocore/virt.h>

#include "bus.h"
#include "hvs-compose.h"

#define HVS_SIZE		0x100
#define HVS_WORDS		(HVS_SIZE / 4)
#define HVS_ID			0x64647276

#define DISPCTRL		0x00
#define DISPSTAT		0x04
#define DISPID			0x08
#define DISPLIST(x)		(0x20 + 4 * (x))
#define DISPLSTAT		0x2c
#define DISPLACT(x)		(0x30 + 4 * (x))
#define DISPCTRLX(x)		(0x40 + 0x10 * (x))
#define DISPBKGNDX(x)		(0x44 + 0x10 * (x))
#define DISPSTATX(x)		(0x48 + 0x10 * (x))
#define DISPBASEX(x)		(0x4c + 0x10 * (x))
#define GAMADDR			0x78
#define OLEDOFFS		0x80
#define OLEDCOEF(x)		(0x84 + 4 * (x))
#define GAMDATA			0xe0

#define DISPCTRLX_ENABLE	(1u << 31)
#define DISPCTRLX_RESET		(1u << 30)
#define DISPCTRLX_ONESHOT	(1u << 29)
#define DISPCTRLX_WIDTH(v)	((v) >> 12 & 0xfff)
#define DISPCTRLX_HEIGHT(v)	((v) & 0xfff)
#define DISPBKGNDX_GAMMA	(1u << 29)
#define DISPSTATX_MODE(m)	((uint32_t)(m) << 30)
#define DISPSTATX_EMPTY		(1u << 28)
#define GAMADDR_AUTOINC		(1u << 31)
#define GAMADDR_MASK		0xfff
#define GAMMA_CHANNEL		0x300
#define DISPLIST_MASK		0x3fff

enum channel_mode {
	MODE_DISABLED,
	MODE_INIT,
	MODE_RUN,
	MODE_EOF,
};

/**
 * struct channel - one output FIFO
 * @mode: where in the frame sequence it is
 * @nr_frames: frames output
 * @timing: line being output
 */
struct channel {
	enum channel_mode mode;
	unsigned int nr_frames;
	struct vc_hvs_timing timing;
};

struct vc_hvs {
	struct vc_block regs;
	struct vc_block dlist;
	uint32_t reg[HVS_WORDS];
	struct channel channel[VC_HVS_CHANNELS];
	uint8_t gamma[VC_HVS_CHANNELS * GAMMA_CHANNEL];
};

static uint32_t reg(const struct vc_hvs *hvs, uint32_t off)
{
	return hvs->reg[off / 4];
}

/* The driver subtracts the lines that wait in the FIFO from the position. */
static unsigned int fifo_lines(const struct vc_hvs *hvs, unsigned int x)
{
	uint32_t base = reg(hvs, DISPBASEX(x));
	uint32_t first = base & 0xfffc, last = base >> 16 & 0xfffc;
	unsigned int width = DISPCTRLX_WIDTH(reg(hvs, DISPCTRLX(x)));

	return width && last >= first ? (last - first + 4) / width : 0;
}

static uint32_t channel_line(const struct vc_hvs *hvs, unsigned int x)
{
	const struct vc_hvs_timing *timing = &hvs->channel[x].timing;
	unsigned int height = DISPCTRLX_HEIGHT(reg(hvs, DISPCTRLX(x)));
	unsigned int line;
	int active;

	if (!timing->line || hvs->channel[x].mode != MODE_RUN)
		return 0;
	active = timing->line(timing->arg);
	if (active < 0)
		return 0;
	line = active + fifo_lines(hvs, x) + 1;
	return line < height ? line : height;
}

/* Frame counters of channels 0 and 1 sit in DISPSTAT1, of channel 2 in DISPSTAT2. */
static uint32_t channel_status(const struct vc_hvs *hvs, unsigned int x)
{
	const struct channel *ch = hvs->channel;
	uint32_t val = DISPSTATX_MODE(ch[x].mode) | channel_line(hvs, x);

	if (ch[x].mode == MODE_DISABLED)
		val |= DISPSTATX_EMPTY;
	if (x == 1)
		val |= (ch[0].nr_frames & 63) << 18 | (ch[1].nr_frames & 63) << 12;
	else if (x == 2)
		val |= (ch[2].nr_frames & 63) << 12;
	return val;
}

static uint32_t hvs_read(struct vc_block *block, uint32_t off)
{
	struct vc_hvs *hvs = vc_container_of(block, struct vc_hvs, regs);

	switch (off) {
	case DISPID:
		return HVS_ID;
	case DISPSTATX(0):
	case DISPSTATX(1):
	case DISPSTATX(2):
		return channel_status(hvs, (off - DISPSTATX(0)) / 0x10);
	case GAMDATA:
		return hvs->gamma[(reg(hvs, GAMADDR) & GAMADDR_MASK) % sizeof(hvs->gamma)];
	default:
		return reg(hvs, off);
	}
}

/* DISPLIST was written before and survives the reset. */
static void write_channel(struct vc_hvs *hvs, unsigned int x, uint32_t val)
{
	bool was_enabled = vc_hvs_is_enabled(hvs, x);
	struct channel *ch = &hvs->channel[x];

	if (val & DISPCTRLX_RESET)
		val &= ~(DISPCTRLX_RESET | DISPCTRLX_ENABLE);
	hvs->reg[DISPCTRLX(x) / 4] = val;
	if (!(val & DISPCTRLX_ENABLE))
		ch->mode = MODE_DISABLED;
	else if (!was_enabled)
		ch->mode = MODE_INIT;
}

static void write_gamma(struct vc_hvs *hvs, uint32_t val)
{
	uint32_t addr = reg(hvs, GAMADDR);
	uint32_t entry = addr & GAMADDR_MASK;

	if (entry < sizeof(hvs->gamma))
		hvs->gamma[entry] = val;
	if (addr & GAMADDR_AUTOINC)
		hvs->reg[GAMADDR / 4] = (addr & ~GAMADDR_MASK) | ((entry + 1) & GAMADDR_MASK);
}

static void hvs_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct vc_hvs *hvs = vc_container_of(block, struct vc_hvs, regs);

	switch (off) {
	case DISPSTAT:	/* write 1 to clear; nothing is ever set */
	case DISPID:
	case DISPLSTAT:
	case DISPLACT(0):
	case DISPLACT(1):
	case DISPLACT(2):
	case DISPSTATX(0):
	case DISPSTATX(1):
	case DISPSTATX(2):
		break;
	case DISPCTRLX(0):
	case DISPCTRLX(1):
	case DISPCTRLX(2):
		write_channel(hvs, (off - DISPCTRLX(0)) / 0x10, val);
		break;
	case GAMDATA:
		write_gamma(hvs, val);
		break;
	default:
		hvs->reg[off / 4] = val;
		break;
	}
}

static void hvs_reset(struct vc_block *block)
{
	struct vc_hvs *hvs = vc_container_of(block, struct vc_hvs, regs);
	unsigned int x;

	memset(hvs->reg, 0, sizeof(hvs->reg));
	for (x = 0; x < VC_HVS_CHANNELS; x++) {
		hvs->channel[x].mode = MODE_DISABLED;
		hvs->channel[x].nr_frames = 0;
	}
}

static const struct vc_block_ops hvs_ops = {
	.read = hvs_read,
	.write = hvs_write,
	.reset = hvs_reset,
};

struct vc_hvs *vc_hvs_create(struct vc_bus *bus)
{
	struct vc_hvs *hvs = calloc(1, sizeof(*hvs));

	if (!hvs)
		return NULL;
	hvs->regs = (struct vc_block){
		.name = "hvs", .base = VC_VIRT_HVS, .size = HVS_SIZE, .ops = &hvs_ops,
	};
	hvs->dlist = (struct vc_block){
		.name = "hvs-dlist", .base = VC_VIRT_HVS_DLIST, .size = VC_VIRT_HVS_DLIST_SIZE,
	};
	if (vc_bus_add(bus, &hvs->regs) || vc_bus_add_ram(bus, &hvs->dlist)) {
		free(hvs);
		return NULL;
	}
	return hvs;
}

void vc_hvs_destroy(struct vc_hvs *hvs)
{
	free(hvs);
}

void vc_hvs_set_timing(struct vc_hvs *hvs, unsigned int channel,
		       const struct vc_hvs_timing *timing)
{
	hvs->channel[channel].timing = *timing;
}

bool vc_hvs_is_enabled(struct vc_hvs *hvs, unsigned int channel)
{
	return reg(hvs, DISPCTRLX(channel)) & DISPCTRLX_ENABLE;
}

void vc_hvs_latch(struct vc_hvs *hvs, unsigned int channel)
{
	if (!vc_hvs_is_enabled(hvs, channel))
		return;
	hvs->reg[DISPLACT(channel) / 4] = reg(hvs, DISPLIST(channel)) & DISPLIST_MASK;
	hvs->channel[channel].mode = MODE_RUN;
}

void vc_hvs_frame_end(struct vc_hvs *hvs, unsigned int channel)
{
	struct channel *ch = &hvs->channel[channel];

	if (ch->mode != MODE_RUN)
		return;
	ch->nr_frames++;
	/* ENABLE stays: the driver sets a one-shot channel up once and fires it often. */
	ch->mode = reg(hvs, DISPCTRLX(channel)) & DISPCTRLX_ONESHOT ? MODE_INIT : MODE_EOF;
}

/* Sign and magnitude, 0x1ff standing for 1.0. */
static int ctm_factor(uint32_t field)
{
	int v = field & 0x1ff;

	if (v == 0x1ff)
		v = 512;
	return field & 0x200 ? -v : v;
}

static int signed_byte(uint32_t field)
{
	int v = field & 0xff;

	return v >= 0x80 ? v - 0x100 : v;
}

static void snapshot_ctm(const struct vc_hvs *hvs, unsigned int channel,
			 struct vc_hvs_scene *scene)
{
	uint32_t offs = reg(hvs, OLEDOFFS);
	unsigned int out, in;

	scene->has_ctm = (offs >> 24 & 3) == channel + 1;
	for (out = 0; out < 3; out++) {
		scene->ctm_offset[out] = signed_byte(offs >> (16 - 8 * out));
		/* COEF0 is the one of the blue input, red output is on top */
		for (in = 0; in < 3; in++)
			scene->ctm[out][in] =
				ctm_factor(reg(hvs, OLEDCOEF(2 - in)) >> (20 - 10 * out));
	}
}

static void snapshot_ram(const struct vc_hvs *hvs, uint32_t *out)
{
	const volatile uint32_t *ram = hvs->dlist.ram;
	unsigned int i;

	/* Each word is read once: the guest may be writing. */
	for (i = 0; i < VC_HVS_RAM_WORDS; i++)
		out[i] = ram[i];
}

void vc_hvs_snapshot(struct vc_hvs *hvs, unsigned int channel,
		     struct vc_hvs_scene *scene)
{
	uint32_t ctrl = reg(hvs, DISPCTRLX(channel));
	uint32_t background = reg(hvs, DISPBKGNDX(channel));

	scene->width = DISPCTRLX_WIDTH(ctrl);
	scene->height = DISPCTRLX_HEIGHT(ctrl);
	scene->background = background & 0xffffff;
	scene->has_gamma = background & DISPBKGNDX_GAMMA;
	memcpy(scene->gamma, &hvs->gamma[channel * GAMMA_CHANNEL], sizeof(scene->gamma));
	snapshot_ctm(hvs, channel, scene);
	snapshot_ram(hvs, scene->ram);
	vc_hvs_list_parse(scene->ram, reg(hvs, DISPLACT(channel)), &scene->list);
}
