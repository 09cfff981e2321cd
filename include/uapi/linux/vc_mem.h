/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/vc-mem: the VideoCore's own memory, for debuggers.
 *
 * Offsets of mmap() and addresses of the calls are VideoCore addresses without
 * the two alias bits, as in the firmware's own pointers. Only the VideoCore's
 * share of the RAM can be reached. Source: spec vc-mem.md sections 2 and 3.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef UAPI_LINUX_VC_MEM_H
#define UAPI_LINUX_VC_MEM_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct vc_mem_copy - argument of VC_MEM_IOC_COPY, 16 bytes (12 for 32-bit programs)
 * @dst: where to, in the caller's memory
 * @src: VideoCore address, any alias
 * @length: bytes
 */
struct vc_mem_copy {
	void *dst;
	__u32 src;
	__u32 length;
};

/* Out: ARM physical address that VideoCore address 0 stands for. */
#define VC_MEM_IOC_PHYS_ADDR	_IOR('v', 0, unsigned long)
/* Out: end of the VideoCore's memory, the first address behind it. */
#define VC_MEM_IOC_SIZE		_IOR('v', 1, __u32)
/* Out: start of the VideoCore's memory. */
#define VC_MEM_IOC_BASE		_IOR('v', 2, __u32)
/* Out: where the firmware's image was loaded, the same. */
#define VC_MEM_IOC_LOAD		_IOR('v', 3, __u32)
/*
 * Copy out of the VideoCore's memory; known as FBIODMACOPY. EINVAL when a byte
 * lies outside of it, EFAULT when @dst cannot be written.
 */
#define VC_MEM_IOC_COPY		_IOW('z', 0x22, struct vc_mem_copy)

#endif /* UAPI_LINUX_VC_MEM_H */
