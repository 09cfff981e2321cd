/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The monitor's EDID, and its slaves on the DDC wires.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_EDID_H
#define VIDEOCORED_SOC_DISPLAY_EDID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VC_EDID_BLOCK		128
/* A segment pointer of 8 bits selects pairs of blocks; 8 pairs are plenty. */
#define VC_EDID_MAX		(16 * VC_EDID_BLOCK)
#define VC_EDID_DEFAULT_LEN	(2 * VC_EDID_BLOCK)

/* The EDID of the monitor that is there unless told otherwise. */
void vc_edid_default(uint8_t edid[VC_EDID_DEFAULT_LEN]);
/* Right length, header, number of extensions and checksums. */
bool vc_edid_is_valid(const uint8_t *edid, size_t len);

/**
 * struct vc_ddc - a monitor on the DDC wires, slaves 0x50 and 0x30
 * @is_present: it answers
 * @len: bytes in @edid
 * @edid: what it answers
 * @segment: pair of blocks, until the next stop
 * @offset: next byte in it
 */
struct vc_ddc {
	bool is_present;
	size_t len;
	uint8_t edid[VC_EDID_MAX];
	uint8_t segment;
	uint8_t offset;
};

bool vc_ddc_write(void *ddc, uint8_t addr, const uint8_t *buf, size_t len);
bool vc_ddc_read(void *ddc, uint8_t addr, uint8_t *buf, size_t len);
void vc_ddc_stop(void *ddc);

#endif /* VIDEOCORED_SOC_DISPLAY_EDID_H */
