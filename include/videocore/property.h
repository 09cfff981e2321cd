/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mailbox property channel: buffer layout and tags.
 *
 * A message word is the 16-byte aligned bus address of a buffer | channel. The
 * buffer is a header, tags with their values padded to 4 bytes, and a 0 word.
 * Source: spec soc-glue.md section 2.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORE_PROPERTY_H
#define VIDEOCORE_PROPERTY_H

#include <linux/types.h>

#define VC_MBOX_CHANNEL_PROPERTY	8

#define VC_PROP_REQUEST			0x00000000
#define VC_PROP_SUCCESS			0x80000000
#define VC_PROP_PARSE_ERROR		0x80000001
#define VC_PROP_TAG_RESPONSE		0x80000000	/* or'ed into req_resp */

/**
 * struct vc_prop_header - start of a property buffer, 8 bytes
 * @size: bytes of the whole buffer
 * @code: request or response code
 */
struct vc_prop_header {
	__le32 size;
	__le32 code;
};

/**
 * struct vc_prop_tag - start of a tag, 12 bytes, the value follows
 * @id: VC_TAG_*
 * @buf_size: bytes of the value buffer, a multiple of 4 once padded
 * @req_resp: 0 in a request; response length | VC_PROP_TAG_RESPONSE
 */
struct vc_prop_tag {
	__le32 id;
	__le32 buf_size;
	__le32 req_resp;
};

#define VC_TAG_END			0x00000000
#define VC_TAG_GET_REVISION		0x00000001
#define VC_TAG_GET_BOARD_MODEL		0x00010001
#define VC_TAG_GET_BOARD_REVISION	0x00010002
#define VC_TAG_GET_MAC_ADDRESS		0x00010003
#define VC_TAG_GET_BOARD_SERIAL		0x00010004
#define VC_TAG_GET_ARM_MEMORY		0x00010005
#define VC_TAG_GET_VC_MEMORY		0x00010006
#define VC_TAG_GET_CLOCKS		0x00010007
#define VC_TAG_GET_POWER_STATE		0x00020001
#define VC_TAG_SET_POWER_STATE		0x00028001
#define VC_TAG_GET_CLOCK_STATE		0x00030001
#define VC_TAG_GET_CLOCK_RATE		0x00030002
#define VC_TAG_GET_VOLTAGE		0x00030003
#define VC_TAG_GET_MAX_CLOCK_RATE	0x00030004
#define VC_TAG_GET_TEMPERATURE		0x00030006
#define VC_TAG_GET_MIN_CLOCK_RATE	0x00030007
#define VC_TAG_GET_MAX_TEMPERATURE	0x0003000a
#define VC_TAG_GET_EDID_BLOCK		0x00030020
#define VC_TAG_GET_DOMAIN_STATE		0x00030030
#define VC_TAG_GET_GPIO_STATE		0x00030041
#define VC_TAG_GET_GPIO_CONFIG		0x00030043
#define VC_TAG_GET_THROTTLED		0x00030046
#define VC_TAG_GET_CLOCK_MEASURED	0x00030047
#define VC_TAG_NOTIFY_REBOOT		0x00030048
#define VC_TAG_NOTIFY_XHCI_RESET	0x00030058
#define VC_TAG_NOTIFY_DISPLAY_DONE	0x00030066
/* A general command: u32 result, then text both ways. */
#define VC_TAG_GET_GENCMD_RESULT	0x00030080
#define VC_TAG_SET_CLOCK_STATE		0x00038001
#define VC_TAG_SET_CLOCK_RATE		0x00038002
#define VC_TAG_SET_DOMAIN_STATE		0x00038030
#define VC_TAG_SET_GPIO_STATE		0x00038041
#define VC_TAG_SET_GPIO_CONFIG		0x00038043
#define VC_TAG_FB_RELEASE		0x00048001
#define VC_TAG_VCHIQ_INIT		0x00048010
#define VC_TAG_GET_DMA_CHANNELS		0x00060001

/* Firmware clock ids of the clock tags. */
#define VC_CLOCK_CORE			4
#define VC_CLOCK_V3D			5
#define VC_CLOCK_PIXEL			9
#define VC_CLOCK_M2MC			13	/* "HSM", the HDMI state machine */
#define VC_CLOCK_VEC			15

/* Firmware GPIO expander: lines 128..135. */
#define VC_GPIO_EXP_BASE		128
#define VC_GPIO_EXP_COUNT		8
#define VC_GPIO_EXP_HDMI_HPD		(VC_GPIO_EXP_BASE + 4)	/* low = plugged */

#endif /* VIDEOCORE_PROPERTY_H */
