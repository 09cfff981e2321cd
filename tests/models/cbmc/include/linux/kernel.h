/* SPDX-License-Identifier: GPL-2.0 */
/* What the proven files use of the kernel's header of this name. */
#ifndef PROOF_LINUX_KERNEL_H
#define PROOF_LINUX_KERNEL_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#endif /* PROOF_LINUX_KERNEL_H */
