// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses: what the VPU can reach, and whether it is one piece. No side effects.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/scatterlist.h>

#include "vc_sm_priv.h"

/* What the VPU is told, or -EINVAL when it could not reach the memory. */
int vc_sm_vpu_address(dma_addr_t dma, size_t size, u32 *bus)
{
	u32 addr = lower_32_bits(dma);

	if (upper_32_bits(dma) || size > VC_SM_WINDOW)
		return -EINVAL;
	if ((addr & ~VC_SM_ALIAS_MASK) + (u64)size > VC_SM_WINDOW)
		return -EINVAL;
	/* A plain physical address: without translation on the bus. */
	if (!(addr & VC_SM_ALIAS_MASK))
		addr |= VC_SM_ALIAS_DIRECT;
	*bus = addr;
	return 0;
}

/* Entries may have been merged or split: it is the addresses that count. */
size_t vc_sm_contiguous_len(struct sg_table *sgt)
{
	struct scatterlist *sg;
	dma_addr_t next = 0;
	size_t len = 0;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (i && sg_dma_address(sg) != next)
			break;
		len += sg_dma_len(sg);
		next = sg_dma_address(sg) + sg_dma_len(sg);
	}
	return len;
}
