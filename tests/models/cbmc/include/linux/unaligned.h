/* SPDX-License-Identifier: GPL-2.0 */
/* What the proven files use of the kernel's header of this name. */
#ifndef PROOF_LINUX_UNALIGNED_H
#define PROOF_LINUX_UNALIGNED_H

#include <string.h>

#include <linux/types.h>

static inline u16 get_unaligned_le16(const void *from)
{
	u16 value;

	memcpy(&value, from, sizeof(value));
	return value;
}

static inline u32 get_unaligned_le32(const void *from)
{
	u32 value;

	memcpy(&value, from, sizeof(value));
	return value;
}

#endif /* PROOF_LINUX_UNALIGNED_H */
