// SPDX-License-Identifier: GPL-2.0
/*
 * The monitor's EDID (VESA E-EDID 1.3 with a CTA-861 extension, so that it is
 * an HDMI sink), and its slaves on the DDC wires.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "edid.h"

#include <string.h>

#define DDC_EDID	0x50
#define DDC_SEGMENT	0x30

#define TAG_CTA		0x02
#define CTA_VIDEO	2
#define CTA_VENDOR	3
#define CTA_EXTENDED	7
#define CTA_VCDB	0

/* HDMI Licensing's IEEE number, least significant byte first. */
static const uint8_t hdmi_oui[3] = { 0x03, 0x0c, 0x00 };

/** struct timing - a detailed timing; sync is positive both ways */
struct timing {
	uint32_t clock_khz;
	uint16_t hactive, hfront, hsync, hback;
	uint16_t vactive, vfront, vsync, vback;
	uint16_t width_mm, height_mm;
};

static const struct timing timing_1080p60 = {
	148500, 1920, 88, 44, 148, 1080, 4, 5, 36, 520, 290,
};

static const struct timing timing_720p60 = {
	74250, 1280, 110, 40, 220, 720, 5, 5, 20, 520, 290,
};

static void put_checksum(uint8_t *block)
{
	uint8_t sum = 0;
	unsigned int i;

	for (i = 0; i < VC_EDID_BLOCK - 1; i++)
		sum += block[i];
	block[VC_EDID_BLOCK - 1] = -sum;
}

static void put_timing(uint8_t *d, const struct timing *t)
{
	uint16_t clock = t->clock_khz / 10;
	uint16_t hblank = t->hfront + t->hsync + t->hback;
	uint16_t vblank = t->vfront + t->vsync + t->vback;

	d[0] = clock;
	d[1] = clock >> 8;
	d[2] = t->hactive;
	d[3] = hblank;
	d[4] = t->hactive >> 8 << 4 | hblank >> 8;
	d[5] = t->vactive;
	d[6] = vblank;
	d[7] = t->vactive >> 8 << 4 | vblank >> 8;
	d[8] = t->hfront;
	d[9] = t->hsync;
	d[10] = (t->vfront & 15) << 4 | (t->vsync & 15);
	d[11] = t->hfront >> 8 << 6 | t->hsync >> 8 << 4 | t->vfront >> 4 << 2 | t->vsync >> 4;
	d[12] = t->width_mm;
	d[13] = t->height_mm;
	d[14] = t->width_mm >> 8 << 4 | t->height_mm >> 8;
	d[17] = 0x1e;	/* digital separate sync, both positive */
}

static void put_name(uint8_t *d, const char *name)
{
	uint8_t *p = &d[5];

	d[3] = 0xfc;
	memset(p, ' ', 13);
	while (*name)
		*p++ = *name++;
	*p = '\n';
}

static void put_range_limits(uint8_t *d)
{
	static const uint8_t limits[13] = {
		24, 75,		/* Hz */
		30, 83,		/* kHz */
		16,		/* 160 MHz */
		0x00,		/* no formula: default GTF */
		'\n', ' ', ' ', ' ', ' ', ' ', ' ',
	};

	d[3] = 0xfd;
	memcpy(&d[5], limits, sizeof(limits));
}

static void put_base(uint8_t *e)
{
	static const uint8_t head[] = {
		0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00,
		0x58, 0x6d,		/* manufacturer "VCM" */
		0x35, 0x28,		/* product 0x2835 */
		0x01, 0x00, 0x00, 0x00,	/* serial number */
		1, 2026 - 1990,		/* week, year */
		1, 3,			/* EDID 1.3 */
		0x80,			/* digital */
		52, 29, 120,		/* cm, gamma 2.2 */
		0x0e,			/* RGB, sRGB, first timing is preferred */
		/* chromaticity of sRGB */
		0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54,
		0x21, 0x08, 0x00,	/* 640x480, 800x600, 1024x768 at 60 Hz */
	};

	memcpy(e, head, sizeof(head));
	memset(&e[38], 0x01, 16);	/* no standard timings */
	put_timing(&e[54], &timing_1080p60);
	put_timing(&e[72], &timing_720p60);
	put_name(&e[90], "VC-MEDIA");
	put_range_limits(&e[108]);
	e[126] = 1;
	put_checksum(e);
}

static void put_cta(uint8_t *e)
{
	/* VIC 16 1080p60, 4 720p60, 1 480p, 31 1080p50, 19 720p50, 34 1080p30 */
	static const uint8_t vics[] = { 16, 4, 1, 31, 19, 34 };
	/* physical address 1.0.0.0, no extras, 165 MHz */
	static const uint8_t vsdb[] = { 0x10, 0x00, 0x00, 165 / 5 };
	uint8_t *p = &e[4];

	e[0] = TAG_CTA;
	e[1] = 3;
	e[3] = 0x81;	/* underscan, one native timing, no audio, RGB only */
	*p++ = CTA_VIDEO << 5 | sizeof(vics);
	memcpy(p, vics, sizeof(vics));
	p += sizeof(vics);
	*p++ = CTA_VENDOR << 5 | (sizeof(hdmi_oui) + sizeof(vsdb));
	memcpy(p, hdmi_oui, sizeof(hdmi_oui));
	p += sizeof(hdmi_oui);
	memcpy(p, vsdb, sizeof(vsdb));
	p += sizeof(vsdb);
	/* video capability: selectable RGB range, IT and CE formats underscanned */
	*p++ = CTA_EXTENDED << 5 | 2;
	*p++ = CTA_VCDB;
	*p++ = 0x4a;
	e[2] = p - e;	/* no detailed timings follow */
	put_checksum(e);
}

void vc_edid_default(uint8_t edid[VC_EDID_DEFAULT_LEN])
{
	memset(edid, 0, VC_EDID_DEFAULT_LEN);
	put_base(edid);
	put_cta(edid + VC_EDID_BLOCK);
}

bool vc_edid_is_valid(const uint8_t *edid, size_t len)
{
	static const uint8_t header[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };
	uint8_t sum = 0;
	size_t i;

	if (!len || len % VC_EDID_BLOCK || len > VC_EDID_MAX)
		return false;
	if (memcmp(edid, header, sizeof(header)) != 0 || edid[126] != len / VC_EDID_BLOCK - 1)
		return false;
	for (i = 0; i < len; i++) {
		sum += edid[i];
		if (i % VC_EDID_BLOCK == VC_EDID_BLOCK - 1 && sum)
			return false;
	}
	return true;
}

bool vc_ddc_write(void *arg, uint8_t addr, const uint8_t *buf, size_t len)
{
	struct vc_ddc *ddc = arg;

	if (!ddc->is_present)
		return false;
	switch (addr) {
	case DDC_SEGMENT:
		if (len)
			ddc->segment = buf[0];
		return ddc->len > 2 * VC_EDID_BLOCK;
	case DDC_EDID:
		if (len)
			ddc->offset = buf[0];
		return true;
	default:
		return false;
	}
}

/* The offset counts up and wraps; bytes beyond the EDID read as an open bus. */
bool vc_ddc_read(void *arg, uint8_t addr, uint8_t *buf, size_t len)
{
	struct vc_ddc *ddc = arg;
	size_t i, at;

	if (!ddc->is_present || addr != DDC_EDID)
		return false;
	for (i = 0; i < len; i++) {
		at = ddc->segment * 2u * VC_EDID_BLOCK + ddc->offset++;
		buf[i] = at < ddc->len ? ddc->edid[at] : 0xff;
	}
	return true;
}

void vc_ddc_stop(void *arg)
{
	struct vc_ddc *ddc = arg;

	ddc->segment = 0;
}
